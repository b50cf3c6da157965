// Who may do what below which folder of the tree: a file of the tree itself, so that its changes
// are revisions.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cdb/access.hh"

namespace weft::cdb {

/// That file. Without it only administrators change anything.
inline constexpr std::string_view access_path = ".access";

/// One rule a line; a folder, or "." for all; "@NAME" is a group:
///     group  geneva  "CN=Anna Example,O=Site" email:ben@example.org
///     allow  site/geneva  @geneva  commit
///     allow  .  dns:monitor.example.org  read
///     deny   site/secret  @geneva  read
///     allow  prod  @geneva  promote            # here the word is a stage
class Namespaces {
public:
    /// read < write < commit < admin: who may one may those before it, who is denied one is denied
    /// those after it.
    enum Do { read, write, commit, admin, promote };

    /// Error(65) with line and column.
    static Namespaces parse(std::string_view text);

    /// Denying wins, over any number of rules that allow. Administrators of the access file may
    /// everything.
    bool may(const Principal&, Do, std::string_view path) const;
    /// May it read every path?
    bool may_read_all(const Principal&) const;
    /// Is there a folder where it may, if no other rule denies it?
    bool may_write_somewhere(const Principal&) const;
    /// Is there a rule that gives it something?
    bool names(const tls::Identity&) const;

private:
    struct Rule {
        bool deny = false;
        std::string path;  ///< "" for all
        std::string who;
        Do what = read;
        bool applies(Do, std::string_view path) const;
    };
    bool covers(const Rule&, const tls::Identity&) const;
    std::vector<Rule> rules_;
    std::map<std::string, std::vector<std::string>, std::less<>> groups_;
};

}  // namespace weft::cdb
