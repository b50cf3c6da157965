// Temporary file, fsync, rename: the one way this suite replaces a file.
#include "base/file.hh"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>
#include <thread>

#include "base/error.hh"

namespace weft {

namespace fs = std::filesystem;

Fd& Fd::operator=(Fd&& o) noexcept {
    if (this != &o) {
        close();
        fd_ = std::exchange(o.fd_, -1);
    }
    return *this;
}

void Fd::close() {
    if (fd_ >= 0)
        ::close(fd_);
    fd_ = -1;
}

static std::string read_all(int fd, const std::string& path, size_t limit) {
    std::string text;
    struct stat st {};
    // One byte more than it should have: a read that leaves room has come to the end.
    size_t expected =
        fstat(fd, &st) == 0 && st.st_size > 0 ? std::min(size_t(st.st_size), limit) : 65535;
    for (;;) {
        size_t had = text.size(), room = had > expected ? 65536 : expected - had + 1;
        text.resize(had + room);
        ssize_t n = ::read(fd, text.data() + had, room);
        if (n < 0 && errno == EINTR) {
            n = 0;
            text.resize(had);
        } else
            text.resize(had + size_t(std::max<ssize_t>(n, 0)));
        if (n < 0)
            throw system_error("cannot read '" + path + "'");
        if (text.size() > limit)
            throw Error(exit_data, fmt::format("'{}' is larger than {} bytes", path, limit));
        if (n == 0 && text.size() == had && errno != EINTR)
            return text;
        errno = 0;
    }
}

std::optional<std::string> read_if_exists(const std::string& path, size_t limit) {
    Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) {
        if (errno == ENOENT || errno == ENOTDIR)
            return std::nullopt;
        throw system_error("cannot open '" + path + "'");
    }
    return read_all(fd.get(), path, limit);
}

std::string read_file(const std::string& path, size_t limit) {
    Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd)
        throw system_error("cannot open '" + path + "'");
    return read_all(fd.get(), path, limit);
}

