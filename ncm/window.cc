// Local time, asked of the C library for each moment: changes of daylight saving time are its
// business.
#include "ncm/window.hh"

#include <fmt/core.h>

#include "base/error.hh"
#include "ncm/settings.hh"

namespace weft::ncm {

static const char* const day_names[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

static Error no_window(std::string_view text) {
    return Error(exit_data, fmt::format("'{}' is no maintenance window", text), {},
                 "write it as 'Sat 02:00-05:00', 'Mon-Fri 22:00-04:00' or '02:00-05:00'");
}

static int day(std::string_view name, std::string_view all) {
    for (int d = 0; d < 7; d++)
        if (name == day_names[d])
            return d;
    throw no_window(all);
}

static int minutes(std::string_view t, std::string_view all) {
    auto digit = [&](size_t i) {
        return t[i] >= '0' && t[i] <= '9' ? t[i] - '0' : throw no_window(all);
    };
    if (t.size() != 5 || t[2] != ':')
        throw no_window(all);
    int h = digit(0) * 10 + digit(1), m = digit(3) * 10 + digit(4);
    if (h > 24 || m > 59 || h * 60 + m > 24 * 60)
        throw no_window(all);
    return h * 60 + m;
}

Window Window::parse(std::string_view text) {
    Window w;
    auto parts = words(text, " \t");
    if (parts.empty() || parts.size() > 2)
        throw no_window(text);
    if (parts.size() == 2) {
        std::string_view days = parts[0];
        size_t dash = days.find('-');
        int first = day(days.substr(0, dash), text),
            last = dash == std::string_view::npos ? first : day(days.substr(dash + 1), text);
        w.days = 0;
        for (int d = first;; d = (d + 1) % 7) {
            w.days |= 1u << d;
            if (d == last)
                break;
        }
    }
    std::string_view hours = parts.back();
    size_t dash = hours.find('-');
    if (dash == std::string_view::npos)
        throw no_window(text);
    w.from = minutes(hours.substr(0, dash), text);
    w.to = minutes(hours.substr(dash + 1), text);
    if (w.from == w.to || w.from == 24 * 60)
        throw no_window(text);
    return w;
}

std::vector<Window> parse_windows(std::string_view text) {
    std::vector<Window> out;
    for (const std::string& w : words(text, ","))
        out.push_back(Window::parse(w));
    return out;
}

static bool open_at(const std::vector<Window>& windows, time_t now) {
    if (windows.empty())
        return true;
    struct tm t {};
    localtime_r(&now, &t);
    int minute = t.tm_hour * 60 + t.tm_min, yesterday = (t.tm_wday + 6) % 7;
    for (const Window& w : windows) {
        bool over_midnight = w.to < w.from;
        if ((w.days >> t.tm_wday & 1) && minute >= w.from && (over_midnight || minute < w.to))
            return true;
        if (over_midnight && (w.days >> yesterday & 1) && minute < w.to)
            return true;
    }
    return false;
}

bool inside(const std::vector<Window>& windows, time_t now) {
    ::tzset();  // another /etc/localtime counts at once
    return open_at(windows, now);
}

time_t next_window(const std::vector<Window>& windows, time_t now) {
    ::tzset();
    time_t at = now - now % 60;
    for (int m = 0; m < 8 * 24 * 60; m++) {
        at += 60;
        if (open_at(windows, at))
            return at;
    }
    return at;
}

}  // namespace weft::ncm
