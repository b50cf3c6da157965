// Any bytes as a format string, filled with one value of each kind.
#include <string_view>

#include "compiler/limits.hh"
#include "compiler/values/format.hh"

using namespace weft;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
    Element list = Element::new_list();
    list.list_ref().push_back(Element::of_string("x"));
    double x = 0;
    if (size >= sizeof x)
        __builtin_memcpy(&x, data, sizeof x);
    Element values[] = {Element::of_string({reinterpret_cast<const char*>(data), size}),
                        Element::of_long(int64_t(size) - 5),
                        Element::of_double(x),
                        Element::of_string("caf\xc3\xa9"),
                        Element::of_boolean(true),
                        list,
                        Element()};
    // A few conversions may each be a megabyte wide: that is the format's own limit, not worth the
    // time here.
    if (std::string_view(reinterpret_cast<const char*>(data), size).find_first_of("0123456789") !=
            std::string_view::npos &&
        size > 64)
        return 0;
    compiler::WorkMeter meter;
    try {
        compiler::format_text(compiler::Arguments("fuzz", values));
    } catch (const compiler::EvalFailure&) {
    }
    return 0;
}
