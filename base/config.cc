// Reading of settings files, every value checked against its row of the table.
#include "base/config.hh"

#include <fmt/core.h>

#include "base/file.hh"

namespace weft {

namespace {

constexpr std::string_view blanks = " \t\r";

std::string_view trim(std::string_view s) {
    size_t a = s.find_first_not_of(blanks);
    if (a == std::string_view::npos)
        return {};
    return s.substr(a, s.find_last_not_of(blanks) - a + 1);
}

/// A number and its unit: one of `units` (letter, factor), or none.
std::optional<double> scaled(std::string_view s,
                             std::initializer_list<std::pair<char, double>> units) {
    double factor = 1, n = 0;
    for (auto [letter, f] : units)
        if (!s.empty() && s.back() == letter) {
            factor = f;
            s.remove_suffix(1);
            break;
        }
    auto [end, ec] = std::from_chars(s.data(), s.data() + s.size(), n, std::chars_format::fixed);
    if (ec != std::errc() || end != s.data() + s.size() || s.empty() || n < 0)
        return std::nullopt;
    return n * factor < 1e15 ? std::optional(n * factor) : std::nullopt;
}
std::optional<double> to_seconds(std::string_view s) {
    return scaled(s, {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}});
}
std::optional<size_t> to_bytes(std::string_view s) {
    auto n = scaled(s, {{'K', 1 << 10}, {'M', 1 << 20}, {'G', 1 << 30}});
    return n ? std::optional(size_t(*n)) : std::nullopt;
}
std::optional<long> to_number(std::string_view s) {
    long n = 0;
    auto [end, ec] = std::from_chars(s.data(), s.data() + s.size(), n);
    return ec == std::errc() && end == s.data() + s.size() && !s.empty() ? std::optional(n)
                                                                         : std::nullopt;
}
std::optional<bool> to_yes(std::string_view s) {
    for (std::string_view y : {"yes", "true", "on"})
        if (s == y)
            return true;
    for (std::string_view n : {"no", "false", "off"})
        if (s == n)
            return false;
    return std::nullopt;
}

/// What a value of this kind looks like, when `s` is none.
const char* complaint(Setting::Kind kind, std::string_view s) {
    switch (kind) {
        case Setting::number: return to_number(s) ? nullptr : "a decimal number";
        case Setting::yes_no: return to_yes(s) ? nullptr : "yes or no";
        case Setting::seconds:
            return to_seconds(s) ? nullptr : "a time: 10, 0.5, 10s, 5m, 2h or 1d";
        case Setting::bytes: return to_bytes(s) ? nullptr : "a size: 4096, 64K, 16M or 1G";
        case Setting::path: return s.starts_with('/') ? nullptr : "an absolute path";
        case Setting::text:
        case Setting::words: return nullptr;
    }
    return nullptr;
}

}  // namespace

Config::Config(std::vector<Setting> table) : table_(std::move(table)) {
    for (const Setting& s : table_)
        if (*s.fallback && complaint(s.kind, s.fallback))
            bug(fmt::format("setting '{}' has a bad fallback", s.name));
}

