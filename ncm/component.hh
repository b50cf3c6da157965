// A component of ours: what it says about itself, and what it may do during one run
// (man/ncm-component.5).
#pragma once
#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/noun/element.hh"
#include "base/process.hh"
#include "base/program.hh"
#include "ncm/view.hh"

namespace weft::ncm {

/// How a file shall be left; what is not set is kept, a new file gets root's and 0644.
struct FileSpec {
    std::optional<mode_t> mode = {};
    std::string owner = {}, group = {};  ///< names or numbers; owner may be "user:group"
    std::string backup = {};             ///< suffix under which the replaced file is kept
    bool sensitive = false;              ///< its contents are never shown
};

/// One run of one component. All paths are the system's; they are looked up below NCM_ROOT,
/// symbolic links included. Under noaction everything is compared and reported and nothing is
/// changed.
class Run {
public:
    /// From the document on standard input; Error(65) when it is none.
    Run(std::string component, const std::string& document, bool check_only);
    /// For a helper of a component in another language: what the runner's environment says
    /// (ncm-component(5)), or -n and -v of its command line.
    static Run of_environment(const Args&);
    Run(Run&&) noexcept;
    ~Run();

    /// Our own subtree; on unconfigure what it last was. Empty when there is none.
    View config() const;
    /// A watched tree, nothing when the profile has none.
    const Element* extra(std::string_view path) const;
    /// Our own subtree of the profile that was configured before.
    const Element* previous() const;
    bool noaction() const;
    bool verbose_on() const;
    /// Files as Quattor's component of this name lays them out: `historic` of our subtree, else
    /// NCM_HISTORIC, which the runner sets (ncd(8)).
    bool historic() const;
    bool rooted() const;  ///< below NCM_ROOT: the running system is not ours to touch

    // ---- reporting; errors and warnings are counted and decide the exit status
    void error(std::string_view);
    void warn(std::string_view);
    void info(std::string_view);
    void verbose(std::string_view);
    int errors() const;
    int warnings() const;

    // ---- files; each answers whether it changed something (or would)
    bool file(const std::string& path, std::string_view contents, const FileSpec& = {});
    bool remove(const std::string& path);
    /// For FileSpec::backup: ".old", or nothing when the file there is already ours (it begins with
    /// header()). What give_back() then finds is what was there before us.
    std::string original(const std::string& path, const std::string& suffix = ".old") const;
    /// Take a file of ours away: the one kept under the suffix comes back, if there is one.
    bool give_back(const std::string& path, const std::string& backup_suffix);
    /// Mode and owner of what exists; nothing is said about what does not.
    bool attributes(const std::string& path, const FileSpec&);
    bool folder(const std::string& path, const FileSpec&);
    bool link(const std::string& path, const std::string& target);
    std::optional<std::string> read(const std::string& path) const;
    bool exists(const std::string& path) const;
    /// Names in a folder, sorted; empty when there is no such folder.
    std::vector<std::string> names_in(const std::string& folder) const;
    /// Where the path really is; place() without following a link in its last step.
    std::string real(const std::string& path) const;
    std::string place(const std::string& path) const;
    /// Call this before something other than the above changes a path, and changed() after it.
    void about_to_change(const std::string& path);
    void changed(const std::string& path);

    // ---- services and commands
    /// Ask for start, stop, restart, reload, condrestart or enable...; the runner collects and does
    /// it once.
    void service(std::string_view name, std::string_view action);
    /// A command that changes nothing but answers a question: run always.
    ProcessResult ask(const std::vector<std::string>& argv, const std::string& input = {});
    /// A command that changes the running system: not under noaction, not below NCM_ROOT (says so,
    /// answers true). Its failure is an error and answers false.
    bool command(const std::vector<std::string>& argv, const std::string& input = {});
    /// A command line of the configuration, taken apart at blanks, or given to a shell when it has
    /// signs that only a shell understands. One that only acts on a service
    /// ("systemctl restart x", "service x restart") becomes a request to the runner.
    bool command_line(const std::string& words);
    /// Is this program installed?
    static bool have(const std::string& program);

    /// Debian and its kin, by /etc/debian_version.
    bool debian() const;
    /// "# Written by ncm-NAME (Weft). Local changes are lost." with the given comment sign.
    std::string header(std::string_view comment = "#") const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// One built-in component: everything about it, as a struct literal in ncm/component/<name>.cc, and
/// one line in ncm/components.def.
struct Component {
    const char* name;
    const char* about;  ///< one sentence: the file it writes, the service it restarts
    std::vector<std::string> watch = {};  ///< paths beside its own subtree
    void (*configure)(Run&);
    void (*unconfigure)(Run&) = nullptr;  ///< nullptr: the verb is not supported
};

/// All of them, sorted by name.
const std::vector<const Component*>& components();
const Component* find_component(std::string_view name);

/// What a component says to `describe`: one line of JSON.
std::string describe(const Component&);

/// Do what argv asks: describe, configure, unconfigure, check. Answers the exit status of the
/// protocol.
int run_component(const Component&, std::string_view verb);

}  // namespace weft::ncm
