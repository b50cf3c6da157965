// Escape sequences, and a line that is rewritten each second.
#include "cdb/terminal.hh"

#include <fmt/core.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "base/file.hh"

namespace weft::cdb {

std::string paint(Paint p, std::string_view text) {
    static const bool colours = isatty(1) && !std::getenv("NO_COLOR");
    if (!colours || p == Paint::plain)
        return std::string(text);
    return fmt::format("\x1b[{}m{}\x1b[0m", int(p), text);
}

std::string paint_diff(std::string_view diff) {
    std::string out;
    for (std::string_view line : lines(diff)) {
        Paint p = line.starts_with("+++") || line.starts_with("---") ? Paint::bold
                  : line.starts_with('+')                            ? Paint::green
                  : line.starts_with('-')                            ? Paint::red
                  : line.starts_with('@')                            ? Paint::cyan
                                                                     : Paint::plain;
        out += paint(p, line) + '\n';
    }
    return out;
}

Progress::Progress(std::string what, std::function<std::string()> detail)
    : what_(std::move(what)), detail_(std::move(detail)) {
    if (isatty(2))
        thread_ = std::jthread([this] { show(); });
}

Progress::~Progress() {
    std::lock_guard hold(lock_);
    over_ = true;
    wake_.notify_one();
}

void Progress::show() {
    using namespace std::chrono;
    auto start = steady_clock::now();
    auto passed = [&] {
        return duration_cast<seconds>(steady_clock::now() - start).count();
    };
    bool shown = false;
    std::unique_lock hold(lock_);
    for (auto next = start + seconds(2); !wake_.wait_until(hold, next, [&] { return over_; });
         next += seconds(1)) {
        hold.unlock();
        std::string detail = detail_();
        hold.lock();
        if (over_)
            break;
        fmt::print(stderr, "\r{} ... {}{} s\x1b[K", what_, detail, passed());
        shown = true;
    }
    if (shown)
        fmt::print(stderr, "\r\x1b[K");
}

}  // namespace weft::cdb