Config Config::parse(std::string_view text, const std::string& file, std::vector<Setting> table) {
    Config c(std::move(table));
    c.file_ = file;
    int n = 0;
    for (std::string_view line : lines(text)) {
        n++;
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        std::string_view rest = trim(line);
        if (rest.empty() || rest.front() == '#')
            continue;
        auto fail = [&](std::string_view at, std::string message, std::string hint = {}) {
            int col = int(at.data() - line.data()) + 1;
            Error e(exit_config, std::move(message),
                    {file, n, col, n, col + int(std::max<size_t>(at.size(), 1)) - 1},
                    std::move(hint));
            e.line = line;
            return e;
        };
        size_t eq = rest.find('=');
        if (eq == std::string_view::npos)
            throw fail(rest, "'=' is missing", "write key = value");
        std::string_view key = trim(rest.substr(0, eq)), value = trim(rest.substr(eq + 1));
        if (key.empty())
            throw fail(rest.substr(eq, 1), "a key is missing before '='");
        if (value.empty())
            value = rest.substr(rest.size());

        const Setting* known = nullptr;
        std::vector<std::string_view> names;
        for (const Setting& s : c.table_) {
            names.push_back(s.name);
            if (key == s.name)
                known = &s;
        }
        if (!known) {
            auto near = key.size() < 64 ? nearest(key, names) : std::string_view();
            throw fail(key, fmt::format("unknown key '{}'", key),
                       near.empty() ? "" : fmt::format("did you mean '{}'?", near));
        }
        if (value.find('\0') != std::string_view::npos)
            throw fail(value, "a NUL byte in the value");
        if (const char* want = complaint(known->kind, value);
            want && !(value.empty() && !*known->fallback))
            throw fail(value, fmt::format("'{}' needs {}, not '{}'", key, want, value));
        auto [it, fresh] = c.values_.try_emplace(
            known->name, Value{std::string(value),
                               {file, n, int(value.data() - line.data()) + 1, n, 0},
                               std::string(line)});
        if (!fresh) {
            if (known->kind != Setting::words)
                throw fail(key, fmt::format("'{}' is set twice", key),
                           fmt::format("first in line {}", it->second.where.line));
            it->second.text.append(" ").append(value);
        }
    }
    for (auto& [k, v] : c.values_)
        v.where.end_col = std::max(v.where.col, int(trim(v.line).end() - v.line.data()));
    return c;
}

Config Config::read(const std::string& path, std::vector<Setting> table, bool optional) {
    std::optional<std::string> text;
    try {
        text = read_if_exists(path, 1 << 20);
    } catch (Error& e) {
        e.status = exit_config;
        throw;
    }
    if (text)
        return parse(*text, path, std::move(table));
    if (!optional)
        throw Error(exit_config, fmt::format("there is no settings file '{}'", path));
    Config c(std::move(table));
    c.file_ = path;
    return c;
}

const Setting& Config::setting(std::string_view name) const {
    for (const Setting& s : table_)
        if (name == s.name)
            return s;
    bug(fmt::format("no setting '{}' in the table", name));
}

std::string Config::raw(std::string_view name, Setting::Kind kind) const {
    const Setting& s = setting(name);
    if (s.kind != kind && !(kind == Setting::text && s.kind == Setting::path))
        bug(fmt::format("setting '{}' asked for by the wrong type", name));
    auto it = values_.find(name);
    return it == values_.end() ? s.fallback : it->second.text;
}

std::string Config::get(std::string_view name) const { return raw(name, Setting::text); }
long Config::number(std::string_view name) const {
    return to_number(raw(name, Setting::number)).value_or(0);
}
bool Config::yes(std::string_view name) const {
    return to_yes(raw(name, Setting::yes_no)).value_or(false);
}
double Config::seconds(std::string_view name) const {
    return to_seconds(raw(name, Setting::seconds)).value_or(0);
}
size_t Config::bytes(std::string_view name) const {
    return to_bytes(raw(name, Setting::bytes)).value_or(0);
}

std::vector<std::string> Config::words(std::string_view name) const {
    std::vector<std::string> out;
    std::string all = raw(name, Setting::words);
    std::string_view s = all;
    for (size_t a; (a = s.find_first_not_of(blanks)) != std::string_view::npos;) {
        size_t end = std::min(s.find_first_of(blanks, a), s.size());
        out.emplace_back(s.substr(a, end - a));
        s.remove_prefix(end);
    }
    return out;
}

bool Config::given(std::string_view name) const {
    setting(name);
    return values_.find(name) != values_.end();
}

Error Config::error(std::string_view name, std::string message, std::string hint) const {
    auto it = values_.find(name);
    if (it == values_.end())
        return Error(exit_config, std::move(message), {file_}, std::move(hint));
    Error e(exit_config, std::move(message), it->second.where, std::move(hint));
    e.line = it->second.line;
    return e;
}

double parse_seconds(std::string_view text) {
    if (auto n = to_seconds(text))
        return *n;
    throw Error(exit_usage, fmt::format("'{}' is no time", text), {}, "90, 5m, 2h, 1d");
}

}  // namespace weft
