// The API's description names every route the server has with the right it takes, and none that it
// has not.
#include "t/tap.hh"

#include <map>

#include "base/error.hh"
#include "base/file.hh"
#include "base/noun/profile.hh"
#include "cdb/server.hh"

using namespace weft;
using namespace weft::cdb;

/// "/api/v1/nodes/{node}/status" -> "nodes/*/status"; a {path} at the end is the rest.
static std::string pattern(std::string_view path) {
    std::string s;
    for (size_t i = 8; i < path.size(); i++) {
        if (path[i] != '{') {
            s += path[i];
            continue;
        }
        size_t end = path.find('}', i);
        s += path.substr(i, end - i) == "{path" ? "**" : "*";
        i = end;
    }
    return s;
}

BOOST_AUTO_TEST_CASE(every_route_is_described_and_every_description_is_a_route) {
    std::string text = read_file(std::string(std::getenv("WEFT_SRC")) + "/cdb/openapi.json");
    Element doc = parse_json(text, "openapi.json");
    std::map<std::string, std::string> described, routes;  // each with who may: "x-right"
    static const char* rights[] = {"admin", "member", "reader", "anyone"};
    for (auto& [path, methods] : doc.find(Term(Key("paths")))->dict()) {
        if (!path.view().starts_with("/api/v1/"))
            continue;
        for (auto& [method, what] : methods.dict()) {
            std::string m(method.view());
            for (char& c : m)
                c = char(std::toupper(c));
            const Element* right = what.find(Term(Key("x-right")));
            described[m + ' ' + pattern(path.view())] = right ? right->string() : "";
        }
    }
    for (auto& row : api())
        routes[std::string(row.method) + ' ' + row.pattern] = rights[int(row.right)];
    for (auto& [r, right] : routes)
        BOOST_TEST(described.contains(r), "not described: " << r);
    for (auto& [r, right] : described) {
        BOOST_TEST(routes.contains(r), "no such route: " << r);
        BOOST_TEST(right == routes[r], r << ": x-right is '" << right << "', the server asks for '"
                                         << routes[r] << "'");
    }
}
