// Types against values.
#include "compiler/evaluate/validate.hh"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <span>

#include "base/noun/profile.hh"
#include "compiler/builtin.hh"
#include "compiler/evaluate/operators.hh"
#include "compiler/limits.hh"
#include "compiler/messages/hints.hh"
#include "compiler/reuse/library.hh"
#include "compiler/reuse/memo.hh"
#include "compiler/text/parse.hh"
#include "compiler/text/words.hh"

namespace weft::compiler {

/// A value as a message shows it: short, in one line.
static std::string shown(const Element& e) {
    if (e.is_resource())
        return fmt::format("{} of {}", with_article(e.kind()), e.size());
    if (!e.is_defined())
        return std::string(kind_name(e.kind()));
    std::string s = property_text(e);
    if (s.size() > 60)
        s = s.substr(0, 57) + "...";
    for (char& c : s)
        if (static_cast<unsigned char>(c) < ' ')
            c = ' ';
    return e.is(Kind::string) ? "'" + s + "'" : s;
}

/// The types passed on the way, innermost first, and the binding that asked.
void Validator::add_types(TemplateError& error) const {
    for (size_t i = aliases_.size(); i-- > 0;) {
        Where at = where_of(aliases_[i].in, aliases_[i].span);
        std::string_view name = symbol_text(Name::type, aliases_[i].symbol).view();
        error.trace.push_back({at, fmt::format("in type '{}' at", name)});
        error.types.push_back({at, fmt::format("type: '{}'", name)});
    }
    if (!binding_)
        return;
    const Statement& s = *binding_->statement;
    std::string path = path_text(binding_->path);
    error.trace.push_back(
        {where_of(binding_->in, s.name_span), fmt::format("bound to '{}' at", path)});
    error.types.push_back({where_of(binding_->in, s.type.span),
                           fmt::format("path '{}' bound to type {} in", path,
                                       source_part(*binding_->in, s.type.span))});
}

/// How many values a message shows at most.
constexpr size_t most_values = 3;

/// Where this stands in the text as a word of its own; npos: nowhere.
static size_t find_word(std::string_view text, std::string_view word) {
    auto inner = [&](size_t i) {
        return i < text.size() && (std::isalnum(static_cast<unsigned char>(text[i])) ||
                                   text[i] == '_' || text[i] == '-');
    };
    for (size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1))
        if ((!at || !inner(at - 1)) && !inner(at + word.size()))
            return at;
    return text.npos;
}

/// How far before its end the code last speaks of the key: 'key', "key" or /key; npos: never.
static size_t last_use(std::string_view code, std::string_view key) {
    for (size_t at = code.rfind(key); at != code.npos && at; at = code.rfind(key, at - 1)) {
        char before = code[at - 1];
        char after = at + key.size() < code.size() ? code[at + key.size()] : 0;
        if ((before == '\'' || before == '"' || before == '/') &&
            (after == '\'' || after == '"' || after == '/'))
            return code.size() - at;
    }
    return code.npos;
}

/// The definition around this place, from its first line to the end of the place. A line that
/// begins with a letter begins one.
static std::string_view code_before(std::string_view text, const Where& w) {
    size_t from = 0, end = 0, line = 0;
    int last = std::max(w.line, w.end_line);
    for (int n = 1; n <= last && line < text.size(); n++) {
        if (n <= w.line && std::isalpha(static_cast<unsigned char>(text[line])))
            from = line;
        size_t line_end = std::min(text.find('\n', line), text.size());
        end = w.end_col > 0 && n == last ? std::min(line + size_t(w.end_col), line_end) : line_end;
        line = line_end + 1;
    }
    std::string_view code = text.substr(from, end - from);
    // The fields of a type speak of their values, but its code is what failed.
    if (code.starts_with("type") || code.starts_with("bind"))
        if (size_t with = code.rfind("with"); with != code.npos)
            code.remove_prefix(with);
    return code;
}

