// What only a person at a terminal sees: colours, and that something is still going on.
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace weft::cdb {

/// What others wrote, so that a terminal shows it and does not obey it: control characters except
/// newline and tab, marks that turn the direction of writing, and bytes that are no UTF-8, as
/// \xNN or \uNNNN. With `one_line` newline and tab too, as \n and \t.
std::string harmless(std::string_view text, bool one_line = false);
/// Print a file's or a profile's bytes: as they are, but to a terminal only what is harmless.
void print_content(std::string_view);

enum class Paint { plain = 0, bold = 1, red = 31, green = 32, yellow = 33, cyan = 36 };

/// The text in a colour, when standard output is a terminal and NO_COLOR is not set.
std::string paint(Paint, std::string_view text);
/// A unified diff; to a terminal its lines in colour, and harmless.
std::string paint_diff(std::string_view diff);

/// From its beginning to its end, once two seconds have passed, a terminal shows what goes on and
/// for how long.
class Progress {
public:
    ///   detail   asked once a second, in a thread of its own: how far it is; may be empty
    Progress(std::string what, std::function<std::string()> detail);
    ~Progress();

private:
    void show();
    std::string what_;
    std::function<std::string()> detail_;
    std::mutex lock_;
    std::condition_variable wake_;
    bool over_ = false;
    std::jthread thread_;  // the last member: it uses the others
};

}  // namespace weft::cdb
