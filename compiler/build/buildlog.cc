// Records of tasks, includes, calls and memory.
#include "compiler/build/buildlog.hh"

#include <fmt/core.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <vector>

#include "base/error.hh"

namespace weft::compiler {

BuildLog::BuildLog(std::string_view types, const std::string& path) : file_(nullptr, std::fclose) {
    struct Word {
        std::string_view name;
        bool BuildLog::*on;
    };
    static constexpr Word words[] = {{"task", &BuildLog::tasks_},
                                     {"include", &BuildLog::includes_},
                                     {"call", &BuildLog::calls_},
                                     {"memory", &BuildLog::memory_}};
    while (!types.empty()) {
        size_t comma = std::min(types.find(','), types.size());
        std::string_view word = types.substr(0, comma);
        types.remove_prefix(std::min(comma + 1, types.size()));
        while (word.starts_with(' '))
            word.remove_prefix(1);
        while (word.ends_with(' '))
            word.remove_suffix(1);
        bool known = word.empty() || word == "none";
        for (const Word& w : words)
            if (word == w.name || word == "all")
                this->*w.on = known = true;
        if (!known)
            throw Error(
                exit_usage,
                fmt::format("--logging knows task, include, call, memory, all and none, not '{}'",
                            word));
    }
    if (!wanted() || path.empty())
        return;
    file_.reset(std::fopen(path.c_str(), "we"));
    if (!file_)
        throw system_error("cannot write '" + path + "'");
}

/// Threads are numbered in the order in which they first have something to say.
static int thread_number() {
    static std::atomic<int> count = 0;
    thread_local int number = ++count;
    return number;
}

void BuildLog::line(const std::string& text) {
    auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
                   std::chrono::system_clock::now().time_since_epoch())
                   .count();
    std::lock_guard guard(lock_);
    fmt::print(file_ ? file_.get() : stderr, "{} {} {}\n", now, thread_number(), text);
}

static std::string_view kind_word(TemplateKind k) {
    static constexpr std::string_view words[] = {"ORDINARY", "OBJECT", "UNIQUE", "DECLARATION",
                                                 "STRUCTURE"};
    return words[int(k)];
}

void BuildLog::phase(Phase p, const std::string& name, bool begins) {
    static constexpr std::string_view words[] = {"COMPILE", "BUILD",  "EXECUTE", "DEFAULTS",
                                                 "VALID1",  "VALID2", "XMLFILE"};
    bool whole = p == execute && (includes_ || calls_);
    if (whole && !begins)
        line("EXIT OBJECT " + name);
    if (tasks_)
        line(fmt::format("{}_{} {}", begins ? "START" : "END", words[p], name));
    if (whole && begins)
        line("ENTER OBJECT " + name);
    if (memory_ && p == build && !begins) {
        long pages = 0;
        if (std::FILE* f = std::fopen("/proc/self/statm", "re")) {
            if (std::fscanf(f, "%*d %ld", &pages) != 1)
                pages = 0;
            std::fclose(f);
        }
        line(fmt::format("MEM {}", pages * sysconf(_SC_PAGESIZE)));
    }
}

/// What each thread has entered and not left, as it will be told when it is.
static std::vector<std::string>& entered() {
    thread_local std::vector<std::string> all;
    return all;
}

void BuildLog::enter(Frame::Kind kind, const Expr* at, const Template* into) {
    std::string what;
    if (!into) {
    } else if (kind == Frame::call) {
        if (calls_ && at)
            what = fmt::format("FUNCTION {} {}", symbol_text(Name::function, at->symbol).view(),
                               into->name);
    } else if (includes_ || calls_) {
        what = fmt::format("{} {}", kind_word(into->kind), into->name);
    }
    if (!what.empty())
        line(fmt::format("ENTER {} {}", what, into->path));
    entered().push_back(std::move(what));
}

void BuildLog::leave() {
    if (entered().empty())
        return;
    if (!entered().back().empty())
        line("EXIT " + entered().back());
    entered().pop_back();
}

}  // namespace weft::compiler
