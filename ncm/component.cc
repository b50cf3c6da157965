// The skeleton of a built-in component: the protocol on its pipes, files, services, commands.
#include "ncm/component.hh"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <set>

#include "base/error.hh"
#include "base/file.hh"
#include "base/noun/profile.hh"
#include "ncm/rooted.hh"
#include "ncm/saved.hh"

namespace weft::ncm {

namespace fs = std::filesystem;

/// One line of the protocol. What is not UTF-8 (a command's output) must not make the line no JSON.
static void say(std::initializer_list<std::pair<const char*, std::string_view>> fields) {
    Element e = Element::new_dict();
    for (auto [key, value] : fields)
        e.dict_ref().at(Key(key)) = Element::of_string(value);
    std::string line;
    try {
        write_json(e, line, {.one_line = true, .plain = true});
    } catch (const Error&) {
        for (auto [key, value] : fields) {
            std::string ascii(value);
            std::replace_if(
                ascii.begin(), ascii.end(), [](char b) { return b & 0x80; }, '?');
            e.dict_ref().at(Key(key)) = Element::of_string(ascii);
        }
        line.clear();
        write_json(e, line, {.one_line = true, .plain = true});
    }
    line += '\n';
    fwrite(line.data(), 1, line.size(), stdout);
    // Without a runner nobody hears what is changed: nothing more is.
    if (fflush(stdout) != 0)
        std::_Exit(exit_io);
}

struct Run::Impl {
    std::string component, root;
    Element document;
    std::string save;               ///< where the runner wants things kept before they change
    std::string journal;            ///< and noted
    std::set<std::string> earlier;  ///< what a run that was cut off has changed
    bool noaction = false, verbose = false;

    bool watched() const { return !noaction && !(save.empty() && journal.empty()); }
    /// Before a change. Who writes changes what a link leads to, who replaces it the link: unless
    /// it is known to be only that, both are kept.
    void keep(const std::string& path, bool follow = true) {
        if (noaction)
            return;
        if (!save.empty()) {
            std::error_code ec;
            std::string at = resolve_below(root, path, true);
            keep_before_change(save, at);
            if (follow && fs::is_symlink(at, ec))
                keep_before_change(save, follow_links(root, path));
        }
        if (!journal.empty())
            note_change(journal, path);
    }
    /// Nothing differs: does anything follow all the same?
    bool unchanged(Run& run, const std::string& path) {
        if (!earlier.erase(path))
            return false;
        note_change(journal, path);  // also when this run does not come to its end
        run.verbose(fmt::format("'{}' was changed by a run that was cut off", path));
        run.changed(path);
        return true;
    }
    int errors = 0, warnings = 0;