/// Where the value was set; of a list or dict, the few properties right below it that the message
/// names or the code that failed spoke of last.
///   said    what the code said
///   places  where it failed, innermost first
///   always  show some even if neither speaks of any
std::vector<Error::Frame> Validator::values(const Element& e, std::string_view said,
                                            std::span<const Where> places, bool always) const {
    struct Candidate {
        const Element* value;
        std::string what;
        std::pair<size_t, size_t> rank;  ///< the lowest first
    };
    constexpr size_t unnamed = SIZE_MAX;
    std::vector<std::string_view> codes;
    std::vector<FilePtr> files;
    for (const Where& w : places) {
        FilePtr file = w.file.empty() ? nullptr : object_.library().load(w.file);
        if (file && file->tpl) {
            codes.push_back(code_before(*file->tpl->text, w));
            files.push_back(std::move(file));
        }
    }
    std::vector<Candidate> found;
    auto consider = [&](const Element& v, std::string_view key, std::string what) {
        if (!v.is_property() || !v.origin())
            return;
        std::pair<size_t, size_t> rank{unnamed, 0};
        std::string text = property_text(v);
        size_t named = key.empty() ? said.npos : find_word(said, key);
        if (named == said.npos && text.size() > 2 && !v.is(Kind::boolean))
            named = find_word(said, text);
        if (named != said.npos)
            rank = {0, named};
        for (size_t i = 0; rank.first == unnamed && !key.empty() && i < codes.size(); i++)
            if (size_t distance = last_use(codes[i], key); distance != codes[i].npos)
                rank = {1 + i, distance};
        found.push_back({&v, std::move(what), rank});
    };
    if (e.is(Kind::dict)) {
        for (const Dict::Entry& c : e.dict())
            consider(c.value, c.key.view(), fmt::format("'{}' is", c.key.view()));
    } else if (e.is(Kind::list)) {
        for (size_t i = 0; i < e.list().size(); i++)
            consider(e.list()[i], {}, fmt::format("item {} is", i));
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const Candidate& a, const Candidate& b) { return a.rank < b.rank; });
    if (found.empty() && always && e.origin())
        found.push_back({&e, "the value is", {0, 0}});
    bool any_named = !found.empty() && found[0].rank.first != unnamed;
    if (!any_named && !always)
        return {};
    std::vector<Error::Frame> frames;
    std::vector<uint32_t> seen;
    size_t shown = 0;
    for (; shown < found.size() && frames.size() < most_values; shown++) {
        Candidate& c = found[shown];
        if (any_named && c.rank.first == unnamed)
            break;
        if (std::find(seen.begin(), seen.end(), c.value->origin()) != seen.end())
            continue;
        seen.push_back(c.value->origin());
        auto [tpl, place] = object_.library().place_of(c.value->origin());
        if (!tpl)
            continue;
        std::string line = source_line(*tpl->text, int(place.first));
        Where at = widened(
            {tpl->path, int(place.first), int(place.second), int(place.first), int(place.second)},
            line);
        frames.push_back({at, std::move(c.what) + " set at", line});
    }
    if (size_t rest = found.size() - shown)
        frames.push_back(
            {{},
             fmt::format("{} more value{} here: panc --explain {} tells where {} set", rest,
                         rest > 1 ? "s" : "", path_text(path_), rest > 1 ? "they are" : "it is")});
    return frames;
}

/// The message stands at the line that set the value, when that is known; types and binding follow
/// as trace.
void Validator::fail(std::string message, const Span& type, const Element* e, std::string hint,
                     const TypeSpec* basic) {
    TemplateError error(ErrorClass::validation, fmt::format("{}: {}", path_text(path_), message),
                        {}, std::move(hint));
    error.object = object_.name();
    bool at_value = false;
    if (e && e->origin()) {
        auto [tpl, place] = object_.library().place_of(e->origin());
        if (tpl) {
            error.line = source_line(*tpl->text, int(place.first));
            error.where = widened({tpl->path, int(place.first), int(place.second), int(place.first),
                                   int(place.second)},
                                  error.line);
            at_value = true;
        }
    }
    const Template* t = in_;
    if (!at_value && t) {
        error.where = where_of(t, type);
        error.line = source_line(*t->text, int(type.line));
    } else if (at_value && t && type.line) {
        error.trace.push_back(shown_frame(t, type, "rejected by the type at"));
    }
    if (basic && basic->kind == TypeSpec::builtin)
        error.types.push_back(
            {{"?:?"}, fmt::format("type: '{}'", symbol_text(Name::type, basic->symbol).view())});
    add_types(error);
    error.element_path = path_text(path_);
    if (e && e->is_property())
        error.element_value = property_text(*e);
    throw error;
}

