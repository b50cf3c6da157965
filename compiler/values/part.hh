// "start and length" as substr and splice understand them.
#pragma once
#include <fmt/core.h>

#include "compiler/builtin.hh"

namespace weft::compiler {

struct Part {
    size_t from, to;
};

/// The part that arguments 1 (start) and 2 (length, may be absent: all the rest) name in something
/// of `size` items: a negative start counts from the end, a negative length leaves as many at the
/// end. Nothing is clipped: a part that is not wholly inside is an EvalFailure.
inline Part part_of(const Arguments& arg, size_t size) {
    int64_t n = int64_t(size), start = arg.long_value(1), from = start < 0 ? start + n : start,
            to = n;
    if (from < 0 || from > n)
        throw EvalFailure(fmt::format("{}(): start {} is outside; there are {} positions",
                                      arg.function(), start, n));
    if (arg.size() > 2) {
        int64_t length = arg.long_value(2);
        // No overflow: from is within [0, n].
        if (length < 0 ? length < from - n : length > n - from)
            throw EvalFailure(
                fmt::format("{}(): length {} from position {} is outside; there are {} positions",
                            arg.function(), length, from, n));
        to = length < 0 ? n + length : from + length;
    }
    return {size_t(from), size_t(to)};
}

}  // namespace weft::compiler
