// A pattern of Java's syntax, up to the first zero byte, searched in the rest: it is refused with a
// reason or translated to a pattern that the engine compiles and searches within its limits.
#include <string_view>

#include "compiler/builtin.hh"
#include "compiler/text/utf16.hh"
#include "compiler/values/regex.hh"

using namespace weft::compiler;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
    if (!size)
        return 0;
    RegexFlags flags;
    flags.ignore_case = data[0] & 1;
    flags.unicode_case = data[0] & 2;
    flags.dot_all = data[0] & 4;
    flags.multi_line = data[0] & 8;
    flags.comments = data[0] & 16;
    std::string_view all(reinterpret_cast<const char*>(data + 1), size - 1);
    size_t zero = std::min(all.find('\0'), all.size());
    std::string repaired;
    std::string_view text = well_formed(all.substr(std::min(zero + 1, all.size())), repaired);
    try {
        int found = 0;
        Regex::get("fuzz", all.substr(0, zero), flags)
            ->each("fuzz", text, [&](const RegexMatch& m) {
                for (size_t i = 0; i < m.groups(); i++)
                    if (m.has(i))
                        (void)utf16_length(m.text(i));
                return ++found < 20;
            });
    } catch (const EvalFailure&) {
    }
    return 0;
}
