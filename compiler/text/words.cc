// Three tables.
#include "compiler/text/words.hh"

#include <algorithm>
#include <unordered_map>

namespace weft::compiler {

static constexpr ReservedWord reserved_table[] = {
    {"bind", Word::bind, ReservedWord::statement},
    {"choice", Word::choice, ReservedWord::type},
    {"declaration", Word::declaration, ReservedWord::header},
    {"else", Word::else_, ReservedWord::conditional},
    {"extensible", Word::extensible, ReservedWord::type},
    {"false", Word::false_, ReservedWord::constant},
    {"final", Word::final_, ReservedWord::statement},
    {"for", Word::for_, ReservedWord::loop},
    {"foreach", Word::foreach_, ReservedWord::loop},
    {"function", Word::function, ReservedWord::statement},
    {"if", Word::if_, ReservedWord::conditional},
    {"include", Word::include, ReservedWord::statement},
    {"null", Word::null_, ReservedWord::constant},
    {"object", Word::object, ReservedWord::header},
    {"prefix", Word::prefix, ReservedWord::statement},
    {"structure", Word::structure, ReservedWord::header},
    {"template", Word::template_, ReservedWord::header},
    {"true", Word::true_, ReservedWord::constant},
    {"type", Word::type, ReservedWord::statement},
    {"undef", Word::undef, ReservedWord::constant},
    {"unique", Word::unique, ReservedWord::header},
    {"valid", Word::valid, ReservedWord::statement},
    {"variable", Word::variable, ReservedWord::statement},
    {"while", Word::while_, ReservedWord::loop},
    {"with", Word::with, ReservedWord::type},
};

static constexpr NamedWord basic_table[] = {
    {"boolean", "true or false"},
    {"long", "a whole number of 64 bits; a range limits its value"},
    {"double", "a number with a fraction; a range limits its value"},
    {"string", "text; a range limits its length"},
    {"list", "any list"},
    {"dict", "any dict"},
    {"number", "a long or a double"},
    {"property", "a boolean, long, double or string"},
    {"resource", "a list or a dict"},
    {"element", "anything"},
    {"nlist", "the old name of dict"},
};

static constexpr NamedWord automatic_table[] = {
    {"OBJECT", "the name of the object that is being built"},
    {"SELF",
     "the value so far: of the path that is set, of the variable, or the element that 'with' "
     "checks"},
    {"ARGV", "the list of arguments of the function"},
    {"ARGC", "the number of arguments of the function"},
    {"FUNCTION", "the name of the function that is running"},
    {"TEMPLATE", "the name of the template whose statement is running"},
    {"LOADPATH",
     "folders below those of the include path where templates are looked up; set by a variable "
     "statement"},
};

std::span<const ReservedWord> reserved_words() { return reserved_table; }

Word reserved(std::string_view text) {
    static const auto words = [] {
        std::unordered_map<std::string_view, Word> m;
        for (const ReservedWord& r : reserved_table)
            m.emplace(r.text, r.word);
        return m;
    }();
    auto it = words.find(text);
    return it == words.end() ? Word::none : it->second;
}

static const NamedWord* find(std::span<const NamedWord> table, std::string_view name) {
    auto it = std::find_if(table.begin(), table.end(),
                           [&](const NamedWord& w) { return w.name == name; });
    return it == table.end() ? nullptr : &*it;
}

std::span<const NamedWord> basic_types() { return basic_table; }
const NamedWord* basic_type(std::string_view name) { return find(basic_table, name); }

bool find_basic_type(std::string_view name, TypeSpec::Basic& out) {
    const NamedWord* w = basic_type(name);
    if (!w)
        return false;
    out = name == "nlist" ? TypeSpec::dict_ : TypeSpec::Basic(w - basic_table);
    return true;
}

std::span<const NamedWord> automatic_variables() { return automatic_table; }
const NamedWord* automatic_variable(std::string_view name) { return find(automatic_table, name); }
bool set_by_compiler(std::string_view name) {
    return name != "LOADPATH" && automatic_variable(name);
}

}  // namespace weft::compiler
