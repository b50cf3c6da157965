// The node's profile cache, read: cache manager, configuration, elements (man/ccm-cache.5).
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.hh"
#include "base/noun/element.hh"

namespace weft::ncm {

/// Configuration ids count up and wrap: 0..9998, then 0 again.
constexpr int cid_modulus = 9999;
/// How many profiles ago `cid` was, seen from `from`: 0 for itself; newer ones come out as very
/// old.
int cid_age(int cid, int from);

/// One profile of the cache, open: files stay readable when it is purged meanwhile.
class Configuration {
public:
    /// The profile in `dir` (".../profile.7"). Error(74) when there is none, Error(65) when it is
    /// damaged.
    Configuration(std::string dir, int cid);
    Configuration(Configuration&&) noexcept;
    Configuration& operator=(Configuration&&) noexcept;
    ~Configuration();

    int cid() const { return cid_; }
    const std::string& dir() const { return dir_; }

    bool exists(std::string_view path) const;
    /// The element with all below it; nothing when absent.
    std::optional<Element> tree(std::string_view path) const;
    /// The text of a property, nothing when absent or a resource.
    std::optional<std::string> value(std::string_view path) const;
    /// string long double boolean list nlist (or a user type of a foreign cache).
    std::optional<std::string> type(std::string_view path) const;
    std::optional<std::string> checksum(std::string_view path) const;
    /// Names of the children of a resource, empty for others.
    std::vector<std::string> children(std::string_view path) const;
    std::string url() const;
    /// Who set each value, as the server sent it; nothing when it did not.
    std::optional<std::string> origins() const;
    bool operator==(const Configuration&) const = delete;

    /// From now on the profile's secrets are `***`, as for those who may not read them.
    void hide_secrets() { secrets_.clear(); }
    /// Has the profile secrets, whether we may read them or not?
    bool has_secrets() const;
    /// Those we know, by path.
    std::map<std::string, std::string> secrets() const;

    /// Both databases as they are, for `ccm --dumpdb`.
    struct Record {
        std::string path;
        uint32_t eid;
        std::string value, type, checksum;
    };
    std::vector<Record> records() const;

    /// Announce to purges that this profile is in use, as long as this object lives. Answers false
    /// when we may not write there: reading works all the same.
    bool hold();

private:
    struct Db;
    std::optional<uint32_t> eid(std::string_view path) const;
    std::optional<std::string_view> data(int kind, uint32_t eid, std::string& room) const;
    std::string need(int kind, uint32_t eid) const;
    Element load(uint32_t eid) const;

    std::string dir_;
    int cid_;
    std::unique_ptr<Db> path2eid_, eid2data_;
    std::map<uint32_t, std::pair<std::string, std::string>>
        secrets_;  ///< path and value by element; only when we may read them
    Fd held_;
    std::string held_name_;
};

/// The cache folder and its three small files.
class CacheManager {
public:
    /// Error(74) with a hint when there is no usable cache.
    explicit CacheManager(std::string root);

    const std::string& root() const { return root_; }
    int current() const;  ///< Error(65) when the file holds no number
    int latest() const;
    std::vector<int> cids() const;  ///< newest first
    /// "" or "current", "latest" or "-", "-N" (the N-th newest before the latest), or a number.
    int resolve(std::string_view word) const;

    /// Opens the profile; of the current one always a whole one, even while it is being replaced.
    Configuration configuration(std::string_view word = {}) const;

    std::string profile_dir(int cid) const;

private:
    std::string root_;
};

/// Call f(path, element) for every element in the order of their numbers.
void walk(const Element& root,
          const std::function<void(const std::string& path, const Element&)>& f);

/// "12\n" -> 12; nothing when there is no such file.
std::optional<int> read_cid(const std::string& file);

/// Does global.lock say "yes": somebody keeps the current profile where it is?
bool globally_locked(const std::string& root);

/// `data/` names: base64 without line ends, '/' as '_'.
std::string data_name(std::string_view url);

}  // namespace weft::ncm
