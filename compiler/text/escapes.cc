// One walk over a finished block: where a value goes, it may be changed.
#include "compiler/text/escapes.hh"

#include <unordered_set>

#include "compiler/builtin.hh"

namespace weft::compiler {
namespace {

struct Walk {
    bool function;
    std::unordered_set<uint32_t>
        handed_on{};  // variables that are changed inside, or given to who may do so
    std::vector<Expr*> loops{};

    void all(Expr& e, bool kept) {
        for (Expr* k : e.kids)
            walk(*k, kept);
    }
    void target(Expr& e) {
        if (e.op == Op::variable && !e.kids.empty())
            handed_on.insert(e.symbol);
        all(e, false);
    }
    /// kept: whoever gets the value may change what is in it later.
    void walk(Expr& e, bool kept) {
        switch (e.op) {
            case Op::literal: return;
            case Op::self: e.escapes = kept; return all(e, false);
            case Op::variable:
                if (kept)
                    handed_on.insert(e.symbol);
                return all(e, false);
            case Op::assign: target(*e.kids[0]); return walk(*e.kids[1], true);
            case Op::block:
            case Op::if_:
            case Op::while_:
            case Op::for_:
                for (Expr* k : e.kids) {
                    bool value = k == e.kids.back() || (e.op == Op::if_ && k != e.kids[0]);
                    walk(*k, value && kept);
                }
                return;
            case Op::foreach_:
                target(*e.kids[0]);
                target(*e.kids[1]);
                loops.push_back(&e);
                walk(*e.kids[2], true);
                return walk(*e.kids[3], kept);
            case Op::plus: return all(e, kept);  // its operand itself
            case Op::user_call: return all(e, true);
            case Op::call:
            case Op::special:
                if (e.builtin->name == "return")
                    return all(e, function);
                return all(e, e.builtin->keeps);
            default: return all(e, false);
        }
    }
};

}  // namespace

void find_escapes(Expr& root, bool function) {
    Walk w{.function = function};
    w.walk(root, function);
    for (Expr* e : w.loops)
        e->escapes = w.handed_on.contains(e->kids[1]->symbol);
}

}  // namespace weft::compiler
