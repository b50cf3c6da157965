// The five stores together: opening, the one transaction of a commit, and the proof of all of them.
#include "cdb/store.hh"

#include <fmt/core.h>

#include <algorithm>

#include "base/wrap/gzip.hh"
#include "cdb/contents.hh"
#include "cdb/database.hh"
#include "cdb/landing.hh"
#include "cdb/revisions.hh"
#include "cdb/sessions.hh"
#include "cdb/stages.hh"
#include "cdb/values.hh"

namespace weft::cdb {

struct Store::Parts {
    Database database;
    Contents contents{database};
    Revisions revisions{database, contents};
    Sessions sessions{database, revisions};
    Stages stages{database, contents, revisions};
    Values values{database, contents, revisions};
};

Store::Store(const std::string& dir, const bdb::Options& options, std::function<int64_t()> now)
    : parts_(new Parts{Database(dir, options, std::move(now))}),
      database(parts_->database),
      contents(parts_->contents),
      revisions(parts_->revisions),
      sessions(parts_->sessions),
      stages(parts_->stages),
      values(parts_->values) {}

Store::~Store() = default;

Revision Store::land(const Landing& l) {
    Values::Learned learned;
    Revision landed = database.env().update([&](bdb::Txn& t) {
        uint64_t last = revisions.head(t);
        auto stages = this->stages.all();
        for (const Past& p : l.past) {
            Revision rev{.number = ++last,
                         .author = p.author,
                         .time = p.time,
                         .comment = p.comment,
                         .base = last - 1,
                         .by = l.by,
                         .origin = p.origin,
                         .recorded = true};
            for (auto& [path, hash] : p.files) {
                if (!hash.empty())
                    contents.put(t, {.hash = hash, .gzip = {}});
                revisions.change(t, rev, path, hash);
            }
            revisions.append(t, rev);
        }
        Revision rev{.number = last + 1,
                     .author = l.author,
                     .time = l.time ? l.time : database.now(),
                     .comment = l.comment,
                     .base = l.base,
                     .reverts = l.reverts,
                     .by = l.by,
                     .origin = l.origin};
        for (const Edit& e : l.edits) {
            Hash after = e.text ? hash_of(*e.text) : Hash();
            if (e.text && !contents.stored(&t, after))
                contents.put(t, Packed::of(*e.text));
            revisions.change(t, rev, e.path, after);
        }
        auto publish = [&](const std::string& object, const Hash& xml, const Hash& origins) {
            if (auto p =
                    revisions.publish(t, rev, object, xml, origins, this->stages.given(t, object)))
                this->stages.tell(t, stages, *p);
        };
        for (auto& p : l.contents)
            contents.put(t, p);
        for (const Built& b : l.built) {
            contents.put(t, b.xml);
            contents.put(t, b.origins);
            publish(b.object, b.xml.hash, b.origins.hash);
        }
        for (const std::string& object : l.withdrawn)
            publish(object, {}, {});
        std::sort(rev.profiles.begin(), rev.profiles.end(),
                  [](auto& a, auto& b) { return a.object < b.object; });

        learned = values.index(t, l, rev);
        revisions.append(t, rev);
        const std::string& who = l.by.empty() ? l.author : l.by;
        if (!l.once.empty())
            revisions.put_once(t, who, l.once, rev.number);
        if (!l.session.empty())
            sessions.commit(t, l.session, l.touched);
        database.audit(t, who, "commit",
                       fmt::format("revision {}: {} files, {} profiles: {}", rev.number,
                                   rev.files.size(), rev.profiles.size(), l.comment));
        if (!l.past.empty())
            database.audit(t, who, "record",
                           fmt::format("{} revisions before {}", l.past.size(), rev.number));
        return rev;
    });
    std::vector<Hash> made;
    for (auto& b : l.built)
        made.insert(made.end(), {b.xml.hash, b.origins.hash});
    contents.landed(made);
    values.learn(std::move(learned));
    database.committed(landed.number);
    return landed;
}

void Store::rebuild_indexes(const Landing& compiled) {
    std::lock_guard commit(database.commit_lock());
    try {
        database.env().update([&](bdb::Txn& t) {
            revisions.rebuild(t);
            values.rebuild_needs(t, compiled);
        });
    } catch (...) {
        values.load();
        throw;
    }
    values.load();
    values.rebuild();
}

std::vector<std::string> Store::verify() const {
    std::vector<std::string> wrong;
    contents.verify(wrong);
    revisions.verify(wrong);
    stages.verify(wrong);
    values.verify(wrong);
    sessions.verify(wrong);
    database.verify(wrong);
    return wrong;
}

}  // namespace weft::cdb
