// Marks on the tree: tags name revisions, locks keep others off a file or folder for a while.
#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "base/error.hh"
#include "cdb/store.hh"
#include "cdb/tables.hh"

namespace weft::cdb {

// ---- names of revisions

static std::optional<uint64_t> whole_number(std::string_view text) {
    uint64_t n = 0;
    auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (text.empty() || ec != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return n;
}

uint64_t Store::revision_named(std::string_view name) const {
    uint64_t newest = head();
    if (name == "head")
        return newest;
    std::optional<uint64_t> n = whole_number(name);
    if (!n)
        if (auto v = t_->tag.get(nullptr, name))
            n = Tag::decode(std::string(name), *v).revision;
    if (!n || *n > newest)
        throw Error(exit_data, fmt::format("there is no revision '{}'", name), {},
                    n ? fmt::format("the newest is {}", newest)
                      : "a number, 'head' or a tag; 'cdb tag' lists the tags");
    return *n;
}

void check_name(std::string_view name) {
    bool ok = !name.empty() && name.size() <= 100 && name != "head" && !whole_number(name) &&
              name[0] != '-' && name[0] != '.' && name.find("..") == std::string_view::npos &&
              !name.ends_with('.') && !name.ends_with(".lock") &&  // git's own rules
              name.find_first_not_of(
                  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
                  std::string_view::npos;
    if (!ok)
        throw Error(exit_data,
                    fmt::format("'{}' cannot be the name of a revision", name.substr(0, 120)), {},
                    "letters, digits, dots, lines; not a number, not 'head'");
}

void Store::put_tag(Tag tag) {
    check_name(tag.name);
    tag.time = now();
    env_.update([&](bdb::Txn& t) {
        if (!t_->revision.has(&t, number_key(tag.revision)))
            throw Error(exit_data, fmt::format("there is no revision {}", tag.revision));
        t_->tag.put(t, tag.name, tag.encode());
        audit(t, tag.author, "tag",
              fmt::format("{} is revision {}: {}", tag.name, tag.revision, tag.comment));
    });
}

bool Store::drop_tag(std::string_view name, std::string who) {
    return env_.update([&](bdb::Txn& t) {
        if (!t_->tag.erase(t, name))
            return false;
        audit(t, who, "untag", std::string(name));
        return true;
    });
}

std::vector<Tag> Store::tags() const {
    std::vector<Tag> all;
    t_->tag.each(nullptr, {}, [&](auto name, auto v) {
        return all.push_back(Tag::decode(std::string(name), v)), true;
    });
    return all;
}

// ---- locks

void Store::put_lock(PathLock lock) {
    check_path(lock.path);
    lock.time = now();
    env_.update([&](bdb::Txn& t) {
        std::vector<std::string> over;  // expired: as good as gone
        t_->lock.each(&t, {}, [&](auto path, auto v) {
            PathLock other = PathLock::decode(std::string(path), v);
            if (other.expires <= lock.time) {
                over.push_back(other.path);
                return true;
            }
            if (other.owner != lock.owner && (other.covers(lock.path) || lock.covers(other.path)))
                throw Error(
                    exit_no,
                    fmt::format("'{}' is locked by {}: {}", other.path, other.owner, other.reason),
                    {}, "'cdb lock' lists the locks with the time they end");
            return true;
        });
        for (auto& path : over)
            t_->lock.erase(t, path);
        t_->lock.put(t, lock.path, lock.encode());
        audit(t, lock.owner, "lock",
              fmt::format("{}, {} seconds: {}", lock.path, lock.expires - lock.time, lock.reason));
    });
}

bool Store::drop_lock(std::string_view path, const std::string& who, bool force) {
    return env_.update([&](bdb::Txn& t) {
        auto v = t_->lock.get(&t, path);
        if (!v)
            return false;
        PathLock lock = PathLock::decode(std::string(path), *v);
        bool over = lock.expires <= now();
        if (lock.owner != who && !over && !force)
            throw Error(
                exit_denied,
                fmt::format("the lock on '{}' is that of {}: {}", path, lock.owner, lock.reason),
                {}, "'cdb unlock --force' takes it away all the same");
        t_->lock.erase(t, path);
        audit(t, who, "unlock",
              lock.owner == who ? lock.path
                                : fmt::format("{}, the lock of {}", lock.path, lock.owner));
        return !over;
    });
}

std::vector<PathLock> Store::locks() const {
    std::vector<PathLock> all;
    int64_t at = now();
    t_->lock.each(nullptr, {}, [&](auto path, auto v) {
        PathLock l = PathLock::decode(std::string(path), v);
        if (l.expires > at)
            all.push_back(std::move(l));
        return true;
    });
    return all;
}

}  // namespace weft::cdb
