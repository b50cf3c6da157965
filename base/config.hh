// Settings files of the suite: `key = value` a line, # comments, every key known and checked when
// read.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hh"

namespace weft {

/// One key a settings file may hold: a row of the daemon's table.
struct Setting {
    enum Kind {
        text,     ///< the rest of the line, without the blanks around it
        number,   ///< a decimal integer
        yes_no,   ///< yes no true false on off
        seconds,  ///< 10, 0.5, 10s, 5m, 2h, 1d
        bytes,    ///< 4096, 64K, 16M, 1G
        words,    ///< several values between blanks; the key may be given several times
        path,     ///< an absolute path
    };
    const char* name;
    Kind kind;
    const char*
        fallback;  ///< the value when the file does not say, in the same spelling; "" = unset
    const char* help;
};

/// A read settings file. Asking for a key that is not in the table, or by the wrong type, is a bug.
class Config {
public:
    /// Everything from the fallbacks.
    explicit Config(std::vector<Setting> table = {});
    /// Error(78) with file, line, column and a hint for an unknown key, a repeated one, a bad
    /// value.
    static Config parse(std::string_view text, const std::string& file, std::vector<Setting> table);
    /// Error(78) when there is no such file; `optional`: the fallbacks then.
    static Config read(const std::string& path, std::vector<Setting> table, bool optional = false);

    std::string get(std::string_view name) const;  ///< text or path; "" when unset
    long number(std::string_view name) const;
    bool yes(std::string_view name) const;
    double seconds(std::string_view name) const;
    size_t bytes(std::string_view name) const;
    std::vector<std::string> words(std::string_view name) const;

    /// Was it in the file?
    bool given(std::string_view name) const;
    /// Error(78) pointing at the line that set `name` (or at the file): for checks the table cannot
    /// do.
    Error error(std::string_view name, std::string message, std::string hint = {}) const;
    const std::string& file() const { return file_; }

private:
    struct Value {
        std::string text;
        Where where;
        std::string line;
    };
    const Setting& setting(std::string_view name) const;
    std::string raw(std::string_view name, Setting::Kind) const;
    std::string file_;
    std::vector<Setting> table_;
    std::map<std::string, Value, std::less<>> values_;
};

/// "90", "5m", "2h", "1d" as seconds, the way a setting has it. Error(64).
double parse_seconds(std::string_view);

}  // namespace weft
