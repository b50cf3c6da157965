// Where log lines go.
#include "base/log.hh"

#include <syslog.h>
#include <unistd.h>

#include <cstdio>

namespace weft {

std::string_view level_name(Level l) {
    static constexpr std::string_view names[] = {"error", "warning", "info", "debug"};
    return names[int(l)];
}

Log::Log(std::string program, Level level, bool syslog)
    : program_(std::move(program)), level_(level), syslog_(syslog) {
    if (syslog_)
        openlog(program_.c_str(), LOG_PID, LOG_DAEMON);
}

void Log::write(Level l, std::string_view text) const {
    if (!enabled(l))
        return;
    // A line is a line: what came from outside may not forge a second one.
    std::string line(text);
    while (line.ends_with('\n'))
        line.pop_back();
    for (char& c : line)
        if (c == '\n')
            c = '|';
        else if (static_cast<unsigned char>(c) < 0x20 && c != '\t')
            c = '?';
    if (syslog_) {
        static constexpr int priority[] = {LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG};
        syslog(priority[int(l)], "%.*s: %s", int(level_name(l).size()), level_name(l).data(),
               line.c_str());
        return;
    }
    std::string out = fmt::format("{}[{}]: {}: {}\n", program_, getpid(), level_name(l), line);
    std::fwrite(out.data(), 1, out.size(),
                stderr);  // one write, so that lines of several processes do not mix
}

}  // namespace weft
