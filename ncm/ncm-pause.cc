// ncm-pause - stop the dispatcher for some time                            page: man/ncm-pause.8
#include <fmt/core.h>
#include <unistd.h>

#include <charconv>
#include <ctime>

#include "base/file.hh"
#include "ncm/ncdconf.hh"
using namespace weft;

/// 90, 90s, 30m, 2h, 1d: seconds. Error(64) for anything else.
static long seconds_of(const std::string& text) {
    long n = 0;
    auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), n);
    std::string_view unit(end, size_t(text.data() + text.size() - end));
    long factor = unit.empty() || unit == "s" ? 1
                  : unit == "m"               ? 60
                  : unit == "h"               ? 3600
                  : unit == "d"               ? 86400
                                              : 0;
    if (ec != std::errc() || n <= 0 || !factor || n > 366 * 86400 / factor)
        throw Error(exit_usage, fmt::format("'{}' is no time", text), {},
                    "write it as 90, 30m, 2h or 1d; a year at most");
    return n * factor;
}

static int body(const Args& args) {
    std::string file = ncm::read_ncd_settings(args).get("workdir") + "/pause";
    if (args.has("end")) {
        if (::unlink(file.c_str()) == 0)
            return exit_ok;
        if (errno == ENOENT)
            throw Error(exit_no, "there is no pause");
        throw system_error("cannot remove '" + file + "'");
    }
    if (args.rest().empty()) {
        auto text = read_if_exists(file, 1 << 16);
        long until = text ? std::atol(text->c_str()) : 0;
        if (until <= ::time(nullptr)) {
            fmt::print("not paused\n");
            return exit_no;
        }
        fmt::print("paused for {} s more: {}", until - ::time(nullptr),
                   text->substr(std::min(text->size(), text->find(' ') + 1)));
        return exit_ok;
    }
    if (args.rest().size() < 2)
        throw Error(exit_usage, "a time and a reason are needed");
    std::string reason;
    for (size_t i = 1; i < args.rest().size(); i++)
        reason += (i > 1 ? " " : "") + args.rest()[i];
    for (char& c : reason)
        if (c == '\n')
            c = ' ';
    make_dirs(file.substr(0, file.rfind('/')));
    write_file(file, fmt::format("{} {}\n", ::time(nullptr) + seconds_of(args.rest()[0]), reason),
               {.mode = 0644});
    return exit_ok;
}

int main(int argc, char** argv) {
    return run({.name = "ncm-pause",
                .usage = "ncm-pause [--root dir] time reason ...\nncm-pause [--root dir] "
                         "--end\nncm-pause [--root dir]",
                .about = "Let the dispatcher run nothing for some time, and say why.",
                .options = {{0, "end", nullptr, "end the pause now"},
                            {'f', "cfgfile", "FILE", "settings (/etc/ncm-ncd.conf)"},
                            {0, "workdir", "DIR", "where ncd and cdispd remember"}},
                .body = body},
               argc, argv);
}
