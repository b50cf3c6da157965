// The daemon's state, and the shape of what answers its requests. Private to cdbd.
//
// The loop's thread has what is published, nodes and notification, and waits for nobody. All else
// is work of some class (struct Classes), each with threads and a queue of its own.
#pragma once
#include <atomic>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/daemon.hh"
#include "base/http.hh"
#include "base/workers.hh"
#include "base/wrap/cms.hh"
#include "base/wrap/crl.hh"
#include "cdb/access.hh"
#include "cdb/json.hh"
#include "cdb/namespaces.hh"
#include "cdb/nodes.hh"
#include "cdb/notify.hh"
#include "cdb/pipeline.hh"
#include "cdb/store.hh"

namespace weft::cdb {

class Server;

/// One request to the API, with who asks.
struct Call {
    HttpReply reply;
    Principal who;
    std::vector<std::string> args;  ///< what the stars of its pattern stood for
    const HttpRequest& request = reply.request();

    /// The body as JSON; Error(65).
    Element body() const;
    /// Error(75) when nobody waits for the answer any more: to be asked now and then by what takes
    /// long.
    void go_on() const;
    /// A parameter of the query as a number.
    uint64_t number(std::string_view name, uint64_t fallback) const;
};

/// A row of the API: who may, where it runs, what it does.
struct ApiRow {
    const char* method;
    const char* pattern;  ///< below /api/v1/; "*" is one step, a last "**" the rest
    Right right;
    /// The class of work it is (struct Classes); `loop`: it takes no time.
    enum Where { loop, report, reader, query, upkeep, check, line } where;
    /// Answers, or answers later by the call's reply and returns nothing.
    std::optional<HttpResponse> (*handler)(Server&, Call&);
};

/// Representations of profiles, ready to send; the least used go when there are too many bytes.
class Documents {
public:
    explicit Documents(size_t limit) : limit_(limit) {}
    std::shared_ptr<const HttpDocument> find(const std::string& key);
    void put(const std::string& key, std::shared_ptr<const HttpDocument>);
    void clear() {
        order_.clear();
        places_.clear();
        bytes_ = 0;
    }
    size_t bytes() const { return bytes_; }

private:
    struct Entry {
        std::string key;
        std::shared_ptr<const HttpDocument> document;
    };
    size_t limit_, bytes_ = 0;
    std::list<Entry> order_;  // the most recently used first
    std::unordered_map<std::string, std::list<Entry>::iterator> places_;
};

/// Work by class: none waits for another. Last in the Server: jobs end while all else lives.
struct Classes {
    Classes(int commits, std::function<void(const std::exception&)> failed)
        : profiles(1, failed),
          house(1, failed),
          reports(1, failed, 2),
          readers(2, failed, 2),
          queries(1, failed, 5),
          upkeep(1, failed, 5),
          checks(commits, failed, 5),
          line(commits, failed, 3) {}
    Workers profiles;  ///< making documents for nodes
    Workers house;     ///< what nodes did, the outbox, the audit: small, and never long
    Workers reports;   ///< reading what nodes report
    Workers readers;   ///< small looks into the store
    Workers queries;   ///< what may look at all of it
    Workers upkeep;    ///< checkpoints, backups, verification
    Workers checks;
    Workers line;  ///< commits, in the order they came
};

/// Refusals for the audit log: of one who is refused again and again the first few, then how many
/// more. So nobody fills the disk with what he may not do.
class RefusalLog {
public:
    /// Is this one to be recorded by itself?
    bool take(const std::string& who, int64_t now);
    /// Whose further ones are to be recorded now as a number.
    std::vector<std::pair<std::string, uint64_t>> over(int64_t now);

private:
    struct Recent {
        int64_t since = 0;
        uint64_t told = 0, more = 0;
    };
    std::map<std::string, Recent> recent_;
};

class Server {
public:
    explicit Server(Service&);
    ~Server();

    void reload();
    void stop(std::function<void()> done);

    Service& service;
    Loop& loop;
    const Log& log;
    Store store;
    Pipeline pipeline;
    Nodes nodes;
    Access access;
    std::map<std::string, Profile> published;  ///< by node: what is served, on the loop's thread
    HttpTopics listeners;                      ///< to the events of one node, or of "", all
    Notifier notifier;
    std::string backup_dir;
    uint64_t head = 0;  ///< the newest revision that is published, on the loop's thread

    struct Counters {
        uint64_t requests = 0, refused = 0, refused_connections = 0, errors = 0, profiles = 0,
                 not_modified = 0, bytes = 0;
        uint64_t commits = 0, refused_commits = 0, compiled = 0;
        double commit_seconds = 0;
    } counters;

