// What every program of the suite is: -h -V -v, --root, uniform messages, exit statuses from
// sysexits.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hh"

namespace weft {

/// One option: a letter (0 for none), a long word, the name of its argument (nullptr: a switch;
/// "[=what]":
/// --word=what or the word alone, which gives an empty value), one line of help. The same letter
/// means the same thing in all programs.
struct Option {
    char letter;
    const char* name;
    const char* arg;
    const char* help;
};

/// The command line, taken apart.
class Args {
public:
    bool has(std::string_view name) const;
    /// The last value given, else the fallback.
    std::string get(std::string_view name, std::string_view fallback = {}) const;
    /// Every value given, in order.
    std::vector<std::string> all(std::string_view name) const;
    /// A decimal number; Error(64) when it is none or outside [low, high].
    long number(std::string_view name, long fallback, long low = 0, long high = 1L << 40) const;
    const std::vector<std::string>& rest() const { return rest_; }

    const std::string& program() const { return program_; }
    bool verbose() const { return has("verbose"); }
    bool noaction() const { return has("noaction"); }

    /// A path of the system below --root (or WEFT_ROOT): rooted("/var/lib/ccm") ->
    /// "/scratch/var/lib/ccm".
    std::string rooted(std::string_view path) const;
    const std::string& root() const { return root_; }

private:
    friend struct Program;
    friend Args parse_args(const struct Program&, const std::vector<std::string>&);
    std::string program_, root_;
    std::map<std::string, std::vector<std::string>, std::less<>> values_;
    std::vector<std::string> rest_;
};

/// A program: `cdb commit` and the like are programs within a program (commands).
struct Program {
    const char* name;
    const char* usage;            ///< the synopsis, as in the manual page; further forms after '\n'
    const char* about;            ///< one sentence: what it is for
    std::vector<Option> options;  ///< besides -h -V -v and --root, which all have
    std::function<int(const Args&)> body;
    std::vector<Program> commands;  ///< when not empty, the first word selects one
    int usage_status = exit_usage;  ///< of a wrong command line; historic tools differ
};

/// Parse, run, print what was thrown, return the exit status: main() is one call to this.
int run(const Program&, int argc, char** argv);

/// The parsing half of run(), for tests and for shells; -h and -V are returned as ordinary
/// switches.
Args parse_args(const Program&, const std::vector<std::string>& words);

/// What may stand where the last word stands: commands or options. Nothing where a value or an
/// operand belongs: that may be a file.
std::vector<std::string> completions(const Program&, std::vector<std::string> words);

/// The help text that -h prints.
std::string help(const Program&);

/// The folder with our helper programs and data: beside the running program's own bin/ or sbin/
/// (../libexec/weft, ../share/weft), or WEFT_LIBEXEC and WEFT_SHARE.
std::string libexec_dir();
std::string share_dir();

}  // namespace weft
