// The skeleton of packagers, and the texts that go between them and spma.
#include "spm/plugin.hh"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>

#include "base/file.hh"

namespace weft::spm {

static std::string fields(const Package& p) {
    return fmt::format("{} {} {} {}", p.name, p.version, field(p.release), p.arch);
}

static Package package_at(const std::vector<std::string_view>& w, size_t at) {
    return {std::string(w[at]), std::string(w[at + 1]),
            w[at + 2] == "-" ? "" : std::string(w[at + 2]), std::string(w[at + 3])};
}

std::string operations_text(const std::vector<Operation>& ops) {
    std::string s;
    for (const Operation& op : ops) {
        s += fmt::format("{} {}", action_name(op.action), fields(op.package));
        if (op.action != Action::erase)
            s += " " + field(op.file);
        for (const Package& p : op.old)
            s += " " + fields(p);
        s += '\n';
    }
    return s;
}

static Error bad_line(std::string message, const std::string& file, int number,
                      std::string_view line) {
    Error e(exit_data, std::move(message),
            {file, number, 1, number, std::max(1, int(line.size()))});
    e.line = line;
    return e;
}

std::vector<Operation> parse_operations(std::string_view text, const std::string& file) {
    std::vector<Operation> ops;
    int number = 0;
    for (std::string_view line : lines(text)) {
        number++;
        auto w = words_of(line);
        if (w.empty() || w[0].starts_with('#'))
            continue;
        std::optional<Action> action;
        for (Action a : {Action::replace, Action::install, Action::erase})
            if (w[0] == action_name(a))
                action = a;
        if (!action)
            throw bad_line(fmt::format("unknown operation '{}'", w[0]), file, number, line);
        bool right = *action == Action::erase     ? w.size() == 5
                     : *action == Action::install ? w.size() == 6
                                                  : w.size() >= 10 && (w.size() - 6) % 4 == 0;
        if (!right)
            throw bad_line(fmt::format("'{}' has the wrong number of fields", w[0]), file, number,
                           line);
        Operation op{*action, package_at(w, 1), {}, {}, {}, 0, {}};
        if (*action != Action::erase && w[5] != "-")
            op.file = w[5];
        for (size_t i = 6; i < w.size(); i += 4)
            op.old.push_back(package_at(w, i));
        ops.push_back(std::move(op));
    }
    return ops;
}

std::string installed_text(const std::vector<Installed>& list) {
    std::string s;
    for (const Installed& i : list)
        s += fields(i.package) + (i.essential ? " essential" : "") + (i.broken ? " broken" : "") +
             (i.unfinished ? " unfinished" : "") + (i.held ? " held" : "") + '\n';
    return s;
}

std::vector<Installed> parse_installed(std::string_view text, const std::string& from) {
    std::vector<Installed> out;
    int number = 0;
    for (std::string_view line : lines(text)) {
        number++;
        auto w = words_of(line);
        if (w.empty())
            continue;
        if (w.size() < 4)
            throw bad_line(
                "an installed package has four fields: name version release architecture", from,
                number, line);
        Installed i{package_at(w, 0)};
        for (size_t k = 4; k < w.size(); k++) {
            if (w[k] == "essential")
                i.essential = true;
            else if (w[k] == "broken")
                i.broken = true;
            else if (w[k] == "unfinished")
                i.unfinished = true;
            else if (w[k] == "held")
                i.held = true;
            else
                throw bad_line(fmt::format("unknown word '{}'", w[k]), from, number, line);
        }
        out.push_back(std::move(i));
    }
    return out;
}

int plugin_main(const Plugin& plugin, int argc, char** argv) {
    auto body = [&](const Args& args) {
        PluginCall call{args.root(), args.get("dbpath"), args.has("checksig"), args.noaction(),
                        double(args.number("timeout", 3600))};
        auto words = args.rest();
        std::string verb = words.empty() ? "" : words[0];
        if (verb == "capabilities" && words.size() == 1) {
            fmt::print("{}", plugin.capabilities);
            return exit_ok;
        }
        if (verb == "list" && words.size() == 1) {
            fmt::print("{}", installed_text(plugin.list(call)));
            return exit_ok;
        }
        if (verb == "apply" && words.size() == 2) {
            auto ops = parse_operations(read_file(words[1]), words[1]);
            // One that outlived the spma that started it is waited for.
            std::optional<FileLock> alone;
            if (!call.noaction) {
                make_dirs(call.root + "/var/lock/quattor");
                alone =
                    FileLock::lock(call.root + "/var/lock/quattor/spma-packager", call.lock_wait());
            }
            // When spma is gone, nobody reads it, and the work goes on.
            plugin.apply(call, ops, [](std::string line) {
                line += '\n';
                if (write(STDOUT_FILENO, line.data(), line.size()) < 0)
                    return;
            });
            return exit_ok;
        }
        if (verb == "verify") {
            auto found = plugin.verify(call, {words.begin() + 1, words.end()});
            for (auto& line : found)
                fmt::print("{}\n", line);
            return found.empty() ? exit_ok : exit_no;
        }
        throw Error(exit_usage, "which of capabilities, list, apply FILE and verify [name ...]?");
    };
    return run({.name = plugin.name,
                .usage = plugin.usage,
                .about = plugin.about,
                .options = {{0, "dbpath", "DIR", "where the package database is"},
                            {0, "checksig", nullptr, "refuse packages without a trusted signature"},
                            {'n', "noaction", nullptr, "test the transaction, change nothing"},
                            {0, "timeout", "N", "seconds for programs that are run (3600)"}},
                .body = body},
               argc, argv);
}

}  // namespace weft::spm
