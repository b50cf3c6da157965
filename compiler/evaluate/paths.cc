// Path texts to terms, and steps up and down a tree.
#include "compiler/evaluate/paths.hh"

#include "compiler/limits.hh"
#include "compiler/reuse/sharing.hh"

#include <fmt/core.h>

#include "compiler/builtin.hh"

namespace weft::compiler {

static bool word_char(unsigned char c) {
    return ((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/// Parts of letters, digits, '_', '+', '-' and '.' between single slashes. A part may begin with a
/// dot when `dots` says so.
static bool valid_name(std::string_view s, bool dots) {
    bool start = true;
    for (unsigned char c : s) {
        if (c == '/' ? start
                     : !word_char(c) && c != '+' && c != '-' && (c != '.' || (start && !dots)))
            return false;
        start = c == '/';
    }
    return !start;
}

bool valid_template_name(std::string_view s) { return valid_name(s, false); }

bool valid_include_name(std::string_view s) {
    return valid_name(s, true) && word_char(static_cast<unsigned char>(s[0]));
}

std::string path_text(const std::vector<Term>& terms, size_t count) {
    std::string s;
    for (size_t i = 0; i < std::min(count, terms.size()); i++) {
        s += '/';
        if (terms[i].is_key())
            s += terms[i].key.view();
        else
            s += std::to_string(terms[i].index);
    }
    return s.empty() ? "/" : s;
}

std::string PanPath::text() const {
    std::string s = path_text(terms);
    if (kind == relative)
        s.erase(0, 1);
    return kind == external ? object + ':' + s : s;
}

/// The first ':' outside braces; npos if there is none.
static size_t colon(std::string_view s) {
    int depth = 0;
    for (size_t i = 0; i < s.size(); i++) {
        if (s[i] == '{')
            depth++;
        if (s[i] == '}')
            depth--;
        if (s[i] == ':' && depth <= 0)
            return i;
    }
    return std::string_view::npos;
}

PanPath parse_path(std::string_view text, Dialect dialect) {
    PanPath p;
    std::string_view rest = text;
    if (dialect >= Dialect::v8 && text.starts_with("//") && text.find_first_not_of('/') == 2) {
        size_t slash = std::min(text.find('/', 2), text.size());
        p.kind = PanPath::external;
        p.object = std::string(text.substr(2, slash - 2));
        if (!valid_template_name(p.object))
            throw EvalFailure(
                fmt::format("'{}' in the path '{}' is no valid name of an object", p.object, text));
        rest.remove_prefix(std::min(slash + 1, text.size()));
    } else if (size_t c = colon(text); c != std::string_view::npos) {
        p.kind = PanPath::external;
        p.object = std::string(text.substr(0, c));
        if (!valid_template_name(p.object))
            throw EvalFailure(
                fmt::format("'{}' in the path '{}' is no valid name of an object", p.object, text));
        rest.remove_prefix(c + 1);
        if (rest.starts_with('/'))
            rest.remove_prefix(1);
    } else if (text.starts_with('/')) {
        if (text.find_first_not_of('/') == std::string_view::npos)
            return p;
        rest.remove_prefix(1);
    } else {
        p.kind = PanPath::relative;
    }
    try {
        p.terms = parse_terms(rest, text);
    } catch (const Error& e) {
        throw EvalFailure(e.message, e.hint);
    }
    if (p.kind == PanPath::relative && p.terms.empty())
        throw EvalFailure(text.empty() ? std::string("a path cannot be empty")
                                       : fmt::format("the relative path '{}' has no terms", text));
    return p;
}

Term subscript(const Element& e) {
    if (e.is(Kind::long_)) {
        if (e.long_value() < INT32_MIN || e.long_value() > INT32_MAX)
            throw EvalFailure(fmt::format("{} is out of range for an index", e.long_value()));
        return Term(int32_t(e.long_value()));
    }
    if (e.is(Kind::string)) {
        if (auto t = parse_term(e.string()))
            return *t;
        throw EvalFailure(fmt::format("'{}' is neither a valid key nor an index", e.string()),
                          "escape() makes any text a valid key");
    }
    throw EvalFailure(fmt::format("a subscript must be a string or a long, not {}",
                                  e.is(Kind::undef) || e.is(Kind::null)
                                      ? std::string(kind_name(e.kind()))
                                      : fmt::format("a {}", kind_name(e.kind()))));
}

static void check_kind(const Element& e, Term t) {
    if (e.is(Kind::dict) && !t.is_key())
        throw EvalFailure(fmt::format("index {} used on an nlist", t.index),
                          "the children of an nlist have keys");
    if (e.is(Kind::list) && t.is_key())
        throw EvalFailure(fmt::format("key '{}' used on a list", t.key.view()),
                          "the children of a list have indices: 0, 1, ...");
}

const Element* look_up(const Element& from, const Term* first, const Term* last) {
    const Element* e = &from;
    for (; first != last; ++first) {
        if (!e->is_resource())
            return nullptr;
        const Element* child = e->find(*first);
        if (!child) {
            check_kind(*e, *first);
            return nullptr;
        }
        e = child;
    }
    return e;
}

void check_nothing(const Element& from, const Term* first, const Term* last) {
    const Element* e = &from;
    for (; first != last && e && !e->is(Kind::undef); e = e->find(*first++)) {
        if (!e->is_resource())
            throw EvalFailure(fmt::format("a {} has no children: there is no '{}' to delete in it",
                                          kind_name(e->kind()), first->text()));
        if (!first->is_key() && -int64_t(first->index) > int64_t(e->list().size()))
            throw EvalFailure(fmt::format("index {} lies before the beginning of a list of {}",
                                          first->index, e->list().size()));
    }
}

void make_own(Element& e) {
    if (e.is_resource() && e.frozen())
        e = e.shallow();
}

void make_child_own(Element& e) {
    if (!Sharing::constant(e))
        make_own(e);
}

void own_children(const Element& e) {
    if (e.frozen() || !e.shared())
        return;
    Element same = e;
    for (size_t i = 0; i < same.size(); i++)
        make_child_own(same.child_to_share(i));
}

Element* child_place(Element& e, Term t) {
    if (!e.is_defined()) {
        uint32_t origin = e.origin();
        e = t.is_key() ? Element::new_dict() : Element::new_list();
        e.set_origin(origin);
    }
    if (!e.is_resource())
        throw EvalFailure(fmt::format("a {} has no children: '{}' cannot be set in it",
                                      kind_name(e.kind()), t.text()));
    check_kind(e, t);
    make_own(e);
    if (t.is_key())
        return &e.dict_ref().at(t.key);
    List& l = e.list_ref();
    int64_t at = t.index < 0 ? int64_t(l.size()) + t.index : t.index;
    if (at < 0)
        throw EvalFailure(
            fmt::format("index {} lies before the beginning of a list of {}", t.index, l.size()));
    if (size_t(at) >= l.size()) {
        spend(8 * (size_t(at) + 1 - l.size()));
        l.resize(size_t(at) + 1);
    }
    return &l[size_t(at)];
}

Element* place_at(Element& root, const Term* first, const Term* last) {
    Element* e = &root;
    for (; first != last; ++first)
        e = child_place(*e, *first);
    return e;
}

void check_replacement(const Element& old, const Element& value) {
    if (old.kind() == value.kind() || !old.is_defined() || !value.is_defined())
        return;
    throw EvalFailure(fmt::format("a {} cannot be replaced by a {}", kind_name(old.kind()),
                                  kind_name(value.kind())),
                      "a value keeps its type; set it to undef or null first to change that");
}

void remove_at(Element& root, const Term* first, const Term* last) {
    if (first == last) {
        root = Element();
        return;
    }
    const Element* there = look_up(root, first, last);
    Element* e = &root;
    if (!there) {
        // What is above the element is made all the same (3.5).
        place_at(root, first, last - 1);
        e = place_at(root, first, last - 1);
        if (!e->is_defined() && last - first > 1)
            *e = (last - 1)->is_key() ? Element::new_dict() : Element::new_list();
        if (e->is_resource())
            check_kind(*e, *(last - 1));
        else if (e->is_defined())
            throw EvalFailure(fmt::format("a {} has no children: '{}' cannot be removed from it",
                                          kind_name(e->kind()), (last - 1)->text()));
        return;
    }
    e = place_at(root, first, last - 1);
    make_own(*e);
    if ((last - 1)->is_key())
        e->dict_ref().erase((last - 1)->key);
    else
        e->list_ref().erase(*e->list().position((last - 1)->index));
}

int64_t utf16_count(std::string_view s) {
    int64_t n = 0;
    for (unsigned char c : s)
        n += ((c & 0xC0) != 0x80) + (c >= 0xF0);
    return n;
}

int compare_utf16(std::string_view a, std::string_view b) {
    size_t n = std::min(a.size(), b.size());
    for (size_t i = 0; i < n; i++) {
        unsigned char x = static_cast<unsigned char>(a[i]), y = static_cast<unsigned char>(b[i]);
        if (x == y)
            continue;
        // Surrogates (first byte F0 and up) sort below U+E000..U+FFFF (first byte EE and EF).
        auto rank = [](unsigned char c) {
            return c >= 0xF0 ? c - 2 : c == 0xEE || c == 0xEF ? c + 16 : int(c);
        };
        return rank(x) < rank(y) ? -1 : 1;
    }
    return a.size() < b.size() ? -1 : a.size() > b.size();
}

}  // namespace weft::compiler
