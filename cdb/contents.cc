// Contents by their digest, and those that were sent for a commit that is to come.
#include "cdb/contents.hh"

#include <fmt/core.h>

#include <algorithm>
#include <mutex>
#include <unordered_set>

#include "base/error.hh"
#include "base/wrap/gzip.hh"
#include "cdb/database.hh"
#include "cdb/tables.hh"

namespace weft::cdb {

static constexpr int64_t kept = 3600;  // seconds between sending a content and naming it

struct Contents::Fields {
    Database& db;
    const Tables& tables;
    std::mutex lock = {};
    std::unordered_set<Hash> spilled = {};
};

Contents::Contents(Database& db) : f_(new Fields{db, db.tables()}) {}

Contents::~Contents() = default;

static void erase(Database& db, const bdb::Table& table, const std::vector<std::string>& keys) {
    for (size_t at = 0; at < keys.size(); at += 1000)
        db.env().update([&](bdb::Txn& t) {
            for (size_t i = at; i < std::min(at + 1000, keys.size()); i++)
                table.erase(t, keys[i]);
        });
}

std::string Contents::gzip(const Hash& hash) const {
    auto v = f_->tables.content.get(nullptr, hash);
    if (uint64_t before = v ? 0 : meta_number(f_->tables.meta, nullptr, "pruned"))
        throw Error(
            exit_data,
            fmt::format(
                "the content {} is no longer there: profiles of before revision {} were pruned",
                to_hex(hash), before),
            {}, "'cdb verify' says whether anything else is missing");
    if (!v)
        throw Error(exit_io, fmt::format("the content {} is missing from the store", to_hex(hash)),
                    {}, "'cdb verify' tells more");
    return std::move(*v);
}

std::string Contents::text(const Hash& hash) const {
    std::string text = gunzip(gzip(hash), size_t(1) << 30);
    if (hash_of(text) != hash)
        throw Error(exit_io, fmt::format("the content {} is damaged", to_hex(hash)), {},
                    "'cdb verify' tells more");
    return text;
}

bool Contents::has(const Hash& hash) const {
    {
        std::lock_guard hold(f_->lock);
        if (f_->spilled.contains(hash))
            return false;
    }
    return f_->tables.content.has(nullptr, hash);
}

Packed Packed::of(std::string_view text) {
    return {.hash = hash_of(text), .gzip = weft::gzip(text, 6)};
}

void Contents::put(bdb::Txn& t, const Packed& p) {
    if (f_->tables.content.has(&t, p.hash))
        return;
    if (p.gzip.empty())
        throw Error(exit_io,
                    fmt::format("the content {} is missing from the store", to_hex(p.hash)));
    f_->tables.content.put(t, p.hash, p.gzip);
}

bool Contents::stored(const bdb::Txn* t, const Hash& hash) const {
    return f_->tables.content.has(t, hash);
}

// ---- sent for a commit to come

/// Those sent within the last hour, by one, or by anybody when that is empty.
void Contents::each_sent(
    const bdb::Txn* t, const std::string& who,
    const std::function<void(std::string_view key, int64_t time, uint64_t bytes)>& f) const {
    f_->tables.sent.each(t, who.empty() ? "" : join(who, {}),
                         [&](std::string_view key, std::string_view v) {
                             Decoder d(v, "sent");
                             auto time = int64_t(d.number());
                             uint64_t bytes = d.number();
                             if (time + kept > f_->db.now())
                                 f(key, time, bytes);
                             return true;
                         });
}

void Contents::note_sent(bdb::Txn& t, const std::string& who, const Hash& hash, uint64_t bytes) {
    if (auto v = f_->tables.sent.get(&t, join(who, hash));
        v && !bytes) {  // sent again: it counts for the first time's bytes
        Decoder d(*v, "sent");
        d.number();
        bytes = d.number();
    }
    f_->tables.sent.put(t, join(who, hash),
                        Encoder().number(uint64_t(f_->db.now())).number(bytes).take());
}

void Contents::put(const std::vector<Packed>& all, const std::string& who, uint64_t limit) {
    {
        std::lock_guard hold(f_->lock);
        for (auto& p : all)
            f_->spilled.erase(p.hash);
    }
    f_->db.env().update([&](bdb::Txn& t) {
        uint64_t bytes = 0;
        if (limit != UINT64_MAX)
            each_sent(&t, who, [&](auto, int64_t, uint64_t size) { bytes += size; });
        for (auto& p : all) {
            uint64_t size = f_->tables.content.has(&t, p.hash) ? 0 : p.gzip.size();
            if ((bytes += size) > limit)
                throw Error(exit_try_later,
                            fmt::format("'{}' has sent more than {} MB within the last hour", who,
                                        limit >> 20),
                            {}, "commit what was sent, or wait");
            put(t, p);
            note_sent(t, who, p.hash, size);
        }
    });
}

void Contents::keep(const std::vector<Hash>& all, const std::string& who) {
    if (all.empty())
        return;
    f_->db.env().update([&](bdb::Txn& t) {
        for (auto& hash : all)
            note_sent(t, who, hash, 0);
    });
}

bool Contents::was_sent(const std::string& who, const Hash& hash) const {
    auto v = f_->tables.sent.get(nullptr, join(who, hash));
    return v && int64_t(Decoder(*v, "sent").number()) + kept > f_->db.now();
}

// ---- what a commit under way has made

void Contents::spill(const std::vector<Packed>& all) {
    {
        std::lock_guard hold(f_->lock);
        for (auto& p : all)
            if (!f_->tables.content.has(nullptr, p.hash))
                f_->spilled.insert(p.hash);
    }
    f_->db.env().update([&](bdb::Txn& t) {
        for (auto& p : all)
            put(t, p);
    });
}

void Contents::drop_spilled() {
    std::lock_guard hold(f_->lock);
    erase(f_->db, f_->tables.content, {f_->spilled.begin(), f_->spilled.end()});
    f_->spilled.clear();
}

bool Contents::has_spilled() const {
    std::lock_guard hold(f_->lock);
    return !f_->spilled.empty();
}

void Contents::landed(const std::vector<Hash>& made) {
    std::lock_guard hold(f_->lock);
    if (f_->spilled.empty())
        return;
    for (auto& hash : made)
        f_->spilled.erase(hash);
}

// ---- looking after the store

void Contents::each(const std::function<void(const Hash&, std::string_view)>& f) const {
    f_->tables.content.each(nullptr, {}, [&](std::string_view hash, std::string_view bytes) {
        f(Hash(hash), bytes);
        return true;
    });
}

void Contents::drop(const std::vector<Hash>& gone) { erase(f_->db, f_->tables.content, gone); }

void Contents::drop_old_sent() {
    std::unordered_set<std::string> recent;
    each_sent(nullptr, {}, [&](std::string_view key, auto, auto) { recent.emplace(key); });
    std::vector<std::string> over;
    f_->tables.sent.each(nullptr, {}, [&](std::string_view key, auto) {
        if (!recent.contains(std::string(key)))
            over.emplace_back(key);
        return true;
    });
    erase(f_->db, f_->tables.sent, over);
}

void Contents::verify(std::vector<std::string>& wrong) const {
    f_->tables.content.each(nullptr, {}, [&](std::string_view hash, std::string_view bytes) {
        try {
            if (hash_of(gunzip(bytes, size_t(1) << 30)) == hash)
                return true;
        } catch (const Error&) {
        }
        wrong.push_back(fmt::format("content: {} is damaged", to_hex(hash)));
        return true;
    });
}

}  // namespace weft::cdb
