// A revision (and the changes on top of it) as the compiler's file system.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "cdb/records.hh"
#include "compiler/text/source.hh"

namespace weft::cdb {

/// The file in the root of a tree that says its load path (loadpath(5)).
inline constexpr std::string_view load_path_file = ".loadpath";

class Contents;

/// Files of one tree, given to the compiler with their contents kept by digest: a file that two
/// trees have in common is the same text, so that the compiler parses it once.
class TreeSource : public compiler::Source {
public:
    explicit TreeSource(const Contents& contents) : contents_(contents) {}

    /// What the next build sees. Contents that are not in the store yet are given with it.
    void use(std::shared_ptr<const Tree> tree,
             std::vector<std::pair<Hash, compiler::Text>> fresh = {});

    compiler::Text read(const std::string& path) override;
    bool exists(const std::string& path) override;
    bool folder(const std::string& path) override;
    std::vector<std::string> names(const std::string& folder) override;

    /// A content, from memory when it was read before.
    compiler::Text text(const Hash&);
    /// Drop contents nobody but this table refers to and the present tree does not have.
    void forget_unused();

private:
    const Contents& contents_;
    std::shared_ptr<const Tree> tree_;
    std::mutex lock_;
    std::unordered_map<std::string, compiler::Text> texts_;
};

/// A path as the tree spells it: no leading, double or trailing slashes, no "." steps.
std::string tree_path(std::string_view path);

/// Is this a file the compiler takes for a template?
bool is_template(std::string_view path);

/// What the first words of a template's text declare: "object template lxb001;".
struct Declared {
    std::string kind;  ///< "object", "structure", ...; "" for an ordinary template
    std::string name;  ///< "" when it is no template at all
};
Declared declared(std::string_view text);
/// The object it declares, if it does.
std::optional<std::string> declared_object(std::string_view text);

}  // namespace weft::cdb
