// HTTP/1.1 for our servers: requests and responses as values, a server on the loop, and the small
// arts of the protocol (conditions, encodings, dates, percent signs) as functions.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/loop.hh"
#include "base/wrap/tls.hh"

namespace weft {

/// Bytes that several connections may be sending at once; nobody copies or changes them.
using HttpBody = std::shared_ptr<const std::string>;

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// A request, whole.
struct HttpRequest {
    std::string method;   ///< "GET"; a HEAD reaches GET's handler, as "HEAD"
    std::string target;   ///< as sent: "/profiles/lxb001.xml?old=1"
    std::string path;     ///< decoded, without the query; always starts with '/'
    std::string query;    ///< as sent, without the '?'
    HttpHeaders headers;  ///< names in lower case, in the order sent
    std::string body;
    std::shared_ptr<const tls::Identity>
        peer;             ///< nothing without TLS or without a client certificate
    bool secure = false;  ///< came over TLS
    Endpoint remote;

    /// The value of a header ("" when absent; the first when repeated). Name in lower case.
    std::string_view header(std::string_view name) const;
    bool has_header(std::string_view name) const;
    /// A parameter of the query, decoded; nothing when absent or badly encoded.
    std::optional<std::string> parameter(std::string_view name) const;
    /// Every value of one that may be repeated.
    std::vector<std::string> parameters(std::string_view name) const;
};

struct HttpResponse {
    int status = 200;
    HttpHeaders headers{};  ///< Date, Content-Length and Connection are added
    HttpBody body{};

    static HttpResponse text(int status, std::string body,
                             std::string type = "text/plain; charset=utf-8");
    static HttpResponse json(int status, std::string body) {
        return text(status, std::move(body), "application/json");
    }
    HttpResponse& with(std::string name, std::string value) &;
    HttpResponse&& with(std::string name, std::string value) &&;
};

/// "OK", "Not Found", ...
std::string_view http_reason(int status);

/// A response under way whose end is not known: server-sent events. From any thread.
class HttpStream {
public:
    HttpStream() = default;
    /// Queue bytes. False when the client is gone or has let more than `stream_bytes` pile up (it
    /// is then disconnected).
    bool write(std::string bytes) const;
    /// One server-sent event; line ends in `data` are taken care of.
    bool event(std::string_view data, std::string_view name = {}, std::string_view id = {}) const;
    void close() const;
    bool open() const;
    /// Each is called once, when the client has gone or close() was called: by the loop, never from
    /// within a call of yours, so that it may change whatever you were walking.
    void on_close(std::function<void()> f) const;

    struct State;
    explicit operator bool() const { return state_ != nullptr; }

private:
    friend class HttpReply;
    explicit HttpStream(std::shared_ptr<State> s) : state_(std::move(s)) {}
    std::shared_ptr<State> state_;
};

/// A request, with the right and the duty to answer it: now or later, from any thread, once. It
/// owns the request: that lives as long as any copy, whatever becomes of the connection and the
/// server. When the last copy goes unanswered the client is told 500.
class HttpReply {
public:
    const HttpRequest& request() const;
    /// The first answer counts, a second one goes nowhere.
    void send(HttpResponse) const;
    /// 200 (or what `head` says), body to follow piece by piece.
    HttpStream stream(HttpResponse head) const;
    /// The client has closed its connection: no need to work on.
    bool gone() const;