static void write_all(int fd, std::string_view text, const std::string& path) {
    while (!text.empty()) {
        ssize_t n = ::write(fd, text.data(), text.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            throw system_error("cannot write '" + path + "'");
        text.remove_prefix(size_t(n));
    }
}

static std::string folder(const std::string& path) {
    size_t slash = path.rfind('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

/// Put mode, owner, group and time right on an open file; answers whether anything differed.
static bool set_attributes(int fd, const struct stat& st, const FileAttributes& a,
                           const std::string& path) {
    bool changed = false;
    uid_t uid = a.owner.value_or(st.st_uid);
    gid_t gid = a.group.value_or(st.st_gid);
    if (uid != st.st_uid || gid != st.st_gid) {
        changed = true;
        if (!a.noaction && fchown(fd, uid, gid))
            throw system_error("cannot change the owner of '" + path + "'");
    }
    mode_t mode = a.mode.value_or(st.st_mode) & 07777;
    if (mode != (st.st_mode & 07777)) {
        changed = true;
        if (!a.noaction && fchmod(fd, mode))
            throw system_error("cannot change the mode of '" + path + "'");
    }
    if (a.mtime && *a.mtime != st.st_mtime) {
        changed = true;
        struct timespec t[2] = {{*a.mtime, 0}, {*a.mtime, 0}};
        if (!a.noaction && futimens(fd, t))
            throw system_error("cannot change the time of '" + path + "'");
    }
    return changed;
}

/// A temporary file that is removed unless it was renamed.
struct Temporary {
    std::string path;
    Fd fd;
    Temporary(const std::string& target, mode_t mode) {
        thread_local std::minstd_rand random(std::random_device{}());
        for (int tries = 0; !fd && tries < 100; tries++) {
            path = target + '.';
            for (int i = 0; i < 6; i++)
                path += "abcdefghijklmnopqrstuvwxyz0123456789"[random() / 64 % 36];
            fd = Fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode));
            if (!fd && errno != EEXIST)
                break;
        }
        if (!fd) {
            path.clear();  // it may be somebody else's
            throw system_error("cannot create a file beside '" + target + "'");
        }
    }
    ~Temporary() {
        if (!path.empty())
            ::unlink(path.c_str());
    }
};

/// Are these the next bytes, and the last?
static bool holds(int fd, std::string_view text, const std::string& path) {
    char block[65536];
    for (;;) {
        ssize_t n = ::read(fd, block, sizeof block);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            throw system_error("cannot read '" + path + "'");
        if (n == 0 || size_t(n) > text.size() || std::memcmp(block, text.data(), size_t(n)))
            return n == 0 && text.empty();
        text.remove_prefix(size_t(n));
    }
}

Change write_file(const std::string& name, std::string_view contents, const FileAttributes& a) {
    std::string path = name;
    struct stat st {};
    Fd old;
    for (int hops = 0;; hops++) {
        old = Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
        if (old || errno == ENOENT || errno == ENOTDIR)
            break;
        int failed = errno;
        std::error_code ec;
        fs::path to = failed == ELOOP && hops < 16 ? fs::read_symlink(path, ec) : fs::path();
        errno = failed;
        if (to.empty())
            throw system_error("cannot open '" + path + "'");
        path = (to.is_absolute() ? to : fs::path(folder(path)) / to).string();
    }
    if (old && fstat(old.get(), &st))
        throw system_error("cannot examine '" + path + "'");
    if (old && !S_ISREG(st.st_mode))
        throw Error(exit_io, "'" + path + "' is not a regular file");
    if (old && size_t(st.st_size) == contents.size() && holds(old.get(), contents, path))
        return set_attributes(old.get(), st, a, path) ? Change::attributes : Change::none;
    if (a.noaction)
        return old ? Change::contents : Change::created;

    // A new file gets its mode from the umask, which only the system can ask without changing it.
    Temporary tmp(path, old || a.mode ? 0600 : 0644);
    FileAttributes want = a;
    if (old && !want.mode)
        want.mode = st.st_mode & 07777;
    if (old && !want.owner && st.st_uid != geteuid())
        want.owner = st.st_uid;
    if (old && !want.group && st.st_gid != getegid())
        want.group = st.st_gid;
    want.mtime.reset();
    // Owner and mode before the contents: a secret is never readable by the wrong user.
    if (want.mode || want.owner || want.group) {
        struct stat made {};
        if (fstat(tmp.fd.get(), &made))
            throw system_error("cannot examine '" + tmp.path + "'");
        set_attributes(tmp.fd.get(), made, want, path);
    }
    write_all(tmp.fd.get(), contents, path);
    if (a.mtime) {
        struct timespec t[2] = {{*a.mtime, 0}, {*a.mtime, 0}};
        futimens(tmp.fd.get(), t);
    }
    if (a.sync && fsync(tmp.fd.get()))
        throw system_error("cannot write '" + path + "'");
    if (old && !a.backup.empty()) {
        std::string aside = path + a.backup;
        ::unlink(aside.c_str());
        if (::link(path.c_str(), aside.c_str()))
            throw system_error("cannot keep '" + path + "' as '" + aside + "'");
    }
    if (::rename(tmp.path.c_str(), path.c_str()))
        throw system_error("cannot replace '" + path + "'");
    tmp.path.clear();
    if (a.sync) {
        Fd dir(::open(folder(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (dir)
            fsync(dir.get());
    }
    return old ? Change::contents : Change::created;
}

bool make_dirs(const std::string& path, mode_t mode) {
    if (path.empty() || path == "/")
        return false;
    struct stat st {};
    if (stat(path.c_str(), &st) == 0) {
        if (S_ISDIR(st.st_mode))
            return false;
        throw Error(exit_io, "'" + path + "' is in the way: not a folder");
    }
    std::string up = folder(path);
    if (up != path && up != ".")
        make_dirs(up, mode);
    if (mkdir(path.c_str(), mode) && errno != EEXIST)
        throw system_error("cannot make the folder '" + path + "'");
    return true;
}

std::vector<std::string_view> lines(std::string_view text) {
    std::vector<std::string_view> out;
    for (size_t at = 0; at < text.size();) {
        size_t end = std::min(text.find('\n', at), text.size());
        out.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

std::string text_diff(std::string_view before, std::string_view after, const std::string& name,
                      size_t limit) {
    auto a = lines(before), b = lines(after);
    size_t head = 0, tail = 0;
    while (head < a.size() && head < b.size() && a[head] == b[head])
        head++;
    while (tail < a.size() - head && tail < b.size() - head &&
           a[a.size() - 1 - tail] == b[b.size() - 1 - tail])
        tail++;
    if (head == a.size() && head == b.size())
        return {};
    size_t n = a.size() - head - tail, m = b.size() - head - tail;

    // The longest common subsequence of the middle; past a million cells the middle is one change.
    struct Line {
        char mark;
        std::string_view text;
    };
    std::vector<Line> script;
    for (size_t i = head < 3 ? 0 : head - 3; i < head; i++)
        script.push_back({' ', a[i]});
    size_t first_a = head - script.size(), first_b = first_a;
    if (n * m <= 1000000) {
        std::vector<std::vector<uint32_t>> common(n + 1, std::vector<uint32_t>(m + 1));
        for (size_t i = n; i-- > 0;)
            for (size_t j = m; j-- > 0;)
                common[i][j] = a[head + i] == b[head + j]
                                   ? common[i + 1][j + 1] + 1
                                   : std::max(common[i + 1][j], common[i][j + 1]);
        size_t i = 0, j = 0;
        while (i < n || j < m) {
            if (i < n && j < m && a[head + i] == b[head + j]) {
                script.push_back({' ', a[head + i]});
                i++;
                j++;
            } else if (i < n && (j == m || common[i + 1][j] >= common[i][j + 1]))
                script.push_back({'-', a[head + i++]});
            else
                script.push_back({'+', b[head + j++]});
        }
    } else {
        for (size_t i = 0; i < n; i++)
            script.push_back({'-', a[head + i]});
        for (size_t j = 0; j < m; j++)
            script.push_back({'+', b[head + j]});
    }
    for (size_t i = a.size() - tail, k = 0; i < a.size() && k < 3; i++, k++)
        script.push_back({' ', a[i]});

    size_t len_a = 0, len_b = 0;
    for (const Line& l : script) {
        len_a += l.mark != '+';
        len_b += l.mark != '-';
    }
    std::string out = fmt::format("--- {0}\n+++ {0}\n@@ -{1},{2} +{3},{4} @@\n", name, first_a + 1,
                                  len_a, first_b + 1, len_b);
    for (size_t i = 0; i < script.size(); i++) {
        if (i == limit) {
            out += fmt::format("... {} more lines\n", script.size() - i);
            break;
        }
        out += script[i].mark;
        out += script[i].text;
        out += '\n';
    }
    return out;
}

std::optional<FileLock> FileLock::try_lock(const std::string& path) {
    Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!fd)
        throw system_error("cannot open the lock '" + path + "'");
    if (flock(fd.get(), LOCK_EX | LOCK_NB)) {
        if (errno == EWOULDBLOCK)
            return std::nullopt;
        throw system_error("cannot lock '" + path + "'");
    }
    std::string pid = fmt::format("{}\n", getpid());
    if (ftruncate(fd.get(), 0) == 0 && pwrite(fd.get(), pid.data(), pid.size(), 0) < 0)
        errno = 0;  // only a courtesy
    return FileLock(std::move(fd));
}

FileLock FileLock::lock(const std::string& path, double seconds) {
    auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    for (;;) {
        if (auto l = try_lock(path))
            return std::move(*l);
        if (std::chrono::steady_clock::now() >= end) {
            std::string who = read_if_exists(path, 64).value_or("");
            while (who.ends_with('\n'))
                who.pop_back();
            throw Error(exit_try_later,
                        fmt::format("'{}' is locked by process {}", path, who.empty() ? "?" : who),
                        {}, "another run is under way; it will finish or can be ended");
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

ScratchDir::ScratchDir(const std::string& prefix) : path_(prefix + "XXXXXX") {
    if (!mkdtemp(path_.data()))
        throw system_error("cannot make a scratch folder '" + path_ + "'");
}

ScratchDir::~ScratchDir() {
    std::error_code ec;
    if (!path_.empty())
        fs::remove_all(path_, ec);
}

}  // namespace weft
