// Files as whole values: read, replace atomically, know whether anything changed.
#pragma once
#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft {

/// A file descriptor that closes itself.
class Fd {
public:
    Fd() = default;
    explicit Fd(int fd) : fd_(fd) {}
    Fd(Fd&& o) noexcept : fd_(std::exchange(o.fd_, -1)) {}
    Fd& operator=(Fd&& o) noexcept;
    ~Fd() { close(); }
    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }
    int release() { return std::exchange(fd_, -1); }
    void close();

private:
    int fd_ = -1;
};

/// The contents; Error(74) when it cannot be read, Error(65) when larger than `limit` bytes.
std::string read_file(const std::string& path, size_t limit = size_t(1) << 30);

/// The contents, nothing if there is no such file; other failures throw.
std::optional<std::string> read_if_exists(const std::string& path, size_t limit = size_t(1) << 30);

/// What write_file should leave beside the contents. Unset fields: an existing file's are kept, a
/// new file gets mode 0644 less the umask.
struct FileAttributes {
    std::optional<mode_t> mode;
    std::optional<uid_t> owner;
    std::optional<gid_t> group;
    std::optional<time_t> mtime;
    std::string backup;     ///< when not empty: the old file is kept as path + backup
    bool noaction = false;  ///< compare and answer, change nothing
    bool sync = true;       ///< fsync file and folder before it is visible
};

enum class Change { none, attributes, contents, created };

/// Replace a file by the given contents, atomically: readers see all of the old or all of the new,
/// also after a crash. Nothing is written when the contents are equal; attributes are put right in
/// any case. A symbolic link at `path` is followed, so that what it points to is replaced.
Change write_file(const std::string& path, std::string_view contents, const FileAttributes& = {});

/// mkdir -p; answers whether anything was made.
bool make_dirs(const std::string& path, mode_t mode = 0755);

/// The lines of a text without their ends.
std::vector<std::string_view> lines(std::string_view text);

/// A line-based difference, as `diff -u` prints it, at most `limit` lines.
std::string text_diff(std::string_view before, std::string_view after, const std::string& name,
                      size_t limit = 200);

/// A lock that lives as long as this object and its process: flock on a file that stays behind.
class FileLock {
public:
    /// Nothing when somebody else holds it. The file receives the holder's process id.
    static std::optional<FileLock> try_lock(const std::string& path);
    /// Waits at most `seconds`; Error(75) naming the holder otherwise.
    static FileLock lock(const std::string& path, double seconds);

private:
    explicit FileLock(Fd fd) : fd_(std::move(fd)) {}
    Fd fd_;
};

/// A temporary folder that goes away with all it holds.
class ScratchDir {
public:
    explicit ScratchDir(const std::string& prefix = "/tmp/weft-");
    ScratchDir(ScratchDir&& o) noexcept : path_(std::exchange(o.path_, {})) {}
    ~ScratchDir();
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

}  // namespace weft
