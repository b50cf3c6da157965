// The table of built-in functions, and how a built-in gets at its arguments.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "compiler/builtin.hh"
#include "compiler/limits.hh"

namespace weft::compiler {

// A name that is a word of C++ has a trailing underscore here and its real name in the struct.
namespace builtin {
#define BUILTIN(name) extern const Builtin name;
#include "compiler/builtins.def"
#undef BUILTIN
}  // namespace builtin

static const auto& table() {
    static const auto sorted = [] {
        std::array all{
#define BUILTIN(name) &builtin::name,
#include "compiler/builtins.def"
#undef BUILTIN
        };
        std::sort(all.begin(), all.end(), [](auto* a, auto* b) { return a->name < b->name; });
        return all;
    }();
    return sorted;
}

std::span<const Builtin* const> builtins() { return table(); }

const Builtin* find_builtin(std::string_view name) {
    auto& all = table();
    auto it = std::lower_bound(all.begin(), all.end(), name,
                               [](auto* b, std::string_view n) { return b->name < n; });
    return it != all.end() && (*it)->name == name ? *it : nullptr;
}

void Arguments::wrong(size_t i, std::string_view wanted) const {
    EvalFailure f(fmt::format("{}(): argument {} must be {}, not {}", function_, i + 1, wanted,
                              with_article(values_[i].kind())));
    throw about(i, std::move(f));
}

std::string_view Arguments::string(size_t i) const {
    if (!values_[i].is(Kind::string))
        wrong(i, "a string");
    return values_[i].string();
}
int64_t Arguments::long_value(size_t i) const {
    if (!values_[i].is(Kind::long_))
        wrong(i, "a long");
    return values_[i].long_value();
}
double Arguments::number(size_t i) const {
    if (values_[i].is(Kind::long_))
        return double(values_[i].long_value());
    if (values_[i].is(Kind::double_))
        return values_[i].double_value();
    wrong(i, "a number");
}

bool Arguments::boolean(size_t i) const {
    if (!values_[i].is(Kind::boolean))
        wrong(i, "a boolean");
    return values_[i].boolean();
}
const List& Arguments::list(size_t i) const {
    if (!values_[i].is(Kind::list))
        wrong(i, "a list");
    return values_[i].list();
}
const Dict& Arguments::dict(size_t i) const {
    if (!values_[i].is(Kind::dict))
        wrong(i, "a dict");
    return values_[i].dict();
}

}  // namespace weft::compiler