void Validator::complete(const Element& root) {
    if (!root.is(Kind::dict))
        fail("the root is no nlist", {}, &root);
    walk(root);
}

void Validator::walk(const Element& e) {
    bool large = (seen_ += e.size()) > max_elements, deep = path_.size() > max_depth;
    if (large || deep) {
        const Element* set = &object_.state().tree(
            Unrecorded::message);  // the innermost one of which is known what set it
        for (const Element* at = set; const Term& t : path_) {
            if (!(at = at->find(t)))
                break;
            if (at->origin())
                set = at;
        }
        path_.resize(std::min<size_t>(path_.size(), 8));  // where it begins is enough to tell
        if (large)
            fail(fmt::format("the tree has more than {} elements", max_elements), {}, set,
                 "this is where the last of them was set");
        fail(fmt::format("the tree is deeper than {} levels", max_depth), {}, set,
             "something here puts values into values without end");
    }
    // What had all its values once has them again, unless it might be too deep or too much here.
    size_t before = seen_, first = 0, end = e.size();
    uint32_t mark = object_.memo() ? e.mark() : 0;
    auto fits = [&](size_t n) {
        return n && path_.size() + n <= max_depth && seen_ + n <= max_elements;
    };
    if (mark) {
        if (uint32_t n = object_.memo()->complete(mark); fits(n)) {
            seen_ += n - 1;
            return;
        }
        if (const Sharing::Kin* kin = object_.memo()->sharing.kin(e))
            if (size_t n = rest_complete(*kin); fits(n)) {
                seen_ += n - 1;
                first = kin->first;
                end = kin->last;
            }
    }
    auto visit = [&](const Element& child, Term t) {
        if (child.is_property())
            return;
        path_.push_back(t);
        if (!child.is_defined()) {
            bool null = child.is(Kind::null), gap = !null && !t.is_key() && !child.origin();
            const Element* from = child.origin() ? &child : e.origin() ? &e : nullptr;
            const Element* next = nullptr;  // what was set behind the gap
            if (gap)
                for (size_t i = size_t(t.index); !next && i < e.size(); i++)
                    if (e.list()[i].origin())
                        next = &e.list()[i];
            if (next)
                from = next;
            TemplateError error(
                ErrorClass::validation,
                fmt::format("element at {} is {}", path_text(path_), null ? "null" : "undefined"),
                {},
                null   ? "null removes the children of a dict; in a list it stays: leave it out"
                : next ? "this sets a later element of the list: nothing set the ones before"
                : gap  ? "the list has a gap"
                       : "every element needs a value in the end");
            error.object = object_.name();
            if (from)
                if (auto [tpl, place] = object_.library().place_of(from->origin()); tpl) {
                    error.line = source_line(*tpl->text, int(place.first));
                    error.where = widened({tpl->path, int(place.first), int(place.second),
                                           int(place.first), int(place.second)},
                                          error.line);
                }
            if (error.where.file.empty() && object_.main_template())
                error.where = {object_.main_template()->path};
            throw error;
        }
        walk(child);
        path_.pop_back();
    };
    for (size_t i = first; i < end; i++) {
        visit(e.child(i), e.is(Kind::list) ? Term(int32_t(i)) : Term(e.dict()[i].key));
    }
    if (mark && seen_ - before < max_depth)
        object_.memo()->complete(mark) = uint32_t(seen_ - before + 1);
}

/// What complete() would say of the children that are the same; 0: not known.
size_t Validator::rest_complete(const Sharing::Kin& kin) {
    size_t n = object_.memo()->complete(kin.like.mark());
    for (size_t i = kin.first; n && i < kin.last; i++) {
        const Element& c = kin.like.child(i);
        if (!c.is_resource())
            continue;
        size_t below = c.mark() ? object_.memo()->complete(c.mark()) : 0;
        n = below ? n - (c.size() + below - 1) : 0;
    }
    return n;
}

