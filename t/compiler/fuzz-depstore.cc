// Whatever a dependency store holds, it is read or refused; what was read can be asked, written and
// read again.
#include "compiler/reuse/depstore.hh"

using namespace weft;
using namespace weft::compiler;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    std::string_view bytes(reinterpret_cast<const char*>(data), size);
    try {
        DependencyStore::read(bytes, "x");
        __builtin_trap();  // a check sum by chance
    } catch (const Error& e) {
        if (e.status != exit_data)
            __builtin_trap();
    }
    try {
        DependencyStore store = DependencyStore::read_checked(bytes, "x");
        (void)store.outdated("a", "key", {{"pan", "/nowhere/a.xml", {}}});
        (void)store.object_in("/nowhere/a.pan", "key");
        for (const std::string& o : store.built_with("a"))
            (void)store.outdated(o, "key", {});
        std::string once = store.bytes();
        DependencyStore again = DependencyStore::read(once, "x");
        if (again.bytes() != once)
            __builtin_trap();
        again.merge(store);
        again.prune();
        (void)again.bytes();
    } catch (const Error& e) {
        if (e.status != exit_data)
            __builtin_trap();
    }
    return 0;
}
