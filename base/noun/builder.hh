// What the readers of profiles share: events in, a tree out, within limits.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hh"
#include "base/noun/profile.hh"

namespace weft {

/// Builds a tree from the inside out. Children wait on one stack until their container is complete,
/// so that a dict is sorted once, however its keys came. What is wrong is returned, never thrown:
/// the callers are callbacks of C libraries.
class Builder {
public:
    using Wrong = std::optional<std::string>;
    ///   names   when given: children of other names are dropped
    explicit Builder(const ReadLimits& l, bool any_key = false,
                     const std::set<std::string_view>* names = nullptr)
        : limits_(l), any_key_(any_key), names_(names) {}

    /// The name of what comes next, and where it stands, as the reader counts. Only in a dict.
    Wrong key(std::string_view, size_t place);
    Wrong open(Kind);
    struct Misplaced {
        std::string message;
        size_t place;
    };
    /// The innermost container is complete; names a key that came twice.
    std::optional<Misplaced> close();
    Wrong add(Element);

    bool in_dict() const { return !open_.empty() && open_.back().kind == Kind::dict; }
    bool at_top() const { return open_.empty(); }
    bool complete() const { return open_.empty() && waiting_.size() == 1; }
    Element take() { return std::move(waiting_[0].value); }

private:
    struct Child {
        Key key;
        Element value;
        size_t place = 0;
        bool dropped = false;  ///< its name is none of those wanted
    };
    struct Container {
        Kind kind;
        size_t first;  ///< its first child in waiting_
        Child self;    ///< its own name and place
    };
    const ReadLimits limits_;
    bool any_key_;
    const std::set<std::string_view>* names_;
    size_t count_ = 0;
    Child next_{};
    std::vector<Child> waiting_;
    std::vector<Container> open_;
};

/// What is wrong at a byte of the text of document `name`, with line, column and that line. Exit
/// status 65.
Error misread(std::string_view text, size_t at, std::string_view name, std::string message,
              std::string hint = {});

}  // namespace weft
