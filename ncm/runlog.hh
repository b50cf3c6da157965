// The logs a run leaves: ncd.log, and component-NAME.log for each component.
#pragma once
#include <string>
#include <string_view>

#include "base/file.hh"
#include "base/log.hh"

namespace weft::ncm {

/// A file that lines are appended to: `2026/11/22-03:29:10 [INFO] text`. Without a file lines go
/// nowhere.
class LogFile {
public:
    LogFile() = default;
    /// Makes the folder when it is missing. A log that cannot be written must not stop a run: says
    /// so once on standard error.
    LogFile(const std::string& path, mode_t mode);
    void write(Level, std::string_view text);

private:
    Fd fd_;
};

}  // namespace weft::ncm
