// Completing a plan from what repositories offer.
#include "spm/resolve.hh"

#include <fmt/core.h>

namespace weft::spm {

namespace {

class Resolver {
public:
    Resolver(Plan& plan, const Target& target, const Repositories& repositories,
             solv::Universe& universe, Format format)
        : plan_(plan),
          target_(target),
          repositories_(repositories),
          universe_(universe),
          format_(format) {
        for (const Wanted& w : target)
            if (wild(w.package.name))
                patterns_.push_back(&w);
            else
                lines_[w.package.name].push_back(&w);
    }

    /// Which package each operation means, and where it is.
    void choose() {
        for (Operation& op : plan_.operations)
            if (op.action != Action::erase && (op.package.is_pattern() || op.url.empty()))
                choose(op);
        for (const Kept& k : plan_.kept)
            if (k.package.is_pattern()) {
                std::erase_if(plan_.operations,
                              [&](auto& op) { return op.may_miss && op.package == k.package; });
                std::erase(plan_.managed, k.package);
            }
    }

    void complete(bool add) {
        solv::Universe::Rules rules{.may_stay = add, .fixed = {}, .may_be_fixed = {}};
        auto free = rules;
        rules.fixed = [&](const Package& p, bool installed) {
            return !why_fixed(p, installed).empty();
        };
        rules.may_be_fixed = [&](std::string_view name) {
            return !patterns_.empty() || lines_.count(name);
        };
        auto r = universe_.resolve(plan_.operations, rules);
        // What the target stands in the way of is told by its lines, not by rules of a solver.
        if (!r.problems.empty())
            if (auto without = universe_.resolve(plan_.operations, free); without.problems.empty())
                r = std::move(without);
        // What nobody here knows, the packager checks in its transaction.
        for (auto& p : r.problems)
            refuse(p);
        for (auto& [p, why] : r.removed)
            refuse(fmt::format("'{}' would have to go{}", p.text(), why.empty() ? "" : ": " + why));
        for (auto& a : r.added)
            addition(a, add);
        for (auto& p : r.needed) {
            std::erase_if(plan_.operations,
                          [&](auto& op) { return op.action == Action::erase && op.package == p; });
            plan_.kept.push_back({p, "not in the target, and needed by what is", false});
            plan_.managed.push_back(p);
        }
        std::stable_sort(plan_.operations.begin(), plan_.operations.end(), [](auto& a, auto& b) {
            return std::tie(a.action, a.package.name) < std::tie(b.action, b.package.name);
        });
    }

private:
    static bool wild(std::string_view s) { return s.find_first_of("*?") != s.npos; }

    void refuse(std::string message) {
        plan_.refused.push_back({"dependencies", std::move(message)});
    }

    void take(Operation& op, const solv::Offer& o) const {
        op.package = o.package;
        op.source = repositories_.source(o);
    }

    bool unwanted_by_target(const Package& p) const {
        return std::any_of(target_.begin(), target_.end(), [&](auto& w) {
            return w.is(unwanted) && matches(w.package, p, format_);
        });
    }

    void choose(Operation& op) {
        bool pattern = op.package.is_pattern();
        auto offers = universe_.find(op.package);
        std::optional<solv::Offer> heir;
        if (pattern) {
            std::erase_if(offers, [&](auto& o) { return unwanted_by_target(o.package); });
            std::erase_if(offers, [&](auto& o) {
                auto by = universe_.obsoleted_by(o.package);
                if (by)
                    heir = by;
                return by.has_value();
            });
        }
        if (offers.empty() && op.may_miss) {
            plan_.kept.push_back(
                {op.package,
                 op.reason + (heir ? ", and " + heir->package.text() + " obsoletes it"
                                   : ", and no repository has it"),
                 false});
            return;
        }
        if (offers.empty() && heir)
            refuse(
                fmt::format("'{}' is obsolete: '{}' of repository '{}' takes its place; name '{}' "
                            "in the target instead, or one version exactly",
                            op.package.text(), heir->package.text(),
                            repositories_.name(heir->repository), heir->package.name));
        if (offers.empty()) {  // a cache or the packager may have it; fetching tells if not
            op.source = repositories_.unlisted();
            return;
        }
        Package asked = op.package;
        take(op, offers[0]);
        if (!pattern)
            return;
        for (Package& p : plan_.managed)
            if (p == asked)
                p = op.package;
        if (!op.old.empty())
            op.direction = direction(op);
    }

