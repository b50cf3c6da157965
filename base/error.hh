// What went wrong, as data: text is made only at the edge (run(), a daemon's request boundary).
#pragma once
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

/// Exit statuses, from <sysexits.h> where it has a name. "Does retrying help?": only try_later says
/// yes.
enum Status {
    exit_ok = 0,  ///< done, or yes
    exit_no = 1,  ///< no: denied, differs, nothing to do (as grep)
    exit_usage = 64,
    exit_data = 65,         ///< bad input data
    exit_unavailable = 69,  ///< a peer is unavailable
    exit_software = 70,     ///< internal error
    exit_io = 74,
    exit_try_later = 75,
    exit_denied = 77,
    exit_config = 78,
};

/// A place in an input: lines and columns start at 1, both ends inclusive; 0 = unknown.
struct Where {
    std::string file;
    int line = 0, col = 0, end_line = 0, end_col = 0;
};

/// "Cannot do what was asked." Caught in run() and at a daemon's request boundary only; elsewhere
/// only to add what the catcher knows.
class Error : public std::exception {
public:
    Error(int status, std::string message, Where where = {}, std::string hint = {});

    int status;
    std::string message;  ///< lower case, no full stop, subjects in single quotes
    Where where;
    std::string hint;  ///< what a tired administrator can do about it
    std::string line;  ///< the source line of where, for the caret; filled by whoever has the text
    struct Frame {
        Where where;
        std::string what;  ///< "included from", "called from", "while reading node01's profile"
        std::string line = {};  ///< shown with a caret below the place, when given
    };
    std::vector<Frame> trace;  ///< innermost first

    Error& while_doing(std::string what) &;
    Error&& while_doing(std::string what) &&;

    /// The whole message: position, text, source line, caret, hint, trace; ends with a line end.
    ///   program   leads the line when there is no position ("panc: error: ...")
    std::string text(std::string_view program = {}, std::string_view severity = "error") const;
    const char* what() const noexcept override { return message.c_str(); }
};

/// "cannot open 'x': No such file or directory" from errno; status exit_io unless told.
Error system_error(std::string what, int status = exit_io);

/// A broken promise of our own: print and abort, so that a core shows where.
[[noreturn]] void bug(std::string_view what);

/// The candidate nearest to `word` by edit distance (insert, delete, change, swap), at most `limit`
/// away; empty if none is.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates,
                         int limit = 2);

/// Line `n` (from 1) of a text, without its line end; empty if there is none.
std::string_view line_of(std::string_view text, int n);

}  // namespace weft
