// What a change of its profile means for a node: the values that differ, the components that would
// run.
#pragma once
#include <string>
#include <vector>

#include "base/noun/element.hh"
#include "base/noun/profile.hh"

namespace weft::cdb {

/// One leaf that differs. Empty `before`: added; empty `after`: removed. The texts are JSON.
struct ValueChange {
    std::string path;
    std::string before, after;
    friend bool operator==(const ValueChange&, const ValueChange&) = default;
};

struct Effect {
    enum Kind { added, changed, withdrawn } kind = changed;
    std::vector<std::string> nodes;       ///< for which it is the same, by name
    std::vector<ValueChange> values;      ///< at most max_values; by path
    size_t more = 0;                      ///< how many were left out
    std::vector<std::string> components;  ///< by name
};

inline constexpr size_t max_values = 500;

/// The effect on one node; `before` undef: the profile is new.
Effect effect(const std::string& node, const Element& before, const Element& after);

/// The components of a profile that run when these paths change: active ones with dispatch, one of
/// whose watched paths (their own subtree, and register_change) holds a changed path or lies below
/// one.
std::vector<std::string> components_for(const Element& profile,
                                        const std::vector<TreeChange>& changes);

/// Nodes with the same effect together, in the order of their first node.
std::vector<Effect> grouped(std::vector<Effect>);

}  // namespace weft::cdb