    struct State;
    explicit HttpReply(std::shared_ptr<State> s) : state_(std::move(s)) {}

private:
    std::shared_ptr<State> state_;
};

/// Who listens to what: streams by the topic they asked for. Telling them calls nobody back; one
/// whose client is gone leaves by itself. Belongs to the loop's thread.
class HttpTopics {
public:
    void add(const std::string& topic, HttpStream);
    /// One event to everybody who listens to the topic.
    void event(const std::string& topic, std::string_view data, std::string_view name = {});
    size_t size() const;
    /// End them all.
    void close();

private:
    using All = std::map<std::string, std::vector<HttpStream>>;
    std::shared_ptr<All> all_ = std::make_shared<All>();
};

struct HttpLimits {
    size_t header_bytes = 16 << 10;  ///< request line and headers: 431
    size_t body_bytes = 1 << 20;     ///< 413; a route may have its own
    size_t stream_bytes = 1 << 20;   ///< unsent bytes of one HttpStream
    double handshake_seconds = 10;
    double header_seconds = 10;  ///< from the first byte to the end of the headers: 408
    double body_seconds = 60;    ///< the whole request body: 408
    double write_seconds = 60;   ///< without any progress
    double idle_seconds = 75;    ///< between requests
    size_t connections = 10000;  ///< at once. One more: the address that has most loses the oldest
                                 ///< that says nothing; when there is none the new one is closed
    size_t bodies = size_t(1) << 30;  ///< bytes of all requests' bodies together: 503; half of them
                                      ///< for one client
};

/// What a client may use at once. A client is a certificate; without one an address, of IPv6 a
/// network of 64 bits.
struct HttpGrant {
    bool serve = true;               ///< no: its connections end, the open ones too
    size_t body_bytes = SIZE_MAX;    ///< of a request: 413, as for the route's own limit
    unsigned connections = 1 << 20;  ///< one more: it loses its oldest that says nothing
    unsigned requests = 1 << 20;     ///< being worked on: 429
    unsigned streams = 1 << 20;      ///< open: 429
};

/// A server on one address. Handlers run on the loop's thread. What a handler throws is answered
/// with 500 (an Error(65) or (64): 400, (77): 403, (75): 503, (69): 502) and given to on_error.
class HttpServer {
public:
    using Handler = std::function<void(HttpReply)>;

    /// Listens from now on. Error(69) when the address is taken; port 0 takes a free one (see
    /// local()).
    HttpServer(Loop&, const Endpoint& listen, std::optional<tls::Context> = {}, HttpLimits = {});
    ~HttpServer();

    /// Requests for `path` go to `handler`; a path that ends in '/' stands for everything below it;
    /// the longest match wins. `method` "*" is any. A known path with the wrong method is answered
    /// with 405, an unknown one with 404, OPTIONS with what is allowed.
    void route(std::string method, std::string path, Handler handler,
               std::optional<size_t> body_bytes = {});

    /// Called after each response: for access logs and counters.
    struct Served {
        const HttpRequest& request;
        int status;
        size_t bytes;    ///< of the body
        double seconds;  ///< from the whole request to the last byte
    };
    void on_served(std::function<void(const Served&)> f);
    void on_error(std::function<void(const HttpRequest&, const std::exception&)> f);

    /// Who is it, and what may it use? Asked once for each client, before it is served; it is given
    /// the answer by `grant`, now or later, from the loop's thread. Without this everybody may use
    /// all.
    using Grant = std::function<void(HttpGrant)>;
    using OnClient =
        std::function<void(const std::shared_ptr<const tls::Identity>&, const Endpoint&, Grant)>;
    void on_client(OnClient f);
    /// Ask again for all of them: the rules have changed, or a certificate was revoked.
    void ask_again();

    /// Connections that came to no request: failed handshakes, too many at once.
    void on_refused(std::function<void(const Endpoint& from, std::string_view why)> f);

    /// For connections from now on: a renewed certificate.
    void use(tls::Context);

    Endpoint local() const;
    size_t connections() const;

    /// No new connections. Clients have `seconds` to send the request, or to take the answer, that
    /// is under way; a request that was taken is answered, however long its handler works. `done`
    /// is called when the last connection has gone.
    void stop(double seconds, std::function<void()> done);

    struct Impl;

private:
    std::shared_ptr<Impl> impl_;
};

// ---- the small arts ---------------------------------------------------------

/// Does the client take gzip? Read leniently: commas, blanks or both between the names, x-gzip,
/// ";q=0".
bool accepts_gzip(std::string_view accept_encoding);

/// One thing, ready to be served in one or two encodings.
struct HttpDocument {
    std::string type;  ///< media type
    HttpBody plain;
    HttpBody gzip{};      ///< may be absent
    std::string etag{};   ///< without quotes; strong. The gzip form's has "-gz" added
    time_t modified = 0;  ///< 0: not said
};

/// The right answer to GET and HEAD: 200 in the encoding the client takes, or 304. If-None-Match
/// goes before If-Modified-Since, as RFC 9110 has it.
HttpResponse respond(const HttpRequest&, const HttpDocument&);

}  // namespace weft
