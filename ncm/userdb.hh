// The files of ':' records that name users and groups: passwd, shadow, group, gshadow.
#pragma once
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.hh"
#include "ncm/component.hh"

namespace weft::ncm {

/// One file as a whole. The order of its lines is kept, and so is every line that is no record
/// (NIS, comments).
class UserFile {
public:
    using Record = std::vector<std::string>;  ///< the fields; the first is the name

    /// Records get `fields` fields at least.
    UserFile(std::string_view text, size_t fields);
    UserFile(const UserFile&) = delete;
    /// The first record of this name, or nothing.
    Record* find(std::string_view name);
    /// The record, made of empty fields when there is none: after all others, before lines that
    /// refer to NIS.
    Record& at(const std::string& name);
    void erase(std::string_view name);
    std::vector<Record*> records();
    std::string text() const;

private:
    struct Line {
        Record record;    ///< empty: none
        std::string raw;  ///< then this
    };
    size_t fields_;
    std::list<Line> lines_;
    std::map<std::string, std::list<Line>::iterator, std::less<>> by_name_;
};

/// A user as the system's passwd file has it; when not below a root, the name service is asked too.
struct UserEntry {
    uid_t uid = 0;
    gid_t gid = 0;
    std::string home;
};
std::optional<UserEntry> find_user(Run&, const std::string& name);

/// The lock of passwd(1), useradd(8) and vipw(8); Error(75) when somebody holds it for 15 seconds.
class UserLock {
public:
    explicit UserLock(const Run&);

private:
    Fd fd_;
};

}  // namespace weft::ncm
