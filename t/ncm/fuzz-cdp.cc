// Whatever comes to the listener's port: no datagram without the key's mac counts as one with
// proof, none counts twice, and a historic one is taken only as a type, one byte and digits.
#include <cstdint>

#include "base/wrap/digest.hh"
#include "ncm/listend.hh"

using namespace weft;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    std::string_view bytes(reinterpret_cast<const char*>(data), size);
    static const std::string key = "0123456789abcdef";
    ncm::Proof proof(key, 300);
    std::string why;
    if (proof.judge(bytes, 1000, why))
        __builtin_trap();  // nobody guesses a mac
    if (why.empty())
        __builtin_trap();
    if (auto n = ncm::parse_notification(bytes)) {
        if (n->type.empty() || n->seconds.empty() ||
            n->seconds.find_first_not_of("0123456789") != std::string::npos)
            __builtin_trap();
        if (n->type.size() + n->seconds.size() + 1 > size)
            __builtin_trap();
    }
    // The same bytes with a right mac: good at most once.
    std::string with(bytes);
    with += hmac_sha256_hex(key, with);
    proof.judge(with, 1000, why);
    if (proof.judge(with, 1000, why))
        __builtin_trap();
    return 0;
}
