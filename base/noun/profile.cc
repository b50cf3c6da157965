// Trees to XML and JSON: one walk without recursion, one buffer, tables for what must be escaped.
#include "base/noun/profile.hh"

#include <fmt/core.h>

#include <charconv>
#include <cmath>
#include <cstring>

#include "base/base64.hh"
#include "base/error.hh"

namespace weft {

void append_double(std::string& out, double d) {
    if (std::isnan(d)) {
        out += "NaN";
        return;
    }
    if (std::isinf(d)) {
        out += d < 0 ? "-Infinity" : "Infinity";
        return;
    }
    char buf[32];
    double size = std::fabs(d);
    bool plain = d == 0 || (size >= 1e-3 && size < 1e7);
    char* end = std::to_chars(buf, buf + sizeof buf, d,
                              plain ? std::chars_format::fixed : std::chars_format::scientific)
                    .ptr;
    // One digit tells the smallest numbers apart; two, which are always shown, are nearer. All Java
    // libraries agree on that but for the second smallest.
    if (size > 0 && size < 1e-322 && size != 1e-323)
        end = std::to_chars(buf, buf + sizeof buf, d, std::chars_format::scientific, 1).ptr;
    std::string_view text(buf, size_t(end - buf));
    if (plain) {
        out += text;
        if (text.find('.') == std::string_view::npos)
            out += ".0";
        return;
    }
    size_t e = text.find('e');
    out += text.substr(0, e);
    if (text.substr(0, e).find('.') == std::string_view::npos)
        out += ".0";
    out += 'E';
    std::string_view exponent = text.substr(e + 1);  // +07: no plus sign, no leading zeros
    if (exponent[0] == '-')
        out += '-';
    exponent.remove_prefix(1);
    while (exponent.size() > 1 && exponent[0] == '0')
        exponent.remove_prefix(1);
    out += exponent;
}

std::string double_text(double d) {
    std::string s;
    append_double(s, d);
    return s;
}

void append_long(std::string& out, int64_t l) {
    char buf[24];
    out.append(buf, std::to_chars(buf, buf + sizeof buf, l).ptr);
}

void append_text(std::string& out, const Element& e) {
    switch (e.kind()) {
        case Kind::boolean: out += e.boolean() ? "true" : "false"; break;
        case Kind::long_: append_long(out, e.long_value()); break;
        case Kind::double_: append_double(out, e.double_value()); break;
        case Kind::string: out += e.string(); break;
        default: break;
    }
}

std::string property_text(const Element& e) {
    std::string s;
    append_text(s, e);
    return s;
}

/// The character at s[i] of valid or invalid UTF-8: its code point and length; -1 and 1 when
/// invalid.
static std::pair<int32_t, int> decode(std::string_view s, size_t i) {
    auto at = [&](size_t k) {
        return k < s.size() ? uint32_t(static_cast<unsigned char>(s[k])) : 0;
    };
    uint32_t c = at(i);
    auto more = [&](size_t k) {
        return (at(i + k) & 0xC0) == 0x80;
    };
    if (c < 0x80)
        return {int32_t(c), 1};
    if (c >= 0xC2 && c < 0xE0 && more(1))
        return {int32_t((c & 0x1F) << 6 | (at(i + 1) & 0x3F)), 2};
    if (c >= 0xE0 && c < 0xF0 && more(1) && more(2)) {
        int32_t p = int32_t((c & 15) << 12 | (at(i + 1) & 0x3F) << 6 | (at(i + 2) & 0x3F));
        if (p >= 0x800 && (p < 0xD800 || p > 0xDFFF))
            return {p, 3};
    }
    if (c >= 0xF0 && c < 0xF5 && more(1) && more(2) && more(3)) {
        int32_t p = int32_t((c & 7) << 18 | (at(i + 1) & 0x3F) << 12 | (at(i + 2) & 0x3F) << 6 |
                            (at(i + 3) & 0x3F));
        if (p >= 0x10000 && p <= 0x10FFFF)
            return {p, 4};
    }
    return {-1, 1};
}

// What the table says about a byte.
enum : char { as_is = 0, look = 1, never = 2 };

static constexpr auto xml_table = [] {
    std::array<char, 256> t{};
    for (int c = 0; c < 32; c++)
        t[size_t(c)] = c == '\t' || c == '\n' ? as_is : c == '\r' ? look : never;
    t['&'] = t['<'] = t['>'] = look;
    for (int c = 0x7F; c < 256; c++)
        t[size_t(c)] = look;
    return t;
}();

static constexpr auto json_table = [] {
    std::array<char, 256> t{};
    for (int c = 0; c < 32; c++)
        t[size_t(c)] = look;
    for (char c : {'"', '\\', '<', '>', '&', '=', '\''})
        t[static_cast<unsigned char>(c)] = look;
    for (int c = 0x80; c < 256; c++)
        t[size_t(c)] = look;
    return t;
}();

/// The string escaped for XML; false, and nothing appended, when XML cannot carry it.
static bool append_xml(std::string& out, std::string_view s, bool ascii) {
    size_t before = out.size(), from = 0;
    for (size_t i = 0; i < s.size();) {
        char what = xml_table[static_cast<unsigned char>(s[i])];
        if (what == as_is) {
            i++;
            continue;
        }
        auto [p, n] = decode(s, i);
        if (what == never || p < 0 || p == 0xFFFE || p == 0xFFFF) {
            out.resize(before);
            return false;
        }
        const char* entity = p == '&'    ? "&amp;"
                             : p == '<'  ? "&lt;"
                             : p == '>'  ? "&gt;"
                             : p == '\r' ? "&#13;"
                                         : nullptr;
        if (entity || (p >= 0x7F && p <= 0x9F) || p > 0xFFFF || (ascii && p > 0x7F)) {
            out.append(s, from, i - from);
            if (entity)
                out += entity;
            else {
                out += "&#";
                append_long(out, p);
                out += ';';
            }
            from = i + size_t(n);
        }
        i += size_t(n);
    }
    out.append(s, from);
    return true;
}

static void append_u(std::string& out, int32_t unit) {
    static constexpr char hex[] = "0123456789abcdef";
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4)
        out += hex[unit >> shift & 15];
}

