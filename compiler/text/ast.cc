// The tables of names behind the syntax tree.
#include "compiler/text/ast.hh"

#include <fmt/core.h>

#include <mutex>
#include <shared_mutex>
#include <unordered_map>

namespace weft::compiler {

namespace {
struct Table {
    std::shared_mutex lock;
    std::unordered_map<Key, uint32_t> numbers;
    std::deque<Key> names;
};
Table& table(Name n) {
    static Table* const tables = new Table[3];
    return tables[int(n)];
}
}  // namespace

uint32_t symbol(Name n, std::string_view text) {
    Table& t = table(n);
    Key key(text);
    std::unique_lock guard(t.lock);
    if (auto it = t.numbers.find(key); it != t.numbers.end())
        return it->second;
    uint32_t number = uint32_t(t.names.size());
    t.names.push_back(key);
    try {
        t.numbers.emplace(key, number);
    } catch (...) {
        t.names.pop_back();  // or two names would get this number
        throw;
    }
    return number;
}

Key symbol_text(Name n, uint32_t number) {
    Table& t = table(n);
    std::shared_lock guard(t.lock);
    return t.names[number];
}

uint32_t symbol_count(Name n) {
    Table& t = table(n);
    std::shared_lock guard(t.lock);
    return uint32_t(t.names.size());
}

std::string_view template_kind_name(TemplateKind k) {
    static constexpr std::string_view names[] = {"ordinary", "object", "unique", "declaration",
                                                 "structure"};
    return names[int(k)];
}

std::string Range::text() const {
    if (low == high)
        return fmt::format("{}", low);
    if (high == INT64_MAX)
        return fmt::format("{}..", low);
    return fmt::format("{}..{}", low, high);
}

}  // namespace weft::compiler
