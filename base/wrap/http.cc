// The server: its socket, its routes, its clocks, and the handles by which handlers answer.
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/error.hh"
#include "base/url.hh"
#include "base/wrap/http_impl.hh"

namespace weft {

// ---- replies and streams ------------------------------------------------------

void HttpReply::State::deliver(HttpResponse r, std::shared_ptr<HttpStream::State> stream) {
    if (door->is_ours()) {
        if (auto c = connection.lock())
            c->answer(std::move(r), std::move(stream), serial);
        else if (stream)
            stream->ended();
        return;
    }
    // Only the loop may hold the connection: the last to let go of it closes its socket.
    door->post([c = connection, r = std::move(r), stream, serial = serial]() mutable {
        if (auto to = c.lock())
            to->answer(std::move(r), std::move(stream), serial);
        else if (stream)
            stream->ended();
    });
}

HttpReply::State::~State() {
    if (!answered)
        deliver(HttpResponse::text(500, "internal error: no answer\n"), nullptr);
}

void HttpReply::send(HttpResponse r) const {
    if (state_->answered.exchange(true))
        return;
    state_->working.end();
    state_->deliver(std::move(r), nullptr);
}

HttpStream HttpReply::stream(HttpResponse head) const {
    if (state_->answered.exchange(true))
        bug("a request was answered twice");
    state_->working.end();
    auto s = std::make_shared<HttpStream::State>();
    s->connection = state_->connection;
    s->door = state_->door;
    s->limit = state_->stream_bytes;
    state_->deliver(std::move(head), s);
    return HttpStream(s);
}

bool HttpReply::gone() const { return state_->gone; }
const HttpRequest& HttpReply::request() const { return *state_->request; }

void HttpStream::State::ended() {
    open = false;
    if (std::exchange(close_told, true))
        return;
    for (auto& f : std::exchange(on_close, {}))
        door->post(std::move(f));
}

bool HttpStream::open() const { return state_ && state_->open; }

bool HttpStream::write(std::string bytes) const {
    if (!open())
        return false;
    if (bytes.empty())
        return true;
    auto with = [weak = state_->connection](auto f) {
        if (auto c = weak.lock())
            f(*c);
    };
    if (state_->posted + state_->waiting + bytes.size() > state_->limit) {
        state_->open = false;
        auto cut = [with] {
            with([](Connection& c) { c.drop(); });
        };
        if (state_->door->is_ours())
            cut();
        else
            state_->door->post(cut);
        return false;
    }
    if (state_->door->is_ours()) {
        with([&](Connection& c) { c.stream_write(std::move(bytes)); });
        return open();
    }
    state_->posted += bytes.size();
    state_->door->post([with, s = state_, b = std::move(bytes)]() mutable {
        s->posted -= b.size();
        with([&](Connection& c) { c.stream_write(std::move(b)); });
    });
    return true;
}

bool HttpStream::event(std::string_view data, std::string_view name, std::string_view id) const {
    std::string text;
    auto field = [&](std::string_view key, std::string_view value) {
        value = value.substr(0, value.find_first_of("\r\n"));
        if (!value.empty())
            text.append(key).append(value).append("\n");
    };
    field("event: ", name);
    field("id: ", id);
    for (;;) {
        size_t end = std::min(data.find('\n'), data.size());
        std::string_view line = data.substr(0, end);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        size_t at = text.append("data: ").size();
        text.append(line).append("\n");
        std::replace(text.begin() + ptrdiff_t(at), text.end() - 1, '\r', ' ');
        if (end == data.size())
            break;
        data.remove_prefix(end + 1);
    }
    return write(text + "\n");
}

void HttpStream::close() const {
    if (!open())
        return;
    auto shut = [weak = state_->connection] {
        if (auto c = weak.lock())
            c->stream_close();
    };
    if (state_->door->is_ours())
        shut();
    else
        state_->door->post(shut);
}

void HttpStream::on_close(std::function<void()> f) const {
    auto set = [s = state_, f = std::move(f)]() mutable {
        if (s->close_told)
            s->door->post(std::move(f));
        else
            s->on_close.push_back(std::move(f));
    };
    if (state_->door->is_ours())
        set();
    else
        state_->door->post(std::move(set));
}

void HttpTopics::add(const std::string& topic, HttpStream stream) {
    (*all_)[topic].push_back(stream);
    stream.on_close([weak = std::weak_ptr(all_), topic] {
        auto all = weak.lock();
        auto it = all ? all->find(topic) : All::iterator();
        if (!all || it == all->end())
            return;
        std::erase_if(it->second, [](auto& s) { return !s.open(); });
        if (it->second.empty())
            all->erase(it);
    });
}

void HttpTopics::event(const std::string& topic, std::string_view data, std::string_view name) {
    auto it = all_->find(topic);
    if (it == all_->end())
        return;
    for (auto& s : it->second)
        s.event(data, name);
}

size_t HttpTopics::size() const {
    size_t n = 0;
    for (auto& [topic, streams] : *all_)
        n += streams.size();
    return n;
}

void HttpTopics::close() {
    for (auto& [topic, streams] : *all_)
        for (auto& s : streams)
            s.close();
}

// ---- the server -----------------------------------------------------------------

HttpServer::Impl::Impl(Loop& l, const Endpoint& at, std::optional<tls::Context> context,
                       HttpLimits lim)
    : Thing(l.impl()),
      outer(l),
      limits(lim),
      tls(std::move(context)),
      listening(bound_socket(at, SOCK_STREAM)),
      door(std::make_shared<Door>()) {
    door->loop = &l;
    if (tls)
        shakers.emplace(int(std::clamp(std::thread::hardware_concurrency(), 1u, 8u)),
                        [](auto&) {});  // each step catches, and its connection ends
    if (::listen(listening.get(), SOMAXCONN))
        throw system_error("cannot listen on " + at.text(), exit_unavailable);
    listen();
}

/// An address as limits count it: of IPv6 the network of 64 bits, which is what one subscriber has.
static std::string origin_of(const sockaddr_storage& from) {
    if (from.ss_family == AF_INET) {
        auto& a = reinterpret_cast<const sockaddr_in&>(from).sin_addr;
        return {reinterpret_cast<const char*>(&a), sizeof a};
    }
    auto& a = reinterpret_cast<const sockaddr_in6&>(from).sin6_addr;
    auto* bytes = reinterpret_cast<const char*>(&a);
    return IN6_IS_ADDR_V4MAPPED(&a) ? std::string(bytes + 12, 4) : std::string(bytes, 8);
}

void HttpServer::Impl::came(const std::shared_ptr<Connection>& c) {
    connections.insert(c);
    auto& all = origins[c->origin()];
    crowded.erase({all.size(), c->origin()});
    c->origin_place_ = all.insert(all.end(), c.get());
    crowded.emplace(all.size(), c->origin());
}

bool HttpServer::Impl::make_room() {
    if (crowded.empty())
        return false;
    for (Connection* c : origins[crowded.rbegin()->second])
        if (c->silent()) {
            if (on_refused)
                on_refused({}, "too many connections: the address with most loses its oldest");
            c->drop();
            return true;
        }
    return false;
}

std::shared_ptr<HttpPeer> HttpServer::Impl::client_of(const HttpRequest& r,
                                                      const std::string& origin) {
    std::string name = r.peer ? "c" + r.peer->issuer + '\n' + r.peer->serial : "a" + origin;
    auto& client = clients[name];
    if (client)
        return client;
    client = std::make_shared<HttpPeer>();
    client->peer = r.peer;
    client->remote = r.remote;
    ask(client);
    return client;
}

void HttpServer::Impl::ask(const std::shared_ptr<HttpPeer>& client) {
    if (!on_client) {
        client->known = true;
        return;
    }
    on_client(client->peer, client->remote, [weak = std::weak_ptr(client)](HttpGrant grant) {
        auto known = weak.lock();
        if (!known)
            return;
        known->grant = grant;
        known->known = true;
        std::vector<std::weak_ptr<Connection>> all;
        for (Connection* c : known->connections)
            all.push_back(c->weak_from_this());
        for (auto& one : all)
            if (auto c = one.lock()) {
                c->granted();
                c->drive();
            }
    });
}

void HttpServer::Impl::listen() {
    acceptable = outer.on_readable(listening.get(), [this] { accept(); });
}

void HttpServer::Impl::accept() {
    if (!door->is_ours())
        door->thread = std::this_thread::get_id();
    for (int i = 0; i < 64; i++) {
        sockaddr_storage from{};
        socklen_t size = sizeof from;
        Fd fd(accept4(listening.get(), reinterpret_cast<sockaddr*>(&from), &size,
                      SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (!fd) {
            if (errno == EAGAIN)
                return;
            if (errno == EINTR || errno == ECONNABORTED)
                continue;
            if ((errno == EMFILE || errno == ENFILE) && make_room())
                continue;
            // Out of descriptors or memory: asking again at once would only burn time.
            if (on_refused)
                on_refused({}, std::strerror(errno));
            acceptable.cancel();
            pause = outer.after(0.1, [this] { listen(); });
            return;
        }
        Endpoint remote = endpoint_of(from);
        if (connections.size() >= limits.connections && !make_room()) {
            if (on_refused)
                on_refused(remote, "too many connections");
            continue;
        }
        auto c = std::make_shared<Connection>(*this, std::move(fd), remote, origin_of(from));
        came(c);
        if (!tick.pending()) {
            double shortest =
                std::min({limits.handshake_seconds, limits.header_seconds, limits.body_seconds,
                          limits.write_seconds, limits.idle_seconds});
            tick = outer.every(std::clamp(shortest / 4, 0.02, 1.0), [this] { look_at_clocks(); });
        }
        c->drive();
    }
}

void HttpServer::Impl::look_at_clocks() {
    auto now = Clock::now();
    std::vector<std::shared_ptr<Connection>> all(connections.begin(), connections.end());
    for (auto& c : all)
        c->check_clock(now);
    std::erase_if(clients, [](auto& c) { return c.second.use_count() == 1; });
    if (connections.empty())
        tick.cancel();  // an idle server sleeps
}

void HttpServer::Impl::left(const std::shared_ptr<Connection>& c) {
    if (!connections.erase(c))
        return;
    auto it = origins.find(c->origin());
    crowded.erase({it->second.size(), it->first});
    it->second.erase(c->origin_place_);
    if (it->second.empty())
        origins.erase(it);
    else
        crowded.emplace(it->second.size(), it->first);
    if (!stopping || !connections.empty() || !stopped)
        return;
    cut.cancel();
    tick.cancel();
    outer.post(std::exchange(stopped, nullptr));
}

void HttpServer::Impl::end() {
    {
        std::lock_guard lock(door->mutex);
        door->loop = nullptr;
    }
    acceptable.cancel();
    tick.cancel();
    pause.cancel();
    cut.cancel();
    listening.close();
    stopped = nullptr;
    if (shakers) {
        shakers->forget();
        shakers.reset();
    }
    std::vector<std::shared_ptr<Connection>> all(connections.begin(), connections.end());
    for (auto& c : all)
        c->cut();
    leave();
}

std::shared_ptr<HttpServer::Impl::Route> HttpServer::Impl::find(std::string_view method,
                                                                std::string_view path,
                                                                std::string& allow) const {
    allow.clear();
    if (method == "HEAD")
        method = "GET";
    size_t matched = 0;  // only routes of the longest matching path count
    for (auto& r : routes) {
        if (matched && r->path.size() < matched)
            break;
        bool below = r->path.ends_with('/') && path.starts_with(r->path);
        if (!below && path != r->path)
            continue;
        matched = r->path.size();
        if (r->method == "*" || r->method == method)
            return r;
        allow.append(allow.empty() ? "" : ", ").append(r->method);
        if (r->method == "GET")
            allow.append(", HEAD");
    }
    if (!allow.empty())
        allow.append(", OPTIONS");
    return nullptr;
}

const std::string& HttpServer::Impl::date() {
    time_t now = time(nullptr);
    if (now != date_of) {
        date_of = now;
        date_line = "\r\nDate: " + http_date(now);
    }
    return date_line;
}

HttpServer::HttpServer(Loop& loop, const Endpoint& at, std::optional<tls::Context> tls,
                       HttpLimits limits)
    : impl_(std::make_shared<Impl>(loop, at, std::move(tls), limits)) {}
HttpServer::~HttpServer() {
    if (impl_->loop)
        impl_->end();
}

void HttpServer::route(std::string method, std::string path, Handler handler,
                       std::optional<size_t> body_bytes) {
    auto r = std::make_shared<Impl::Route>(
        Impl::Route{std::move(method), std::move(path), std::move(handler),
                    body_bytes.value_or(impl_->limits.body_bytes)});
    auto& all = impl_->routes;
    all.insert(std::find_if(all.begin(), all.end(),
                            [&](auto& o) { return o->path.size() < r->path.size(); }),
               r);
}

void HttpServer::on_served(std::function<void(const Served&)> f) {
    impl_->on_served = std::move(f);
}
void HttpServer::on_error(std::function<void(const HttpRequest&, const std::exception&)> f) {
    impl_->on_error = std::move(f);
}
void HttpServer::on_refused(std::function<void(const Endpoint&, std::string_view)> f) {
    impl_->on_refused = std::move(f);
}
void HttpServer::on_client(OnClient f) { impl_->on_client = std::move(f); }
void HttpServer::ask_again() {
    auto all = impl_->clients;
    for (auto& [name, client] : all)
        impl_->ask(client);
}
void HttpServer::use(tls::Context c) { impl_->tls = std::move(c); }
Endpoint HttpServer::local() const { return local_of(impl_->listening.get()); }
size_t HttpServer::connections() const { return impl_->connections.size(); }

void HttpServer::stop(double seconds, std::function<void()> done) {
    Impl& s = *impl_;
    s.stopping = true;
    s.acceptable.cancel();
    s.pause.cancel();
    s.listening.close();
    s.stopped = std::move(done);
    s.grace = seconds;
    std::vector<std::shared_ptr<Connection>> all(s.connections.begin(), s.connections.end());
    for (auto& c : all)
        c->retire();
    if (s.connections.empty()) {
        if (s.stopped)
            s.outer.post(std::exchange(s.stopped, nullptr));
        return;
    }
    s.cut = s.outer.after(seconds, [&s] {
        std::vector<std::shared_ptr<Connection>> rest(s.connections.begin(), s.connections.end());
        s.grace_over = true;
        for (auto& c : rest)
            c->hurry();
    });
}

}  // namespace weft