void Validator::binding(const Binding& b, const Element* e) {
    binding_ = &b;
    in_ = b.in;
    path_ = b.path;
    if (!e)
        fail("the element does not exist", b.type->span, nullptr,
             "every bound path must have a value; a default in the type can give one");
    check(*b.type, *e);
}

/// Objects this thread has validated.
static thread_local uint32_t validated = 0;

/// What passed before passes again, if the code that said so would read the same.
void Validator::check(const FullType& f, const Element& e) {
    Memo* memo = object_.memo();
    bool code_only = e.is_property() && f.with && !f.with->constant;
    if (!memo || links_ || !(code_only || (e.mark() && e.size())))
        return check_really(f, e);
    Unit& unit = memo->check(f);
    if (unit.given_up)
        return check_really(f, e);
    if (memo->passed(object_, f, e)) {
        unit.hits++;
        return;
    }
    Recording recording(object_);
    if (check_rest(f, e)) {
        unit.hits++;
    } else {
        unit.misses++;
        check_really(f, e);
    }
    if (auto record = recording.finish())
        memo->keep_passed(object_, f, e, std::move(record));
    // What is different in each object never passes twice. In the first ones everything is new.
    unit.keep(nullptr, validated < 32 ? 4000 : 100);
}

/// All but a few children of a list or dict are those of another that passes: check these few.
/// False: there is none.
bool Validator::check_rest(const FullType& f, const Element& e) {
    const TypeSpec& t = *f.type;
    if (f.with || !e.is(t.kind == TypeSpec::list ? Kind::list : Kind::dict) ||
        (t.kind != TypeSpec::list && t.kind != TypeSpec::dict))
        return false;
    const Sharing::Kin* found = object_.memo()->sharing.kin(e);
    if (!found)
        return false;
    Sharing::Kin kin = *found;  // the check may share more
    size_t before = work_left;
    if (!object_.memo()->passed(object_, f, kin.like))
        return false;
    // Of the work of that one, the part of its own children.
    work_left += (before - work_left) / e.size() * (kin.last - kin.first);
    range(t, e);
    for (size_t i = kin.first; i < kin.last; i++) {
        path_.push_back(e.is(Kind::list) ? Term(int32_t(i)) : Term(e.dict()[i].key));
        check(*t.of, e.child(i));
        path_.pop_back();
    }
    return true;
}

void Validator::check_really(const FullType& f, const Element& e) {
    check(*f.type, e);
    if (f.with)
        check_with(f, e);
}

void Validator::check_with(const FullType& f, const Element& e) {
    const Block& b = *f.with;
    auto verdict = [&](const Element& v) {
        if (!v.is(Kind::boolean))
            fail(fmt::format("the validation code gives {}, not a boolean", with_article(v.kind())),
                 b.root->span, &e);
        if (v.boolean())
            return;
        try {
            fail(fmt::format("user-defined validation failed for {}", shown(e)), b.root->span, &e);
        } catch (TemplateError& error) {
            if (e.is_resource() && in_) {
                Where code = where_of(in_, b.root->span);
                std::vector<Error::Frame> frames = values(e, {}, {&code, 1}, false);
                error.trace.insert(error.trace.begin(), frames.begin(), frames.end());
            }
            throw;
        }
    };
    if (b.constant)
        return verdict(b.value);
    Eval::Scope scope(eval_);
    State::Scope names(object_.state());
    names.statement_template(nullptr);
    scope.self({const_cast<Element*>(&e), true, nullptr, nullptr, nullptr});
    Element v;
    try {
        v = eval_.run(b);
    } catch (TemplateError& cause) {
        if (cause.cls == ErrorClass::parse || cause.cls == ErrorClass::system)
            throw;
        TemplateError error(
            ErrorClass::validation,
            fmt::format("{}: the validation code failed: {}", path_text(path_), cause.message),
            cause.where, cause.hint);
        error.line = cause.line;
        error.trace = cause.trace;
        error.object = object_.name();
        error.element_path = path_text(path_);
        error.cause = cause.classic();
        std::vector<Where> places{cause.where};
        for (const Error::Frame& frame : cause.trace)
            places.push_back(frame.where);
        for (Error::Frame& frame : values(e, cause.message, places, true))
            error.trace.push_back(std::move(frame));
        add_types(error);
        throw error;
    }
    verdict(v);
}