    /// The attributes of a file, names looked up. Only root can give files away.
    FileAttributes file_attributes(Run& run, const FileSpec& s) {
        FileAttributes a;
        a.mode = s.mode;
        a.backup = s.backup;
        a.noaction = noaction;
        if (geteuid() != 0)
            return a;
        std::string owner = s.owner.substr(0, s.owner.find(':')), group = s.group;
        if (group.empty() && owner.size() < s.owner.size())
            group = s.owner.substr(owner.size() + 1);
        if (!owner.empty() && !(a.owner = user_number(root, owner)))
            run.warn(fmt::format("there is no user '{}'", owner));
        if (!group.empty() && !(a.group = group_number(root, group)))
            run.warn(fmt::format("there is no group '{}'", group));
        return a;
    }
};

static std::string root_folder() {
    const char* r = std::getenv("NCM_ROOT");
    if (!r)
        r = std::getenv("WEFT_ROOT");
    std::string root = r ? r : "";
    while (root.ends_with('/'))
        root.pop_back();
    return root;
}

Run::Run(std::string component, const std::string& document, bool check_only)
    : impl_(std::make_unique<Impl>()) {
    impl_->document = parse_json(document, "standard input", {.depth = 1000});
    if (!impl_->document.is(Kind::dict))
        throw Error(exit_data, "standard input is no JSON object");
    impl_->component = std::move(component);
    impl_->root = root_folder();
    View d(&impl_->document);
    const char* env = std::getenv("NCM_NOACTION");
    impl_->noaction =
        check_only || d["noaction"].flag() || (env && *env && std::string_view(env) != "0");
    impl_->verbose = d["verbose"].flag();
    if (const char* save = std::getenv("NCM_SAVE_DIR"))
        impl_->save = save;
    if (const char* journal = std::getenv("NCM_JOURNAL"); journal && *journal) {
        impl_->journal = journal;
        impl_->earlier = earlier_changes(impl_->journal);
    }
}

Run Run::of_environment(const Args& args) {
    const char *name = std::getenv("NCM_COMPONENT"), *verbose = std::getenv("NCM_VERBOSE");
    bool details = args.verbose() || (verbose && *verbose == '1');
    return Run(name ? name : "", details ? R"({"verbose":true})" : "{}", args.noaction());
}

Run::Run(Run&&) noexcept = default;

Run::~Run() = default;

View Run::config() const {
    View d(&impl_->document), tree = d["tree"];
    if (!tree || !tree.element()->is(Kind::dict))
        tree = d["previous"];
    return tree;
}

const Element* Run::extra(std::string_view path) const {
    const Element* e = View(&impl_->document)["extra"][path].element();
    return e && e->is_defined() ? e : nullptr;
}

const Element* Run::previous() const {
    const Element* e = View(&impl_->document)["previous"].element();
    return e && e->is_defined() ? e : nullptr;
}

bool Run::noaction() const { return impl_->noaction; }
bool Run::verbose_on() const { return impl_->verbose; }
bool Run::historic() const {
    const char* env = std::getenv("NCM_HISTORIC");
    return config()["historic"].flag(env && std::string_view(env) == "1");
}
bool Run::rooted() const { return !impl_->root.empty(); }
int Run::errors() const { return impl_->errors; }
int Run::warnings() const { return impl_->warnings; }

void Run::error(std::string_view text) {
    impl_->errors++;
    say({{"level", "error"}, {"msg", text}});
}
void Run::warn(std::string_view text) {
    impl_->warnings++;
    say({{"level", "warning"}, {"msg", text}});
}
void Run::info(std::string_view text) { say({{"level", "info"}, {"msg", text}}); }
void Run::verbose(std::string_view text) {
    if (impl_->verbose)
        say({{"level", "verbose"}, {"msg", text}});
}
void Run::changed(const std::string& path) { say({{"changed", path}}); }

std::string Run::real(const std::string& path) const { return resolve_below(impl_->root, path); }

std::string Run::place(const std::string& path) const {
    return resolve_below(impl_->root, path, true);
}

std::optional<std::string> Run::read(const std::string& path) const {
    return read_if_exists(real(path));
}
bool Run::exists(const std::string& path) const { return access(real(path).c_str(), F_OK) == 0; }

std::vector<std::string> Run::names_in(const std::string& folder) const {
    std::vector<std::string> names;
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(real(folder), ec))
        names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
}

/// The runner reads lines of 8 KB: a long difference ends earlier.
static std::string shortened(std::string text) {
    constexpr size_t most = 3500;  // each byte may become two, escaped
    if (text.size() <= most)
        return text;
    text.resize(text.rfind('\n', most) + 1);
    return text + "... and more\n";
}

/// A line that is no change: this file is ours.
static void manages(const std::string& path) { say({{"manages", path}}); }

bool Run::file(const std::string& path, std::string_view contents, const FileSpec& spec) {
    std::string at = real(path);
    FileAttributes a = impl_->file_attributes(*this, spec);
    bool fresh = access(at.c_str(), F_OK) != 0;
    if (fresh && !a.mode)
        a.mode = 0644;
    std::optional<std::string> before;
    bool show = impl_->verbose && !spec.sensitive;
    if (show)
        before = read_if_exists(at);
    manages(path);
    if (impl_->watched()) {
        FileAttributes look = a;
        look.noaction = true;
        if (write_file(at, contents, look) == Change::none)
            return impl_->unchanged(*this, path);
        impl_->keep(path);
        if (!a.backup.empty() && !impl_->save.empty())
            keep_before_change(impl_->save, follow_links(impl_->root, path) + a.backup);
    }
    if (!impl_->noaction)
        make_dirs(fs::path(at).parent_path());
    Change change = write_file(at, contents, a);
    if (change == Change::none)
        return impl_->unchanged(*this, path);
    if (change == Change::attributes)
        verbose(fmt::format("mode or owner of '{}' put right", path));
    else if (show)
        info(shortened(text_diff(before.value_or(""), contents, path)));
    changed(path);
    return true;
}

bool Run::remove(const std::string& path) {
    std::string at = place(path);
    struct stat st {};
    if (lstat(at.c_str(), &st))
        return impl_->unchanged(*this, path);
    impl_->keep(path, false);
    if (!impl_->noaction && ::unlink(at.c_str()))
        throw system_error("cannot remove '" + path + "'");
    changed(path);
    return true;
}

std::string Run::original(const std::string& path, const std::string& suffix) const {
    // Whatever the sign of comments is, and after a line that must be the first.
    bool ours = read(path).value_or("").substr(0, 256).find(header("")) != std::string::npos;
    return ours ? "" : suffix;
}

