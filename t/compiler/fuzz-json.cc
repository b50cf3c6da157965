// json_decode on any bytes: a tree, or a failure; and what json_encode writes of the tree is read
// to the same.
#include <cstdlib>

#include "base/error.hh"
#include "compiler/builtin.hh"
#include "compiler/limits.hh"
#include "compiler/values/json.hh"

using namespace weft;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
    compiler::WorkMeter meter;
    Element tree;
    try {
        tree = compiler::json_decode({reinterpret_cast<const char*>(data), size});
    } catch (const compiler::EvalFailure&) {
        return 0;
    }
    std::string text;
    try {
        text = compiler::json_encode(tree);
    } catch (const compiler::EvalFailure&) {
        bug("a tree that was read cannot be written");
    }
    // Infinity and NaN are words in JSON, which read back as strings.
    if (text.find("Infinity") == text.npos && text.find("NaN") == text.npos &&
        !(compiler::json_decode(text) == tree))
        bug("what was written is read differently");
    return 0;
}
