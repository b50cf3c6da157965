// Calling a built-in directly, as the evaluator does: call("join", s(","), l({s("a"), s("b")})).
#pragma once
#include <ostream>

#include "compiler/builtin.hh"

namespace {
using namespace weft;
using namespace weft::compiler;

[[maybe_unused]] Element s(std::string_view v) { return Element::of_string(v); }
[[maybe_unused]] Element n(int64_t v) { return Element::of_long(v); }
[[maybe_unused]] Element d(double v) { return Element::of_double(v); }
[[maybe_unused]] Element b(bool v) { return Element::of_boolean(v); }
[[maybe_unused]] const Element undef, null = Element::null();

[[maybe_unused]] Element l(std::vector<Element> items) {
    Element e = Element::new_list();
    for (auto& i : items)
        e.list_ref().push_back(std::move(i));
    return e;
}
[[maybe_unused]] Element m(std::vector<std::pair<const char*, Element>> entries) {
    Element e = Element::new_dict();
    for (auto& [k, v] : entries)
        e.dict_ref().at(Key(k)) = std::move(v);
    return e;
}

template <class... A>
Element call(std::string_view name, const A&... args) {
    const Builtin* f = find_builtin(name);
    if (!f)
        throw EvalFailure("no function " + std::string(name));
    std::vector<Element> values{args...};
    if (int(values.size()) < f->arity.min ||
        (f->arity.max >= 0 && int(values.size()) > f->arity.max))
        throw EvalFailure("wrong number of arguments");
    static char nowhere[16];  // a pure function never looks at the evaluation it is called from
    return f->call(reinterpret_cast<Eval&>(nowhere), Arguments(name, values));
}

/// The message of the failure, or "" when there was none.
template <class... A>
std::string failure(std::string_view name, const A&... args) {
    try {
        call(name, args...);
    } catch (const EvalFailure& e) {
        return e.message;
    }
    return "";
}
}  // namespace

namespace weft {
/// For the messages of Boost.Test.
inline std::ostream& operator<<(std::ostream& o, const Element& e) {
    switch (e.kind()) {
        case Kind::boolean: return o << (e.boolean() ? "true" : "false");
        case Kind::long_: return o << e.long_value();
        case Kind::double_: return o << e.double_value() << "(double)";
        case Kind::string: return o << '\'' << e.string() << '\'';
        case Kind::list: {
            o << '[';
            for (const Element& c : e.list())
                o << c << ' ';
            return o << ']';
        }
        case Kind::dict: {
            o << '{';
            for (const auto& c : e.dict())
                o << c.key.view() << ": " << c.value << ' ';
            return o << '}';
        }
        default: return o << kind_name(e.kind());
    }
}
}  // namespace weft
