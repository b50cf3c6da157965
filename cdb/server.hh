// The daemon's state, and the shape of what answers its requests. Private to cdbd.
//
// Three kinds of thread: the loop (sockets, what is published, nodes, notification), a line of
// commits and checks, taken up in the order they came, and readers for what touches the disk.
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
    /// A parameter of the query as a number.
    uint64_t number(std::string_view name, uint64_t fallback) const;
};

/// A row of the API: who may, where it runs, what it does.
struct ApiRow {
    const char* method;
    const char* pattern;  ///< below /api/v1/; "*" is one step, a last "**" the rest
    Right right;
    enum Where { loop, reader, line } where;
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

    void serve_profile(HttpReply);
    void serve_api(HttpReply);
    void serve_page(HttpReply);

private:
    void open_listeners();
    void load_access();
    void use(std::shared_ptr<const Namespaces>);
    void load_page();
    void load_signer();
    void answer(HttpReply, const std::string& node, const Profile&,
                std::shared_ptr<const HttpDocument>, bool gz);
    HttpResponse index(const Principal&, const HttpRequest&);
    NotifyOptions notify_options() const;
    std::optional<tls::Context> context() const;

    Documents documents_;
    std::shared_ptr<const Signer> signer_;  ///< of profiles; none when they are not signed
    std::map<std::string, HttpDocument, std::less<>> page_;
    std::string prefix_;
    std::unique_ptr<HttpServer> secure_, plain_;
    std::atomic<bool> stopping_ = false;
    bool flushing_ = false, canaries_busy_ = false;
    std::vector<std::function<void()>> flushed_;  ///< who waits for the next flush
    std::string work_;                            ///< what the last event said is at work
    mutable std::mutex namespaces_lock_;
    std::shared_ptr<const Namespaces> namespaces_;
    Timer flush_timer_, checkpoint_timer_, expiry_timer_, work_timer_;

public:
    // Last: their jobs end while all of the above lives.
    Workers readers, line;
};

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
