// A downloaded body to a tree: apart from fetching, so that who only reads a profile loads no HTTP
// library.
#include "base/noun/profile.hh"
#include "base/wrap/gzip.hh"
#include "ncm/fetch.hh"

namespace weft::ncm {

Element parse_profile(std::string_view body, const std::string& url, bool json_typed) {
    std::string plain;
    if (body.starts_with("\x1f\x8b"))
        body = plain = gunzip(body);
    std::string_view name = url;
    if (name.ends_with(".gz"))
        name.remove_suffix(3);
    return name.ends_with("json") ? read_json(body, url, {.typed = json_typed})
                                  : read_xml(body, url);
}

}  // namespace weft::ncm
