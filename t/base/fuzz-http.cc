// Whatever a client sends: the request is read or refused, the same whether it comes whole or in
// pieces, and the small arts neither crash nor let a path out of its folder.
#include "base/url.hh"
#include "base/wrap/http_parse.hh"

using namespace weft;

static std::pair<HttpParser::State, std::string> read(std::string_view bytes, size_t piece) {
    HttpRequest r;
    HttpParser p(r, 1000);
    HttpParser::State state = HttpParser::more;
    std::string in;
    while (state == HttpParser::more && !bytes.empty()) {
        in.append(bytes.substr(0, piece));
        bytes.remove_prefix(std::min(piece, bytes.size()));
        std::string_view left = in;
        do {
            size_t used = 0;
            state = p.put(left, used);
            if (used > left.size())
                __builtin_trap();
            left.remove_prefix(used);
            if (state == HttpParser::headers)
                p.limit_body(500);
        } while (state == HttpParser::headers);
        if (r.body.size() > 500)
            __builtin_trap();
        in = std::string(left);
        if (in.size() > 1000)
            return {HttpParser::headers_big, ""};
    }
    std::string all = r.method + ' ' + r.target + '\n';
    for (auto& [n, v] : r.headers)
        all += n + ':' + v + '\n';
    return {state, state == HttpParser::whole ? all + r.body : ""};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 2)
        return 0;
    std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    auto whole = read(text, text.size()), pieces = read(text, 1 + data[0] % 16);
    if (whole.first == HttpParser::whole && whole != pieces)
        __builtin_trap();

    HttpRequest q;
    q.query = text;
    q.headers = {{"if-none-match", std::string(text)},
                 {"if-modified-since", std::string(text)},
                 {"accept-encoding", std::string(text)}};
    (void)q.parameter("a");
    auto body = std::make_shared<const std::string>("x");
    (void)respond(q, {"text/plain", body, body, "a", 1});
    if (auto s = percent_decode(percent_encode(text)); !s || *s != text)
        __builtin_trap();
    if (auto d = percent_decode(text, true))
        if (auto parts = split_path(*d))
            for (auto& p : *parts)
                if (p.empty() || p == "." || p == ".." || p.find('/') != std::string::npos ||
                    p.find('\0') != std::string::npos)
                    __builtin_trap();
    if (auto t = parse_http_date(text); t && parse_http_date(http_date(*t)) != t)
        __builtin_trap();
    return 0;
}