void Validator::basic(const TypeSpec& t, const Element& e) {
    bool good = false;
    switch (t.basic) {
        case TypeSpec::boolean: good = e.is(Kind::boolean); break;
        case TypeSpec::long_: good = e.is(Kind::long_); break;
        case TypeSpec::double_: good = e.is(Kind::double_); break;
        case TypeSpec::string: good = e.is(Kind::string); break;
        case TypeSpec::list_: good = e.is(Kind::list); break;
        case TypeSpec::dict_: good = e.is(Kind::dict); break;
        case TypeSpec::number: good = e.is_number(); break;
        case TypeSpec::property: good = e.is_property(); break;
        case TypeSpec::resource: good = e.is_resource(); break;
        case TypeSpec::element: good = true; break;
    }
    if (good)
        return;
    std::string_view wanted = symbol_text(Name::type, t.symbol).view();
    std::string hint;
    if (t.basic == TypeSpec::string && e.is_property())
        hint = "write it in quotes, or use to_string()";
    if (t.basic == TypeSpec::long_ && e.is(Kind::string))
        hint = "write it without quotes, or use to_long()";
    if (t.basic == TypeSpec::double_ && e.is(Kind::long_))
        hint = fmt::format("write {}.0", e.long_value());
    fail(fmt::format(
             "expected {} {}, not {} ({})",
             std::string_view("aeio").find(wanted[0]) == std::string_view::npos || wanted[0] == 'a'
                 ? "a"
                 : "an",
             wanted, with_article(e.kind()), shown(e)),
         t.span, &e, hint, &t);
}

void Validator::range(const TypeSpec& t, const Element& e) {
    if (!t.range.given)
        return;
    const Range& r = t.range;
    int64_t n = 0;
    std::string what;
    switch (e.kind()) {
        case Kind::long_:
            n = e.long_value();
            what = "value";
            break;
        case Kind::double_:
            if (e.double_value() >= double(r.low) && e.double_value() <= double(r.high))
                return;
            fail(fmt::format("value ({}) is outside range {}", shown(e), r.text()), t.span, &e, {},
                 &t);
        case Kind::string:
            n = utf16_count(e.string());
            what = "string size";
            break;
        case Kind::list:
        case Kind::dict:
            n = int64_t(e.size());
            what = "number of children";
            break;
        default:
            fail(fmt::format("a range makes no sense for {}", with_article(e.kind())), t.span, &e,
                 {}, &t);
    }
    if (n < r.low || n > r.high)
        fail(fmt::format("{} ({}) is outside range {}", what, n, r.text()), t.span, &e, {}, &t);
}

