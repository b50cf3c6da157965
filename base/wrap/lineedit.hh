// libedit, met once: a line from a terminal, with history and completion.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace weft {

/// At most one at a time: the library has one terminal.
class LineEditor {
public:
    /// What may stand where the last word of the line's beginning stands; only those that begin
    /// like it are offered. With nothing to offer, files are.
    using Complete = std::function<std::vector<std::string>(const std::string& line)>;

    ///   history   a file that is read now and written by the destructor; "" for none
    LineEditor(std::string history, Complete);
    ~LineEditor();
    LineEditor(const LineEditor&) = delete;

    /// Nothing at the end of the input. A line that is not empty and not the one before goes into
    /// the history.
    std::optional<std::string> read(const std::string& prompt);

private:
    std::string history_, last_;
};

}  // namespace weft
