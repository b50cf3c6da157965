// Any bytes as JSON: refused with an Error, or read, written and read again to the same text (a
// null is left out of a dict).
#include <cstdint>
#include <cstdlib>

#include "base/error.hh"
#include "base/noun/profile.hh"

using namespace weft;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    ReadLimits limits{.bytes = 1 << 20, .elements = 10000, .depth = 200};
    Element e;
    try {
        e = parse_json({reinterpret_cast<const char*>(data), size}, "fuzz", limits);
    } catch (const Error&) {
        return 0;
    }
    std::string text;
    write_json(e, text);
    std::string again;
    write_json(parse_json(text, "again"), again);
    if (text != again)
        abort();
    checksum(e);
    return 0;
}
