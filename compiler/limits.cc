// The guards against values without end.
#include "compiler/limits.hh"

#include <fmt/core.h>

#include <vector>

#include "compiler/builtin.hh"

namespace weft::compiler {

std::string_view with_article(Kind k) {
    static constexpr std::string_view names[] = {"undef",    "null",     "a boolean", "a long",
                                                 "a double", "a string", "a list",    "a dict"};
    return names[int(k)];
}

void out_of_work() {
    throw EvalFailure("evaluation limit reached: this needs more work than one object may take",
                      "values that are made of each other twice or more double at each step; so do "
                      "functions that call themselves twice");
}

void check_text_size(std::string_view function, size_t bytes) {
    spend(bytes / 16);
    if (bytes > max_text)
        throw EvalFailure(
            fmt::format("{}(): the result is larger than {} MiB", function, max_text >> 20));
}

void check_finite(std::string_view function, const Element& top) {
    if (!top.is_resource())
        return;
    struct Level {
        const Element* e;
        size_t next;
    };
    std::vector<Level> levels{{&top, 0}};
    size_t seen = 0;
    while (!levels.empty()) {
        Level& l = levels.back();
        if (l.next == l.e->size()) {
            levels.pop_back();
            continue;
        }
        const Element& child = l.e->child(l.next);
        l.next++;
        spend(1);
        if (++seen > max_elements)
            throw EvalFailure(
                fmt::format("{}(): the value has more than {} elements", function, max_elements),
                "lists that hold the same list several times multiply: is that wanted?");
        if (child.size() == 0)
            continue;
        if (levels.size() >= max_depth)
            throw EvalFailure(
                fmt::format("{}(): the value is more than {} levels deep", function, max_depth),
                "a list or dict that was put into itself has no end; store clone(x) instead");
        levels.push_back({&child, 0});
    }
}

}  // namespace weft::compiler
