// The library's readline face.
#include "base/wrap/lineedit.hh"

#include <editline/readline.h>

#include <cstdlib>
#include <cstring>
#include <memory>

#include "base/wrap/free.hh"

namespace weft {

static LineEditor::Complete complete;  // the library's call-backs carry nothing of ours
static std::vector<std::string> offers;

static char* next_offer(const char*, int state) {
    size_t i = size_t(state);
    return i < offers.size() ? strdup(offers[i].c_str()) : nullptr;
}

static char** attempt(const char* word, int start, int end) {
    offers.clear();
    for (std::string& o : complete(std::string(rl_line_buffer, size_t(end))))
        if (o.compare(0, std::strlen(word), word) == 0)
            offers.push_back(std::move(o));
    static_cast<void>(start);
    return offers.empty() ? nullptr : rl_completion_matches(word, next_offer);
}

LineEditor::LineEditor(std::string history, Complete f) : history_(std::move(history)) {
    complete = std::move(f);
    using_history();
    stifle_history(1000);
    if (!history_.empty())
        read_history(history_.c_str());
    rl_attempted_completion_function = attempt;
}

LineEditor::~LineEditor() {
    if (!history_.empty())
        write_history(history_.c_str());
    complete = nullptr;
}

std::optional<std::string> LineEditor::read(const std::string& prompt) {
    std::unique_ptr<char, Free<free>> line(readline(prompt.c_str()));
    if (!line)
        return std::nullopt;
    std::string s = line.get();
    if (!s.empty() && s != last_)
        add_history(s.c_str());
    return last_ = s;
}

}  // namespace weft
