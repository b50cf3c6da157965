// One table per program makes its options, checks its file and types its values.
#include "ncm/settings.hh"

#include <fmt/core.h>

#include <charconv>
#include <cstring>
#include <set>

#include "base/file.hh"

namespace weft::ncm {

std::vector<std::string> words(std::string_view list, std::string_view separators) {
    std::vector<std::string> out;
    while (!list.empty()) {
        size_t end = std::min(list.find_first_of(separators), list.size());
        if (end)
            out.emplace_back(list.substr(0, end));
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return out;
}

std::vector<Option> options_of(const std::vector<Setting>& table) {
    static std::set<std::string> kept;  // Option holds pointers
    std::vector<Option> out;
    for (const Setting& s : table) {
        out.push_back({0, s.name, s.arg, s.help});
        if (s.type == Setting::flag)
            out.push_back({0, kept.insert(std::string("no") + s.name).first->c_str(), nullptr,
                           "the opposite"});
    }
    return out;
}

static std::string_view trim(std::string_view s) {
    while (!s.empty() && strchr(" \t\r", s.front()))
        s.remove_prefix(1);
    while (!s.empty() && strchr(" \t\r", s.back()))
        s.remove_suffix(1);
    return s;
}

static Error at_line(const std::string& file, int n, std::string_view line, std::string message,
                     std::string hint = {}) {
    Error e(exit_config, std::move(message), {file, n, 1, n, 0}, std::move(hint));
    e.line = line;
    return e;
}

Settings::Settings(const std::vector<Setting>& table, const Args& args, const std::string& file,
                   Grammar grammar) {
    for (const Setting& s : table) {
        std::string text = s.fallback ? s.fallback : "";
        if (s.type == Setting::path)
            text = args.rooted(text);
        values_[s.name] = {&s, text, "default"};
    }
    int n = 0;
    std::string text;
    if (!file.empty())
        try {
            text = read_file(file, 1 << 20);
        } catch (Error& e) {
            e.status = exit_config;
            throw;
        }
    for (std::string_view raw : lines(text)) {
        n++;
        std::string_view line = trim(raw);
        if (line.empty() || line.starts_with('#'))
            continue;
        size_t end =
            std::min(line.find_first_of(grammar == Grammar::words ? " \t" : " \t="), line.size());
        std::string key(line.substr(0, end));
        std::string_view rest = trim(line.substr(end));
        if (grammar == Grammar::equations && rest.starts_with('='))
            rest = trim(rest.substr(1));
        auto it = values_.find(key);
        if (it == values_.end()) {
            std::vector<std::string_view> names;
            for (auto& [name, v] : values_)
                names.push_back(name);
            std::string hint;
            if (auto near = nearest(key, names); !near.empty())
                hint = fmt::format("did you mean '{}'?", near);
            throw at_line(file, n, raw, fmt::format("unknown setting '{}'", key), hint);
        }
        const Setting& s = *it->second.setting;
        if (grammar == Grammar::words &&
            (rest.empty() || rest.find_first_of(" \t") != std::string_view::npos))
            throw at_line(file, n, raw,
                          fmt::format("'{}' needs exactly one word as its value", key));
        std::string value(rest);
        if (s.type == Setting::path && value.starts_with('/'))
            value = args.rooted(value);
        if (s.type == Setting::flag && value.empty())
            value = "1";
        try {
            assign(s, std::move(value), fmt::format("{}:{}", file, n));
        } catch (const Error& e) {
            throw at_line(file, n, raw, e.message);
        }
    }
    for (const Setting& s : table) {
        if (s.type == Setting::flag) {
            if (args.has(s.name))
                assign(s, "1", "the command line");
            if (args.has(std::string("no") + s.name))
                assign(s, "0", "the command line");
        } else if (args.has(s.name)) {
            try {
                assign(s, args.get(s.name), "the command line");
            } catch (Error& e) {
                e.status = exit_usage;
                throw;
            }
        }
    }
}

static bool is_yes(std::string_view v) {
    return v == "1" || v == "yes" || v == "true" || v == "on";
}
static bool is_no(std::string_view v) {
    return v == "0" || v == "no" || v == "false" || v == "off";
}

void Settings::assign(const Setting& s, std::string v, std::string from) {
    if (s.type == Setting::flag && !is_yes(v) && !is_no(v))
        throw Error(exit_config, fmt::format("'{}' is 1 or 0, not '{}'", s.name, v));
    if (s.type == Setting::number) {
        double d = 0;
        auto [end, ec] = std::from_chars(v.data(), v.data() + v.size(), d);
        if (ec != std::errc() || end != v.data() + v.size() || !(d >= 0) || d > 1e12)
            throw Error(exit_config, fmt::format("'{}' needs a number, not '{}'", s.name, v));
    }
    values_[s.name] = {&s, std::move(v), std::move(from)};
}

const Settings::Value& Settings::value(std::string_view name) const {
    auto it = values_.find(name);
    if (it == values_.end())
        bug(fmt::format("no setting '{}'", name));
    return it->second;
}

const std::string& Settings::get(std::string_view name) const { return value(name).text; }
long Settings::number(std::string_view name) const { return long(seconds(name)); }
double Settings::seconds(std::string_view name) const {
    const std::string& v = value(name).text;
    double d = 0;
    std::from_chars(v.data(), v.data() + v.size(), d);
    return d;
}
bool Settings::flag(std::string_view name) const { return is_yes(value(name).text); }
std::vector<std::string> Settings::list(std::string_view name) const {
    return words(value(name).text);
}
void Settings::set(std::string_view name, std::string v) {
    Value copy = value(name);
    copy.text = std::move(v);
    values_[std::string(name)] = copy;
}

Program with_settings(Program p, const std::vector<Setting>& table) {
    for (const Option& o : options_of(table))
        p.options.push_back(o);
    return p;
}

}  // namespace weft::ncm
