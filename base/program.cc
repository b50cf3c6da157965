// The program skeleton. The option table is data, so that the page, the completion and -h agree;
// parsing it is 40 lines and costs no start-up time, which a component run pays fifty times a
// minute.
#include "base/program.hh"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <new>

#ifndef WEFT_VERSION
#define WEFT_VERSION ""
#endif

namespace weft {

namespace fs = std::filesystem;

bool Args::has(std::string_view name) const { return values_.find(name) != values_.end(); }

std::string Args::get(std::string_view name, std::string_view fallback) const {
    auto it = values_.find(name);
    return it == values_.end() ? std::string(fallback) : it->second.back();
}

std::vector<std::string> Args::all(std::string_view name) const {
    auto it = values_.find(name);
    return it == values_.end() ? std::vector<std::string>{} : it->second;
}

long Args::number(std::string_view name, long fallback, long low, long high) const {
    auto it = values_.find(name);
    if (it == values_.end())
        return fallback;
    const std::string& text = it->second.back();
    long n = 0;
    auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (ec != std::errc() || end != text.data() + text.size() || text.empty())
        throw Error(exit_usage, fmt::format("--{} needs a number, not '{}'", name, text));
    if (n < low || n > high)
        throw Error(exit_usage, fmt::format("--{} {} is outside {}..{}", name, n, low, high));
    return n;
}

std::string Args::rooted(std::string_view path) const {
    if (root_.empty() || root_ == "/" || !path.starts_with('/'))
        return std::string(path);
    return root_ + std::string(path);
}

static const Option common[] = {
    {'h', "help", nullptr, "print this help and exit"},
    {'V', "version", nullptr, "print the version and exit"},
    {'v', "verbose", nullptr, "say more on standard error"},
    {0, "root", "DIR", "put DIR before every path of the system (WEFT_ROOT)"},
};

static const Option* find(const Program& p, auto match) {
    for (const Option& o : p.options)
        if (match(o))
            return &o;
    for (const Option& o : common)
        if (match(o))
            return &o;
    return nullptr;
}

static Error unknown_option(const Program& p, const std::string& word) {
    std::vector<std::string_view> names;
    for (const Option& o : p.options)
        if (o.help)
            names.push_back(o.name);
    for (const Option& o : common)
        names.push_back(o.name);
    Error e(exit_usage, "unknown option '" + word + "'");
    std::string bare = word.substr(word.find_first_not_of('-'));
    if (auto near = nearest(bare, names); !near.empty())
        e.hint = fmt::format("did you mean '--{}'?", near);
    else
        e.hint = fmt::format("'{} -h' lists the options", p.name);
    return e;
}

Args parse_args(const Program& p, const std::vector<std::string>& words) {
    Args a;
    a.program_ = p.name;
    auto take = [&](const Option& o, const std::string* value, size_t& i) {
        if (!o.arg) {
            if (value)
                throw Error(exit_usage, fmt::format("--{} takes no value", o.name));
            a.values_[o.name].push_back("");
        } else if (value) {
            a.values_[o.name].push_back(*value);
        } else if (o.arg[0] == '[') {
            a.values_[o.name].push_back("");
        } else {
            if (i + 1 >= words.size())
                throw Error(exit_usage, fmt::format("--{} needs {}", o.name, o.arg));
            a.values_[o.name].push_back(words[++i]);
        }
    };
    bool options = true;
    for (size_t i = 0; i < words.size(); i++) {
        const std::string& w = words[i];
        if (!options || w.size() < 2 || w[0] != '-') {
            a.rest_.push_back(w);
        } else if (w == "--") {
            options = false;
        } else if (w[1] == '-') {
            size_t eq = w.find('=');
            std::string name = w.substr(2, eq == std::string::npos ? eq : eq - 2), value;
            if (eq != std::string::npos)
                value = w.substr(eq + 1);
            const Option* o = find(p, [&](const Option& x) { return name == x.name; });
            if (!o)
                throw unknown_option(p, w.substr(0, eq));
            take(*o, eq == std::string::npos ? nullptr : &value, i);
        } else {
            for (size_t j = 1; j < w.size(); j++) {  // -nv, -j4
                const Option* o = find(p, [&](const Option& x) { return x.letter == w[j]; });
                if (!o)
                    throw unknown_option(p, std::string("-") + w[j]);
                std::string value = w.substr(j + 1);
                take(*o, o->arg && !value.empty() ? &value : nullptr, i);
                if (o->arg)
                    break;
            }
        }
    }
    const char* env = std::getenv("WEFT_ROOT");
    a.root_ = a.get("root", env ? env : "");
    if (!a.root_.empty())
        a.root_ = fs::absolute(a.root_).lexically_normal().string();
    while (a.root_.size() > 1 && a.root_.ends_with('/'))
        a.root_.pop_back();
    return a;
}

std::string help(const Program& p) {
    std::string s, usage = p.usage;
    for (size_t at = 0; at <= usage.size();) {
        size_t end = std::min(usage.find('\n', at), usage.size());
        s += fmt::format("{} {}\n", at ? "      " : "usage:", usage.substr(at, end - at));
        at = end + 1;
    }
    s += fmt::format("{}\n", p.about);
    if (!p.commands.empty()) {
        s += "\ncommands:\n";
        for (const Program& c : p.commands)
            s += fmt::format("  {:<14} {}\n", c.name, c.about);
    }
    auto row = [&](const Option& o) {
        std::string left =
            o.letter ? fmt::format("-{}, --{}", o.letter, o.name) : fmt::format("    --{}", o.name);
        if (o.arg)
            left += fmt::format("{}{}", o.arg[0] == '[' ? "" : " ", o.arg);
        s += fmt::format("  {:<28} {}\n", left, o.help);
    };
    s += "\noptions:\n";
    for (const Option& o : p.options)
        if (o.help)
            row(o);
    for (const Option& o : common)
        if (find(p, [&](const Option& x) { return std::string_view(x.name) == o.name; }) == &o)
            row(o);
    return s;
}

/// Does one of the commands have such an option with a value in a word of its own?
static bool a_command_takes_value(const Program& p, auto match) {
    for (const Program& c : p.commands)
        for (const Option& o : c.options)
            if (match(o) && o.arg && o.arg[0] != '[')
                return true;
    return false;
}

/// Where the command stands: after the program's own options, -f FILE --root=DIR command, and after
/// those of the command itself that somebody wrote too early. The
/// number of words when there is none, or -h or -V is asked of the program itself; one more when
/// the last option lacks its value.
static size_t command_at(const Program& p, const std::vector<std::string>& words) {
    size_t i = 0;
    while (i < words.size() && words[i].size() > 1 && words[i][0] == '-') {
        const std::string& w = words[i++];
        if (w == "-h" || w == "--help" || w == "-V" || w == "--version")
            return words.size();
        bool takes_next = false;
        bool command_next = i < words.size() && std::ranges::any_of(p.commands, [&](auto& c) {
                                return words[i] == c.name;
                            });
        if (w[1] == '-') {
            auto named = [&](const Option& x) {
                return w.substr(2) == x.name;
            };
            const Option* o = find(p, named);
            takes_next =
                o ? o->arg && o->arg[0] != '[' : !command_next && a_command_takes_value(p, named);
        } else {
            for (size_t j = 1; j < w.size(); j++) {
                auto lettered = [&](const Option& x) {
                    return x.letter == w[j];
                };
                const Option* o = find(p, lettered);
                if (!o && j + 1 == w.size())
                    takes_next = !command_next && a_command_takes_value(p, lettered);
                if (!o || !o->arg || o->arg[0] == '[')
                    continue;
                takes_next = j + 1 == w.size();
                break;
            }
        }
        i += takes_next;
    }
    return i;
}

static int body_of(const Program& p, const std::vector<std::string>& words) {
    if (size_t at = p.commands.empty() ? words.size() : command_at(p, words); at < words.size()) {
        for (const Program& c : p.commands)
            if (words[at] == c.name) {
                Program whole = c;  // options of the program hold for its commands too, before and
                                    // after the word
                whole.options.insert(whole.options.end(), p.options.begin(), p.options.end());
                std::vector<std::string> rest = words;
                rest.erase(rest.begin() + long(at));
                return body_of(whole, rest);
            }
        std::vector<std::string_view> names;
        for (const Program& c : p.commands)
            names.push_back(c.name);
        Error e(exit_usage, fmt::format("unknown command '{}'", words[at]));
        if (auto near = nearest(words[at], names); !near.empty())
            e.hint = fmt::format("did you mean '{}'?", near);
        throw e;
    }
    Args a = parse_args(p, words);
    if (a.has("help")) {
        fmt::print("{}", help(p));
        return exit_ok;
    }
    if (a.has("version")) {
        fmt::print("{} (weft) {}\n", p.name, *WEFT_VERSION ? WEFT_VERSION : "unreleased");
        return exit_ok;
    }
    if (!p.body)
        throw Error(exit_usage, "which command?", {}, fmt::format("'{} -h' lists them", p.name));
    return p.body(a);
}

std::vector<std::string> completions(const Program& p, std::vector<std::string> words) {
    std::string last = words.empty() ? "" : words.back();
    if (!words.empty())
        words.pop_back();
    size_t at = p.commands.empty() ? words.size() : command_at(p, words);
    for (const Program& c : p.commands)
        if (at < words.size() && words[at] == c.name) {
            Program whole = c;
            whole.options.insert(whole.options.end(), p.options.begin(), p.options.end());
            return completions(whole, {last});
        }
    std::vector<std::string> offers;
    if (last.starts_with('-')) {
        for (const Option& o : p.options)
            if (o.help)
                offers.push_back(std::string("--") + o.name);
        for (const Option& o : common)
            if (find(p, [&](const Option& x) { return std::string_view(x.name) == o.name; }) == &o)
                offers.push_back(std::string("--") + o.name);
    } else if (at == words.size()) {
        for (const Program& c : p.commands)
            offers.emplace_back(c.name);
    }
    return offers;
}

int run(const Program& p, int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    if (std::getenv("WEFT_COMPLETE")) {  // base/completion.bash asks
        for (auto& offer : completions(p, {argv + 1, argv + argc}))
            fmt::print("{}\n", offer);
        return exit_ok;
    }
    int status;
    try {
        status = body_of(p, {argv + 1, argv + argc});
    } catch (const Error& e) {
        std::fflush(stdout);
        fmt::print(stderr, "{}", e.text(p.name));
        return e.status == exit_usage ? p.usage_status : e.status;
    } catch (const std::bad_alloc&) {
        fmt::print(stderr, "{}: error: out of memory\n", p.name);
        return exit_software;
    } catch (const std::exception& e) {
        fmt::print(stderr, "{}: error: internal: {}\n", p.name, e.what());
        return exit_software;
    }
    if (std::fflush(stdout) != 0 || std::ferror(stdout)) {
        // A closed pipe is the reader's choice (ccm ... | head); a full disk is an error.
        if (errno == EPIPE)
            return status;
        fmt::print(stderr, "{}", system_error("cannot write standard output").text(p.name));
        return exit_io;
    }
    return status;
}

/// The folder that holds bin/ or sbin/ of the running program.
static fs::path prefix() {
    std::error_code ec;
    return fs::read_symlink("/proc/self/exe", ec).parent_path().parent_path();
}

std::string libexec_dir() {
    if (const char* dir = std::getenv("WEFT_LIBEXEC"))
        return dir;
    fs::path self = fs::read_symlink("/proc/self/exe").parent_path();
    if (self.filename() == "weft")
        return self.string();  // a helper asks
    return (prefix() / "libexec/weft").string();
}

std::string share_dir() {
    if (const char* dir = std::getenv("WEFT_SHARE"))
        return dir;
    return (prefix() / "share/weft").string();
}

}  // namespace weft
