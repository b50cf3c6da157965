// Where templates and data files come from: the one seam between the compiler and the outside
// world.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weft::compiler {

using Text = std::shared_ptr<const std::string>;

/// What the file system says of a file: while it stays the same, the contents do too, unless the
/// file was changed in the same tick of its clock.
struct Stamp {
    int64_t mtime = 0, ctime = 0, size = 0;  ///< nanoseconds since the epoch; bytes
    uint64_t inode = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
    /// Of what is there now, links followed; nothing when nothing is.
    static std::optional<Stamp> of(const std::string& path);
    /// Is it so old at this moment that any later change will show in it?
    bool settled() const;
};

/// Files by path. May be called from several threads at once.
class Source {
public:
    virtual ~Source() = default;
    /// The contents, nullptr if there is no such file; other failures throw Error(74). The same
    /// pointer as last time means: not changed since, so that a parsed template can be used again.
    virtual Text read(const std::string& path) = 0;
    /// Anything of that name, also a folder.
    virtual bool exists(const std::string& path) = 0;
    /// Is it a folder?
    virtual bool folder(const std::string& path) = 0;
    /// "/" is the root of the tree of templates; otherwise that of a machine, which is none of
    /// ours.
    virtual bool rooted() const { return true; }
    /// What a folder holds, sorted: for "did you mean". Empty when there is no such folder.
    virtual std::vector<std::string> names([[maybe_unused]] const std::string& folder) {
        return {};
    }
    /// Called at the beginning of each build: files may have changed since the last one.
    virtual void refresh() {}
};

/// The file system. Contents are kept, and read again only when a file's time, size or inode
/// changed.
class DiskSource : public Source {
public:
    Text read(const std::string& path) override;
    bool exists(const std::string& path) override;
    bool folder(const std::string& path) override;
    bool rooted() const override { return false; }
    std::vector<std::string> names(const std::string& folder) override;
    void refresh() override;
    /// A file that was read since refresh(): what it held, and its stamp of before that. Nothing
    /// for others.
    struct Seen {
        Text text;
        Stamp stamp;
        bool settled;
    };
    std::optional<Seen> seen(const std::string& path);

private:
    struct Entry {
        Text text;
        Stamp stamp;
        bool settled = false;
        uint32_t seen = 0;  ///< the build that looked at it last
        bool there = false;
    };
    std::mutex lock_;
    std::unordered_map<std::string, Entry> files_;
    uint32_t build_ = 1;
};

/// A map from path to text, for programs that have no files, and tests. Not to be changed during a
/// build.
class MemorySource : public Source {
public:
    void put(std::string path, std::string text) {
        put(std::move(path), std::make_shared<const std::string>(std::move(text)));
    }
    void put(std::string path, Text text) { files_[std::move(path)] = std::move(text); }
    void remove(const std::string& path) { files_.erase(path); }
    Text read(const std::string& path) override;
    bool exists(const std::string& path) override;
    bool folder(const std::string& path) override;
    std::vector<std::string> names(const std::string& folder) override;

private:
    std::map<std::string, Text, std::less<>> files_;
};

}  // namespace weft::compiler
