// Append-only text logs.
#include "ncm/runlog.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>

#include "base/error.hh"

namespace weft::ncm {

LogFile::LogFile(const std::string& path, mode_t mode) {
    size_t slash = path.rfind('/');
    try {
        if (slash && slash != std::string::npos)
            make_dirs(path.substr(0, slash));
        fd_ =
            Fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, mode));
        if (!fd_)
            throw system_error("cannot open the log '" + path + "'");
        fchmod(fd_.get(), mode);
    } catch (const Error& e) {
        fmt::print(stderr, "{}", e.text("ncd", "warning"));
    }
}

void LogFile::write(Level l, std::string_view text) {
    if (!fd_)
        return;
    static constexpr const char* words[] = {"ERROR", "WARN", "INFO", "VERB"};
    char when[32];
    time_t now = ::time(nullptr);
    struct tm t {};
    ::tzset();  // another /etc/localtime counts at once
    localtime_r(&now, &t);
    strftime(when, sizeof when, "%Y/%m/%d-%H:%M:%S", &t);
    std::string line = fmt::format("{} [{}] {}\n", when, words[int(l)], text);
    for (size_t i = 0; i + 1 < line.size(); i++)
        if (line[i] == '\n')
            line[i] = '|';
    // A full disk must not stop the run, and there is nowhere to say it but where it failed.
    if (::write(fd_.get(), line.data(), line.size()) < 0)
        fd_.close();
}

}  // namespace weft::ncm
