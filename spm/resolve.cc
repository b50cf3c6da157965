// Completing a plan from what repositories offer.
#include "spm/resolve.hh"

#include <fmt/core.h>

namespace weft::spm {

static void take(Operation& op, const solv::Offer& o, const Repositories& repositories) {
    op.package = o.package;
    op.source = repositories.source(o);
}

void resolve_plan(Plan& plan, const Target& target, const Repositories& repositories,
                  solv::Universe& universe, const std::string& dependencies, Format format) {
    auto refuse = [&](std::string message) {
        plan.refused.push_back({"dependencies", std::move(message)});
    };
    for (Operation& op : plan.operations) {
        if (op.action == Action::erase)
            continue;
        bool pattern = op.package.is_pattern();
        if (!pattern && !op.url.empty())
            continue;
        auto offers = universe.find(op.package);
        if (pattern)
            std::erase_if(offers, [&](auto& o) {
                return std::any_of(target.begin(), target.end(), [&](auto& w) {
                    return w.is(unwanted) && matches(w.package, o.package, format);
                });
            });
        if (offers.empty() && op.may_miss) {
            plan.kept.push_back({op.package, op.reason + ", and no repository has it", false});
            continue;
        }
        if (offers.empty()) {  // a cache or the packager may have it; fetching tells if not
            op.source = repositories.unlisted();
            continue;
        }
        Package asked = op.package;
        take(op, offers[0], repositories);
        if (pattern) {
            for (Package& p : plan.managed)
                if (p == asked)
                    p = op.package;
            if (!op.old.empty()) {
                int c = compare_evr(op.package.evr(), op.old[0].evr(), format);
                op.direction = c > 0 ? 1 : c < 0 ? -1 : 0;
            }
        }
    }
    for (const Kept& k : plan.kept)
        if (k.package.is_pattern()) {
            std::erase_if(plan.operations,
                          [&](auto& op) { return op.may_miss && op.package == k.package; });
            std::erase(plan.managed, k.package);
        }
    if (dependencies == "ignore" || plan.empty())
        return;

    auto r = universe.resolve(plan.operations, dependencies == "add");
    // What nobody here knows, the packager checks in its transaction.
    for (auto& p : r.problems)
        refuse(p);
    for (auto& p : r.removed)
        refuse(fmt::format("'{}' would have to go", p.text()));
    for (size_t i = 0; i < r.added.size(); i++) {
        const solv::Offer& o = r.added[i];
        if (dependencies == "report") {
            refuse(fmt::format("'{}' is missing: {} (repository '{}' has it)", o.package.text(),
                               r.why[i], repositories.name(o.repository)));
            continue;
        }
        Operation op{Action::install, o.package};
        op.reason = r.why[i];
        take(op, o, repositories);
        plan.operations.push_back(op);
        plan.managed.push_back(o.package);
    }
    for (auto& p : r.needed) {
        std::erase_if(plan.operations,
                      [&](auto& op) { return op.action == Action::erase && op.package == p; });
        plan.kept.push_back({p, "not in the target, and needed by what is", false});
        plan.managed.push_back(p);
    }
    std::stable_sort(plan.operations.begin(), plan.operations.end(), [](auto& a, auto& b) {
        return std::tie(a.action, a.package.name) < std::tie(b.action, b.package.name);
    });
}

}  // namespace weft::spm
