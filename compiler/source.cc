// Files from the disk and from memory.
#include "compiler/source.hh"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/error.hh"
#include "base/file.hh"

namespace weft::compiler {

void DiskSource::refresh() {
    std::lock_guard guard(lock_);
    build_++;
}

/// Files do not change within one build as far as we look: one stat() a build and file.
Text DiskSource::read(const std::string& path) {
    {
        std::lock_guard guard(lock_);
        auto it = files_.find(path);
        if (it != files_.end() && it->second.seen == build_ && (it->second.text || !it->second.there)) return it->second.text;
    }
    Entry e;
    struct stat st;
    if (stat(path.c_str(), &st) != 0) {
        if (errno != ENOENT && errno != ENOTDIR) throw system_error("cannot read '" + path + "'");
    } else {
        e.there = true;
        e.mtime = st.st_mtim.tv_sec * 1'000'000'000 + st.st_mtim.tv_nsec;
        e.size = st.st_size;
        e.inode = st.st_ino;
        {
            std::lock_guard guard(lock_);
            auto it = files_.find(path);
            if (it != files_.end() && it->second.text && it->second.mtime == e.mtime && it->second.size == e.size &&
                it->second.inode == e.inode) {
                it->second.seen = build_;
                return it->second.text;
            }
        }
        if (S_ISDIR(st.st_mode)) throw Error(exit_io, "cannot read '" + path + "': it is a folder");
        e.text = std::make_shared<const std::string>(read_file(path));
    }
    std::lock_guard guard(lock_);
    e.seen = build_;
    Entry& kept = files_[path] = std::move(e);
    return kept.text;
}

bool DiskSource::exists(const std::string& path) {
    {
        std::lock_guard guard(lock_);
        auto it = files_.find(path);
        if (it != files_.end() && it->second.seen == build_) return it->second.there;
    }
    struct stat st;
    bool there = stat(path.c_str(), &st) == 0;
    std::lock_guard guard(lock_);
    Entry& e = files_[path];
    e.there = there;
    if (!there) e.text = nullptr, e.seen = build_;
    return there;
}

std::vector<std::string> DiskSource::names(const std::string& folder) {
    std::vector<std::string> out;
    std::error_code no;
    for (auto& entry : std::filesystem::directory_iterator(folder, no)) out.push_back(entry.path().filename());
    std::sort(out.begin(), out.end());
    return out;
}

Text MemorySource::read(const std::string& path) {
    auto it = files_.find(path);
    return it == files_.end() ? nullptr : it->second;
}

bool MemorySource::exists(const std::string& path) {
    if (files_.contains(path)) return true;
    auto it = files_.lower_bound(path + '/');
    return it != files_.end() && it->first.starts_with(path + '/');
}

std::vector<std::string> MemorySource::names(const std::string& folder) {
    std::vector<std::string> out;
    std::string start = folder.ends_with('/') ? folder : folder + '/';
    for (auto it = files_.lower_bound(start); it != files_.end() && it->first.starts_with(start); ++it) {
        std::string name = it->first.substr(start.size(), it->first.find('/', start.size()) - start.size());
        if (out.empty() || out.back() != name) out.push_back(std::move(name));
    }
    return out;
}

}  // namespace weft::compiler
