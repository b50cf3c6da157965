// One client's connection, as a machine of phases driven by readiness: shake hands, read a request,
// let its handler work, send the answer, begin again. No byte of a body is copied on its way out.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/error.hh"
#include "base/url.hh"
#include "base/wrap/http_impl.hh"

namespace weft {

Connection::Connection(HttpServer::Impl& server, Fd fd, const Endpoint& remote, std::string origin)
    : server_(&server),
      socket_(server.loop->context, fd.get()),
      request_(std::make_shared<HttpRequest>()),
      origin_(std::move(origin)) {
    fd.release();
    request_->remote = remote;
    int on = 1;
    setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    enter(introduced, server.limits.header_seconds);
    if (!server.tls)
        return;
    request_->secure = unheard_ = true;
    enter(handshaking, server.limits.handshake_seconds);
}

void Connection::enter(Phase p, double seconds) {
    phase_ = p;
    if (server_->grace_over && seconds > 0)
        seconds = std::min(seconds, server_->grace);
    deadline_ = seconds > 0 ? Clock::now() + in_seconds(seconds) : Clock::time_point::max();
}

void Connection::drive() {
    if (driving_ || phase_ == gone)
        return;
    // Handlers may destroy anything, the server and this included.
    auto self = shared_from_this();
    auto server = server_->shared_from_this();
    struct Driving {
        bool& flag;
        explicit Driving(bool& f) : flag(f) { flag = true; }
        ~Driving() { flag = false; }
    } driving(driving_);
    in_a_row_ = 0;
    for (bool on = true; on;)
        switch (phase_) {
            case handshaking: on = shake(); break;
            case idle:
            case in_headers:
            case in_body: on = read_request(); break;
            case sending: on = write_answer(); break;
            case streaming: on = stream_on(); break;
            case lingering: on = linger(); break;
            case introduced: on = meet(); break;
            case working:
            case gone: on = false; break;
        }
}

void Connection::wait_for(bool write) {
    bool& armed = write ? writing_ : reading_;
    if (armed)
        return;
    armed = true;
    using Descriptor = asio::posix::stream_descriptor;
    socket_.async_wait(write ? Descriptor::wait_write : Descriptor::wait_read,
                       [self = shared_from_this(), write](ErrorCode ec) {
                           (write ? self->writing_ : self->reading_) = false;
                           if (ec || self->phase_ == gone)
                               return;
                           if (!write)
                               self->drained_ = false;
                           Loop::Impl* loop = self->server_->loop;
                           loop->guard([&] { self->drive(); });
                       });
}

void Connection::drop() {
    if (phase_ == gone)
        return;
    if (away_) {
        dropped_ = true;
        return;
    }
    auto self = shared_from_this();
    phase_ = gone;
    if (client_)
        client_->connections.erase(place_);
    body_use_.end();
    client_body_use_.end();
    stream_use_.end();
    ErrorCode ignored;
    socket_.close(ignored);
    tls_.reset();
    if (auto reply = reply_.lock())
        reply->gone = true;
    if (auto stream = std::move(stream_))
        stream->ended();
    server_->left(self);
}

// ---- bytes --------------------------------------------------------------------

Connection::Io Connection::receive(size_t& n) {
    if (drained_)
        return wait;
    char* buf = server_->scratch.get();
    constexpr size_t size = HttpServer::Impl::scratch_size;
    if (tls_) {
        switch (tls_->read(buf, size, n)) {
            case tls::Stream::done: drained_ = !tls_->pending(); return moved;
            case tls::Stream::want_read: return wait;
            case tls::Stream::want_write: wait_for(true); return wait;
            default: return ended;
        }
    }
    ssize_t got;
    while ((got = recv(socket_.native_handle(), buf, size, MSG_DONTWAIT)) < 0 && errno == EINTR) {
    }
    if (got < 0)
        return errno == EAGAIN ? wait : ended;
    if (got == 0)
        return ended;
    n = size_t(got);
    drained_ = n < size;  // what comes now wakes us again: no need to ask for EAGAIN
    return moved;
}

Connection::Io Connection::transmit(size_t& n) {
    size_t head = head_.size() - std::min(sent_, head_.size());
    size_t from = sent_ - std::min(sent_, head_.size());
    std::string_view body = body_ ? std::string_view(*body_).substr(from) : std::string_view();
    if (tls_) {
        // One record for the head and the first of the body; from there on records come from the
        // body itself.
        constexpr size_t record = 16384;
        const char* data = body.data();
        size_t size = body.size();
        if (head && head < record) {
            char* buf = server_->scratch.get();
            memcpy(buf, head_.data() + sent_, head);
            size = std::min(body.size(), record - head);
            memcpy(buf + head, body.data(), size);
            size += head;
            data = buf;
        } else if (head) {
            data = head_.data() + sent_;
            size = head;
        }
        switch (tls_->write(data, size, n)) {
            case tls::Stream::done: return moved;
            case tls::Stream::want_read: wait_for(false); return wait;
            case tls::Stream::want_write: return wait;
            default: return ended;
        }
    }
    iovec parts[2] = {{head_.data() + sent_, head}, {const_cast<char*>(body.data()), body.size()}};
    msghdr m{};
    m.msg_iov = head ? parts : parts + 1;
    m.msg_iovlen = (head != 0) + !body.empty();
    if (head == 0 && body.empty()) {
        n = 0;
        return moved;
    }
    ssize_t put;
    while ((put = sendmsg(socket_.native_handle(), &m, MSG_DONTWAIT | MSG_NOSIGNAL)) < 0 &&
           errno == EINTR) {
    }
    if (put < 0)
        return errno == EAGAIN ? wait : ended;
    n = size_t(put);
    return moved;
}

/// The next step of the handshake, on another thread. Those that have begun go before those that
/// have not: when more come than we can take, the first are served and do not all run out of time
/// together.
bool Connection::shake() {
    if (away_)
        return false;
    if (std::exchange(unheard_, false)) {
        wait_for(false);
        return false;
    }
    away_ = true;
    left_ = deadline_ - Clock::now();
    deadline_ = Clock::time_point::max();
    server_->shakers->submit(
        [this, fd = socket_.native_handle(), context = *server_->tls, door = server_->door,
         me = weak_from_this()] {
            auto result = tls::Stream::failed;
            try {
                if (!tls_)
                    tls_.emplace(context, fd);
                result = tls_->handshake();
                if (result == tls::Stream::done)
                    if (auto peer = tls_->peer())
                        request_->peer = std::make_shared<const tls::Identity>(std::move(*peer));
            } catch (const std::exception&) {  // no memory
                result = tls::Stream::failed;
            }
            door->post([me, result] {
                if (auto self = me.lock())
                    self->shaken(result);
            });
        },
        tls_ ? Workers::urgent : Workers::usual);
    return false;
}

void Connection::shaken(tls::Stream::Result result) {
    if (phase_ != handshaking)
        return;
    away_ = false;
    if (dropped_)
        return drop();
    deadline_ = Clock::now() + left_;
    switch (result) {
        case tls::Stream::done: enter(introduced, server_->limits.header_seconds); return drive();
        case tls::Stream::want_read: return wait_for(false);
        case tls::Stream::want_write: return wait_for(true);
        default:
            if (server_->on_refused)
                server_->on_refused(request_->remote, tls_ ? tls_->why() : "out of memory");
            drop();
    }
}

/// Who it is is known: its client is looked up, and its limits asked for when it is a new one.
bool Connection::meet() {
    if (client_)
        return false;
    client_ = server_->client_of(*request_, origin_);
    place_ = client_->connections.insert(client_->connections.end(), this);
    if (client_->known)
        granted();
    return phase_ != introduced;
}

void Connection::granted() {
    if (phase_ == gone)
        return;
    if (!client_->grant.serve)
        return drop();
    if (phase_ != introduced)
        return;
    enter(idle, server_->limits.header_seconds);
    if (client_->connections.size() <= client_->grant.connections)
        return;
    for (Connection* c : client_->connections)
        if (c != this && c->silent())
            return c->drop();
    drop();
}

void Connection::cut() {
    away_ = false;
    drop();
}

// ---- a request ------------------------------------------------------------------

bool Connection::read_request() {
    if (in_a_row_ >= 32) {  // a client that never stops asking does not keep the others out
        asio::post(server_->loop->context, [self = shared_from_this()] {
            if (self->phase_ != gone)
                self->server_->loop->guard([&] { self->drive(); });
        });
        return false;
    }
    if (std::exchange(fresh_, false) && take(in_))
        return true;
    size_t n = 0;
    switch (receive(n)) {
        case wait: wait_for(false); return false;
        case ended: drop(); return false;
        case moved: break;
    }
    std::string_view bytes(server_->scratch.get(), n);
    if (!in_.empty())
        bytes = in_.append(bytes);
    take(bytes);
    return true;
}

bool Connection::take(std::string_view bytes) {
    if (phase_ == idle) {
        while (bytes.starts_with('\r') || bytes.starts_with('\n'))
            bytes.remove_prefix(1);
        if (bytes.empty()) {
            in_.clear();
            return false;
        }
        parser_.emplace(*request_, server_->limits.header_bytes);
        enter(in_headers, server_->limits.header_seconds);
    }
    int refused = 0;
    std::string why;
    HttpParser::State state;
    do {
        size_t used = 0;
        state = parser_->put(bytes, used);
        bytes.remove_prefix(used);
        if (state == HttpParser::headers)
            refused = headers_are_in();
    } while (state == HttpParser::headers && !refused);
    if (state == HttpParser::bad) {
        refused = 400;
        why = parser_->why();
    }
    if (state == HttpParser::headers_big)
        refused = 431;
    if (state == HttpParser::body_big)
        refused = 413;
    if (state == HttpParser::coding) {
        refused = 501;
        why = "only 'chunked' is understood as a transfer coding";
    }
    if (!refused && phase_ == in_body && request_->body.size() > body_use_.amount())
        refused = hold_body(request_->body.size() - body_use_.amount());
    if (refused == 503 || refused == 429)
        why = "too many bytes of requests are on their way, send it again later";
    // Unused bytes are a head or a chunk's head: no reason to be longer than a head may be.
    if (state == HttpParser::more && bytes.size() > server_->limits.header_bytes)
        refused = 431;

    if (bytes.empty())
        in_.clear();
    else
        in_ = std::string(bytes);  // may be part of itself
    if (refused) {
        fail(refused, std::move(why));
        return true;
    }
    if (state == HttpParser::whole) {
        handle();
        return true;
    }
    if (std::exchange(expects_, false)) {
        head_ = "HTTP/1.1 100 Continue\r\n\r\n";
        sent_ = 0;
        body_.reset();
        size_t n = 0;
        (void)transmit(n);  // lost when it does not fit: the client goes on by itself after a while
        if (n != 0 && n != head_.size())
            drop();
    }
    return false;
}

int Connection::headers_are_in() {
    HttpRequest& r = *request_;
    int hosts = 0;
    for (auto& [name, value] : r.headers)
        hosts += name == "host";
    if (hosts > 1 || (hosts == 0 && !parser_->is_1_0()))
        return 400;
    std::string_view target = r.target;
    if (target.starts_with("http://") || target.starts_with("https://")) {  // as through a proxy
        size_t slash = target.find('/', 8);
        target = slash == std::string_view::npos ? "/" : target.substr(slash);
    }
    size_t mark = target.find('?');
    auto path = percent_decode(target.substr(0, mark));
    if (!path || path->find('\0') != std::string::npos)
        return 400;
    if (!path->starts_with('/') && !(r.method == "OPTIONS" && *path == "*"))
        return 400;
    r.path = std::move(*path);
    if (mark != std::string_view::npos)
        r.query = target.substr(mark + 1);

    route_ = server_->find(r.method, r.path, allow_);
    size_t most = route_ ? route_->body_bytes : server_->limits.body_bytes;
    parser_->limit_body(std::min(most, client_->grant.body_bytes));
    if (parser_->expects_body())
        if (int refused = hold_body(size_t(parser_->announced().value_or(0))))
            return refused;
    std::string_view expect = r.header("expect");
    expects_ = (expect == "100-continue" || expect == "100-Continue") && !parser_->is_1_0() &&
               parser_->expects_body();
    enter(in_body, server_->limits.body_seconds);
    return 0;
}

/// Bytes of a body that are, or will be, in memory: 0, or why not.
int Connection::hold_body(size_t bytes) {
    if (bytes > std::min(route_ ? route_->body_bytes : server_->limits.body_bytes,
                         client_->grant.body_bytes))
        return 413;
    if (client_->body_bytes + bytes > server_->limits.bodies / 2)
        return 429;
    if (*server_->bodies + bytes > server_->limits.bodies)
        return 503;
    if (body_use_.amount()) {
        body_use_.more(bytes);
        client_body_use_.more(bytes);
    } else {
        body_use_ = HttpUse(server_->bodies, *server_->bodies, bytes);
        client_body_use_ = HttpUse(client_, client_->body_bytes, bytes);
    }
    return 0;
}

void Connection::handle() {
    since_ = Clock::now();
    serial_++;
    keep_ = parser_->keep_alive() && !server_->stopping;
    enter(working, 0);
    if (!route_) {
        if (allow_.empty())
            return answer(HttpResponse::text(404, "not found\n"), nullptr, serial_);
        if (request_->method == "OPTIONS")
            return answer(HttpResponse{204, {{"Allow", allow_}}, nullptr}, nullptr, serial_);
        return answer(
            HttpResponse::text(405, "this method is not for this path\n").with("Allow", allow_),
            nullptr, serial_);
    }
    if (client_->requests >= client_->grant.requests)
        return answer(
            HttpResponse::text(429, "too many requests of this client are being worked on\n")
                .with("Retry-After", "1"),
            nullptr, serial_);
    auto state = std::make_shared<HttpReply::State>();
    state->working = HttpUse(client_, client_->requests);
    state->body = std::move(body_use_);
    state->client_body = std::move(client_body_use_);
    state->request = request_;
    state->connection = weak_from_this();
    state->door = server_->door;
    state->serial = serial_;
    state->stream_bytes = server_->limits.stream_bytes;
    reply_ = state;
    HttpReply reply(
        state);  // outlives the handler's copy, so that a throw is answered by what was thrown
    uint64_t serial = serial_;
    auto wrong = [&](int status, std::string text, const std::exception& e) {
        if (server_->on_error)
            server_->on_error(*request_, e);
        if (!state->answered.exchange(true))
            answer(HttpResponse::text(status, std::move(text)), nullptr, serial);
    };
    auto route = route_;
    try {
        route->handler(reply);
    } catch (const Error& e) {
        int status = e.status == exit_data || e.status == exit_usage ? 400
                     : e.status == exit_denied                       ? 403
                     : e.status == exit_try_later                    ? 503
                     : e.status == exit_unavailable                  ? 502
                                                                     : 500;
        wrong(status, status == 500 ? "internal error\n" : e.text(), e);
    } catch (const std::exception& e) {
        wrong(500, "internal error\n", e);
    }
}

void Connection::fail(int status, std::string why) {
    since_ = Clock::now();
    keep_ = false;
    unread_ = true;
    if (why.empty())
        why = http_reason(status);
    answer(HttpResponse::text(status, why + "\n"), nullptr, serial_);
}

// ---- an answer --------------------------------------------------------------------

void Connection::make_head(const HttpResponse& r, std::optional<size_t> length) {
    head_.clear();
    sent_ = 0;
    head_.append("HTTP/1.1 ")
        .append(std::to_string(r.status))
        .append(" ")
        .append(http_reason(r.status));
    head_.append(server_->date());
    for (auto& [name, value] : r.headers) {
        size_t at = head_.append("\r\n").size();
        head_.append(name).append(": ").append(value);
        for (; at < head_.size(); at++)  // nobody's value begins a line of its own
            if (head_[at] == '\r' || head_[at] == '\n' || head_[at] == '\0')
                head_[at] = ' ';
    }
    if (length)
        head_.append("\r\nContent-Length: ").append(std::to_string(*length));
    if (chunked_)
        head_.append("\r\nTransfer-Encoding: chunked");
    if (!keep_)
        head_.append("\r\nConnection: close");
    else if (parser_ && parser_->is_1_0())
        head_.append("\r\nConnection: keep-alive");
    head_.append("\r\n\r\n");
}

void Connection::answer(HttpResponse r, std::shared_ptr<HttpStream::State> stream,
                        uint64_t serial) {
    if (phase_ == gone || serial != serial_) {
        if (stream)
            stream->ended();
        return;
    }
    status_ = r.status;
    if (server_->stopping)
        keep_ = false;
    bool head_only = request_->method == "HEAD";
    if (stream && client_->streams >= client_->grant.streams) {
        stream->ended();
        stream = nullptr;
        r = HttpResponse::text(429, "too many streams of this client are open\n");
        status_ = r.status;
    }
    if (stream && !head_only) {
        stream_use_ = HttpUse(client_, client_->streams);
        chunked_ = parser_ && !parser_->is_1_0();
        if (!chunked_)
            keep_ = false;
        make_head(r, std::nullopt);
        stream_ = std::move(stream);
        stream_ended_ = !stream_->open || server_->stopping;
        if (stream_ended_ && chunked_)
            head_.append("0\r\n\r\n");
        enter(streaming, server_->limits.write_seconds);
    } else {
        chunked_ = false;
        bool bodiless = r.status == 204 || r.status == 304;
        size_t length = r.body ? r.body->size() : 0;
        make_head(r, bodiless ? std::nullopt : std::optional(length));
        body_ = head_only || bodiless ? nullptr : std::move(r.body);
        body_bytes_ = body_ ? length : 0;
        if (stream)
            stream->ended();
        enter(sending, server_->limits.write_seconds);
    }
    drive();
}

bool Connection::write_answer() {
    size_t total = head_.size() + body_bytes_;
    while (sent_ < total) {
        size_t n = 0;
        switch (transmit(n)) {
            case wait: wait_for(true); return false;
            case ended: drop(); return false;
            case moved: break;
        }
        sent_ += n;
        if (sent_ < total)
            enter(sending, server_->limits.write_seconds);
    }
    answered();
    return true;
}

void Connection::answered() {
    if (server_->on_served)
        server_->on_served({*request_, status_, body_bytes_,
                            std::chrono::duration<double>(Clock::now() - since_).count()});
    if (phase_ == gone)
        return;
    head_.clear();
    sent_ = body_bytes_ = 0;
    body_.reset();
    body_use_.end();
    client_body_use_.end();
    stream_use_.end();
    route_.reset();
    parser_.reset();
    if (!keep_ || server_->stopping) {
        if (tls_)
            tls_->shutdown();
        if (!unread_ && !server_->stopping)
            return drop();
        // Closing with bytes unread would cut off the answer on its way: let the client read it
        // first.
        ::shutdown(socket_.native_handle(), SHUT_WR);
        return enter(lingering, 2);
    }
    next_request();
    fresh_ = !in_.empty();
    enter(idle, server_->limits.idle_seconds);
    in_a_row_++;
}

/// Who the client is stays; the request that was answered may still be somebody's.
void Connection::next_request() {
    bool shared = request_.use_count() > 1;
    std::atomic_thread_fence(std::memory_order_acquire);
    if (shared) {
        auto next = std::make_shared<HttpRequest>();
        next->peer = request_->peer;
        next->secure = request_->secure;
        next->remote = request_->remote;
        request_ = std::move(next);
        return;
    }
    HttpRequest& r = *request_;
    for (std::string* s : {&r.method, &r.target, &r.path, &r.query, &r.body})
        s->clear();
    r.headers.clear();
    if (r.body.capacity() > 65536)
        r.body.shrink_to_fit();
}

bool Connection::linger() {
    char* buf = server_->scratch.get();
    for (int i = 0; i < 16; i++) {
        ssize_t got =
            recv(socket_.native_handle(), buf, HttpServer::Impl::scratch_size, MSG_DONTWAIT);
        if (got < 0 && errno == EAGAIN)
            break;
        if (got <= 0) {
            drop();
            return false;
        }
    }
    wait_for(false);
    return false;
}

// ---- streams ----------------------------------------------------------------------

void Connection::stream_write(std::string bytes) {
    if (phase_ != streaming || stream_ended_ || bytes.empty())
        return;
    if (sent_ > 65536) {
        head_.erase(0, sent_);
        sent_ = 0;
    }
    if (sent_ == head_.size())
        enter(streaming, server_->limits.write_seconds);
    if (chunked_)
        head_.append(fmt::format("{:x}\r\n", bytes.size())).append(bytes).append("\r\n");
    else
        head_.append(bytes);
    body_bytes_ += bytes.size();
    drive();
}

void Connection::stream_close() {
    if (phase_ != streaming || stream_ended_)
        return;
    stream_ended_ = true;
    if (chunked_)
        head_.append("0\r\n\r\n");
    enter(streaming, server_->limits.write_seconds);
    drive();
}

bool Connection::stream_on() {
    while (sent_ < head_.size()) {
        size_t n = 0;
        Io io = transmit(n);
        if (io == ended) {
            drop();
            return false;
        }
        if (io == wait) {
            wait_for(true);
            break;
        }
        sent_ += n;
        enter(streaming, server_->limits.write_seconds);
    }
    stream_->waiting = head_.size() - sent_;
    if (sent_ == head_.size()) {
        head_.clear();
        sent_ = 0;
        if (stream_ended_) {
            stream_ended_ = false;
            std::exchange(stream_, nullptr)->ended();
            if (phase_ != gone)
                answered();
            return true;
        }
        enter(streaming, 0);
    }
    // The only thing a client says now is that it has gone; a next request may wait its turn.
    while (in_.size() <= server_->limits.header_bytes) {
        size_t n = 0;
        Io io = receive(n);
        if (io == moved) {
            in_.append(server_->scratch.get(), n);
            continue;
        }
        if (io == wait)
            wait_for(false);
        else
            drop();
        break;
    }
    return false;
}

// ---- the clock ----------------------------------------------------------------------

void Connection::check_clock(Clock::time_point now) {
    if (phase_ == working) {
        pollfd p{socket_.native_handle(), POLLRDHUP, 0};
        if (auto reply = reply_.lock(); reply && poll(&p, 1, 0) == 1)
            reply->gone = true;
    }
    if (phase_ == idle && in_.empty()) {  // what waits long needs little
        if (in_.capacity() > 64)
            std::string().swap(in_);
        if (head_.capacity() > 64)
            std::string().swap(head_);
    }
    if (now < deadline_)
        return;
    switch (phase_) {
        case in_headers:
        case in_body: fail(408, ""); return;
        case handshaking:
            if (server_->on_refused)
                server_->on_refused(request_->remote, "the handshake took too long");
            [[fallthrough]];
        default: drop();
    }
}

void Connection::retire() {
    if (phase_ == idle || phase_ == handshaking)
        drop();
    else if (phase_ == streaming)
        stream_close();
}

void Connection::hurry() {
    if (phase_ != working)
        drop();
}

}  // namespace weft
