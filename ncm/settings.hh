// Settings of the node's programs: the option table, the configuration file, the default, in this
// order.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/program.hh"

namespace weft::ncm {

/// One setting: an option of the same name on the command line, a key of the configuration file.
struct Setting {
    const char* name;
    const char* fallback;
    enum Type { text, number, flag, path } type;
    const char* arg;  ///< what -h calls its value; nullptr for a flag
    const char* help;
};

/// The values of a table of settings, and where each came from.
class Settings {
public:
    enum class Grammar {
        words,      ///< `key value`, one word each, nothing else: ccm.conf
        equations,  ///< `key = value` or `key value`, the value to the end of the line: the
                    ///< daemons' files
    };
    /// Defaults, then the file, then the command line. Values of `path` settings from the file and
    /// the defaults lie below --root; those of the command line are taken as they are.
    ///   file   empty: none. An unknown key is Error(78) with line and hint.
    Settings(const std::vector<Setting>& table, const Args&, const std::string& file, Grammar);

    const std::string& get(std::string_view name) const;
    long number(std::string_view name) const;
    double seconds(std::string_view name) const;
    bool flag(std::string_view name) const;
    /// Comma-separated words.
    std::vector<std::string> list(std::string_view name) const;
    void set(std::string_view name, std::string value);

private:
    struct Value {
        const Setting* setting;
        std::string text, from;
    };
    const Value& value(std::string_view name) const;
    void assign(const Setting&, std::string value, std::string from);
    std::map<std::string, Value, std::less<>> values_;
};

/// The program with an option for each setting added to its own.
Program with_settings(Program, const std::vector<Setting>&);

/// The options that a table of settings means: --name VALUE; a flag is --name and --noname.
std::vector<Option> options_of(const std::vector<Setting>&);

/// "a, b,,c" -> a b c
std::vector<std::string> words(std::string_view list, std::string_view separators = ", \t");

}  // namespace weft::ncm
