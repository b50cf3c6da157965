// Escape sequences, and a line that is rewritten each second.
#include "cdb/terminal.hh"

#include <fmt/core.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "base/file.hh"

namespace weft::cdb {

/// The character that text begins with, and in `size` its bytes; none when it is no UTF-8.
static std::optional<uint32_t> character(std::string_view text, size_t& size) {
    auto byte = [&](size_t i) {
        return uint32_t(static_cast<unsigned char>(text[i]));
    };
    uint32_t first = byte(0);
    size = 1;
    if (first < 0x80)
        return first;
    size_t all = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < all)
        return std::nullopt;
    uint32_t c = first & (0xffU >> (all + 1));
    for (size_t i = 1; i < all; i++) {
        if ((byte(i) & 0xc0) != 0x80)
            return std::nullopt;
        c = c << 6 | (byte(i) & 0x3f);
    }
    if (c < (all == 4 ? 0x10000U : all == 3 ? 0x800U : 0x80U))
        return std::nullopt;
    size = all;
    return c;
}

std::string harmless(std::string_view text, bool one_line) {
    std::string out;
    out.reserve(text.size());
    for (size_t size = 1; !text.empty(); text.remove_prefix(size)) {
        auto c = character(text, size);
        if (one_line && (c == '\n' || c == '\t'))
            out += c == '\n' ? "\\n" : "\\t";
        else if (c == '\n' || c == '\t')
            out += text[0];
        else if (!c || *c < 0x20 || *c == 0x7f)
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
        else if ((*c >= 0x80 && *c < 0xa0) || *c == 0x200e || *c == 0x200f || *c == 0x2028 ||
                 *c == 0x2029 || (*c >= 0x202a && *c <= 0x202e) || (*c >= 0x2066 && *c <= 0x2069))
            out += fmt::format("\\u{:04x}", *c);
        else
            out += text.substr(0, size);
    }
    return out;
}

void print_content(std::string_view text) {
    if (isatty(1))
        fmt::print("{}", harmless(text));
    else
        fmt::print("{}", text);
}

std::string paint(Paint p, std::string_view text) {
    static const bool colours = isatty(1) && !std::getenv("NO_COLOR");
    if (!colours || p == Paint::plain)
        return std::string(text);
    return fmt::format("\x1b[{}m{}\x1b[0m", int(p), text);
}

std::string paint_diff(std::string_view diff) {
    if (!isatty(1))
        return std::string(diff);
    std::string out, clean = harmless(diff);
    for (std::string_view line : lines(clean)) {
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
