// One path over all nodes: each value with who has it. A value that ten thousand nodes share is a handful of
// bytes.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cdb/leaves.hh"

namespace weft::cdb {

struct Column {
    struct Group {
        LeafValue value;
        std::vector<uint32_t> slots;    ///< of the objects (Store::slots), ascending
    };
    std::vector<Group> groups;          ///< by value

    std::string encode() const;
    static Column decode(std::string_view bytes);

    /// Who left which value, and who came to which. In any order; "" stands for none.
    struct Move {
        uint32_t slot;
        std::string_view before, after;
    };
    /// Error(74) when somebody leaves a value it does not have.
    void apply(const std::vector<Move>&, std::string_view path);
};

}  // namespace weft::cdb
