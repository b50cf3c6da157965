// Any bytes as an XML profile: refused with an Error, or read, written and read again to the same
// tree.
#include <cstdint>
#include <cstdlib>

#include "base/error.hh"
#include "base/noun/profile.hh"

using namespace weft;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    ReadLimits limits{.bytes = 1 << 20, .elements = 10000, .depth = 200};
    Element e;
    try {
        e = read_xml({reinterpret_cast<const char*>(data), size}, "fuzz", limits);
    } catch (const Error&) {
        return 0;
    }
    std::string text;
    write_xml(e, text);
    if (!(read_xml(text, "again") == e))
        abort();
    checksum(e);
    return 0;
}
