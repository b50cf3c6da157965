// symlink: symbolic links, their targets made of words and answers of commands.
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include "base/error.hh"
#include "ncm/component.hh"

namespace weft::ncm {

namespace {

namespace fs = std::filesystem;
using Words = std::map<std::string, std::string>;

/// @@command@@ is replaced by what the command prints, {name} by a word of the context.
std::string expand(Run& run, std::string text, const Words& context) {
    for (size_t at; (at = text.find('{')) != std::string::npos;) {
        size_t end = text.find('}', at);
        auto it = context.find(text.substr(at + 1, end == std::string::npos ? end : end - at - 1));
        if (end == std::string::npos || it == context.end())
            throw Error(exit_data, fmt::format("no word for '{}'", text.substr(at, end - at + 1)));
        text.replace(at, end - at + 1, it->second);
    }
    for (size_t at; (at = text.find("@@")) != std::string::npos;) {
        size_t end = text.find("@@", at + 2);
        if (end == std::string::npos)
            throw Error(exit_data, "'@@' without a second one");
        std::string command = text.substr(at + 2, end - at - 2);
        ProcessResult r = run.ask(split(command));
        if (!r.ok())
            throw Error(exit_data, fmt::format("'{}' failed", command));
        text.replace(at, end - at + 2, r.out.substr(0, r.out.find('\n')));
    }
    return text;
}

/// May what stands in the way be replaced, and under which suffix is it kept? The link's own words
/// win over those for all links; "all" covers every kind, "none" only gives a suffix.
struct Replace {
    bool allowed = false;
    std::string suffix;
};
Replace may_replace(const std::string& kind, View own, View common) {
    Replace r;
    for (View from : {common, own})
        for (const char* key : {"none", "all", kind.c_str()}) {
            auto word = from[key].maybe();
            if (!word)
                continue;
            bool no = *word == "no", yes = *word == "yes" || word->empty();
            if (std::string_view(key) != "none")
                r.allowed = !no;
            if (!no && !yes)
                r.suffix = *word;
        }
    return r;
}

bool was_ours(const Run& run, const std::string& name) {
    for (View l : View(run.previous())["links"].items())
        if (l["name"].text() == name && !l["delete"].flag())
            return true;
    return false;
}

/// Clear the way for a link; false: something is there that must stay.
bool clear_the_way(Run& run, const std::string& name, View own, View common) {
    std::string at = run.place(name);
    struct stat st {};
    if (lstat(at.c_str(), &st))
        return true;
    std::error_code ec;
    bool empty = S_ISDIR(st.st_mode) && fs::is_empty(at, ec);
    std::string kind = S_ISLNK(st.st_mode) ? "link" : S_ISDIR(st.st_mode) ? "dir" : "file";
    Replace r = may_replace(kind, own, common);
    if (!r.allowed && empty)
        r = may_replace("dirempty", own, common);
    if (kind == "link" && was_ours(run, name))
        r.allowed = true;  // its target changed, that is all
    if (!r.allowed) {
        run.error(fmt::format("'{}' is a {} and may not be replaced", name,
                              kind == "dir" ? "folder" : kind));
        return false;
    }
    if (kind == "dir" && !empty && r.suffix.empty())
        r.suffix = ".saved";
    std::string backup = name + r.suffix;
    bool older = !r.suffix.empty() && fs::exists(fs::symlink_status(at + r.suffix, ec));
    if (older && (kind == "dir" || fs::is_directory(fs::symlink_status(at + r.suffix, ec)))) {
        run.error(
            fmt::format("'{}' is not replaced: '{}', under which it would be kept, is there "
                        "already; move that away or set another suffix",
                        name, backup));
        return false;
    }
    if (older)
        run.warn(fmt::format("'{}' is overwritten by what was '{}'", backup, name));
    if (run.noaction())
        return true;
    if (!r.suffix.empty()) {
        if (older)
            run.about_to_change(backup);
        if (::rename(at.c_str(), (at + r.suffix).c_str()))
            throw system_error("cannot keep '" + name + "' as '" + backup + "'");
    } else if (kind == "dir" && ::rmdir(at.c_str())) {
        throw system_error("cannot remove the folder '" + name + "'");
    }
    return true;  // a file or link is replaced by the rename of the new link
}

void one_link(Run& run, View l, const Words& context, View options) {
    std::string name = l["name"].text();
    if (!name.starts_with('/'))
        throw Error(exit_data, "not an absolute path");
    bool must_exist = l["exists"].flag(options["exists"].flag());
    std::string at = run.place(name);
    std::error_code ec;
    if (l["delete"].flag()) {
        if (fs::is_symlink(at, ec))
            run.remove(name);
        else if (fs::exists(at, ec))
            throw Error(exit_data, "not a link, not removed");
        else if (must_exist)
            run.warn(fmt::format("'{}' is not there to be removed", name));
        return;
    }
    std::string target = expand(run, l["target"].text(), context);
    if (target.empty())
        throw Error(exit_data, "no target");
    if (fs::is_symlink(at, ec) && fs::read_symlink(at, ec) == target)
        return;
    std::string absolute =
        target.starts_with('/') ? target : name.substr(0, name.rfind('/') + 1) + target;
    if (must_exist && !run.exists(absolute))
        throw Error(exit_data, fmt::format("its target '{}' does not exist", target));
    if (clear_the_way(run, name, l["replace"], options["replace"]))
        run.link(name, target);
}

Words context_of(Run& run, View c) {
    Words words;
    for (View w : c["context"].items())
        words[w["name"].text()] = expand(run, w["value"].text(), {});
    return words;
}

void configure_symlink(Run& run) {
    View c = run.config();
    Words context = context_of(run, c);
    std::map<std::string, const Element*> last;  // of several for one name
    for (View l : c["links"].items())
        last[l["name"].text()] = l.element();
    for (View l : c["links"].items()) {
        if (last[l["name"].text()] != l.element()) {
            run.verbose(fmt::format("'{}' comes again below: that one counts", l["name"].text()));
            continue;
        }
        try {
            one_link(run, l, context, c["options"]);
        } catch (const Error& e) {
            run.error(fmt::format("'{}': {}", l["name"].text(), e.message));
        }
    }
}

void unconfigure_symlink(Run& run) {
    View c = run.config();
    Words context = context_of(run, c);
    for (View l : c["links"].items()) {
        std::string name = l["name"].text();
        if (l["delete"].flag() || !name.starts_with('/'))
            continue;
        std::string at = run.place(name);
        std::error_code ec;
        if (fs::is_symlink(at, ec) &&
            fs::read_symlink(at, ec) == expand(run, l["target"].text(), context))
            run.remove(name);
    }
}

}  // namespace

extern const Component symlink_component{.name = "symlink",
                                         .about = "symbolic links, made and removed",
                                         .configure = configure_symlink,
                                         .unconfigure = unconfigure_symlink};

}  // namespace weft::ncm
