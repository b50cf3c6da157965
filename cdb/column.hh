// One path over all nodes: each value with who has it. A value that ten thousand nodes share is a
// handful of bytes.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cdb/leaves.hh"

namespace weft::cdb {

struct Column {
    struct Group {
        LeafValue value;
        std::vector<uint32_t> slots;  ///< of the objects (Values::slots), ascending
    };
    std::vector<Group> groups;  ///< by value

    std::string encode() const;
    static Column decode(std::string_view bytes);

    /// Who leaves a value, and who comes to it. In any order.
    struct Change {
        std::vector<uint32_t> drop, add;
    };
    using Changes = std::map<std::string_view, Change>;
    /// Error(74) when somebody leaves a value it does not have.
    void apply(Changes&, std::string_view path);
};

}  // namespace weft::cdb
