// A profile as text: XML and JSON out and in, checksums, differences. man/profile.5 describes the
// formats.
#pragma once
#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/noun/element.hh"

namespace weft {

/// The shortest digits that read back to the same value, as Pan prints them: 1.0,
/// 0.001, 1.2E7, 9.9E-4, NaN, Infinity, -Infinity.
std::string double_text(double);
void append_double(std::string& out, double);
void append_long(std::string& out, int64_t);
/// The text of a boolean, long, double or string, as XML and the node's cache carry it; nothing for
/// others.
void append_text(std::string& out, const Element&);
std::string property_text(const Element&);

/// Texts of lists and dicts with a mark (Element::mark), kept from the second time they are
/// written, and the last of the large ones, whose next like mostly differs in few children: one for
/// each form of writing and each thread.
class TextCache {
public:
    explicit TextCache(size_t bytes) : limit_(bytes / 2) {}
    /// nullptr: not there. Then *keep says whether to give it to add().
    const std::string* find(uint32_t mark, size_t depth, bool* keep);
    void add(uint32_t mark, size_t depth, std::string_view text);

    /// A list or dict as it was written last: the text of its children, and where in it each of
    /// them ends.
    struct Written {
        Element container;
        std::string text;
        std::vector<size_t> ends;
    };
    /// Where to keep the one of this name, with so many children.
    std::unique_ptr<Written>& last(std::string_view name, size_t children, size_t depth);

private:
    struct Slot {
        uint64_t key = 0;  ///< mark and depth; marks are not 0
        std::string text;  ///< empty: seen once
    };
    struct Table {
        std::vector<Slot> slots = std::vector<Slot>(1024);
        size_t used = 0, bytes = 0;
        Slot& at(uint64_t key);
    };
    Slot& slot(uint64_t key);
    // What was not used again while `now` filled up goes with `before`.
    Table now_, before_;
    size_t limit_;
    std::vector<std::unique_ptr<Written>> last_ = std::vector<std::unique_ptr<Written>>(64);
};

struct XmlOptions {
    bool ascii_only = false;  ///< all above U+007F as numeric character references
    TextCache* cache = nullptr;
};
/// Append the tree as XML, "pan" format. Error(65) naming the path when something is undef or null.
void write_xml(const Element&, std::string& out, const XmlOptions& = {});

struct JsonOptions {
    bool ascii_only = false;  ///< all above U+007F as \uXXXX
    bool one_line = false;    ///< no line ends and blanks: for protocols and logs
    bool plain = false;       ///< escape only what JSON demands: for files that people read
    TextCache* cache = nullptr;
};
/// Append the tree as JSON. A null is left out of a dict; Error(65) naming the path for undef and
/// for a string that is not UTF-8.
void write_json(const Element&, std::string& out, const JsonOptions& = {});

/// What a reader accepts; more is Error(65).
struct ReadLimits {
    size_t bytes = size_t(256) << 20;  ///< of the text, and of what its compressed strings become
    size_t elements = 4000000;
    size_t depth = 10000;
};
/// Read XML, today's format and the one of 2002. No network, no entities, no DTD. Error(65) with
/// line and column of `name` for anything that is no profile.
Element read_xml(std::string_view text, std::string_view name, const ReadLimits& = {});

struct JsonReading {
    bool typed =
        true;  ///< integers are longs, other numbers doubles; false: numbers become strings
    ReadLimits limits = {};
};
/// Read a profile in JSON: the document is an object, every key can be a step of a path.
/// Error(65) with line and column.
Element read_json(std::string_view text, std::string_view name, const JsonReading& = {});
/// Read any JSON document: any root, any keys ('/' included), null is Kind::null. For protocols and
/// state files.
Element parse_json(std::string_view text, std::string_view name, const ReadLimits& = {});

/// 32 lower-case hex digits.
using Checksum = std::array<char, 32>;
/// The checksum of every element, depth first, parents before children, dict children ascending,
/// list children by index: the order in which the node's cache numbers elements.
std::vector<Checksum> checksums(const Element&);
/// The checksum of the whole, as the node's cache has it for this element.
std::string checksum(const Element&);

/// One leaf (a property, or an empty list or dict) that differs; absent in one of the trees:
/// nullptr. The pointers are valid as long as the trees are unchanged.
struct TreeChange {
    Path path;
    const Element* before;
    const Element* after;
};
/// What differs, in path order; a container replaced by another kind is told as leaves gone, then
/// come.
std::vector<TreeChange> diff_trees(const Element& before, const Element& after);

}  // namespace weft
