// Trying a right-hand side in the empty world.
#include "compiler/text/fold.hh"

#include "compiler/evaluate/eval.hh"
#include "compiler/limits.hh"

namespace weft::compiler {

/// Does this fail in the empty world whatever happens? A quick look that saves most of the trying.
static bool hopeless(const Expr& e, int levels = 8) {
    if (levels == 0)
        return false;
    switch (e.op) {
        case Op::self:
        case Op::automatic:
        case Op::user_call: return true;
        case Op::variable: return e.slot < 0;
        case Op::call:
            if (!e.builtin->pure)
                return true;
            break;
        case Op::special:
        case Op::literal:
        case Op::foreach_: return false;
        case Op::if_:
        case Op::while_:
        case Op::or_:
        case Op::and_: return hopeless(*e.kids[0], levels - 1);
        case Op::for_: return hopeless(*e.kids[0], levels - 1) || hopeless(*e.kids[1], levels - 1);
        case Op::assign: return hopeless(*e.kids[1], levels - 1);
        default: break;
    }
    for (const Expr* k : e.kids)
        if (hopeless(*k, levels - 1))
            return true;
    return false;
}

void fold_block(const Template&, Block& b, const Options& options) {
    if (b.root->op == Op::literal) {
        b.constant = true;
        b.value = b.root->value;
        return;
    }
    if (hopeless(*b.root))
        return;
    WorkMeter meter(1'000'000);  // what takes longer may as well run when it is needed
    try {
        Eval eval(options, nullptr);
        Element value = eval.run(b);
        value.freeze();
        // There each dict and list says which template made it, for each object anew.
        if (value.is_resource() && options.dialect == Dialect::d2002)
            return;
        b.value = std::move(value);
        b.constant = true;
    } catch (const NotConstant&) {
    } catch (const EvalFailure&) {
    }
}

}  // namespace weft::compiler