/// The string quoted for JSON; false when it is not UTF-8.
static bool append_json(std::string& out, std::string_view s, const JsonOptions& opt) {
    bool ascii = opt.ascii_only;
    out += '"';
    size_t from = 0;
    for (size_t i = 0; i < s.size();) {
        if (json_table[static_cast<unsigned char>(s[i])] == as_is) {
            i++;
            continue;
        }
        auto [p, n] = decode(s, i);
        if (p < 0)
            return false;
        if (opt.plain && p >= 0x20 && p != '"' && p != '\\' && !(ascii && p > 0x7F)) {
            i += size_t(n);
            continue;
        }
        if (p < 0x80 || p == 0x2028 || p == 0x2029 || ascii) {
            out.append(s, from, i - from);
            from = i + size_t(n);
            switch (p) {
                case '"': out += "\\\""; break;
                case '\\': out += "\\\\"; break;
                case '\t': out += "\\t"; break;
                case '\b': out += "\\b"; break;
                case '\n': out += "\\n"; break;
                case '\r': out += "\\r"; break;
                case '\f': out += "\\f"; break;
                default:
                    if (p <= 0xFFFF)
                        append_u(out, p);
                    else {
                        append_u(out, 0xD7C0 + (p >> 10));
                        append_u(out, 0xDC00 | (p & 0x3FF));
                    }
            }
        }
        i += size_t(n);
    }
    out.append(s, from);
    out += '"';
    return true;
}

/// One container being written, and its next child.
struct Frame {
    const Element* e;
    size_t next = 0;
    bool any = false;   ///< a child has been written
    bool keep = false;  ///< its text is to be kept
    size_t from = 0;    ///< where its text begins
    size_t stop = 0;    ///< from this child on the text is that of `like`
    using Written = std::unique_ptr<TextCache::Written>;
    Written like = {}, made = {};
    Written* last = nullptr;  ///< where to keep what was made
};

/// Where the walk stands, for messages.
static std::string path_of(const std::vector<Frame>& stack) {
    std::vector<Term> terms;
    for (const Frame& f : stack)
        terms.push_back(f.e->is(Kind::dict) ? Term(f.e->dict()[f.next - 1].key)
                                            : Term(int32_t(f.next - 1)));
    return Path(std::move(terms)).text();
}

static Error unwritable(const Element& e, const std::vector<Frame>& stack) {
    if (e.is(Kind::string))
        return Error(exit_data, fmt::format("the string at '{}' is not UTF-8", path_of(stack)));
    return Error(exit_data, fmt::format("'{}' is {}: it has no value to write", path_of(stack),
                                        kind_name(e.kind())));
}

/// The one with this key, or the free one where it belongs.
TextCache::Slot& TextCache::Table::at(uint64_t key) {
    size_t mask = slots.size() - 1, i = (key * 0x9E3779B97F4A7C15u) >> 32 & mask;
    while (slots[i].key && slots[i].key != key)
        i = (i + 1) & mask;
    return slots[i];
}

