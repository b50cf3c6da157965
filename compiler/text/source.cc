// Files from the disk and from memory.
#include "compiler/text/source.hh"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>

#include "base/error.hh"
#include "base/file.hh"

namespace weft::compiler {

void DiskSource::refresh() {
    std::lock_guard guard(lock_);
    build_++;
}

std::optional<Stamp> Stamp::of(const std::string& path) {
    struct stat st;
    if (stat(path.c_str(), &st) != 0)
        return std::nullopt;
    auto time = [](const timespec& t) {
        return int64_t(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
    };
    return Stamp{time(st.st_mtim), time(st.st_ctim), int64_t(st.st_size), uint64_t(st.st_ino)};
}

/// The coarsest clocks of file systems tick every two seconds.
bool Stamp::settled() const {
    auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(
                   std::chrono::system_clock::now().time_since_epoch())
                   .count();
    return now - std::max(mtime, ctime) > 2'000'000'000;
}

std::optional<DiskSource::Seen> DiskSource::seen(const std::string& path) {
    std::lock_guard guard(lock_);
    auto it = files_.find(path);
    if (it == files_.end() || it->second.seen != build_ || !it->second.text)
        return std::nullopt;
    return Seen{it->second.text, it->second.stamp, it->second.settled};
}

/// Files do not change within one build as far as we look: one stat() a build and file.
Text DiskSource::read(const std::string& path) {
    {
        std::lock_guard guard(lock_);
        auto it = files_.find(path);
        if (it != files_.end() && it->second.seen == build_ &&
            (it->second.text || !it->second.there))
            return it->second.text;
    }
    Entry e;
    errno = 0;
    if (auto stamp = Stamp::of(path)) {
        e.there = true;
        e.stamp = *stamp;
        e.settled = stamp->settled();
        {
            std::lock_guard guard(lock_);
            auto it = files_.find(path);
            if (it != files_.end() && it->second.text && it->second.settled &&
                it->second.stamp == e.stamp) {
                it->second.seen = build_;
                return it->second.text;
            }
        }
        try {
            e.text = std::make_shared<const std::string>(read_file(path));
        } catch (const Error&) {
            struct stat st;
            if (stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode))
                throw Error(exit_io, "cannot read '" + path + "': it is a folder");
            throw;
        }
        // The same text stays the same pointer: what was made of it is used again.
        std::lock_guard guard(lock_);
        if (auto it = files_.find(path);
            it != files_.end() && it->second.text && *it->second.text == *e.text)
            e.text = it->second.text;
    } else if (errno != ENOENT && errno != ENOTDIR) {
        throw system_error("cannot read '" + path + "'");
    }
    std::lock_guard guard(lock_);
    e.seen = build_;
    Entry& kept = files_[path] = std::move(e);
    return kept.text;
}

/// Names are tried in many folders (2.4), of which few are there: no need to look into the others
/// again and again.
bool DiskSource::exists(const std::string& path) {
    std::string folder = path.substr(0, path.rfind('/') + 1);
    while (folder.ends_with('/'))
        folder.pop_back();
    {
        std::lock_guard guard(lock_);
        auto known = [&](const std::string& p) {
            auto it = files_.find(p);
            return it != files_.end() && it->second.seen == build_ ? &it->second : nullptr;
        };
        if (const Entry* e = known(path))
            return e->there;
        if (const Entry* e = known(folder); e && !e->there)
            return false;
    }
    struct stat st;
    bool there = stat(path.c_str(), &st) == 0;
    if (!there && !folder.empty())
        exists(folder);
    std::lock_guard guard(lock_);
    Entry& e = files_[path];
    e.there = there;
    if (!there)
        e.text = nullptr;
    if (!e.text)
        e.seen = build_;
    return there;
}

bool DiskSource::folder(const std::string& path) {
    struct stat st;
    return stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode);
}

std::vector<std::string> DiskSource::names(const std::string& folder) {
    std::vector<std::string> out;
    std::error_code no;
    for (auto& entry : std::filesystem::directory_iterator(folder, no))
        out.push_back(entry.path().filename());
    std::sort(out.begin(), out.end());
    return out;
}

Text MemorySource::read(const std::string& path) {
    auto it = files_.find(path);
    return it == files_.end() ? nullptr : it->second;
}

bool MemorySource::exists(const std::string& path) {
    if (files_.contains(path))
        return true;
    auto it = files_.lower_bound(path + '/');
    return it != files_.end() && it->first.starts_with(path + '/');
}

bool MemorySource::folder(const std::string& path) {
    std::string start = path.ends_with('/') ? path : path + '/';
    auto it = files_.lower_bound(start);
    return it != files_.end() && it->first.starts_with(start);
}

std::vector<std::string> MemorySource::names(const std::string& folder) {
    std::vector<std::string> out;
    std::string start = folder.ends_with('/') ? folder : folder + '/';
    for (auto it = files_.lower_bound(start); it != files_.end() && it->first.starts_with(start);
         ++it) {
        std::string name =
            it->first.substr(start.size(), it->first.find('/', start.size()) - start.size());
        if (out.empty() || out.back() != name)
            out.push_back(std::move(name));
    }
    return out;
}

}  // namespace weft::compiler
