// metaconfig: any structured file from a tree, in the formats of ncm/render.hh. The work horse.
#include <fmt/core.h>

#include <ctime>

#include "base/error.hh"
#include "ncm/component.hh"
#include "ncm/quote.hh"
#include "ncm/render.hh"
#include "ncm/template.hh"

namespace weft::ncm {

namespace {

/// The commands a site registered by name, and their use around one file.
class Actions {
public:
    Actions(Run& run, View commands, View actions)
        : run_(run), commands_(commands), actions_(actions) {}

    /// false: the file must not be written (pre and test only).
    bool go(const char* when, const std::string& contents = {}) {
        auto name = actions_[when].maybe();
        if (!name)
            return true;
        auto line = commands_[*name].maybe();
        if (!line) {
            run_.error(fmt::format("no command '{}' is registered for '{}'", *name, when));
            return false;
        }
        bool may_fail = line->starts_with('-');
        auto argv = shell_words(may_fail ? line->substr(1) : *line);
        if (argv.empty())
            return true;
        // A test looks at the new contents only; the others change things.
        bool test = std::string_view(when) == "test";
        if (!test && (run_.noaction() || run_.rooted()))
            return run_.command(argv);
        if (test && run_.rooted() && !Run::have(argv[0]))
            return true;
        ProcessResult r;
        try {
            r = run_.ask(argv, contents);
        } catch (const Error& e) {
            r.err = e.message;
        }
        if (r.ok())
            return true;
        while (r.err.ends_with('\n'))
            r.err.pop_back();
        std::string what = fmt::format("'{}' failed: {}", *line,
                                       r.err.empty() ? fmt::format("status {}", r.status) : r.err);
        if (may_fail)
            run_.verbose(what);
        else
            run_.error(what);
        return may_fail;
    }

private:
    Run& run_;
    View commands_, actions_;
};

FileSpec spec_of(View s) {
    FileSpec spec;
    long mode = s["mode"].number(0644);
    if (mode < 0 || mode > 07777)
        throw Error(exit_data, fmt::format("mode {} is no number from 0 to 07777", mode));
    spec.mode = mode_t(mode);
    spec.owner = s["owner"].text("root");
    spec.group = s["group"].text("root");
    spec.backup = s["backup"].text();
    spec.sensitive = !(*spec.mode & 0004);  // what not everybody may read is not shown either
    return spec;
}

/// What Quattor's component puts around the text of its renderer. Its properties begin with the
/// time of writing: the line that is there stays while the rest is the same.
std::string historic_frame(const Run& run, const std::string& path, const std::string& module,
                           const std::string& preamble, const std::string& text) {
    std::string begin = preamble.empty() ? "" : preamble + "\n";
    if (module == "properties") {
        std::string before = run.read(path).value_or("");
        size_t end = before.find("\n\n", begin.size());
        if (before.compare(begin.size(), 2, "# ") == 0 && end != std::string::npos &&
            before.substr(end + 2) == text + "\n") {
            begin += before.substr(begin.size(), end + 2 - begin.size());
        } else {
            std::time_t now = std::time(nullptr);
            std::tm local{};
            char date[64];
            std::strftime(date, sizeof date, "# %a %b %e %H:%M:%S %Y\n\n",
                          localtime_r(&now, &local));
            begin += date;
        }
    }
    return begin + text + "\n";
}

void one_file(Run& run, const std::string& path, View s) {
    std::string module = s["module"].text();
    if (!s["contents"])
        throw Error(exit_data, "no contents");
    // What a template writes is the site's business altogether.
    bool own = is_template(run, module);
    Convert spelling = read_convert(s["convert"]);
    spelling.typed = own;
    spelling.perl_doubles = own && !run.historic();
    Element contents = convert(*s["contents"].element(), spelling);
    bool historic = run.historic();
    std::string text =
        own ? render_template(run, module, contents) : render(module, contents, historic);
    std::string preamble = s["preamble"].text();
    if (historic)
        text = historic_frame(run, path, module, preamble, text);
    else if (!preamble.empty())
        text = preamble + (preamble.ends_with('\n') ? "" : "\n") + text;
    else if (own) {
    } else if (std::string_view sign = comment_sign(module); !sign.empty())
        text = run.header(sign) + text;

    Actions actions(run, run.config()["commands"], s["actions"]);
    if (!actions.go("pre") || !actions.go("test", text))
        return run.info(fmt::format("'{}' is left as it is", path));
    if (run.file(path, text, spec_of(s))) {
        actions.go("changed");
        for (const auto& [daemon, action] : s["daemons"].members())
            run.service(daemon, action.text("restart"));
        for (const std::string& daemon : s["daemon"].texts())
            run.service(daemon, "restart");
    }
    actions.go("post");
}

void configure_metaconfig(Run& run) {
    for (const auto& [path, service] : run.config()["services"].unescaped()) {
        try {
            if (!path.starts_with('/'))
                throw Error(exit_data, "not an absolute path");
            if (!service["active"].flag(true)) {
                run.info(fmt::format("'{}' is not active and stays as it is", path));
                continue;
            }
            one_file(run, path, service);
        } catch (const Error& e) {
            run.error(fmt::format("{}: {}{}", path, e.message,
                                  e.hint.empty() ? "" : " (" + e.hint + ")"));
        }
    }
    // Another component may write a file that left this one's configuration: it is not taken away.
    for (const auto& [path, service] : View(run.previous())["services"].unescaped())
        if (!run.config()["services"][*escape(path)] && run.exists(path))
            run.info(fmt::format("'{}' is no longer configured here and stays as it is", path));
}

void unconfigure_metaconfig(Run& run) {
    for (const auto& [path, service] : run.config()["services"].unescaped())
        if (run.give_back(path, service["backup"].text()))
            for (const auto& [daemon, action] : service["daemons"].members())
                run.service(daemon, action.text("restart"));
}

}  // namespace

extern const Component metaconfig_component{
    .name = "metaconfig",
    .about =
        "any structured file from a tree: JSON, YAML, INI, properties, blocks, TOML, XML, shell, "
        "systemd, or a template of the site",
    .configure = configure_metaconfig,
    .unconfigure = unconfigure_metaconfig};

}  // namespace weft::ncm
