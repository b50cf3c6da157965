// The guards of REQ-H-5. Each looks at one way in which a plan that is right by the letter ruins a
// node.
#include "spm/guard.hh"

#include <fmt/core.h>

namespace weft::spm {

static bool named(const std::vector<std::string>& patterns, const std::string& name) {
    return std::any_of(patterns.begin(), patterns.end(), [&](auto& p) { return glob(p, name); });
}

void guard_plan(Plan& plan, const std::vector<Installed>& installed, const Target& target,
                const Policy& policy) {
    if (target.empty() && !policy.userpkgs)
        plan.refused.push_back(
            {"empty-target",
             "the target is empty, and packages that it does not name would all be erased"});
    if (plan.empty())
        return;

    std::vector<Refusal> found;
    auto refuse = [&](const char* guard, std::string message) {
        found.push_back({guard, std::move(message)});
    };

    std::set<Package> gone;
    std::set<std::string_view> come;
    for (const Operation& op : plan.operations) {
        if (op.action == Action::erase)
            gone.insert(op.package);
        else
            come.insert(op.package.name);
        gone.insert(op.old.begin(), op.old.end());
    }
    std::map<std::string_view, int> left;  // instances of a name that stay
    for (const Installed& i : installed)
        if (!gone.count(i.package))
            left[i.package.name]++;
    // The old one of two versions that an interrupted run left is no package that is lost.
    size_t erased = 0;
    for (const Operation& op : plan.operations)
        if (op.action == Action::erase)
            erased += !come.count(op.package.name) && !left.count(op.package.name);
    const Guards& g = policy.guards;
    if (erased > g.removals)
        refuse("removals",
               fmt::format("{} packages would be erased, more than {}", erased, g.removals));
    else if (erased > 5 && erased * 100 > installed.size() * g.percent)
        refuse("removals", fmt::format("{} of {} packages would be erased, more than {} %", erased,
                                       installed.size(), g.percent));

    for (const Installed& i : installed) {
        const Package& p = i.package;
        if (!gone.count(p))
            continue;
        bool gone_for_good = !come.count(p.name) && !left[p.name];
        if (gone_for_good && (i.essential || named(g.essential, p.name)))
            refuse("essential", fmt::format("'{}' is essential and would be erased", p.text()));
        if (of_running_kernel(p, policy.kernel))
            refuse("kernel",
                   fmt::format("'{}' is the running kernel or part of it and would be erased",
                               p.text()));
    }
    for (const Source& s : policy.sources) {
        if (s.packages == 0)
            refuse("empty-repository", fmt::format("repository '{}' holds no package", s.name));
        else if (s.max_age && s.age > s.max_age)
            refuse("stale-repository",
                   fmt::format("the metadata of repository '{}' is {} h old, more than {} h",
                               s.name, s.age / 3600, s.max_age / 3600));
    }
    auto& to = policy.override_reason.empty() ? plan.refused : plan.overridden;
    to.insert(to.end(), found.begin(), found.end());
}

}  // namespace weft::spm