void Validator::check(const TypeSpec& t, const Element& e) {
    spend(1);
    switch (t.kind) {
        case TypeSpec::builtin: basic(t, e); return range(t, e);
        case TypeSpec::alias: {
            const TypeDefinition* d = object_.state().type(t.symbol, Unrecorded::compared);
            if (!d)
                fail(fmt::format("unknown type '{}'", symbol_text(Name::type, t.symbol).view()),
                     t.span, &e);
            const Template* outer = std::exchange(in_, d->in);
            aliases_.push_back({d->in, t.symbol, d->statement->name_span});
            check(*d->type, e);
            aliases_.pop_back();
            in_ = outer;
            return range(t, e);
        }
        case TypeSpec::list:
            if (!e.is(Kind::list))
                fail(fmt::format("expected a list, not {} ({})", with_article(e.kind()), shown(e)),
                     t.span, &e);
            range(t, e);
            for (size_t i = 0; i < e.list().size(); i++) {
                path_.emplace_back(int32_t(i));
                check(*t.of, e.list()[i]);
                path_.pop_back();
            }
            return;
        case TypeSpec::dict:
            if (!e.is(Kind::dict))
                fail(
                    fmt::format("expected an nlist, not {} ({})", with_article(e.kind()), shown(e)),
                    t.span, &e);
            range(t, e);
            for (const Dict::Entry& c : e.dict()) {
                path_.emplace_back(c.key);
                check(*t.of, c.value);
                path_.pop_back();
            }
            return;
        case TypeSpec::choice: {
            if (!e.is(Kind::string))
                fail(
                    fmt::format("expected a string, not {} ({})", with_article(e.kind()), shown(e)),
                    t.span, &e);
            for (const Element& c : t.choices)
                if (c.string() == e.string())
                    return;
            std::string all;
            std::vector<std::string_view> words;
            for (const Element& c : t.choices) {
                all += fmt::format("{}'{}'", all.empty() ? "" : ", ", c.string());
                words.push_back(c.string());
            }
            std::string near = did_you_mean(e.string(), words);
            fail(fmt::format("value ({}) is not a possible choice value", e.string()), t.span, &e,
                 near.empty() ? "possible are " + all : near);
        }
        case TypeSpec::link: return link(t, e);
        case TypeSpec::record:
            if (!e.is(Kind::dict))
                fail(
                    fmt::format("expected an nlist, not {} ({})", with_article(e.kind()), shown(e)),
                    t.span, &e);
            if (object_.derive())
                object_.checked_record(path_text(path_));
            return record(t, e, false);
    }
}

void Validator::collect(const TypeSpec& t, std::vector<Key>& out) const {
    spend(1 + t.required.size() + t.optional.size());
    for (const Field& f : t.required)
        out.push_back(f.key);
    for (const Field& f : t.optional)
        out.push_back(f.key);
    for (auto& i : t.includes)
        if (const TypeDefinition* d = object_.state().type(i.symbol, Unrecorded::compared))
            collect(*d->type->type, out);
}

/// The place is where the dict, or else something in it, was set.
void Validator::missing(const Field& f, const Element& e) {
    const Element* at = &e;
    for (const Dict::Entry& c : e.dict())
        if (!at->origin())
            at = &c.value;
    path_.emplace_back(f.key);
    std::string wanted = path_text(path_);
    path_.pop_back();
    fail(fmt::format("the required field '{}' is missing", f.key.view()), f.span, at,
         fmt::format("set '{}', or make the field optional with '?'", wanted));
}

void Validator::record(const TypeSpec& t, const Element& e, bool included) {
    spend(1);
    const Dict& d = e.dict();
    if (!t.extensible && !included) {
        std::string extra;
        std::vector<Key> more;
        if (!t.includes.empty()) {
            for (auto& i : t.includes)
                if (const TypeDefinition* def =
                        object_.state().type(i.symbol, Unrecorded::compared))
                    collect(*def->type->type, more);
        }
        // Both are in the order of the keys: one step leads from field to field.
        auto required = t.required.begin(), optional = t.optional.begin();
        auto has = [](auto& at, auto end, Key k) {
            while (at != end && at->key < k)
                ++at;
            return at != end && at->key == k;
        };
        auto declared = [&](Key k) {
            return has(required, t.required.end(), k) || has(optional, t.optional.end(), k) ||
                   std::find(more.begin(), more.end(), k) != more.end();
        };
        const Element* first = nullptr;
        std::string_view first_key;
        for (const Dict::Entry& c : d)
            if (!declared(c.key)) {
                if (!first) {
                    first = &c.value;
                    first_key = c.key.view();
                }
                extra += fmt::format("{} ", c.key.view());
            }
        if (first) {
            for (const Field& f : t.required)
                more.push_back(f.key);
            for (const Field& f : t.optional)
                more.push_back(f.key);
            std::vector<std::string_view> words;
            for (Key k : more)
                words.push_back(k.view());
            std::string hint = did_you_mean(first_key, words);
            std::erase_if(words, [&](std::string_view w) { return d.find(Key(w)); });
            if (hint.empty())
                hint = words.empty()
                           ? "the record has no such field and is not extensible"
                           : fmt::format(
                                 "the record is not extensible; not set yet: {}",
                                 fmt::join(words.begin(),
                                           words.begin() + long(std::min<size_t>(words.size(), 8)),
                                           ", "));
            fail(fmt::format("unexpected fields: {}", extra.substr(0, extra.size() - 1)), t.span,
                 first->origin() ? first : &e, hint);
        }
    }
    range(t, e);
    for (auto& i : t.includes) {
        const TypeDefinition* def = object_.state().type(i.symbol, Unrecorded::compared);
        if (!def)
            fail(fmt::format("unknown type '{}'", symbol_text(Name::type, i.symbol).view()), i.span,
                 &e);
        const Template* outer = std::exchange(in_, def->in);
        aliases_.push_back({def->in, i.symbol, def->statement->name_span});
        record(*def->type->type, e, true);
        if (def->type->with)
            check_with(*def->type, e);
        aliases_.pop_back();
        in_ = outer;
    }
    for (const Field& f : t.required) {
        const Element* child = d.find(f.key);
        if (!child)
            missing(f, e);
        path_.emplace_back(f.key);
        check(f.type, *child);
        path_.pop_back();
    }
    for (const Field& f : t.optional) {
        const Element* child = d.find(f.key);
        if (!child)
            continue;
        path_.emplace_back(f.key);
        check(f.type, *child);
        path_.pop_back();
    }
}

