// Any bytes as a template, in each dialect: a tree or errors, each with a place inside the text.
#include <memory>

#include "base/error.hh"
#include "compiler/text/parse.hh"

using namespace weft;
using namespace weft::compiler;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
    auto text = std::make_shared<const std::string>(reinterpret_cast<const char*>(data), size);
    for (Dialect d : {Dialect::current, Dialect::d2002}) {
        Options options;
        options.dialect = d;
        options.warnings = Warnings::off;
        Parsed p = parse_template("/t.pan", text, options, 1);
        if (!p.tpl == p.errors.empty())
            bug("a template and errors, or neither");
        for (const TemplateError& e : p.errors)
            e.text();
    }
    return 0;
}