    /// A commit is in the store: serve it, tell the nodes and whoever listens. On the loop's
    /// thread.
    void publish(const Outcome&, const std::string& author, const std::string& comment);
    void event(const std::string& name, const std::string& data, const std::string& node = {});
    Principal principal(const HttpRequest&);
    /// The rules in the tree of the head that is published: no request waits for the store. From
    /// any thread.
    std::shared_ptr<const Namespaces> namespaces() const;
    /// Error(77) unless the asker may.
    void need(const Call&, Namespaces::Do, std::string_view path);
    /// Error(77) unless the asker may write something.
    void need_writer(const Call&);
    /// Has it sent this content, or may it read a file, of any revision, that is it? A denied file
    /// is not to be had by naming what it holds.
    std::function<bool(const Hash&)> may_name(const Call&);
    /// The same, throwing Error(77).
    std::function<void(const Hash&)> need_name(const Call&);
    bool may_read(const Call& c, std::string_view path) {
        return namespaces()->may(c.who, Namespaces::read, path);
    }
    /// Whose values may be seen: those of the objects whose templates may be read.
    std::function<bool(const std::string& object)> readable(const Principal&);
    bool readable_all(const Principal& p) { return namespaces()->may_read_all(p); }
    bool may_read_profile(const Principal& p, const std::string& object) {
        return p.may_fetch_profile(node_of(object)) || readable(p)(object);
    }
    /// Error(77) unless the asker may see the object's values.
    void need_values(const Call&, const std::string& object);
    /// Take out the values that the asker may not see.
    void veil(const Call&, std::vector<Effect>&);
    /// Of an outcome also the lines of templates, and the messages about such values.
    void veil(const Call&, Outcome&);
    /// Write what nodes did and who is told: on a reader's thread, for the store may be busy; then
    /// `done`, on the loop's.
    void flush(std::function<void()> done = {});
    /// Has the stop begun? What has not begun is refused. From any thread.
    bool stopping() const { return stopping_; }
    /// Tell listeners which commits are at work, and how far; `now` as pipeline.at_work() had it.
    void tell_work(const std::vector<AtWork>& now);
    /// Promotions that wait for the reports of some nodes: go on when all are good, stop at the
    /// first bad one.
    void watch_canaries();
    void look_at_canaries(const std::vector<Stage>&);

    /// It was refused: counted, logged, and recorded within limits.
    void refuse(const std::string& who, const HttpRequest&);
    HttpGrant grant(const std::shared_ptr<const tls::Identity>&, bool secure);

    void serve_profile(HttpReply);
    void serve_api(HttpReply);
    void serve_page(HttpReply);

private:
    void open_listeners();
    Access read_access() const;
    void ask_again();
    void use(std::shared_ptr<const Namespaces>);
    void load_page();
    std::shared_ptr<const Signer> read_signer() const;
    void answer(HttpReply, const std::string& node, const Profile&,
                std::shared_ptr<const HttpDocument>, bool gz);
    void serve_index(const Principal&, HttpReply);
    NotifyOptions notify_options() const;
    std::optional<tls::Context> context() const;
    /// The list of revoked certificates; "" when there is none.
    std::string crl_file() const;
    tls::Revoked read_revoked() const;
    /// Read the list again when its file is another one than before.
    void look_at_revoked();

    Documents documents_;
    std::shared_ptr<const Signer> signer_;  ///< of profiles; none when they are not signed
    std::map<std::string, HttpDocument, std::less<>> page_;
    std::string prefix_;
    std::unique_ptr<HttpServer> secure_, plain_;
    std::atomic<bool> stopping_ = false;
    bool flushing_ = false, canaries_busy_ = false;
    std::vector<std::function<void()>> flushed_;  ///< who waits for the next flush
    RefusalLog refusals_;
    tls::Revoked revoked_;
    std::string revoked_stamp_;  ///< of the file it was read from
    int64_t revoked_told_ = 0;   ///< when its age was last told
    struct Listing;
    std::shared_ptr<const Listing> listing_;  ///< of what is published; none when that changed
    std::map<std::string, std::shared_ptr<const HttpDocument>> indexes_;  ///< of it, by who asks
    std::string work_;  ///< what the last event said is at work
    mutable std::mutex namespaces_lock_;
    std::shared_ptr<const Namespaces> namespaces_;
    Timer flush_timer_, checkpoint_timer_, expiry_timer_, work_timer_, revoked_timer_;

public:
    Classes work;
};

/// Where cdb-pki writes it: read when it is there.
inline constexpr const char* default_crl = "/etc/weft/pki/ca.crl";
/// cdbd.conf: every key, its kind, its default.
const std::vector<Setting>& settings();

/// The rows of the API, for the dispatcher and the page.
const std::vector<ApiRow>& api();

// ---- pieces of answers
HttpResponse json(int status, Json&);
HttpResponse problem(int status, const Error&);
HttpResponse problem(int status, std::string message, std::string hint = {});
void put(Json&, const Outcome&);
void put(Json&, const std::vector<Effect>&);
/// Does another site's page in a browser ask to change something?
bool from_elsewhere(const HttpRequest&);
/// With `may_read` also the files it changed that this lets through, and the nodes.
void put(Json&, const Revision&, const std::function<bool(const std::string& path)>& may_read = {});
void put(Json&, const PathLock&);
void put(Json&, const AtWork&);
int status_of(const Outcome&);
/// Throws when somebody may not name a content by its hash.
using MayName = std::function<void(const Hash&)>;
/// The changes of a request's body, with the base filled in from a revision.
std::vector<Edit> edits_of(const Store&, const Element& body, uint64_t base, const MayName&);
/// Error(65) unless the key holds the whole name of a content.
Hash hash_at(const Element& body, std::string_view key);
std::string text_of(const Element& body, std::string_view key, std::string fallback = {});
/// A list of strings; none when it is not there.
std::vector<std::string> words_of(const Element& body, std::string_view key);
uint64_t number_of(const Element& body, std::string_view key, uint64_t fallback);
/// False when it is not there.
bool flag_of(const Element& body, std::string_view key);
/// {"path":, "text":} or, for what is not UTF-8, {"path":, "base64":}.
void put_file(Json&, std::string_view path, std::string_view text);

}  // namespace weft::cdb
