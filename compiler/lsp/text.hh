// A text an editor shows: lines, its positions (UTF-16 units or bytes) and the compiler's
// (characters).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "compiler/text/ast.hh"

namespace weft::compiler::lsp {

/// Both from 0, as the protocol counts.
struct Position {
    int64_t line = 0, character = 0;
    friend auto operator<=>(const Position&, const Position&) = default;
};
struct TextRange {
    Position start, end;  ///< end is exclusive
};

/// In what positions count.
enum class Units { utf16, utf8 };

/// Where the lines of a text begin. The text must outlive it.
class Lines {
public:
    Lines(std::string_view text, Units units);
    size_t count() const { return starts_.size(); }
    /// Line n from 0, without its end.
    std::string_view line(size_t n) const;
    /// The byte at a position; beyond a line its end, beyond the text the text's end.
    size_t offset(Position) const;
    Position position(size_t offset) const;
    TextRange range(Span) const;
    /// The bytes of a span.
    size_t begin_of(Span) const;
    size_t end_of(Span) const;
    std::string_view slice(Span s) const {
        return text_.substr(begin_of(s), std::max(end_of(s), begin_of(s)) - begin_of(s));
    }
    /// The line and column of the compiler.
    std::pair<uint32_t, uint32_t> place(Position) const;

private:
    size_t column_offset(uint32_t line, uint32_t col) const;
    std::string_view text_;
    Units units_;
    std::vector<size_t> starts_;
};

/// "file:///a%20b" to "/a b"; other kinds of address stay as they are.
std::string path_of_uri(std::string_view uri);
std::string uri_of_path(std::string_view path);

}  // namespace weft::compiler::lsp
