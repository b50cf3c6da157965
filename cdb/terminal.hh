// What only a person at a terminal sees: colours, and that something is still going on.
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace weft::cdb {

enum class Paint { plain = 0, bold = 1, red = 31, green = 32, yellow = 33, cyan = 36 };

/// The text in a colour, when standard output is a terminal and NO_COLOR is not set.
std::string paint(Paint, std::string_view text);
/// A unified diff with its lines in colour.
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