bool Run::give_back(const std::string& path, const std::string& suffix) {
    if (suffix.empty() || !exists(path + suffix))
        return remove(path);
    about_to_change(path + suffix);
    about_to_change(path);
    if (!impl_->noaction && ::rename(real(path + suffix).c_str(), real(path).c_str()))
        throw system_error("cannot put '" + path + suffix + "' back");
    changed(path);
    return true;
}

void Run::about_to_change(const std::string& path) { impl_->keep(path); }

/// Mode and owner of what is there; answers whether anything differed.
static bool put_right(const std::string& at, const std::string& path, const FileAttributes& a) {
    struct stat st {};
    if (stat(at.c_str(), &st))
        return false;
    bool other_owner = (a.owner && *a.owner != st.st_uid) || (a.group && *a.group != st.st_gid);
    bool other_mode = a.mode && *a.mode != (st.st_mode & 07777);
    if (a.noaction)
        return other_owner || other_mode;
    if (other_owner && chown(at.c_str(), a.owner.value_or(uid_t(-1)), a.group.value_or(gid_t(-1))))
        throw system_error("cannot change the owner of '" + path + "'");
    // A change of owner takes set-id bits away: the mode comes last, and again.
    if ((other_mode || (other_owner && a.mode)) && chmod(at.c_str(), *a.mode))
        throw system_error("cannot change the mode of '" + path + "'");
    return other_owner || other_mode;
}

bool Run::attributes(const std::string& path, const FileSpec& spec) {
    FileAttributes a = impl_->file_attributes(*this, spec);
    if (impl_->watched()) {
        FileAttributes look = a;
        look.noaction = true;
        if (put_right(real(path), path, look))
            about_to_change(path);
    }
    if (!put_right(real(path), path, a))
        return impl_->unchanged(*this, path);
    changed(path);
    return true;
}

bool Run::folder(const std::string& path, const FileSpec& spec) {
    std::string at = real(path);
    struct stat st {};
    if (stat(at.c_str(), &st) == 0) {
        if (!S_ISDIR(st.st_mode))
            throw Error(exit_io, "'" + path + "' is in the way: not a folder");
        return attributes(path, spec);
    }
    impl_->keep(path);
    if (!impl_->noaction) {
        make_dirs(at);
        put_right(at, path, impl_->file_attributes(*this, spec));
    }
    changed(path);
    return true;
}

bool Run::link(const std::string& path, const std::string& target) {
    std::string at = place(path);
    std::error_code ec;
    manages(path);
    if (fs::is_symlink(at, ec) && fs::read_symlink(at, ec) == target)
        return impl_->unchanged(*this, path);
    impl_->keep(path, false);
    if (!impl_->noaction) {
        make_dirs(fs::path(at).parent_path());
        // A new link beside it, then renamed: there is no moment without one.
        std::string tmp = at + ".weft-new";
        ::unlink(tmp.c_str());
        if (::symlink(target.c_str(), tmp.c_str()))
            throw system_error("cannot link '" + path + "'");
        if (::rename(tmp.c_str(), at.c_str())) {
            Error e = system_error("cannot replace '" + path + "' by a link");
            ::unlink(tmp.c_str());
            throw e;
        }
    }
    changed(path);
    return true;
}

void Run::service(std::string_view name, std::string_view action) {
    if (action == "stop_sleep_start")
        action = "restart";  // the historic way to be sure
    say({{"service", name}, {"action", action}});
    if (!impl_->noaction && !impl_->journal.empty())
        note_asked(impl_->journal);
}

bool Run::have(const std::string& program) {
    if (program.find('/') != std::string::npos)
        return access(program.c_str(), X_OK) == 0;
    const char* env = std::getenv("PATH");
    std::string path = env ? env : "/usr/sbin:/usr/bin:/sbin:/bin";
    for (size_t at = 0; at <= path.size();) {
        size_t end = std::min(path.find(':', at), path.size());
        if (access((path.substr(at, end - at) + "/" + program).c_str(), X_OK) == 0)
            return true;
        at = end + 1;
    }
    return false;
}

ProcessResult Run::ask(const std::vector<std::string>& argv, const std::string& input) {
    ProcessOptions o;
    o.input = input;
    return run_process(argv, o);
}

