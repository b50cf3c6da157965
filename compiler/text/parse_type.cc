// Types: base, suffixes, ranges, records, defaults and validation code.
#include <fmt/core.h>

#include "compiler/evaluate/paths.hh"
#include "compiler/text/parser.hh"

namespace weft::compiler {

FullType Parser::full_type() {
    FullType t;
    t.owner = tpl_.get();
    t.span = token_.span;
    t.type = type_spec();
    skip_description();
    t.span = t.span.to(last_);
    if (is(T::assign)) {
        take();
        bool literal = is(T::long_) || is(T::double_) || is(T::string) || is(T::heredoc) ||
                       is(Word::true_) || is(Word::false_);
        Span first = token_.span;
        const Block* b = block_of_dml();
        t.default_literal = literal && last_.line == first.line && last_.col == first.col;
        if (!b->constant && errors_.empty())
            report(ErrorClass::syntax, "a default must be a constant", b->root->span,
                   "variables and user functions have no value when types are read");
        else if (b->constant && !b->value.is_defined())
            report(ErrorClass::syntax,
                   fmt::format("a default cannot be {}", kind_name(b->value.kind())),
                   b->root->span);
        t.has_default = b->constant;
        t.default_value = b->value;
        t.default_span = b->root->span;
        t.default_value.set_origin(origin(b->root->span));
    }
    if (is(Word::with)) {
        take();
        t.with = block_of_dml(false, false);
    }
    return t;
}

const TypeSpec* Parser::type_spec() {
    Nest nest(*this);
    const TypeSpec* t = base_type();
    Span start = t->span;
    for (int suffixes = 0;; suffixes++) {
        TypeSpec::Kind kind;
        T closer = T::end;
        if (is(T::lbracket)) {
            kind = TypeSpec::list;
            closer = T::rbracket;
        } else if (is(T::lbrace)) {
            kind = TypeSpec::dict;
            closer = T::rbrace;
        } else if (is(T::star))
            kind = TypeSpec::link;
        else
            return t;
        if (suffixes > max_nesting) {
            report(ErrorClass::parse, fmt::format("nested more than {} levels deep", max_nesting),
                   token_.span);
            throw Fatal();
        }
        TypeSpec& outer = tpl_->types.emplace_back();
        outer.kind = kind;
        outer.of = t;
        take();
        if (closer != T::end)
            outer.range = range(closer);
        outer.span = start.to(last_);
        t = &outer;
    }
}

const TypeSpec* Parser::base_type() {
    if (is(Word::choice))
        return choice();
    if (is(T::lbrace) || is(Word::extensible))
        return record();
    if (!is(T::identifier))
        unexpected("a type");
    if (options_.dialect == Dialect::d2002) {
        if (token_.text == "link")
            return old_link();
        if (token_.text == "embed" || token_.text == "stream" || token_.text == "fetch")
            report(ErrorClass::syntax,
                   fmt::format("the type '{}' never had a lasting meaning and is not supported",
                               token_.text),
                   token_.span);
    }
    TypeSpec& t = tpl_->types.emplace_back();
    t.kind = TypeSpec::alias;
    t.span = token_.span;
    t.symbol = symbol(Name::type, token_.text);
    if (find_basic_type(token_.text, t.basic))
        t.kind = TypeSpec::builtin;
    take();
    if (is(T::lparen)) {
        take();
        t.range = range(T::rparen);
    }
    t.span = t.span.to(last_);
    return &t;
}

/// link, link(T): a string holding a path; the element there is a T.
const TypeSpec* Parser::old_link() {
    TypeSpec& t = tpl_->types.emplace_back();
    t.kind = TypeSpec::link;
    t.span = token_.span;
    deprecated(token_.span, "write T* for a link to a T");
    take();
    if (is(T::lparen)) {
        take();
        t.of = type_spec();
        want(T::rparen, "')' after the type of the link's target");
    } else {
        TypeSpec& any = tpl_->types.emplace_back();
        any.kind = TypeSpec::builtin;
        any.basic = TypeSpec::element;
        any.symbol = symbol(Name::type, "element");
        any.span = t.span;
        t.of = &any;
        t.any_path = true;
    }
    t.span = t.span.to(last_);
    return &t;
}

/// description "text" and descro "text" of 2002 say nothing to the compiler.
void Parser::skip_description() {
    while (options_.dialect == Dialect::d2002 && is(T::identifier) &&
           (token_.text == "description" || token_.text == "descro")) {
        deprecated(token_.span, "write an annotation: @{text}");
        take();
        if (!is(T::string) && !is(T::heredoc))
            unexpected("the text of the description");
        take();
    }
}

const TypeSpec* Parser::choice() {
    TypeSpec& t = tpl_->types.emplace_back();
    t.kind = TypeSpec::choice;
    t.span = token_.span;
    take();
    want(T::lparen, "'(' after 'choice'");
    for (;;) {
        if (!is(T::string) && !is(T::heredoc))
            unexpected("a string");
        Element e = Element::of_string(token_.value);
        e.freeze();
        t.choices.push_back(std::move(e));
        take();
        if (is(T::comma))
            take();
        else if (!is(T::rparen))
            unexpected("',' or ')'");
        if (is(T::rparen))
            break;
    }
    take();
    t.span = t.span.to(last_);
    return &t;
}

const TypeSpec* Parser::record() {
    TypeSpec& t = tpl_->types.emplace_back();
    t.kind = TypeSpec::record;
    t.span = token_.span;
    if (is(Word::extensible)) {
        t.extensible = true;
        take();
    }
    want(T::lbrace, "'{' of the record");
    record_items(t);
    take();
    t.span = t.span.to(last_);
    if (is(T::lparen)) {
        take();
        t.range = range(T::rparen);
        t.span = t.span.to(last_);
    }
    return &t;
}

void Parser::record_items(TypeSpec& t) {
    // A field given twice in the same way: the last one counts.
    auto put = [](std::vector<Field>& fields, Field f) {
        auto it = std::lower_bound(fields.begin(), fields.end(), f.key,
                                   [](const Field& a, Key k) { return a.key < k; });
        if (it != fields.end() && it->key == f.key)
            *it = std::move(f);
        else
            fields.insert(it, std::move(f));
    };
    while (!is(T::rbrace)) {
        if (is(Word::include)) {
            Span s = token_.span;
            take();
            if (!is(T::identifier))
                unexpected("the name of the record to include");
            t.includes.push_back({symbol(Name::type, token_.text), s.to(token_.span)});
            take();
            continue;
        }
        if (!is(T::string))
            unexpected("a field or '}'", is(T::identifier) ? "names of fields are written in quotes"
                                         : is(T::semicolon) || is(T::comma)
                                             ? "fields of a record are not separated"
                                             : "");
        Field f{};
        f.span = f.name_span = token_.span;
        f.notes = notes();
        std::string name = token_.value;
        Span name_span = token_.span;
        take();
        bool required = is(T::colon);
        if (!required && !is(T::question))
            unexpected("':' (required) or '?' (optional) after the field's name");
        take();
        try {
            PanPath p = parse_path(name);
            if (p.kind == PanPath::external || p.terms.size() != 1 || !p.terms[0].is_key())
                report(ErrorClass::syntax, fmt::format("'{}' is no valid name of a field", name),
                       name_span, "a field has a single key as its name");
            else
                f.key = p.terms[0].key;
        } catch (const EvalFailure& e) {
            report(ErrorClass::syntax, e.message, name_span, e.hint);
        }
        f.type = full_type();
        f.span = f.span.to(last_);
        put(required ? t.required : t.optional, std::move(f));
    }
}

Range Parser::range(T closer) {
    Range r;
    Span start = token_.span;
    auto bound_here = [&] {
        return is(T::minus) || is(T::long_);
    };
    if (is(closer)) {
        take();
        return r;
    }
    r.given = true;
    if (bound_here()) {
        r.low = bound();
        if (is(T::dots)) {
            take();
            if (bound_here())
                r.high = bound();
        } else {
            r.high = r.low;
        }
    } else if (is(T::dots)) {
        take();
        r.high = bound();
    } else {
        unexpected("a range", "ranges are (n), (a..b), (a..) or (..b)");
    }
    Span end = last_;
    want(closer, closer == T::rbracket ? "']' after the range"
                 : closer == T::rbrace ? "'}' after the range"
                                       : "')' after the range");
    if (r.low > r.high)
        report(ErrorClass::evaluation,
               fmt::format("the range {}..{} holds nothing: its lower bound is the larger one",
                           r.low, r.high),
               start.to(end));
    return r;
}

int64_t Parser::bound() {
    bool negative = is(T::minus);
    if (negative)
        take();
    if (!is(T::long_))
        unexpected("a number");
    int64_t n = negative ? -token_.number : token_.number;
    take();
    return n;
}

}  // namespace weft::compiler
