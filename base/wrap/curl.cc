// libcurl behind HttpClient: safe options set once, every failure as one sentence.
#include "base/wrap/curl.hh"

#include <curl/curl.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <cstring>
#include <mutex>

#include "base/error.hh"
#include "base/file.hh"
#include "base/url.hh"

namespace weft {

std::string_view HttpAnswer::header(std::string_view name) const {
    for (auto it = headers.rbegin(); it != headers.rend(); ++it)
        if (it->first == name)
            return it->second;
    return {};
}

time_t HttpAnswer::last_modified() const {
    std::string text(header("last-modified"));
    time_t t = text.empty() ? -1 : curl_getdate(text.c_str(), nullptr);
    return t < 0 ? 0 : t;
}

namespace {

struct Slist {
    curl_slist* list = nullptr;
    ~Slist() { curl_slist_free_all(list); }
    void add(const std::string& line) {
        curl_slist* more = curl_slist_append(list, line.c_str());
        if (!more)
            throw std::bad_alloc();
        list = more;
    }
};

/// What the callbacks fill. Nothing may be thrown through libcurl: out of memory is remembered.
struct Answer {
    HttpAnswer response;
    size_t limit;
    bool too_large = false, no_memory = false;
};

size_t on_body(char* data, size_t, size_t n, void* to) {
    auto& a = *static_cast<Answer*>(to);
    if (a.response.body.size() + n > a.limit) {
        a.too_large = true;
        return 0;
    }
    try {
        a.response.body.append(data, n);
    } catch (const std::bad_alloc&) {
        a.no_memory = true;
        return 0;
    }
    return n;
}

size_t on_header(char* data, size_t, size_t n, void* to) {
    auto& a = *static_cast<Answer*>(to);
    try {
        std::string_view line(data, n);
        while (!line.empty() && strchr("\r\n \t", line.back()))
            line.remove_suffix(1);
        if (line.starts_with("HTTP/"))
            a.response.headers.clear();  // after a redirect or a 100: only the last counts
        size_t colon = line.find(':');
        if (colon == std::string_view::npos || a.response.headers.size() > 200)
            return n;
        std::string name(line.substr(0, colon));
        for (char& c : name)
            c = char(c >= 'A' && c <= 'Z' ? c | 32 : c);
        line.remove_prefix(colon + 1);
        while (line.starts_with(' '))
            line.remove_prefix(1);
        a.response.headers.emplace_back(std::move(name), line);
    } catch (const std::bad_alloc&) {
        a.no_memory = true;
        return 0;
    }
    return n;
}

std::string host_of(const std::string& url) {
    size_t at = url.find("://");
    if (at == std::string::npos)
        return {};
    return url.substr(at + 3, url.find('/', at + 3) - at - 3);
}

/// file:///path as a server would answer it.
HttpAnswer get_file(const std::string& url, const HttpHeaders& headers, size_t limit) {
    HttpAnswer r;
    std::string path = url.substr(strlen("file://"));
    struct stat st {};
    if (!path.starts_with('/'))
        throw Error(exit_usage, "'" + url + "' is no file URL of this machine: write file:///path");
    if (stat(path.c_str(), &st)) {
        if (errno == ENOENT || errno == ENOTDIR)
            r.status = 404;
        else
            r.error = system_error("cannot get '" + url + "'").message;
        return r;
    }
    r.headers.emplace_back("last-modified", http_date(st.st_mtime));
    for (auto& [name, value] : headers)
        if (name == "If-Modified-Since" && curl_getdate(value.c_str(), nullptr) >= st.st_mtime) {
            r.status = 304;
            return r;
        }
    try {
        r.body = read_file(path, limit);
        r.status = 200;
    } catch (const Error& e) {
        r.error = "cannot get '" + url + "': " + e.message;
    }
    return r;
}

/// libcurl's own words, made one sentence with what an administrator needs to tell causes apart.
std::string reason(CURLcode code, const char* detail, const Answer& a, const HttpOptions& o) {
    if (a.too_large)
        return fmt::format("the answer is larger than {} bytes", o.limit);
    if (a.no_memory)
        return "out of memory";
    if (code == CURLE_OPERATION_TIMEDOUT)
        return fmt::format("no answer within the time ({})", detail);
    if (code == CURLE_PARTIAL_FILE)
        return fmt::format("the answer was cut short ({})", detail);
    std::string text = *detail ? detail : curl_easy_strerror(code);
    if (*detail && code == CURLE_PEER_FAILED_VERIFICATION)
        text = fmt::format("the server's certificate is not accepted: {}", detail);
    return text;
}

/// What is to be looked at when both sides are there and TLS or the name fails; "" otherwise.
std::string hint_of(CURLcode code, std::string_view detail, const std::string& host,
                    const HttpOptions& o) {
    auto says = [&](std::string_view words) {
        return detail.find(words) != detail.npos;
    };
    std::string authority = o.ca_file.empty() ? "the system's authorities" : "'" + o.ca_file + "'";
    if (code == CURLE_COULDNT_RESOLVE_HOST)
        return "is the server's name right?";
    if (code == CURLE_SSL_CACERT_BADFILE)
        return fmt::format("'{}' must be a readable file with the authority's certificate",
                           o.ca_file);
    if (code == CURLE_SSL_CERTPROBLEM)
        return fmt::format(
            "the certificate '{}' and the key '{}' must be readable PEM files that "
            "belong together",
            o.cert, o.key);
    if (code == CURLE_PEER_FAILED_VERIFICATION) {
        size_t port = host.rfind(':');  // of an address in brackets only one behind these
        std::string_view name = host;
        if (port != host.npos && host.find(']', port) == host.npos)
            name = name.substr(0, port);
        if (says("subject name"))
            return fmt::format(
                "the server's certificate is for other names than '{}': use one of "
                "its names in the address",
                name);
        if (says("expired") || says("not yet valid"))
            return "the server's certificate must be renewed, unless this machine's clock is wrong";
        if (says("revoked"))
            return "the authority revoked the server's certificate";
        return fmt::format("the server's certificate is not signed by {}", authority);
    }
    if (says("wrong version number") || says("unknown protocol"))
        return "what answers there does not speak TLS: is the port right?";
    if (says(" alert "))
        return o.cert.empty() ? "the server asks for a client certificate, and none is set"
                              : fmt::format(
                                    "the server does not accept the client certificate "
                                    "'{}': is it of its authority, valid and not revoked?",
                                    o.cert);
    return {};
}

bool worth_a_retry(CURLcode code, const Answer& a) {
    if (a.too_large)
        return false;
    switch (code) {
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CACERT_BADFILE: return false;
        default: return true;
    }
}

}  // namespace

struct HttpClient::Impl {
    HttpOptions options;
    CURL* curl = nullptr;
    ~Impl() {
        if (curl)
            curl_easy_cleanup(curl);
    }
};

HttpClient::HttpClient(HttpOptions o) : impl_(std::make_unique<Impl>()) {
    impl_->options = std::move(o);
}
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;

HttpAnswer HttpClient::get(const std::string& url, const HttpHeaders& headers) {
    return request("GET", url, {}, headers);
}

HttpAnswer HttpClient::get_if_changed(const std::string& url, std::string_view etag, time_t since,
                                      const HttpHeaders& headers) {
    HttpHeaders h = headers;
    if (!etag.empty())
        h.emplace_back("If-None-Match", etag);
    if (since > 0)
        h.emplace_back("If-Modified-Since", http_date(since));
    return request("GET", url, {}, h);
}

HttpAnswer HttpClient::post(const std::string& url, std::string_view body,
                            std::string_view content_type, const HttpHeaders& headers) {
    HttpHeaders h = headers;
    h.emplace_back("Content-Type", content_type);
    return request("POST", url, body, h);
}

HttpAnswer HttpClient::request(const std::string& method, const std::string& url,
                               std::string_view body, const HttpHeaders& headers) {
    const HttpOptions& o = impl_->options;
    if (o.allow_file && url.starts_with("file://"))
        return get_file(url, headers, o.limit);
    bool secure = url.starts_with("https://");
    if ((!secure && !url.starts_with("http://")) || host_of(url).empty())
        throw Error(exit_usage, "'" + url + "' is no URL we can use", {},
                    o.allow_file ? "https://, http:// or file:///" : "https:// or http://");

    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    CURL*& c = impl_->curl;
    if (!c && !(c = curl_easy_init()))
        throw std::bad_alloc();
    curl_easy_reset(c);  // options go, the connection stays

    Answer a;
    a.limit = o.limit;
    char detail[CURL_ERROR_SIZE] = "";
    Slist list;
    for (auto& [name, value] : headers)
        list.add(name + ": " + value);
    list.add("Expect:");  // no second round trip for a small body

    curl_easy_setopt(c, CURLOPT_URL, url.c_str());
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, detail);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, list.list);
    curl_easy_setopt(c, CURLOPT_USERAGENT, o.user_agent.c_str());
    curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, secure ? "https" : "http,https");
    curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, secure ? "https" : "http,https");
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(c, CURLOPT_MAXREDIRS, 5L);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, long(o.timeout * 1000));
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS,
                     long(std::min(o.connect_timeout, o.timeout) * 1000));
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(c, CURLOPT_SSLVERSION, long(CURL_SSLVERSION_TLSv1_2));
    if (!o.cert.empty())
        curl_easy_setopt(c, CURLOPT_SSLCERT, o.cert.c_str());
    if (!o.key.empty())
        curl_easy_setopt(c, CURLOPT_SSLKEY, o.key.c_str());
    if (!o.ca_file.empty() || !o.ca_dir.empty()) {  // exactly these, not the system's besides
        curl_easy_setopt(c, CURLOPT_CAINFO, o.ca_file.empty() ? nullptr : o.ca_file.c_str());
        curl_easy_setopt(c, CURLOPT_CAPATH, o.ca_dir.empty() ? nullptr : o.ca_dir.c_str());
    }
    if (method == "HEAD") {
        curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
    } else if (method != "GET" || !body.empty()) {
        curl_easy_setopt(c, CURLOPT_POST, 1L);
        curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.size()));
        curl_easy_setopt(c, CURLOPT_POSTFIELDS, body.empty() ? "" : body.data());
        if (method != "POST")
            curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, method.c_str());
    }
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, &a);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, &a);

    CURLcode code = curl_easy_perform(c);
    if (code == CURLE_OK) {
        long status = 0;
        curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
        a.response.status = int(status);
    } else {
        a.response.body.clear();
        a.response.error =
            fmt::format("cannot {} '{}': {}: {}", method == "GET" ? "get" : "send to", url,
                        host_of(url), reason(code, detail, a, o));
        a.response.hint = hint_of(code, detail, host_of(url), o);
        a.response.retry = worth_a_retry(code, a);
    }
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, nullptr);
    return std::move(a.response);
}

}  // namespace weft
