// Temporary file, fsync, rename: the one way this suite replaces a file.
#include "base/file.hh"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <random>
#include <span>
#include <thread>
#include <vector>

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

/// What is kept beside mode and owner: the access list, the label of SELinux, attributes of the
/// user. Sums and rights that belong to the contents are not carried to other contents.
static void keep_extended(int from, int to, const std::string& path) {
    ssize_t size = flistxattr(from, nullptr, 0);
    if (size <= 0)
        return;
    std::string names(size_t(size), '\0');
    size = flistxattr(from, names.data(), names.size());
    for (const char* n = names.data(); n < names.data() + std::max<ssize_t>(size, 0);
         n += strlen(n) + 1) {
        std::string_view name = n;
        if (name == "security.capability" || name == "security.ima" || name == "security.evm")
            continue;
        ssize_t length = fgetxattr(from, n, nullptr, 0);
        std::string value(size_t(std::max<ssize_t>(length, 0)), '\0');
        if (length < 0 || (length = fgetxattr(from, n, value.data(), value.size())) < 0)
            continue;
        // Not everybody may set a label or what is trusted; an access list that is lost opens or
        // closes the file to somebody.
        if (fsetxattr(to, n, value.data(), size_t(length), 0) &&
            name.starts_with("system.posix_acl"))
            throw system_error("cannot keep the access list of '" + path + "'");
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
    if (old)
        keep_extended(old.get(), tmp.fd.get(), path);
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

/// ' ' for a line of both, '-' and '+' for one of the first or the second only.
static std::string shortest_script(std::span<const std::string_view> a,
                                   std::span<const std::string_view> b) {
    long n = long(a.size()), m = long(b.size());
    long most = std::min({n + m, 1500L, 20000000 / std::max(n + m, 1L)});
    std::vector<std::vector<long>> reached;  // how far in a, by the diagonal, after d changes
    std::vector<long> far(size_t(2 * most + 3), 0);
    auto at = [&](std::vector<long>& v, long k) -> long& {
        return v[size_t(k + long(v.size() / 2))];
    };
    long changes = -1;
    for (long d = 0; d <= most && changes < 0; d++) {
        for (long k = -d; k <= d; k += 2) {
            bool down = k == -d || (k != d && at(far, k - 1) < at(far, k + 1));
            long x = down ? at(far, k + 1) : at(far, k - 1) + 1;
            while (x < n && x - k < m && x - k >= 0 && a[size_t(x)] == b[size_t(x - k)])
                x++;
            at(far, k) = x;
            if (x >= n && x - k >= m)
                changes = d;
        }
        reached.emplace_back(far.begin() + (most + 1 - d), far.begin() + (most + 2 + d));
    }
    if (changes < 0)
        return std::string(size_t(n), '-') + std::string(size_t(m), '+');
    std::string script;
    for (long d = changes, x = n, y = m; d > 0 || x > 0; d--) {
        if (d == 0) {
            script.append(size_t(x), ' ');
            break;
        }
        std::vector<long>& v = reached[size_t(d - 1)];
        long k = x - y;
        auto known = [&](long q) {
            return q >= 1 - d && q <= d - 1 ? at(v, q) : -1;
        };
        bool down = k == -d || (k != d && known(k - 1) < known(k + 1));
        long from_x = down ? known(k + 1) : known(k - 1), from_y = from_x - (down ? k + 1 : k - 1);
        long same = std::min(x - from_x - !down, y - from_y - down);
        script.append(size_t(same), ' ');
        script += down ? '+' : '-';
        x = from_x;
        y = from_y;
    }
    std::reverse(script.begin(), script.end());
    // In each change what goes stands before what comes.
    for (size_t i = 0; i < script.size();) {
        size_t end = std::min(script.find(' ', i), script.size());
        std::sort(script.begin() + long(i), script.begin() + long(end), std::greater<>());
        i = end + 1;
    }
    return script;
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

    // One letter for each line of the shortest way from the one to the other (Myers 1986), found by
    // the number of changes on it. Where that is too long the middle is one change.
    std::string script(head, ' ');
    script += shortest_script(std::span(a).subspan(head, n), std::span(b).subspan(head, m));
    script.append(tail, ' ');

    std::string out = fmt::format("--- {0}\n+++ {0}\n", name);
    size_t shown = 0, left = 0;
    for (size_t at = 0, line_a = 0, line_b = 0; at < script.size();) {
        if (script[at] == ' ') {
            at++;
            line_a++;
            line_b++;
            continue;
        }
        // A hunk: up to three lines before, and on while the next change is no more than six away.
        size_t lead = std::min<size_t>(3, at), end = at, len_a = 0, len_b = 0;
        lead = std::min(lead, at - std::min(at, script.find_last_not_of(' ', at - 1) + 1));
        for (size_t same = 0; end < script.size() && same <= 6; end++)
            same = script[end] == ' ' ? same + 1 : 0;
        while (script[end - 1] == ' ' && script.find_last_not_of(' ', end - 1) + 4 < end)
            end--;
        size_t from = at - lead;
        for (size_t i = from; i < end; i++) {
            len_a += script[i] != '+';
            len_b += script[i] != '-';
        }
        size_t i_a = line_a - lead, i_b = line_b - lead;
        out += fmt::format("@@ -{},{} +{},{} @@\n", i_a + 1, len_a, i_b + 1, len_b);
        for (size_t i = from; i < end; i++) {
            std::string_view text = script[i] == '+' ? b[i_b] : a[i_a];
            i_a += script[i] != '+';
            i_b += script[i] != '-';
            if (shown++ >= limit) {
                left++;
                continue;
            }
            out += script[i];
            out += text;
            out += '\n';
        }
        line_a = i_a;
        line_b = i_b;
        at = end;
    }
    if (left)
        out += fmt::format("... {} more lines\n", left);
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
