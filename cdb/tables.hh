// The tables of the store and the shapes of their keys. Private to the room.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hh"
#include "base/wrap/bdb.hh"

namespace weft::cdb {

struct Tables {
    bdb::Table meta;       ///< "format", "head", "session", "audit" -> a number
    bdb::Table content;    ///< digest -> one gzip member
    bdb::Table revision;   ///< number -> Revision
    bdb::Table tree;       ///< path -> digest: the head
    bdb::Table history;    ///< path NUL revision -> digest, empty when removed
    bdb::Table profile;    ///< object -> Profile: what is published
    bdb::Table published;  ///< object NUL revision -> Profile: what was
    bdb::Table id;         ///< kind and name -> id, a number for the indexes
    bdb::Table needs;      ///< object -> ids of its needs, ascending
    bdb::Table users;      ///< id -> ids of the objects that need it, ascending
    bdb::Table slot;       ///< object -> its number in the columns of values
    bdb::Table value;      ///< path -> Column: the values there, each with the slots that have it
    bdb::Table outbox;     ///< object -> Pending
    bdb::Table once;       ///< author NUL key -> revision
    bdb::Table session;    ///< session -> Session
    bdb::Table edit;       ///< session NUL path -> Edit
    bdb::Table tag;        ///< name -> Tag
    bdb::Table lock;       ///< path -> PathLock
    bdb::Table stage;      ///< name -> Stage
    bdb::Table
        serve;  ///< object -> Profile: what nodes of stages get; of others only its time counts
    bdb::Table node;   ///< node -> what it told us
    bdb::Table sent;   ///< who NUL digest -> when it was sent, and the bytes that were new
    bdb::Table audit;  ///< number -> AuditLine

    explicit Tables(bdb::Env& e)
        : meta(e.table("meta")),
          content(e.table("content")),
          revision(e.table("revision")),
          tree(e.table("tree")),
          history(e.table("history")),
          profile(e.table("profile")),
          published(e.table("published")),
          id(e.table("id")),
          needs(e.table("needs")),
          users(e.table("users")),
          slot(e.table("slot")),
          value(e.table("value")),
          outbox(e.table("outbox")),
          once(e.table("once")),
          session(e.table("session")),
          edit(e.table("edit")),
          tag(e.table("tag")),
          lock(e.table("lock")),
          stage(e.table("stage")),
          serve(e.table("serve")),
          node(e.table("node")),
          sent(e.table("sent")),
          audit(e.table("audit")) {}
};

inline std::string join(std::string_view name, std::string_view rest) {
    return std::string(name) + '\0' + std::string(rest);
}
/// The part before the last revision number and its NUL.
inline std::string_view before_number(std::string_view key) {
    return key.substr(0, key.size() - 9);
}

/// Can it be a tag's or a stage's name? Error(65).
void check_name(std::string_view name);

/// Ascending numbers, as differences.
std::string encode_ids(const std::vector<uint32_t>& ids);
std::vector<uint32_t> decode_ids(std::string_view bytes);

/// The value of a number in `meta`; 0 when it was never set.
uint64_t meta_number(const bdb::Table& meta, const bdb::Txn*, std::string_view name);

/// Inside a transaction: every row.
void clear(bdb::Txn&, const bdb::Table&);

/// A visitor of a table that reports a record it cannot read and goes on.
auto careful(std::vector<std::string>& wrong, const char* table, auto visit) {
    return [&wrong, table, visit](std::string_view key, std::string_view bytes) mutable {
        try {
            visit(key, bytes);
        } catch (const Error& e) {
            wrong.push_back(std::string(table) + ": " + e.message);
        }
        return true;
    };
}

}  // namespace weft::cdb
