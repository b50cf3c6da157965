// HTTP and HTTPS requests with TLS verification that cannot be switched off, limits on time and
// size, and answers that say which host failed and why. The only place that meets libcurl.
#pragma once
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft {

struct HttpOptions {
    std::string cert, key;        ///< client certificate and its key (PEM files)
    std::string ca_file, ca_dir;  ///< who we trust; both empty: the system's authorities
    double timeout = 30;          ///< seconds for one whole request
    double connect_timeout = 10;
    size_t limit = 256 << 20;  ///< bytes of body, after decoding
    bool allow_file = false;   ///< file:///path is answered as a server would
    std::string user_agent = "weft";
};

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpAnswer {
    int status = 0;       ///< 0: there was no whole answer, `error` says why
    HttpHeaders headers;  ///< names in lower case, in order
    std::string body;     ///< content encoding undone
    std::string error;    ///< "cannot get 'https://cdb:444/x': cdb: certificate verify failed"
    std::string hint;     ///< what to look at, where the error is one of TLS or of names
    bool retry = true;    ///< only with an error: may the same request work later?

    bool ok() const { return status >= 200 && status < 300; }
    /// The last header of that (lower-case) name, or empty.
    std::string_view header(std::string_view name) const;
    /// Last-Modified as seconds since the epoch; 0 when absent or unreadable.
    time_t last_modified() const;
};

/// Keeps its connection between requests. Transport failures are values (response.error), because
/// the caller nearly always goes on; a malformed URL throws Error(64).
class HttpClient {
public:
    explicit HttpClient(HttpOptions = {});
    HttpClient(HttpClient&&) noexcept;
    HttpClient& operator=(HttpClient&&) noexcept;
    ~HttpClient();

    HttpAnswer get(const std::string& url, const HttpHeaders& headers = {});
    /// As get, answered with 304 when nothing changed. Empty etag, since == 0: that header is not
    /// sent.
    HttpAnswer get_if_changed(const std::string& url, std::string_view etag, time_t since,
                              const HttpHeaders& headers = {});
    HttpAnswer post(const std::string& url, std::string_view body,
                    std::string_view content_type = "application/json",
                    const HttpHeaders& headers = {});
    HttpAnswer request(const std::string& method, const std::string& url,
                       std::string_view body = {}, const HttpHeaders& headers = {});

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace weft
