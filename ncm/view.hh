// Configuration as a component reads it: absent is a fallback, a number may come as text.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/noun/element.hh"

namespace weft::ncm {

/// A look at an element that may be absent. Valid as long as the tree is.
class View {
public:
    View() = default;
    explicit View(const Element* e) : e_(e) {}
    explicit operator bool() const { return e_; }
    const Element* element() const { return e_; }

    View operator[](std::string_view key) const;  ///< a child of a dict
    std::string text(
        std::string_view fallback = {}) const;  ///< of a property; the fallback for all else
    /// text() that goes into a line of a file: Error(65) when it holds a line end.
    std::string line(std::string_view fallback = {}) const;
    bool flag(bool fallback = false) const;  ///< true, "true", "yes", "on", 1
    /// Error(65) for a property that is no whole number.
    long number(long fallback = 0) const;
    std::optional<std::string> maybe() const;  ///< the text of a property
    std::vector<View> items() const;           ///< of a list; a lone property is a list of one
    std::vector<std::string> texts() const;    ///< items() as text
    struct Member;
    std::vector<Member> members() const;  ///< of a dict, in order of their names
    /// members() with names unescaped: {/etc/motd} comes as "/etc/motd".
    std::vector<Member> unescaped() const;

private:
    const Element* e_ = nullptr;
};

struct View::Member {
    std::string name;
    View value;
};

/// Joined by a separator.
std::string join(const std::vector<std::string>&, std::string_view separator);
/// The words of a text, by blanks.
std::vector<std::string> split(std::string_view text);

}  // namespace weft::ncm
