// The only place that meets Boost.Beast.
//
// An assumption of Beast's that does not hold is one bad request, not the end of the daemon: its
// assertions throw here. (1.81 has one that a client can break; see put().)
#define BOOST_ENABLE_ASSERT_HANDLER
#include "base/wrap/http_parse.hh"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <stdexcept>

namespace boost {
void assertion_failed(const char* what, const char*, const char*, long) {
    throw std::logic_error(what);
}
void assertion_failed_msg(const char*, const char* what, const char*, const char*, long) {
    throw std::logic_error(what);
}
}  // namespace boost

namespace weft {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using ErrorCode = boost::system::error_code;

static std::string_view view(beast::string_view s) { return {s.data(), s.size()}; }

struct HttpParser::Impl : http::basic_parser<true> {
    HttpRequest& r;
    size_t limit = 0;  ///< of the body
    size_t header_bytes;
    int version = 11;
    bool have_headers = false;
    bool coded = false;    ///< a Transfer-Encoding was named
    bool strange = false;  ///< ... that is not "chunked", and nothing else

    Impl(HttpRequest& into, size_t header_limit_bytes) : r(into), header_bytes(header_limit_bytes) {
        header_limit(uint32_t(header_bytes));
        body_limit(boost::none);  // counted here, so that a route can have its own
        eager(false);
    }

    void on_request_impl(http::verb, beast::string_view method, beast::string_view target, int v,
                         ErrorCode&) override {
        version = v;
        r.method = view(method);
        r.target = view(target);
    }
    void on_response_impl(int, beast::string_view, int, ErrorCode&) override {}
    void on_field_impl(http::field f, beast::string_view name, beast::string_view value,
                       ErrorCode& ec) override {
        if (have_headers)
            return;  // trailers: nothing of ours looks at them
        if (r.headers.size() >= 200) {
            ec = http::error::header_limit;
            return;
        }
        auto& [n, v] = r.headers.emplace_back(view(name), view(value));
        for (char& c : n)
            if (c >= 'A' && c <= 'Z')
                c = char(c + 32);
        if (f != http::field::transfer_encoding)
            return;
        std::string coding = v;
        for (char& c : coding)
            if (c >= 'A' && c <= 'Z')
                c = char(c + 32);
        strange |= coding != "chunked";
        coded = true;
    }
    void on_header_impl(ErrorCode& ec) override {
        have_headers = true;
        if (strange || (coded && !chunked()))
            ec = http::error::bad_transfer_encoding;
    }
    void on_body_init_impl(const boost::optional<uint64_t>& length, ErrorCode& ec) override {
        if (!length)
            return;
        if (*length > limit)
            ec = http::error::body_limit;
        else
            r.body.reserve(size_t(std::min<uint64_t>(*length, 1 << 20)));
    }
    size_t take(beast::string_view s, ErrorCode& ec) {
        if (s.size() > limit - std::min(limit, r.body.size())) {
            ec = http::error::body_limit;
            return 0;
        }
        r.body.append(s.data(), s.size());
        return s.size();
    }
    size_t on_body_impl(beast::string_view s, ErrorCode& ec) override { return take(s, ec); }
    void on_chunk_header_impl(uint64_t size, beast::string_view, ErrorCode& ec) override {
        if (size > limit - std::min(limit, r.body.size()))
            ec = http::error::body_limit;
    }
    size_t on_chunk_body_impl(uint64_t, beast::string_view s, ErrorCode& ec) override {
        return take(s, ec);
    }
    void on_finish_impl(ErrorCode&) override {}
};

HttpParser::HttpParser(HttpRequest& into, size_t header_limit)
    : impl_(std::make_unique<Impl>(into, header_limit)) {}
HttpParser::~HttpParser() = default;

HttpParser::State HttpParser::put(std::string_view bytes, size_t& used) {
    used = 0;
    while (!impl_->is_done()) {
        ErrorCode ec;
        bool had_headers = impl_->have_headers;
        // "0\r\n" and then one more byte breaks an assertion. No chunked body ends with fewer than
        // five bytes, so fewer can wait.
        if (had_headers && impl_->chunked() && bytes.size() - used < 5)
            return more;
        try {
            used += impl_->put({bytes.data() + used, bytes.size() - used}, ec);
        } catch (const std::logic_error& e) {
            why_ = e.what();
            return bad;
        }
        if (ec == http::error::need_more)
            return more;
        if (ec == http::error::header_limit)
            return headers_big;
        if (ec == http::error::body_limit)
            return body_big;
        if (ec && impl_->strange)
            return coding;
        if (ec) {
            why_ = ec.message();
            return bad;
        }
        // The parser's own limit is one for the first line and one for the rest.
        if (!had_headers && impl_->have_headers)
            return used > impl_->header_bytes ? headers_big : headers;
        if (used == bytes.size() && !impl_->is_done())
            return more;
    }
    return whole;
}

void HttpParser::limit_body(size_t bytes) { impl_->limit = bytes; }
bool HttpParser::keep_alive() const { return impl_->keep_alive(); }
bool HttpParser::is_1_0() const { return impl_->version == 10; }
std::optional<uint64_t> HttpParser::announced() const {
    auto length = impl_->content_length();
    return length ? std::optional<uint64_t>(*length) : std::nullopt;
}
bool HttpParser::expects_body() const { return !impl_->is_done(); }

}  // namespace weft