TextCache::Slot& TextCache::slot(uint64_t key) {
    Slot& known = now_.at(key);
    if (known.key)
        return known;
    if (now_.bytes > limit_) {
        before_ = std::move(now_);
        now_ = Table();
    } else if (now_.used * 2 > now_.slots.size()) {
        std::vector<Slot> old(now_.slots.size() * 2);
        old.swap(now_.slots);
        for (Slot& s : old)
            if (s.key)
                now_.at(s.key) = std::move(s);
    }
    Slot& made = now_.at(key);
    if (Slot& old = before_.at(key); old.key) {
        made.text = std::move(old.text);
        old.text.clear();
    }
    made.key = key;
    now_.used++;
    now_.bytes += sizeof(Slot) * 2 + made.text.size();
    return made;
}

const std::string* TextCache::find(uint32_t mark, size_t depth, bool* keep) {
    uint64_t key = uint64_t(mark) << 32 | uint32_t(depth);
    *keep = now_.at(key).key || before_.at(key).key;  // else perhaps nobody has the like of it
    Slot& s = slot(key);
    return s.text.empty() ? nullptr : &s.text;
}

void TextCache::add(uint32_t mark, size_t depth, std::string_view text) {
    Slot& s = slot(uint64_t(mark) << 32 | uint32_t(depth));
    now_.bytes += text.size();
    s.text = text;
}

std::unique_ptr<TextCache::Written>& TextCache::last(std::string_view name, size_t children,
                                                     size_t depth) {
    uint64_t h = (reinterpret_cast<uintptr_t>(name.data()) >> 3) + children * 0x9E3779B97F4A7C15u +
                 depth * 0xD6E8FEB86659FD93u;
    return last_[(h * 0x9E3779B97F4A7C15u) >> 32 & (last_.size() - 1)];
}

/// Two children that are certainly written alike.
static bool written_alike(const Element& a, const Element& b) {
    if (a.kind() != b.kind())
        return false;
    switch (a.kind()) {
        case Kind::boolean: return a.boolean() == b.boolean();
        case Kind::long_: return a.long_value() == b.long_value();
        case Kind::string: return a.same_node(b) || a.string() == b.string();
        case Kind::list:
        case Kind::dict: return a.same_node(b) || (a.mark() && a.mark() == b.mark());
        default: return false;
    }
}

/// Containers with fewer children are written child by child, with more they are not kept.
static constexpr size_t large = 8, too_large = 10'000, too_long = size_t(1) << 20;

/// The text of the children before f.stop is there: the rest is as it was.
static void finish_like_last(Frame& f, std::string& out) {
    if (!f.like || f.next != f.stop)
        return;
    std::vector<size_t>&old = f.like->ends, &ends = f.made->ends;
    size_t from = f.stop ? old[f.stop - 1] : 0, now = out.size() - f.from;
    out.append(f.like->text, from);
    for (size_t i = f.stop; i < old.size(); i++)
        ends.push_back(old[i] - from + now);
    f.any = true;
    f.next = f.e->size();
    f.like.reset();
}

/// A child of the innermost container has been written.
static void child_written(std::vector<Frame>& stack, std::string& out) {
    if (stack.empty() || !stack.back().made)
        return;
    Frame& f = stack.back();
    f.made->ends.push_back(out.size() - f.from);
    finish_like_last(f, out);
}

/// Begin with a container of this name whose opening is written; with a cache that has all its
/// text, that is all.
static void begin(std::vector<Frame>& stack, const Element& e, std::string_view name,
                  std::string& out, TextCache* cache) {
    if (!cache || !e.mark() || !e.size()) {
        stack.push_back({&e});
        return;
    }
    bool keep = false;
    if (const std::string* text = cache->find(e.mark(), stack.size(), &keep)) {
        out += *text;
        child_written(stack, out);
        return;
    }
    stack.push_back({&e, 0, false, keep, out.size()});
    size_t n = e.size(), head = 0, tail = 0;
    if (n < large || n > too_large)
        return;
    for (size_t i = 0; i < n; i++)
        if (!e.child(i).is_defined())
            return;  // which is no member of an object
    Frame& f = stack.back();
    f.last = &cache->last(name, n, stack.size());
    f.made = std::make_unique<TextCache::Written>();
    f.made->ends.reserve(n);
    const TextCache::Written* like = f.last->get();
    if (!like || like->container.kind() != e.kind() || like->container.size() != n)
        return;
    auto alike = [&](size_t i) {
        return (!e.is(Kind::dict) || e.dict()[i].key == like->container.dict()[i].key) &&
               written_alike(e.child(i), like->container.child(i));
    };
    while (head < n && alike(head))
        head++;
    while (tail < n - head && alike(n - 1 - tail))
        tail++;
    if ((head + tail) * 2 < n)
        return;
    f.like = std::move(*f.last);
    if (head) {
        out.append(f.like->text, 0, f.like->ends[head - 1]);
        f.made->ends.assign(f.like->ends.begin(), f.like->ends.begin() + long(head));
        f.any = true;
    }
    f.next = head;
    f.stop = n - tail;
    finish_like_last(f, out);
}

