// Lines end with LF, CR LF or CR, as the protocol and the lexer both have it.
#include "compiler/lsp/text.hh"

#include <fmt/core.h>

#include <algorithm>

#include "compiler/text/utf16.hh"

namespace weft::compiler::lsp {

Lines::Lines(std::string_view text, Units units) : text_(text), units_(units), starts_{0} {
    for (size_t i = text.find_first_of("\r\n"); i != text.npos; i = text.find_first_of("\r\n", i)) {
        i += text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n' ? 2 : 1;
        starts_.push_back(i);
    }
}

std::string_view Lines::line(size_t n) const {
    if (n >= starts_.size())
        return {};
    std::string_view s = text_.substr(
        starts_[n], (n + 1 < starts_.size() ? starts_[n + 1] : text_.size()) - starts_[n]);
    while (!s.empty() && (s.back() == '\n' || s.back() == '\r'))
        s.remove_suffix(1);
    return s;
}

size_t Lines::offset(Position p) const {
    if (p.line < 0)
        return 0;
    if (size_t(p.line) >= starts_.size())
        return text_.size();
    std::string_view l = line(size_t(p.line));
    size_t n = size_t(std::max<int64_t>(p.character, 0));
    if (units_ == Units::utf8) {
        n = std::min(n, l.size());
        while (n && n < l.size() && (static_cast<unsigned char>(l[n]) & 0xC0) == 0x80)
            n--;
    } else {
        n = is_ascii(l) ? std::min(n, l.size()) : byte_of_unit(l, std::min(n, utf16_length(l)));
    }
    return starts_[size_t(p.line)] + n;
}

Position Lines::position(size_t offset) const {
    offset = std::min(offset, text_.size());
    size_t n =
        size_t(std::upper_bound(starts_.begin(), starts_.end(), offset) - starts_.begin()) - 1;
    std::string_view before = text_.substr(starts_[n], offset - starts_[n]);
    return {int64_t(n), int64_t(units_ == Units::utf8 || is_ascii(before) ? before.size()
                                                                          : utf16_length(before))};
}

size_t Lines::column_offset(uint32_t l, uint32_t col) const {
    if (l == 0)
        return 0;
    if (l > starts_.size())
        return text_.size();
    std::string_view s = line(l - 1);
    size_t at = 0;
    for (uint32_t i = 1; i < col && at < s.size(); i++)
        do
            at++;
        while (at < s.size() && (static_cast<unsigned char>(s[at]) & 0xC0) == 0x80);
    return starts_[l - 1] + at;
}

size_t Lines::begin_of(Span s) const { return column_offset(s.line, s.col); }
size_t Lines::end_of(Span s) const { return column_offset(s.end_line, s.end_col + 1); }
TextRange Lines::range(Span s) const {
    size_t from = begin_of(s);
    return {position(from), position(std::max(from, end_of(s)))};
}

std::pair<uint32_t, uint32_t> Lines::place(Position p) const {
    size_t at = offset(p), n = std::min(size_t(std::max<int64_t>(p.line, 0)), starts_.size() - 1);
    uint32_t col = 1;
    for (size_t i = starts_[n]; i < at; i++)
        if ((static_cast<unsigned char>(text_[i]) & 0xC0) != 0x80)
            col++;
    return {uint32_t(n + 1), col};
}

static int hex(char c) {
    return c >= '0' && c <= '9'                 ? c - '0'
           : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                : -1;
}

std::string path_of_uri(std::string_view uri) {
    if (!uri.starts_with("file://"))
        return std::string(uri);
    uri.remove_prefix(7);
    if (size_t slash = uri.find('/'); slash != uri.npos)
        uri.remove_prefix(slash);  // the host
    std::string out;
    for (size_t i = 0; i < uri.size(); i++) {
        if (uri[i] == '%' && i + 2 < uri.size() && hex(uri[i + 1]) >= 0 && hex(uri[i + 2]) >= 0) {
            out += char(hex(uri[i + 1]) * 16 + hex(uri[i + 2]));
            i += 2;
        } else {
            out += uri[i];
        }
    }
    return out;
}

std::string uri_of_path(std::string_view path) {
    if (!path.starts_with('/'))
        return std::string(path);
    std::string out = "file://";
    for (char c : path) {
        bool plain = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
                     std::string_view("/-_.~").find(c) != std::string_view::npos;
        out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

}  // namespace weft::compiler::lsp
