// Any bytes as the statements of an object: compiled, run, checked and written, or refused with
// messages. The limits of work keep it short. What is written as JSON can be read again.
#include "base/error.hh"
#include "compiler/builtin.hh"
#include "compiler/compile.hh"
#include "compiler/limits.hh"
#include "compiler/values/json.hh"

using namespace weft;
using namespace weft::compiler;

/// Is it good?
static bool build(std::string_view statements) {
    MemorySource files;
    files.put("/w/t.pan", "object template t;\n" + std::string(statements));
    files.put("/w/s.pan", "structure template s;\n'a' = 1;\n'b' = list('x', dict('y', 1.5));\n");
    files.put("/w/d.pan",
              "declaration template d;\ntype t = { 'a' : long(0..9) = 3 'b' ? string[] "
              "};\nfunction f = ARGV[0];\n");
    Options options;
    options.include_path = {"/w"};
    options.max_iteration = 50;
    options.max_recursion = 10;
    options.warnings = Warnings::off;
    options.print = [](std::string_view) {
    };
    Compiler compiler(files, options);
    bool good = true;
    for (Result& r : compiler.build({"t"})) {
        for (const TemplateError& e : r.errors)
            e.text(), e.classic();
        good = good && r.ok;
        if (!r.ok)
            continue;
        WorkMeter meter;
        try {
            json_decode(json_encode(r.root));
        } catch (const EvalFailure&) {  // keys of JSON are terms, words like Infinity are strings:
                                        // not every tree comes back
        }
    }
    return good;
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
    static const bool works = build("include 'd';\n'/x' = f(create('s'));\n");
    if (!works)
        bug("nothing is evaluated here");
    build({reinterpret_cast<const char*>(data), size});
    return 0;
}
