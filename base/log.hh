// One line, one event: `cdispd[812]: warning: profile unchanged for 26 h node=lxb001`.
#pragma once
#include <fmt/core.h>

#include <string>
#include <string_view>

namespace weft {

/// error: someone must act; warning: we coped; info: a state changed; debug: -v.
enum class Level { error, warning, info, debug };

class Log {
public:
    /// Standard error until detached; syslog (facility LOG_DAEMON) when `syslog` is set.
    Log(std::string program, Level level = Level::info, bool syslog = false);

    void write(Level, std::string_view line) const;
    bool enabled(Level l) const { return l <= level_; }

    template <class... T>
    void error(fmt::format_string<T...> f, T&&... a) const {
        put(Level::error, f, a...);
    }
    template <class... T>
    void warning(fmt::format_string<T...> f, T&&... a) const {
        put(Level::warning, f, a...);
    }
    template <class... T>
    void info(fmt::format_string<T...> f, T&&... a) const {
        put(Level::info, f, a...);
    }
    template <class... T>
    void debug(fmt::format_string<T...> f, T&&... a) const {
        put(Level::debug, f, a...);
    }

private:
    template <class... T>
    void put(Level l, fmt::string_view f, T&... a) const {
        if (enabled(l))
            write(l, fmt::vformat(f, fmt::make_format_args(a...)));
    }
    std::string program_;
    Level level_;
    bool syslog_;
};

std::string_view level_name(Level);

}  // namespace weft
