// What the server and its connections share. Everything runs on the loop's thread, but for the
// doors that replies and streams keep to it, and the steps of TLS handshakes.
#pragma once
#include <sys/socket.h>

#include <list>
#include <map>
#include <mutex>

#include "base/workers.hh"
#include "base/wrap/asio.hh"
#include "base/wrap/http_parse.hh"

namespace weft {

using Clock = std::chrono::steady_clock;

/// The way from a worker's thread to the loop, closed when the server goes.
struct Door {
    std::mutex mutex;
    Loop* loop;
    std::atomic<std::thread::id>
        thread{};  ///< the loop's; known before there is anything to answer

    void post(std::function<void()> f) {
        std::lock_guard lock(mutex);
        if (loop)
            loop->post(std::move(f));
    }
    bool is_ours() const { return thread == std::this_thread::get_id(); }
};

class Connection;

/// Bytes, requests or streams in use, given back when the last holder goes, on whatever thread.
class HttpUse {
public:
    HttpUse() = default;
    HttpUse(std::shared_ptr<void> owner, std::atomic<size_t>& count, size_t n = 1)
        : owner_(std::move(owner)), count_(&count), n_(n) {
        count += n;
    }
    HttpUse(HttpUse&& o) noexcept
        : owner_(std::move(o.owner_)), count_(std::exchange(o.count_, nullptr)), n_(o.n_) {}
    HttpUse& operator=(HttpUse&& o) noexcept {
        end();
        owner_ = std::move(o.owner_);
        count_ = std::exchange(o.count_, nullptr);
        n_ = o.n_;
        return *this;
    }
    ~HttpUse() { end(); }
    void end() {
        if (count_)
            *count_ -= n_;
        count_ = nullptr;
        owner_.reset();
    }
    void more(size_t n) {
        if (count_)
            *count_ += n;
        n_ += n;
    }
    size_t amount() const { return count_ ? n_ : 0; }

private:
    std::shared_ptr<void> owner_;
    std::atomic<size_t>* count_ = nullptr;
    size_t n_ = 0;
};

/// Everything of one certificate, or of one address without.
struct HttpPeer {
    HttpGrant grant;
    bool known = false;  ///< the grant is what on_client said
    std::shared_ptr<const tls::Identity> peer;
    Endpoint remote;
    std::list<Connection*> connections;  ///< the oldest first
    std::atomic<size_t> requests = 0, streams = 0, body_bytes = 0;
};

struct HttpReply::State {
    std::shared_ptr<const HttpRequest> request;
    std::weak_ptr<Connection> connection;
    std::shared_ptr<Door> door;
    uint64_t serial = 0;  ///< of the request
    size_t stream_bytes = 0;
    std::atomic<bool> answered = false, gone = false;
    HttpUse working, body, client_body;  ///< until the request is answered, whoever has gone
    ~State();
    void deliver(HttpResponse, std::shared_ptr<HttpStream::State> stream);
};

struct HttpStream::State {
    std::weak_ptr<Connection> connection;
    std::shared_ptr<Door> door;
    size_t limit = 0;
    std::atomic<bool> open = true;
    std::atomic<size_t> posted = 0;               ///< bytes on their way to the loop
    std::atomic<size_t> waiting = 0;              ///< bytes the client has not taken yet
    std::vector<std::function<void()>> on_close;  ///< the loop's thread only
    bool close_told = false;

    void ended();  ///< the loop's thread only; on_close is called by the loop, later
};

struct HttpServer::Impl final : Thing, std::enable_shared_from_this<HttpServer::Impl> {
    struct Route {
        std::string method, path;
        Handler handler;
        size_t body_bytes;
    };

    Loop& outer;
    HttpLimits limits;
    std::optional<tls::Context> tls;
    Fd listening;
    std::shared_ptr<Door> door;
    std::vector<std::shared_ptr<Route>> routes;  ///< longest path first
    std::set<std::shared_ptr<Connection>> connections;
    /// By address: its connections, the oldest first; and the addresses by how many they have.
    std::map<std::string, std::list<Connection*>> origins;
    std::set<std::pair<size_t, std::string>> crowded;
    std::map<std::string, std::shared_ptr<HttpPeer>> clients;
    std::shared_ptr<std::atomic<size_t>> bodies = std::make_shared<std::atomic<size_t>>(0);
    OnClient on_client;
    std::optional<Workers> shakers;  ///< with TLS: a handshake is a millisecond of arithmetic, and
                                     ///< nodes come in thousands
    std::function<void(const Served&)> on_served;
    std::function<void(const HttpRequest&, const std::exception&)> on_error;
    std::function<void(const Endpoint&, std::string_view)> on_refused;
    Watch acceptable;
    Timer tick, pause, cut;
    std::function<void()> stopped;
    bool stopping = false;
    double grace = 0;  ///< once stopping: what a client has to take its answer
    bool grace_over = false;
    std::string date_line;
    time_t date_of = 0;
    std::unique_ptr<char[]> scratch = std::make_unique<char[]>(scratch_size);
    static constexpr size_t scratch_size = 64 << 10;

