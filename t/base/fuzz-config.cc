// Whatever a settings file holds, it is read or refused with a message; nothing else happens.
#include "base/config.hh"

using namespace weft;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const std::vector<Setting> table = {
        {"t", Setting::text, "", ""},     {"n", Setting::number, "0", ""},
        {"y", Setting::yes_no, "no", ""}, {"s", Setting::seconds, "1", ""},
        {"b", Setting::bytes, "1", ""},   {"w", Setting::words, "", ""},
        {"p", Setting::path, "", ""},
    };
    try {
        Config c = Config::parse({reinterpret_cast<const char*>(data), size}, "x.conf", table);
        c.number("n");
        c.yes("y");
        c.seconds("s");
        c.bytes("b");
        c.words("w");
        c.get("t");
        c.get("p");
        for (const Setting& s : table)
            (void)c.error(s.name, "checked").text();
    } catch (const Error& e) {
        if (e.status != exit_config || e.text().empty())
            __builtin_trap();
    }
    return 0;
}