void Validator::link(const TypeSpec& t, const Element& e) {
    if (!e.is(Kind::string))
        fail(fmt::format("expected a string with a path, not {}", with_article(e.kind())), t.span,
             &e);
    if (object_.derive())
        object_.checked_link(path_text(path_));
    if (links_ > 100)
        return;  // links in a circle: what they lead to has been checked
    PanPath p;
    const Element* there = nullptr;
    Expr at{};
    at.op = Op::literal;
    at.span = t.span;
    try {
        p = parse_path(e.string(), object_.options().dialect);
        if (p.kind == PanPath::relative)
            throw EvalFailure(fmt::format("the path '{}' of the link is not absolute", e.string()));
        there = object_.find(at, p);
    } catch (const EvalFailure& f) {
        fail(f.message, t.span, &e, f.hint);
    } catch (const TemplateError& cause) {
        fail(cause.message, t.span, &e, cause.hint);
    }
    if (!there && t.any_path)
        return;
    if (!there)
        fail(fmt::format("the link leads to '{}', which does not exist", e.string()), t.span, &e,
             object_.why_missing(p));
    std::vector<Term> here = std::exchange(path_, p.terms);
    links_++;
    check(*t.of, *there);
    links_--;
    path_ = std::move(here);
}

void Object::validate() {
    WorkMeter meter;
    validating_ = true;
    validated++;
    try {
        Validator(*this).complete(state_.tree(Unrecorded::finished));
        for (const Binding* b : ordered_bindings()) {
            const Element* e = nullptr;
            try {
                e = look_up(state_.tree(Unrecorded::finished), b->path.data(),
                            b->path.data() + b->path.size());
            } catch (const EvalFailure&) {
            }
            try {
                Validator(*this).binding(*b, e);
            } catch (const EvalFailure& f) {
                fail(*b->in, b->statement->name_span,
                     fmt::format("{}: {}", path_text(b->path), f.message), f.hint,
                     ErrorClass::validation);
            }
        }
    } catch (TemplateError& e) {
        if (main_)
            e.object_file = main_->path;
        throw;
    }
}

bool Object::valid(const Expr& at, std::string_view name, const Element& e) {
    state_.types_sum();  // the verdict depends on all of them
    TypeSpec t{};
    t.kind = TypeSpec::alias;
    t.symbol = symbol(Name::type, name);
    if (find_basic_type(name, t.basic))
        t.kind = TypeSpec::builtin;
    if (t.kind == TypeSpec::alias && !state_.type(t.symbol, Unrecorded::compared))
        eval_.fail(at, fmt::format("unknown type '{}'", name));
    try {
        Validator(*this).check(t, e);
        return true;
    } catch (const TemplateError& error) {
        if (error.cls != ErrorClass::validation)
            throw;
        return false;
    }
}

}  // namespace weft::compiler