    Impl(Loop&, const Endpoint&, std::optional<tls::Context>, HttpLimits);
    void listen();
    void accept();
    void end() override;
    /// The route of a request; nothing when there is none. `allow` gets the methods its path has.
    std::shared_ptr<Route> find(std::string_view method, std::string_view path,
                                std::string& allow) const;
    void left(const std::shared_ptr<Connection>&);
    void came(const std::shared_ptr<Connection>&);
    /// End a connection that says nothing, of the address that has most; false: there is none.
    bool make_room();
    std::shared_ptr<HttpPeer> client_of(const HttpRequest&, const std::string& origin);
    void ask(const std::shared_ptr<HttpPeer>&);
    void look_at_clocks();
    const std::string& date();
};

/// One client: its socket, the request being read, the answer being written.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(HttpServer::Impl&, Fd, const Endpoint& remote, std::string origin);

    /// Go on until there is something to wait for.
    void drive();
    /// A handler's answer.
    void answer(HttpResponse, std::shared_ptr<HttpStream::State> stream, uint64_t serial);
    void stream_write(std::string bytes);
    void stream_close();
    /// No answer will come after this; the socket goes now.
    void drop();
    void check_clock(Clock::time_point now);
    /// The server stops: idle connections go, others after their answer.
    void retire();
    /// ... and the client's time for it is over.
    void hurry();
    /// The client is known, or known better.
    void granted();
    /// Does it wait for its client, and nobody for it?
    bool silent() const { return phase_ == handshaking || phase_ == idle || phase_ == lingering; }
    const std::string& origin() const { return origin_; }
    /// As drop(), when nobody shakes hands any more.
    void cut();

private:
    enum Phase {
        handshaking,
        introduced,  ///< its client is not known yet
        idle,
        in_headers,
        in_body,
        working,
        sending,
        streaming,
        lingering,
        gone
    };
    enum Io { moved, wait, ended };

    Io receive(size_t& n);   ///< into the server's scratch
    Io transmit(size_t& n);  ///< from head_ and body_, at offset sent_
    bool shake();
    void shaken(tls::Stream::Result);
    bool read_request();
    bool take(std::string_view bytes);  ///< false: the request needs more
    int headers_are_in();               ///< 0, or the status to refuse it with
    void handle();
    bool write_answer();
    bool stream_on();
    bool linger();
    void answered();
    void fail(int status, std::string why);
    void make_head(const HttpResponse&, std::optional<size_t> length);
    void wait_for(bool write);
    void enter(Phase, double seconds);  ///< 0: no limit
    void next_request();
    bool meet();
    int hold_body(size_t bytes);

    HttpServer::Impl* server_;
    asio::posix::stream_descriptor socket_;
    std::optional<tls::Stream> tls_;
    bool unheard_ = false;  ///< nothing of the handshake has come yet
    bool away_ = false;     ///< a thread shakes hands: tls_, the socket and the peer are its own
    bool dropped_ = false;  ///< meanwhile; to go when that comes back
    Clock::duration
        left_{};  ///< of the client's time: what the handshake waits for us is not the client's
    Phase phase_ = idle;
    Clock::time_point deadline_ = Clock::time_point::max();
    bool driving_ = false, reading_ = false, writing_ = false;

    bool drained_ = false;  ///< the last read took all there was
    std::string in_;        ///< received and not understood yet
    bool fresh_ = false;    ///< in_ was not shown to the parser yet
    int in_a_row_ = 0;      ///< requests served without a look at other connections
    std::optional<HttpParser> parser_;
    std::shared_ptr<HttpRequest> request_;  ///< shared with whoever works on it
    std::shared_ptr<HttpServer::Impl::Route> route_;
    std::string allow_;     ///< the methods of its path, when the route is not found
    bool expects_ = false;  ///< waits for "100 Continue"
    std::weak_ptr<HttpReply::State> reply_;
    uint64_t serial_ = 0;  ///< an answer to another request comes too late
    Clock::time_point since_;

    std::string head_;  ///< the answer's head; of a stream, all that waits
    HttpBody body_;
    size_t sent_ = 0, body_bytes_ = 0;
    int status_ = 0;
    bool keep_ = true, unread_ = false, chunked_ = false;
    std::shared_ptr<HttpStream::State> stream_;
    bool stream_ended_ = false;

    std::string origin_;  ///< its address, as limits count them
    std::shared_ptr<HttpPeer> client_;
    std::list<Connection*>::iterator place_{};  ///< among the client's
    HttpUse body_use_, client_body_use_, stream_use_;
    friend struct HttpServer::Impl;
    std::list<Connection*>::iterator origin_place_{};
};

}  // namespace weft