/// All children are written.
static void keep_like(Frame& f, const std::string& out) {
    if (!f.made || out.size() - f.from > too_long)
        return;
    f.made->container = *f.e;
    f.made->text.assign(out, f.from);
    *f.last = std::move(f.made);
}

/// Append `n` blanks.
static void indent(std::string& out, size_t n) { out.append(n, ' '); }

void write_xml(const Element& root, std::string& out, const XmlOptions& opt) {
    out += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    std::vector<Frame> stack;
    const Element* e = &root;
    std::string_view name = "profile";
    bool named = true;
    for (;;) {
        // One element: its opening tag and, for a property, all of it.
        if (!e->is_property() && !e->is_resource())
            throw unwritable(*e, stack);
        std::string_view kind = kind_name(e->kind());
        if (!stack.empty())
            indent(out, stack.size() * 4);
        out += '<';
        out += kind;
        if (stack.empty())
            out += " format=\"pan\"";
        if (named) {
            out += " name=\"";
            out += name;
            out += '"';
        }
        bool open = false;
        if (e->is_resource()) {
            open = e->size() > 0;
            out += open ? ">\n" : "/>\n";
        } else if (e->is(Kind::string) && e->string().empty()) {
            out += "/>\n";
        } else {
            size_t tag = out.size();
            out += '>';
            if (!e->is(Kind::string)) {
                append_text(out, *e);
            } else if (!append_xml(out, e->string(), opt.ascii_only)) {
                out.resize(tag);
                out += " encoding=\"base64\">";
                append_base64(out, e->string());
            }
            out += "</";
            out += kind;
            out += ">\n";
        }
        if (open)
            begin(stack, *e, name, out, opt.cache);
        else
            child_written(stack, out);
        // On to the next one, closing what is complete.
        while (!stack.empty() && stack.back().next == stack.back().e->size()) {
            Frame done = std::move(stack.back());
            stack.pop_back();
            keep_like(done, out);
            indent(out, stack.size() * 4);
            out += "</";
            out += kind_name(done.e->kind());
            out += ">\n";
            if (done.keep)
                opt.cache->add(done.e->mark(), stack.size(),
                               std::string_view(out).substr(done.from));
            child_written(stack, out);
        }
        if (stack.empty())
            return;
        Frame& f = stack.back();
        named = f.e->is(Kind::dict);
        if (named) {
            const Dict::Entry& child = f.e->dict()[f.next++];
            name = child.key.view();
            e = &child.value;
        } else {
            e = &f.e->list()[f.next++];
        }
    }
}

void write_json(const Element& root, std::string& out, const JsonOptions& opt) {
    std::vector<Frame> stack;
    auto line = [&](size_t depth) {
        if (opt.one_line)
            return;
        out += '\n';
        indent(out, depth * 2);
    };
    const Element* e = &root;
    std::string_view name;
    for (;;) {
        switch (e->kind()) {
            case Kind::undef: throw unwritable(*e, stack);
            case Kind::null: out += "null"; break;
            case Kind::string:
                if (!append_json(out, e->string(), opt))
                    throw unwritable(*e, stack);
                break;
            case Kind::list:
            case Kind::dict:
                out += e->is(Kind::list) ? '[' : '{';
                begin(stack, *e, name, out, opt.cache);
                break;
            default: append_text(out, *e);
        }
        if (!e->is_resource())
            child_written(stack, out);
        for (e = nullptr; !e && !stack.empty();) {
            Frame& f = stack.back();
            bool dict = f.e->is(Kind::dict);
            // A null is no member of an object.
            while (dict && f.next < f.e->size() && f.e->dict()[f.next].value.is(Kind::null))
                f.next++;
            if (f.next == f.e->size()) {
                Frame done = std::move(f);
                stack.pop_back();
                keep_like(done, out);
                if (done.any)
                    line(stack.size());
                out += dict ? '}' : ']';
                if (done.keep)
                    opt.cache->add(done.e->mark(), stack.size(),
                                   std::string_view(out).substr(done.from));
                child_written(stack, out);
                continue;
            }
            if (f.any)
                out += ',';
            f.any = true;
            line(stack.size());
            if (dict) {
                const Dict::Entry& child = f.e->dict()[f.next++];
                if (!append_json(out, child.key.view(), opt))
                    throw Error(exit_data,
                                fmt::format("the name '{}' is not UTF-8", child.key.view()));
                out += opt.one_line ? ":" : ": ";
                name = child.key.view();
                e = &child.value;
            } else {
                e = &f.e->list()[f.next++];
            }
        }
        if (!e)
            return;
    }
}

}  // namespace weft
