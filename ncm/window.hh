// Maintenance windows: when changes that disturb users may be made (man/cdispd.8).
#pragma once
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

namespace weft::ncm {

/// Hours of some days of the week, local time; a window that ends before it begins goes over
/// midnight.
struct Window {
    unsigned days = 0x7f;  ///< bit 0 is Sunday, as in struct tm: the days it begins on
    int from = 0, to = 0;  ///< minutes since midnight

    /// "02:00-05:00" every day, "Sat 02:00-05:00", "Mon-Fri 22:00-04:00". Error(65) for anything
    /// else.
    static Window parse(std::string_view text);
};

/// Several, between commas, or alone.
std::vector<Window> parse_windows(std::string_view text);

/// Is it now? Without windows it always is.
bool inside(const std::vector<Window>&, time_t now);
/// When the next one begins, after `now`; at most eight days on.
time_t next_window(const std::vector<Window>&, time_t now);

}  // namespace weft::ncm
