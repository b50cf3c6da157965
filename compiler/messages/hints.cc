// Hints: near names and paths, underlines, frames with their source line.
#include "compiler/messages/hints.hh"

#include <fmt/core.h>

#include "compiler/evaluate/paths.hh"
#include "compiler/limits.hh"
#include "compiler/text/parse.hh"
#include "compiler/text/utf16.hh"

namespace weft::compiler {

Where where_of(const Template* t, const Span& s) {
    return {t ? t->path : "", int(s.line), int(s.col), int(s.end_line), int(s.end_col)};
}

Error::Frame shown_frame(const Template* t, const Span& s, std::string what) {
    return {where_of(t, s), std::move(what),
            t && t->text ? source_line(*t->text, int(s.line)) : ""};
}

std::string source_part(const Template& t, const Span& s) {
    std::string all, out;
    for (uint32_t n = s.line; n <= s.end_line; n++) {
        std::string_view line = line_of(*t.text, int(n));
        auto byte = [&](uint32_t columns) {
            size_t at = 0;
            for (; columns && at < line.size(); columns--)
                at += code_point(line, at).bytes;
            return at;
        };
        size_t from = n == s.line ? byte(s.col - 1) : 0,
               to = n == s.end_line ? byte(s.end_col) : line.size();
        all.append(line.substr(from, std::max(to, from) - from)) += ' ';
    }
    for (char c : all) {
        bool blank = c == ' ' || c == '\t' || c == '\r';
        if (!blank)
            out += c;
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    }
    if (out.ends_with(' '))
        out.pop_back();
    if (out.size() > 80) {
        size_t cut = 77;
        while (cut && (static_cast<unsigned char>(out[cut]) & 0xC0) == 0x80)
            cut--;
        out.resize(cut);
        out += "...";
    }
    return out;
}

static size_t after_blanks(std::string_view s, size_t i) {
    return std::min(s.find_first_not_of(" \t", i), s.size());
}

/// The end of the quoted string, number or word that begins at i.
static size_t token_end(std::string_view s, size_t i) {
    char quote = s[i];
    if (quote == '\'' || quote == '"') {
        for (i++; i < s.size() && s[i] != quote; i++)
            i += quote == '"' && s[i] == '\\';
        return std::min(i + 1, s.size());
    }
    return std::min(s.find_first_of(" \t,;)]}=", i + 1), s.size());
}

Where widened(Where w, std::string_view line) {
    // Columns count characters: only where they are bytes too is the end found this way.
    if (w.col < 1 || size_t(w.col) > line.size())
        return w;
    for (unsigned char c : line)
        if (c >= 0x80)
            return w;
    size_t end = token_end(line, size_t(w.col) - 1), next = after_blanks(line, end);
    std::string_view rest = line.substr(next);
    if ((rest.starts_with('=') && !rest.starts_with("==")) || rest.starts_with("?=")) {
        next = after_blanks(line, next + (rest[0] == '?' ? 2 : 1));
        if (next < line.size()) {
            size_t semicolon = line.rfind(';');
            end = semicolon != std::string_view::npos && semicolon >= next ? semicolon
                                                                           : token_end(line, next);
        }
    }
    w.end_line = w.line;
    w.end_col = int(end);
    return w;
}

Span literal_part(const Expr& e, std::string_view line, int offset) {
    Span s = e.span;
    if (s.line != s.end_line || s.end_col > line.size() || s.end_col < s.col + 1 ||
        !e.value.is(Kind::string))
        return s;
    // Only a literal that reads exactly as its value: no escapes, no doubled quotes.
    std::string_view written = line.substr(s.col, s.end_col - s.col - 1);
    if (written != e.value.string() || size_t(offset) > written.size())
        return s;
    s.col += 1 + uint32_t(std::min<size_t>(size_t(offset), written.size() - !written.empty()));
    s.end_col = s.col;
    return s;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates) {
    std::string_view near = nearest(word, candidates);
    return near.empty() ? "" : fmt::format("did you mean '{}'?", near);
}

static std::vector<std::string_view> keys(const Element& e) {
    std::vector<std::string_view> out;
    for (const Dict::Entry& c : e.dict())
        out.push_back(c.key.view());
    return out;
}

std::string about_child(std::string_view of, const Element& parent, Term t) {
    if (parent.is(Kind::list)) {
        if (t.is_key())
            return "";
        size_t n = parent.size();
        if (n == 0)
            return fmt::format("{} is an empty list", of);
        return n == 1 ? fmt::format("{} has one element: index 0", of)
                      : fmt::format("{} has {} elements: 0 to {}", of, n, n - 1);
    }
    if (!parent.is(Kind::dict))
        return parent.is_property()
                   ? fmt::format("{} is {} and has no children", of, with_article(parent.kind()))
                   : "";
    std::vector<std::string_view> there = keys(parent);
    if (t.is_key())
        if (std::string near = did_you_mean(t.key.view(), there); !near.empty())
            return near;
    if (there.empty())
        return fmt::format("{} is empty", of);
    std::string all;
    for (size_t i = 0; i < std::min<size_t>(there.size(), 8); i++)
        all += fmt::format("{}'{}'", i ? ", " : "", there[i]);
    return fmt::format("{} has {}{}", of, all,
                       there.size() > 8 ? fmt::format(" and {} more", there.size() - 8) : "");
}

std::string about_path(const Element& root, const std::vector<Term>& terms) {
    const Element* e = &root;
    for (size_t i = 0; i < terms.size(); i++) {
        const Element* child = e->find(terms[i]);
        if (child) {
            e = child;
            continue;
        }
        if (e->is(Kind::dict) && terms[i].is_key())
            if (std::string_view near = nearest(terms[i].key.view(), keys(*e)); !near.empty()) {
                std::vector<Term> right = terms;
                right[i] = Term(Key(near));
                // Only as far as it leads somewhere: two mistakes in one path are told one after
                // the other.
                size_t n = i + 1;
                while (n < right.size() && look_up(*e, right.data() + i, right.data() + n + 1))
                    n++;
                return fmt::format("did you mean '{}'?", path_text(right, n));
            }
        return about_child(i ? fmt::format("'{}'", path_text(terms, i)) : "the profile", *e,
                           terms[i]);
    }
    return "";
}

}  // namespace weft::compiler