    int direction(const Operation& op) const {
        int c = compare_evr(op.package.evr(), op.old[0].evr(), format_);
        return c > 0 ? 1 : c < 0 ? -1 : 0;
    }

    std::vector<const Wanted*> lines_of(const Package& p) const {
        std::vector<const Wanted*> out;
        if (auto it = lines_.find(p.name); it != lines_.end())
            out = it->second;
        for (const Wanted* w : patterns_)
            if (glob(w->package.name, p.name))
                out.push_back(w);
        std::erase_if(out, [&](auto* w) { return !glob(w->package.arch, p.arch); });
        return out;
    }

    /// "line 2 of the target keeps it at 1-1": why a package that is there must not change, or one
    /// that is not there must not come. Empty: it may.
    std::string why_fixed(const Package& p, bool installed) const {
        auto all = lines_of(p);
        auto at = [](const Wanted* w) {
            return w->line ? fmt::format("line {} of the target", w->line)
                           : std::string("the target");
        };
        bool fits = false, asked = false;
        for (const Wanted* w : all) {
            if (w->is(locked) || (w->is(held) && installed))
                return fmt::format("{} has it {}", at(w), w->is(locked) ? "locked" : "held");
            bool same = matches(w->package, p, format_);
            if (w->is(unwanted)) {
                if (same && !installed)
                    return fmt::format("it is unwanted by {}", at(w));
                continue;
            }
            bool exact = !wild(w->package.version) && !wild(w->package.release);
            if (same && installed && exact)
                return fmt::format("{} keeps it at {}", at(w), p.evr());
            asked = true;
            fits |= same || w->is(held);
        }
        if (installed || !asked || fits)
            return {};
        const Wanted* first =
            *std::find_if(all.begin(), all.end(), [](auto* w) { return !w->is(unwanted); });
        return fmt::format("{} asks for another version", at(first));
    }

    void addition(const solv::Universe::Resolution::Addition& a, bool add) {
        const Package& p = a.offer.package;
        std::string fixed = why_fixed(p, false);
        for (const Package& old : a.old)
            if (fixed.empty() || !why_fixed(old, true).empty())
                fixed = why_fixed(old, true);
        std::string old = a.old.empty() ? "" : a.old[0].text();
        if (!fixed.empty())
            return refuse(old.empty()
                              ? fmt::format("'{}' is missing: {}, and {}", p.text(), a.why, fixed)
                              : fmt::format("'{}' would have to become '{}': {}, and {}", old,
                                            p.text(), a.why, fixed));
        if (!add)
            return refuse(
                old.empty()
                    ? fmt::format("'{}' is missing: {} (repository '{}' has it)", p.text(), a.why,
                                  repositories_.name(a.offer.repository))
                    : fmt::format("'{}' would have to become '{}': {} (repository '{}' has it)",
                                  old, p.text(), a.why, repositories_.name(a.offer.repository)));
        Operation op{a.old.empty() ? Action::install : Action::replace, p};
        op.old = a.old;
        op.reason = a.why;
        take(op, a.offer);
        // Users' packages remain theirs in their new version.
        bool ours = a.old.empty();
        for (const Package& o : a.old) {
            ours |= std::erase(plan_.managed, o) > 0;
            ours |= std::erase_if(plan_.operations, [&](auto& e) {
                        return e.action == Action::erase && e.package == o;
                    }) > 0;
            std::erase_if(plan_.kept, [&](auto& k) { return k.package == o; });
        }
        if (!op.old.empty())
            op.direction = direction(op);
        plan_.operations.push_back(std::move(op));
        if (ours)
            plan_.managed.push_back(p);
    }

    Plan& plan_;
    const Target& target_;
    const Repositories& repositories_;
    solv::Universe& universe_;
    Format format_;
    std::map<std::string_view, std::vector<const Wanted*>> lines_;
    std::vector<const Wanted*> patterns_;
};

}  // namespace

void resolve_plan(Plan& plan, const Target& target, const Repositories& repositories,
                  solv::Universe& universe, const std::string& dependencies, Format format) {
    Resolver resolver(plan, target, repositories, universe, format);
    resolver.choose();
    if (dependencies != "ignore" && !plan.empty())
        resolver.complete(dependencies == "add");
}

}  // namespace weft::spm
