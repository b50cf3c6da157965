// The daemon from its first socket to its last commit.
#include "cdb/server.hh"

#include <fmt/core.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/error.hh"
#include "base/file.hh"
#include "base/url.hh"
#include "cdb/contents.hh"
#include "cdb/database.hh"
#include "cdb/revisions.hh"
#include "cdb/sessions.hh"
#include "cdb/stages.hh"

namespace weft::cdb {

static std::string rooted(const Service& s, std::string_view key) {
    std::string path = s.config.get(key);
    return path.empty() ? path : s.args.rooted(path);
}

static bdb::Options store_options(const Config& c) {
    return {.cache = c.bytes("store_memory"), .reserve = c.bytes("store_reserve")};
}

Server::Server(Service& s)
    : service(s),
      loop(s.loop),
      log(s.log),
      store(rooted(s, "store"), store_options(s.config)),
      pipeline(store, int(s.config.number("jobs"))),
      nodes(store.stages),
      notifier(loop, log, notify_options()),
      backup_dir(rooted(service, "backup_dir")),
      documents_(s.config.bytes("profile_memory")),
      prefix_(s.config.get("profile_prefix")),
      work(int(std::clamp(s.config.number("commits"), 1L, 64L)),
           [this](auto& e) { log.error("{}", e.what()); }) {
    access = read_access();
    signer_ = read_signer();
    Hash rules = store.revisions.file_at(access_path, store.revisions.head());
    use(std::make_shared<const Namespaces>(
        Namespaces::parse(rules.empty() ? "" : store.contents.text(rules))));
    load_page();
    head = store.revisions.head();
    for (auto& p : store.stages.served())
        published[node_of(p.object)] = p;
    notifier.add(store.stages.pending());
    pipeline.on_work([this](std::vector<AtWork> now) {
        loop.post([this, now = std::move(now)] { tell_work(now); });
    });
    open_listeners();
    flush_timer_ = loop.every(2, [this] {
        flush();
        watch_canaries();
        for (auto& [who, more] : refusals_.over(store.database.now()))
            work.house.submit([this, who = who, more = more] {
                store.database.audit(who, "denied", fmt::format("{} more requests", more));
            });
    });
    checkpoint_timer_ = loop.every(service.config.seconds("checkpoint"), [this] {
        work.upkeep.submit([this] { store.database.env().checkpoint(); });
    });
    if (double age = service.config.seconds("session_expiry"); age > 0) {
        auto expire = [this, age] {
            work.upkeep.submit([this, age] {
                for (auto& session : store.sessions.expire(int64_t(age)))
                    log.info("session {} of {} is closed, nobody touched it: {}", session.id,
                             session.owner, session.comment);
            });
        };
        expire();
        expiry_timer_ = loop.every(std::min(3600.0, age), expire);
    }
    log.info("serving revision {}: {} profiles, store {}", store.revisions.head(), published.size(),
             store.database.dir());
}

Server::~Server() = default;

NotifyOptions Server::notify_options() const {
    const Config& c = service.config;
    NotifyOptions o{.on = c.yes("notify"),
                    .source = Endpoint::parse(c.get("notify_source")),
                    .port = uint16_t(c.number("notify_port")),
                    .rate = double(std::max(1L, c.number("notify_rate"))),
                    .tries = int(c.number("notify_tries")),
                    .retry = std::max(0.05, c.seconds("notify_retry")),
                    .map_file = rooted(service, "notify_map")};
    if (std::string file = rooted(service, "notify_key"); !file.empty()) {
        o.key = read_file(file, 4096);
        while (o.key.ends_with('\n'))
            o.key.pop_back();
        if (o.key.size() < 16)
            throw c.error("notify_key",
                          fmt::format("the key in '{}' is shorter than 16 bytes", file));
    }
    return o;
}

/// What tells one state of a file from another; "" when there is no file.
static std::string stamp_of(const std::string& file) {
    struct stat s {};
    if (file.empty() || ::stat(file.c_str(), &s))
        return {};
    return fmt::format("{} {} {}.{}", s.st_ino, s.st_size, s.st_mtim.tv_sec, s.st_mtim.tv_nsec);
}

std::optional<tls::Context> Server::context() const {
    tls::Options o{.cert_file = rooted(service, "certificate"),
                   .key_file = rooted(service, "key"),
                   .ca_file = rooted(service, "ca"),
                   .crl_file = crl_file(),
                   .verify = tls::Verify::required};
    return tls::Context::server(o);
}

std::string Server::crl_file() const {
    std::string file = rooted(service, "crl");
    bool may_be_missing = service.config.get("crl") == default_crl;
    return may_be_missing && stamp_of(file).empty() ? "" : file;
}

tls::Revoked Server::read_revoked() const {
    std::string file = crl_file();
    return file.empty() ? tls::Revoked() : tls::Revoked::read(file, rooted(service, "ca"));
}

void Server::look_at_revoked() {
    if (!secure_)
        return;
    std::string stamp = stamp_of(rooted(service, "crl"));
    if (stamp != revoked_stamp_) {
        revoked_stamp_ = stamp;
        try {
            if (stamp.empty())  // a list taken away by mistake must not let its certificates in
                throw Error(exit_config, fmt::format("'{}' is gone", rooted(service, "crl")));
            auto fresh = read_revoked();
            auto tls = context();
            revoked_ = std::move(fresh);
            secure_->use(std::move(*tls));
            ask_again();
            log.info("{} certificates are revoked", revoked_.size());
        } catch (const std::exception& e) {
            log.error("the list of revoked certificates is not read again, the old one stays: {}",
                      e.what());
        }
    }
    int64_t now = store.database.now();
    if (revoked_.next() && revoked_.next() < now && now - revoked_told_ >= 3600) {
        revoked_told_ = now;
        log.warning(
            "the list of revoked certificates is out of date since {} h; it still "
            "counts, but who was revoked since is not on it: 'cdb-pki crl' makes a new one",
            (now - revoked_.next()) / 3600);
    }
}

Access Server::read_access() const {
    std::string file = rooted(service, "access");
    auto text = read_if_exists(file, 1 << 20);
    if (!text)
        log.warning("there is no '{}': nobody may change anything", file);
    return Access::parse(text.value_or(""), file);
}

std::shared_ptr<const Signer> Server::read_signer() const {
    std::string certificate = rooted(service, "sign_certificate"),
                key = rooted(service, "sign_key");
    if (certificate.empty() != key.empty())
        throw service.config.error(certificate.empty() ? "sign_key" : "sign_certificate",
                                   "profiles are signed with a certificate and its key: set both");
    return certificate.empty() ? nullptr : std::make_shared<const Signer>(certificate, key);
}

void Server::open_listeners() {
    const Config& c = service.config;
    rlimit files{};  // a connection is one, and what a shell gives is 1024
    if (!getrlimit(RLIMIT_NOFILE, &files) && files.rlim_cur < 20000) {
        files.rlim_cur = std::min<rlim_t>(files.rlim_max, 20000);
        setrlimit(RLIMIT_NOFILE, &files);
    }
    size_t big = c.bytes("max_commit");
    auto set_up = [&](HttpServer& http, bool secure) {
        auto profiles = [this](HttpReply r) {
            serve_profile(std::move(r));
        };
        http.route("GET", "/profiles/", profiles);
        auto answer = [this](HttpReply r) {
            serve_api(std::move(r));
        };
        if (secure) {
            http.route("*", "/api/v1/", answer);
            for (const char* path : {"/api/v1/commit", "/api/v1/check", "/api/v1/sessions/",
                                     "/api/v1/history", "/api/v1/contents"})
                http.route("*", path, answer, big);
            for (auto& [path, d] : page_)
                http.route("GET", path, [this](HttpReply r) { serve_page(std::move(r)); });
        } else {
            for (const char* path : {"/api/v1/health", "/api/v1/metrics"})
                http.route("GET", path, answer);
        }
        http.on_served([this](const HttpServer::Served& s) {
            counters.requests++;
            counters.bytes += s.bytes;
            log.debug("{} {} {} {} {} bytes {:.1f} ms", s.request.remote.text(), s.request.method,
                      s.request.path, s.status, s.bytes, s.seconds * 1e3);
        });
        http.on_client([this, secure](auto& identity, const Endpoint&, HttpServer::Grant f) {
            f(grant(identity, secure));
        });
        http.on_refused([this](const Endpoint& from, std::string_view why) {
            counters.refused_connections++;
            log.debug("connection from {} refused: {}", from.text(), why);
        });
        http.on_error([this](const HttpRequest& q, const std::exception& e) {
            counters.errors++;
            log.error("{} {}: {}", q.method, q.path, e.what());
        });
    };
    if (std::string at = c.get("listen"); !at.empty() && at != "none") {
        revoked_stamp_ = stamp_of(rooted(service, "crl"));
        revoked_ = read_revoked();
        if (crl_file().empty())
            log.info("nobody is revoked: there is no list '{}'", rooted(service, "crl"));
        revoked_timer_ = loop.every(2, [this] { look_at_revoked(); });
        secure_ = std::make_unique<HttpServer>(loop, Endpoint::parse(at, 8443), context());
        set_up(*secure_, true);
        log.info("HTTPS at {}", secure_->local().text());
    }
    if (std::string at = c.get("listen_plain"); !at.empty()) {
        plain_ = std::make_unique<HttpServer>(loop, Endpoint::parse(at, 8080));
        set_up(*plain_, false);
        log.info("HTTP at {}", plain_->local().text());
    }
    if (!secure_ && !plain_)
        throw c.error("listen", "neither 'listen' nor 'listen_plain' is set: nothing to serve");
}

/// All of the new is made first, and may throw; what comes then cannot.
void Server::reload() {
    Access fresh = read_access();
    auto signer = read_signer();
    auto notify = notify_options();
    auto tls = secure_ ? context() : std::nullopt;
    std::string stamp = stamp_of(rooted(service, "crl"));
    auto revoked = secure_ ? read_revoked() : tls::Revoked();
    notifier.reload(std::move(notify));
    access = std::move(fresh);
    signer_ = std::move(signer);
    revoked_ = std::move(revoked);
    revoked_stamp_ = std::move(stamp);
    documents_.clear();  // signatures of the key before
    indexes_.clear();
    if (tls)
        secure_->use(std::move(*tls));
    ask_again();
    log.info("settings, access and certificates read again");
}

/// The rules have changed: what every client may use is asked for again.
void Server::ask_again() {
    for (auto* s : {&secure_, &plain_})
        if (*s)
            (*s)->ask_again();
}

void Server::stop(std::function<void()> done) {
    stopping_ = true;
    flush_timer_.cancel();
    checkpoint_timer_.cancel();
    expiry_timer_.cancel();
    work_timer_.cancel();
    revoked_timer_.cancel();
    listeners.close();
    auto left = std::make_shared<int>(int(bool(secure_)) + int(bool(plain_)));
    auto one = [this, left, done] {
        if (--*left)
            return;
        // Everybody has been answered; what was done is in the store before we go.
        work.upkeep.submit(
            [this, done] { pipeline.alone([&] { loop.post([this, done] { flush(done); }); }); });
    };
    for (auto* s : {&secure_, &plain_})
        if (*s)
            (*s)->stop(5, one);
}

Principal Server::principal(const HttpRequest& request) {
    Principal p =
        access.principal(request.peer, !request.secure && service.config.yes("anonymous_read"));
    if (p.right > Right::member && p.identity && namespaces()->names(*p.identity))
        p.right = Right::member;
    return p;
}

std::shared_ptr<const Namespaces> Server::namespaces() const {
    std::lock_guard hold(namespaces_lock_);
    return namespaces_;
}

void Server::use(std::shared_ptr<const Namespaces> rules) {
    std::lock_guard hold(namespaces_lock_);
    namespaces_ = std::move(rules);
}

void Server::need(const Call& c, Namespaces::Do what, std::string_view path) {
    static const char* words[] = {"read", "write", "commit", "administer", "promote"};
    if (namespaces()->may(c.who, what, path))
        return;
    throw Error(
        exit_denied,
        fmt::format("'{}' may not {} '{}'", c.who.name, words[what], path.empty() ? "." : path), {},
        fmt::format("the rules are in '{}' of the tree", access_path));
}

void Server::need_writer(const Call& c) {
    if (!namespaces()->may_write_somewhere(c.who))
        throw Error(exit_denied, fmt::format("'{}' may not write anything", c.who.name));
}

std::function<bool(const Hash&)> Server::may_name(const Call& c) {
    auto rules = namespaces();
    if (rules->may_read_all(c.who))
        return [](auto&) {
            return true;
        };
    auto readable = std::make_shared<std::optional<std::unordered_set<Hash>>>();
    return [this, rules, readable, who = c.who](const Hash& hash) {
        if (store.contents.was_sent(who.name, hash))
            return true;
        if (!*readable)
            *readable = store.revisions.contents_of(
                [&](std::string_view path) { return rules->may(who, Namespaces::read, path); });
        return (*readable)->contains(hash);
    };
}

std::function<void(const Hash&)> Server::need_name(const Call& c) {
    return [may = may_name(c), who = c.who.name](const Hash& hash) {
        if (!may(hash))
            throw Error(exit_denied,
                        fmt::format("'{}' has not sent the content {}", who, to_hex(hash)), {},
                        "send it to 'contents' first");
    };
}

std::function<bool(const std::string&)> Server::readable(const Principal& p) {
    auto rules = namespaces();
    if (rules->may_read_all(p))
        return [](auto&) {
            return true;
        };
    return [this, rules, p](const std::string& object) {
        std::string file = pipeline.template_of(object);
        return !file.empty() && rules->may(p, Namespaces::read, file);
    };
}

void Server::need_values(const Call& c, const std::string& object) {
    if (!may_read_profile(c.who, object))
        throw Error(
            exit_denied,
            fmt::format("'{}' may not read the profile of '{}'", c.who.name, node_of(object)), {},
            fmt::format("who may read a node's object template may read its profile; the rules are "
                        "in '{}' of the tree",
                        access_path));
}

void Server::veil(const Call& c, std::vector<Effect>& effects) {
    auto may = readable(c.who);
    auto now = pipeline.objects();
    std::vector<Effect> all;
    for (Effect& e : effects) {
        Effect hidden{.kind = e.kind,
                      .nodes = {},
                      .values = {},
                      .more = e.values.size() + e.more,
                      .components = e.components};
        std::erase_if(e.nodes, [&](auto& node) {
            auto it = now->find(node);
            if (may(it == now->end() ? node : it->second))
                return false;
            hidden.nodes.push_back(node);
            return true;
        });
        if (!e.nodes.empty())
            all.push_back(std::move(e));
        if (!hidden.nodes.empty())
            all.push_back(std::move(hidden));
    }
    effects = std::move(all);
}

void Server::veil(const Call& c, Outcome& o) {
    auto rules = namespaces();
    if (rules->may_read_all(c.who))
        return;
    veil(c, o.effects);
    o.printed.clear();  // values of any node, by debug()
    auto values = readable(c.who);
    auto may_read = [&](const std::string& file) {
        return file.empty() || rules->may(c.who, Namespaces::read, file);
    };
    // An object that the head does not have is the asker's own.
    auto own = [&](const std::string& object) {
        return pipeline.template_of(object).empty() || values(object);
    };
    for (Diagnostic& d : o.errors) {
        Error& e = d.error;
        std::erase_if(e.trace, [&](auto& frame) { return !may_read(frame.where.file); });
        bool place = may_read(e.where.file);
        if (place && (d.objects.empty() || std::any_of(d.objects.begin(), d.objects.end(), own)))
            continue;
        e.message = fmt::format("{} {} that '{}' may not read", d.kind,
                                place ? "of a node" : "in a template", c.who.name);
        e.hint = fmt::format(
            "the rules are in '{}' of the tree; an administrator sees the whole message",
            access_path);
        if (place)
            continue;
        e.where = {};
        e.line.clear();
        e.trace.clear();
    }
}

void Server::flush(std::function<void()> done) {
    if (done)
        flushed_.push_back(std::move(done));
    if (flushing_)
        return;  // the earlier states go first
    auto changed = nodes.take_changed();
    auto told = notifier.take_told();
    auto waiting = std::exchange(flushed_, {});
    if (changed.empty() && told.empty()) {
        for (auto& f : waiting)
            f();
        return;
    }
    flushing_ = true;
    work.house.submit(
        [this, changed = std::move(changed), told = std::move(told), waiting = std::move(waiting)] {
            try {
                store.stages.put_nodes(changed);
                store.stages.told(told);
            } catch (const std::exception& e) {
                log.error("{}", e.what());  // nodes will ask and be told again
            }
            loop.post([this, waiting] {
                flushing_ = false;
                for (auto& f : waiting)
                    f();
                if (!flushed_.empty())
                    flush();
            });
        });
}

void Server::tell_work(const std::vector<AtWork>& now) {
    Json j;
    j.open().key("commits").open('[');
    for (auto& w : now)
        put(j, w);
    j.close(']').close();
    if (now.empty() && work_.empty())
        return;
    if (now.empty())
        work_timer_.cancel();
    else if (!work_timer_.pending())
        work_timer_ = loop.every(1, [this] { tell_work(pipeline.at_work()); });
    work_ = now.empty() ? "" : j.text();
    event("work", j.text());
}

void Server::event(const std::string& name, const std::string& data, const std::string& node) {
    listeners.event(node, data, name);
}

void Server::publish(const Outcome& o, const std::string& author, const std::string& comment) {
    if (o.rules)
        use(o.rules);
    if (o.rules)
        ask_again();
    listing_.reset();
    indexes_.clear();
    head = o.revision;
    std::vector<Pending> pending;
    for (const Profile& p : o.published) {
        std::string node = node_of(p.object);
        if (p.xml.empty()) {
            // A rename within the commit may have given the node to another object.
            auto it = published.find(node);
            if (it != published.end() && it->second.object == p.object)
                published.erase(it);
            if (!published.contains(node))
                notifier.forget(node);
        } else {
            published[node] = p;
            pending.push_back({p.object, p.revision, p.modified});
        }
    }
    notifier.add(pending);
    counters.commits++;
    counters.compiled += o.compiled;
    counters.commit_seconds += o.seconds;
    log.info("revision {} by {}: {} files, {} profiles changed, {} compiled in {:.0f} ms: {}",
             o.revision, author, o.files.size(), o.published.size(), o.compiled, o.seconds * 1e3,
             comment);
    Json j;
    j.open()
        .field("revision", o.revision)
        .field("author", author)
        .field("comment", comment)
        .key("nodes")
        .open('[');
    for (auto& p : o.published)
        j.value(node_of(p.object));
    j.close(']').close();
    event("revision", j.text());
    for (auto& p : pending)
        event("profile", fmt::format("{{\"revision\":{}}}", p.revision), node_of(p.object));
}

// ---- the API's dispatcher

/// Does the path fit the pattern? The stars' words are put into `args`.
static bool fits(std::string_view pattern, const std::vector<std::string>& steps,
                 std::vector<std::string>& args) {
    args.clear();
    size_t i = 0;
    for (size_t at = 0; at < pattern.size();) {
        size_t end = std::min(pattern.find('/', at), pattern.size());
        std::string_view want = pattern.substr(at, end - at);
        at = end + 1;
        if (want == "**") {
            std::string rest;
            for (; i < steps.size(); i++)
                rest += (rest.empty() ? "" : "/") + steps[i];
            args.push_back(rest);
            return !rest.empty();
        }
        if (i == steps.size())
            return false;
        if (want == "*")
            args.push_back(steps[i]);
        else if (want != steps[i])
            return false;
        i++;
    }
    return i == steps.size();
}

static int http_status(const Error& e) {
    switch (e.status) {
        case exit_usage:
        case exit_data: return 400;
        case exit_denied: return 403;
        case exit_no: return 409;
        case exit_try_later: return 503;
        case exit_io: return 507;
        default: return 500;
    }
}

void Server::serve_api(HttpReply reply) {
    const HttpRequest& request = reply.request();
    auto steps = split_path(request.path);
    if (!steps || steps->size() < 3)
        return reply.send(problem(404, "no such resource"));
    steps->erase(steps->begin(), steps->begin() + 2);
    const ApiRow* row = nullptr;
    std::vector<std::string> args, found;
    std::string allowed;
    std::string_view method = request.method == "HEAD" ? "GET" : std::string_view(request.method);
    for (const ApiRow& r : api()) {
        if (!fits(r.pattern, *steps, args))
            continue;
        if (!allowed.empty())
            allowed += ", ";
        allowed += r.method;
        if (!row && method == r.method) {
            row = &r;
            found = args;
        }
    }
    if (!row && allowed.empty())
        return reply.send(problem(404, fmt::format("there is no '{}'", request.path)));
    if (!row)
        return reply.send(problem(405, fmt::format("'{}' takes {}", request.path, allowed))
                              .with("Allow", allowed));

    if (from_elsewhere(request)) {
        counters.refused++;
        log.warning("a page of '{}' in the browser at {} may not {} {}", request.header("origin"),
                    request.remote.text(), request.method, request.path);
        return reply.send(problem(403, "another site's page may not do this"));
    }
    auto call = std::make_shared<Call>(Call{reply, principal(request), std::move(found)});
    if (call->who.right > row->right) {
        refuse(call->who.name, request);
        return reply.send(problem(403, fmt::format("'{}' may not do this", call->who.name),
                                  "an administrator names people in the access file of cdbd"));
    }
    auto run = [this, call, row] {
        if (call->reply.gone())
            return;  // and its client with it
        // What is under way when we stop is finished; what has not begun is refused, truthfully.
        if (stopping() && row->where != ApiRow::loop)
            return call->reply.send(
                problem(503, "the server stops, nothing was done", "ask again when it is back")
                    .with("Retry-After", "5"));
        try {
            if (auto r = row->handler(*this, *call))
                call->reply.send(std::move(*r));
        } catch (const Error& e) {
            int status = http_status(e);
            if (status >= 500)
                log.error("{} {}: {}", call->request.method, call->request.path, e.message);
            call->reply.send(problem(status, e));
        } catch (const std::exception& e) {
            log.error("{} {}: internal: {}", call->request.method, call->request.path, e.what());
            call->reply.send(problem(500, fmt::format("internal: {}", e.what())));
        }
    };
    if (row->where == ApiRow::loop)
        return run();
    static constexpr Workers Classes::*classes[] = {
        nullptr,          &Classes::reports, &Classes::readers, &Classes::queries,
        &Classes::upkeep, &Classes::checks,  &Classes::line};
    Workers& workers = work.*classes[row->where];
    if (row->where != ApiRow::line && workers.queued(call->who.name) >= 32)
        return reply.send(problem(503, "too many of your requests wait", "ask for less at once")
                              .with("Retry-After", "1"));
    // Commits keep the order they came in, all others go in turns.
    workers.submit(run, Workers::usual, row->where == ApiRow::line ? "" : call->who.name);
}

bool RefusalLog::take(const std::string& who, int64_t now) {
    if (recent_.size() >= 10000 && !recent_.contains(who))
        return false;
    Recent& r = recent_[who];
    if (!r.since)
        r.since = now;
    if (r.told < 5)
        return ++r.told;
    r.more++;
    return false;
}

std::vector<std::pair<std::string, uint64_t>> RefusalLog::over(int64_t now) {
    std::vector<std::pair<std::string, uint64_t>> out;
    std::erase_if(recent_, [&](auto& one) {
        if (now - one.second.since < 300)
            return false;
        if (one.second.more)
            out.emplace_back(one.first, one.second.more);
        return true;
    });
    return out;
}

void Server::refuse(const std::string& who, const HttpRequest& request) {
    counters.refused++;
    if (!refusals_.take(who, store.database.now()))
        return;
    log.warning("{} at {} may not {} {}", who, request.remote.text(), request.method, request.path);
    work.house.submit([this, who, what = request.method + ' ' + request.path.substr(0, 200)] {
        store.database.audit(who, "denied", what);
    });
}

/// Who may write sends what a commit may have; others, nodes among them, what a report may have.
HttpGrant Server::grant(const std::shared_ptr<const tls::Identity>& identity, bool secure) {
    Principal p = access.principal(identity, !secure && service.config.yes("anonymous_read"));
    auto rules = namespaces();
    bool known = p.right != Right::anyone || (identity && rules->names(*identity));
    bool writes = p.right == Right::admin || rules->may_write_somewhere(p);
    HttpGrant g;
    if (identity && revoked_.holds(*identity)) {
        log.warning("the certificate of {}, number {}, is revoked", identity->subject,
                    identity->serial);
        counters.refused_connections++;
        g.serve = false;
    }
    g.body_bytes = writes ? SIZE_MAX : 1 << 20;
    g.connections = known || !identity ? 2000 : 64;
    g.requests = known ? 256 : identity ? 16 : 1000;
    g.streams = known ? 256 : 16;
    return g;
}

}  // namespace weft::cdb
