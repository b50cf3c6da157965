// The reading of one request, by Boost.Beast's parser: what its bytes are, never what they mean.
#pragma once
#include <memory>
#include <optional>
#include <string_view>

#include "base/http.hh"

namespace weft {

class HttpParser {
public:
    enum State {
        more,     ///< all usable bytes were taken; bring what is left of them and more
        headers,  ///< the headers are whole: look at them, set the body's limit, go on
        whole,
        bad,          ///< no HTTP, or HTTP of the dangerous kind: 400
        headers_big,  ///< 431
        body_big,     ///< 413
        coding,       ///< a transfer coding that is not ours: 501
    };

    HttpParser(HttpRequest& into, size_t header_limit);
    ~HttpParser();

    /// Take from `bytes` what can be used; the rest must be brought again.
    State put(std::string_view bytes, size_t& used);
    void limit_body(size_t bytes);

    bool keep_alive() const;
    bool is_1_0() const;
    bool expects_body() const;
    /// What the headers announce; nothing of a chunked body.
    std::optional<uint64_t> announced() const;
    const std::string& why() const { return why_; }  ///< for bad

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
    std::string why_;
};

}  // namespace weft
