// The index of needs: each object's, and for each need the objects that have it. Private to Values.
#pragma once
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/wrap/bdb.hh"
#include "cdb/landing.hh"

namespace weft::cdb {

class Database;

class NeedIndex {
public:
    explicit NeedIndex(Database& db) : db_(db) {}
    void load();
    /// Forget what is in memory; the tables are being made anew.
    void forget();
    std::vector<std::string> objects_needing(const Need&) const;
    std::vector<Need> needs_of(std::string_view object) const;
    /// The names that got an id in this transaction.
    std::vector<std::string> write(bdb::Txn&, const Landing&);
    void learn(const std::vector<std::string>& names);
    void verify(std::vector<std::string>& wrong) const;

private:
    uint32_t id_of(bdb::Txn&, const std::string& name, std::vector<std::string>& fresh) const;
    Database& db_;
    mutable std::mutex lock_;
    std::unordered_map<std::string, uint32_t> ids_;  // kind + name -> id
    std::vector<std::string> names_;                 // and back
};

}  // namespace weft::cdb