bool Run::command(const std::vector<std::string>& argv, const std::string& input) {
    std::string words = join(argv, " ");
    if (impl_->noaction) {
        info("would run: " + words);
        return true;
    }
    if (rooted()) {
        info("not run below NCM_ROOT: " + words);
        return true;
    }
    ProcessOptions o;
    o.input = input;
    o.merge = true;
    ProcessResult r = run_process(argv, o);
    if (r.ok()) {
        verbose("ran: " + words);
        return true;
    }
    while (r.out.ends_with('\n'))
        r.out.pop_back();
    error(r.timed_out ? fmt::format("'{}' did not end in time", words)
                      : fmt::format("'{}' failed with status {}: {}", words, r.status, r.out));
    return false;
}

bool Run::command_line(const std::string& words) {
    // Signs that only a shell understands.
    if (words.find_first_of("|&;<>()$`\\\"'*?[]{}~#\n") != std::string::npos)
        return command({"/bin/sh", "-c", words});
    auto argv = split(words);
    if (argv.empty())
        return true;
    std::string program = argv[0].substr(argv[0].rfind('/') + 1);
    auto is_action = [](const std::string& a) {
        return a == "restart" || a == "reload" || a == "start" || a == "stop" ||
               a == "condrestart" || a == "try-restart";
    };
    auto name = [](std::string unit) {
        return unit.ends_with(".service") ? unit.substr(0, unit.size() - 8) : unit;
    };
    if (argv.size() == 3 && program == "systemctl" && is_action(argv[1])) {
        service(name(argv[2]), argv[1]);
        return true;
    }
    if (argv.size() == 3 && program == "service" && is_action(argv[2])) {
        service(argv[1], argv[2]);
        return true;
    }
    if (argv.size() == 2 && argv[0].starts_with("/etc/init.d/") && is_action(argv[1])) {
        service(program, argv[1]);
        return true;
    }
    return command(argv);
}

bool Run::debian() const { return exists("/etc/debian_version"); }

std::string Run::header(std::string_view comment) const {
    return fmt::format("{} Written by ncm-{} (Weft); local changes are lost.\n", comment,
                       impl_->component);
}

// ---- the table
#define COMPONENT(name) extern const Component name##_component;
#include "ncm/components.def"
#undef COMPONENT

const std::vector<const Component*>& components() {
    static const std::vector<const Component*> all = [] {
        std::vector<const Component*> v{
#define COMPONENT(name) &name##_component,
#include "ncm/components.def"
#undef COMPONENT
        };
        std::sort(v.begin(), v.end(),
                  [](auto* a, auto* b) { return std::string_view(a->name) < b->name; });
        return v;
    }();
    return all;
}

const Component* find_component(std::string_view name) {
    for (const Component* c : components())
        if (c->name == name)
            return c;
    return nullptr;
}

std::string describe(const Component& c) {
    Element e = Element::new_dict();
    auto put = [&](const char* key, Element v) {
        e.dict_ref().at(Key(key)) = std::move(v);
    };
    auto list = [](const std::vector<std::string>& words) {
        Element l = Element::new_list();
        for (const std::string& w : words)
            l.list_ref().push_back(Element::of_string(w));
        return l;
    };
    std::vector<std::string> verbs{"describe", "check", "configure"};
    if (c.unconfigure)
        verbs.push_back("unconfigure");
    put("protocol", Element::of_long(1));
    put("name", Element::of_string(c.name));
    put("about", Element::of_string(c.about));
    put("verbs", list(verbs));
    put("noaction", Element::of_boolean(true));
    put("watch", list(c.watch));
    put("schema", Element::of_string(std::string("components/") + c.name + "/schema"));
    std::string out;
    write_json(e, out, {.one_line = true, .plain = true});
    return out + "\n";
}

int run_component(const Component& c, std::string_view verb) {
    enum { ok = 0, failed = 1, with_warnings = 2, unsupported = 3 };
    if (verb == "describe") {
        std::string text = describe(c);
        fwrite(text.data(), 1, text.size(), stdout);
        return ok;
    }
    auto step = verb == "configure" || verb == "check" ? c.configure
                : verb == "unconfigure"                ? c.unconfigure
                                                       : nullptr;
    if (!step)
        return unsupported;
    std::signal(SIGPIPE, SIG_IGN);  // a program that does not read what it is given
    std::string document(std::istreambuf_iterator<char>(std::cin), {});
    try {
        Run run(c.name, document, verb == "check");
        try {
            step(run);
        } catch (const Error& e) {
            run.error(e.hint.empty() ? e.message : e.message + " (" + e.hint + ")");
        } catch (const std::exception& e) {
            run.error(e.what());
        }
        return run.errors() ? failed : run.warnings() ? with_warnings : ok;
    } catch (const Error& e) {
        say({{"level", "error"}, {"msg", e.text()}});
        return failed;
    }
}

}  // namespace weft::ncm
