// The computation of REQ-H-2. Names are independent of each other, and so, mostly, are the
// architectures of a name: for each, what is there meets what is asked for.
#include "spm/plan.hh"

#include <fmt/core.h>

#include "spm/guard.hh"

namespace weft::spm {

std::string_view action_name(Action a) {
    static constexpr std::string_view names[] = {"replace", "install", "erase"};
    return names[int(a)];
}

bool of_running_kernel(const Package& p, const std::string& uname) {
    if (uname.empty())
        return false;
    static constexpr std::string_view families[] = {"kernel", "kmod-", "linux-image-",
                                                    "linux-modules-", "linux-headers-"};
    if (std::none_of(std::begin(families), std::end(families),
                     [&](auto f) { return p.name.starts_with(f); }))
        return false;
    if (p.name.find(uname) != std::string::npos)
        return true;  // Debian, and modules made for one kernel
    std::string evr = p.evr();
    if (size_t colon = evr.find(':'); colon != std::string::npos)
        evr.erase(0, colon + 1);
    if (!uname.starts_with(evr))
        return false;
    std::string_view rest =
        std::string_view(uname).substr(evr.size());  // ".x86_64", ".x86_64+debug", "smp", ""
    if (rest.starts_with('.'))
        return rest.substr(1).starts_with(p.arch);
    return rest.find_first_of("0123456789_.~^-") == std::string_view::npos;
}

namespace {

std::string at_line(const Wanted& w) {
    std::string s = w.line ? fmt::format("line {} of the target", w.line) : "the target";
    return w.group.empty() ? s : fmt::format("group {} in {}", w.group, s);
}

/// Everything that bears on one name.
struct Subject {
    std::vector<const Installed*> have;
    std::vector<const Wanted*> lines;  ///< in the order of the target, patterns included
};

class Planner {
public:
    Planner(const std::vector<Installed>& installed, const std::vector<Package>& managed,
            const Target& target, const Policy& policy)
        : installed_(installed), target_(target), policy_(policy) {
        if (policy.usespmlist)
            recorded_.insert(managed.begin(), managed.end());
    }

    Plan make() {
        collect();
        for (auto& [name, s] : subjects_)
            name_of(s);
        std::stable_sort(plan_.operations.begin(), plan_.operations.end(),
                         [](auto& a, auto& b) { return a.action < b.action; });
        std::sort(plan_.managed.begin(), plan_.managed.end());
        plan_.managed.erase(std::unique(plan_.managed.begin(), plan_.managed.end()),
                            plan_.managed.end());
        guard_plan(plan_, installed_, target_, policy_);
        tell_held();
        return std::move(plan_);
    }

private:
    /// The target decides; whoever put a package on hold should hear of it.
    void tell_held() {
        std::set<Package> holds;
        for (const Installed& i : installed_)
            if (i.held)
                holds.insert(i.package);
        for (const Operation& op : plan_.operations) {
            auto gone = op.old;
            if (op.action == Action::erase)
                gone.push_back(op.package);
            for (const Package& p : gone)
                if (holds.count(p))
                    plan_.warnings.push_back(fmt::format(
                        "'{}' is on hold on this node, and {} all the same: {}", p.text(),
                        op.action == Action::erase ? "goes" : "is replaced", op.reason));
        }
    }

    void collect() {
        std::vector<const Wanted*> patterns;
        for (const Installed& i : installed_)
            subjects_[i.package.name].have.push_back(&i);
        for (const Wanted& w : target_) {
            if (w.package.name.find_first_of("*?") != std::string::npos)
                patterns.push_back(&w);
            else
                subjects_[w.package.name].lines.push_back(&w);
        }
        for (const Wanted* w : patterns)
            for (auto& [name, s] : subjects_)
                if (glob(w->package.name, name))
                    s.lines.push_back(w);
    }

    bool fits(const Wanted& w, const Package& p) const {
        return matches(w.package, p, policy_.format);
    }

    /// Step 2 and 3 of H.1: recorded and still there, or just what a line asks for.
    bool ours(const Installed& i, const std::vector<const Wanted*>& lines) const {
        if (recorded_.count(i.package))
            return true;
        return std::any_of(lines.begin(), lines.end(), [&](const Wanted* w) {
            return !(w->flags & (unwanted | locked)) && fits(*w, i.package);
        });
    }

    void name_of(Subject& s) {
        std::vector<std::pair<const Installed*, std::string>> gone;
        std::vector<std::pair<const Wanted*, Package>> come;
        size_t stay = 0;

        std::set<std::string_view> arches;
        for (auto* i : s.have)
            arches.insert(i->package.arch);
        for (auto* w : s.lines) {
            bool somewhere = std::any_of(s.have.begin(), s.have.end(), [&](auto* i) {
                return glob(w->package.arch, i->package.arch);
            });
            if (!somewhere && w->package.name.find_first_of("*?") == std::string::npos)
                arches.insert(w->package.arch);
        }
        for (std::string_view arch : arches)
            architecture(s, arch, gone, come, stay);

        // Everything of the name goes and one thing comes: scripts shall see an upgrade. Where
        // other architectures or versions stay, one at a time.
        std::vector<bool> used(gone.size());
        for (auto& [line, p] : come) {
            Operation op{Action::install, p, {}, line->url, {}, 0, {}};
            bool whole = come.size() == 1 && !gone.empty() && stay == 0;
            bool alone = std::count_if(come.begin(), come.end(),
                                       [&](auto& c) { return c.second.arch == p.arch; }) == 1 &&
                         !stays_.count(p.arch);
            for (size_t i = 0; i < gone.size(); i++)
                if (!used[i] && (whole || (alone && gone[i].first->package.arch == p.arch))) {
                    used[i] = true;
                    op.old.push_back(gone[i].first->package);
                }
            op.reason = fmt::format("wanted by {}", at_line(*line));
            op.may_miss = !line->group.empty();
            if (!op.old.empty()) {
                op.action = Action::replace;
                op.direction = direction(p, op.old);
            } else if (reinstalled_.count(p)) {
                op.reason += ", and half installed";
            }
            plan_.operations.push_back(std::move(op));
            plan_.managed.push_back(p);
        }
        for (size_t i = 0; i < gone.size(); i++)
            if (!used[i])
                plan_.operations.push_back(
                    {Action::erase, gone[i].first->package, {}, {}, gone[i].second, 0, {}});
        stays_.clear();
        reinstalled_.clear();

        // What stays and was ours remains ours.
        for (auto* i : s.have) {
            bool goes =
                std::any_of(gone.begin(), gone.end(), [&](auto& g) { return g.first == i; });
            if (!goes && ours(*i, s.lines))
                plan_.managed.push_back(i->package);
        }
    }

    void architecture(const Subject& s, std::string_view arch, auto& gone, auto& come,
                      size_t& stay) {
        std::vector<const Installed*> have;
        std::vector<const Wanted*> lines;
        for (auto* i : s.have)
            if (i->package.arch == arch)
                have.push_back(i);
        for (auto* w : s.lines)
            if (glob(w->package.arch, arch))
                lines.push_back(w);
        auto keep = [&](const Installed* i, std::string why, bool drift = false) {
            plan_.kept.push_back({i->package, std::move(why), drift});
            stays_.insert(arch);
            stay++;
        };
        auto drop = [&](const Installed* i, std::string why) {
            if (policy_.protectkernel && of_running_kernel(i->package, policy_.kernel))
                return keep(i, fmt::format("the running kernel is protected ({})", why), true);
            gone.emplace_back(i, std::move(why));
        };

        for (auto* w : lines)
            if (w->is(locked)) {
                for (auto* i : have)
                    keep(i, fmt::format("locked by {}", at_line(*w)), !fits(*w, i->package));
                return;
            }
        // The exact line wins: "any version but this", "no version but this".
        auto exempt = [&](const Wanted* u, const Package& p) {
            return u->package.is_pattern() && std::any_of(lines.begin(), lines.end(), [&](auto* w) {
                       return !w->is(unwanted) && !w->package.is_pattern() && fits(*w, p);
                   });
        };
        for (auto* w : lines) {
            if (!w->is(unwanted))
                continue;
            std::erase_if(have, [&](auto* i) {
                if (!fits(*w, i->package) || exempt(w, i->package))
                    return false;
                drop(i, fmt::format("unwanted by {}", at_line(*w)));
                return true;
            });
        }
        for (auto* w : lines)
            if (w->is(held) && !have.empty()) {
                for (auto* i : have)
                    keep(i, fmt::format("held by {}", at_line(*w)), !fits(*w, i->package));
                return;
            }

        // The strongest kind of line decides: held, plain, if-present.
        bool any_held =
            std::any_of(lines.begin(), lines.end(), [](auto* w) { return w->is(held); });
        bool any_plain = std::any_of(lines.begin(), lines.end(), [](auto* w) {
            return !(w->flags & (unwanted | held | if_present));
        });
        bool local =
            std::any_of(have.begin(), have.end(), [&](auto* i) { return !ours(*i, s.lines); });
        std::vector<const Wanted*> asked;
        for (auto* w : lines) {
            if (w->is(unwanted) || (any_held && !w->is(held)))
                continue;
            if (w->is(if_present) && (have.empty() || any_plain))
                continue;
            if (policy_.userprio && local && !w->is(mandatory))
                continue;
            asked.push_back(w);
        }
        std::set<const Wanted*> met;
        for (auto* i : have) {
            bool wanted_here = false, known = false;
            for (auto* w : lines)
                if (!w->is(unwanted) && !(w->is(if_present) && any_plain) && fits(*w, i->package)) {
                    known = true;
                    if (std::find(asked.begin(), asked.end(), w) == asked.end())
                        continue;
                    wanted_here = true;
                    if (!i->broken)
                        met.insert(w);
                }
            if (wanted_here || known) {
                stays_.insert(arch);
                stay++;
                if (wanted_here && i->broken)
                    reinstalled_.insert(i->package);
            } else if (ours(*i, s.lines)) {
                drop(i, asked.empty() ? not_in_target : "another version is wanted");
            } else if (!asked.empty()) {
                drop(i, "another version is wanted");
            } else if (policy_.userpkgs) {
                bool asked_for = any_plain || any_held;
                keep(i,
                     asked_for ? "not ours, and users' packages go first"
                               : "not ours, and users' packages may stay",
                     asked_for);
            } else {
                drop(i, not_in_target);
            }
        }
        // Exact lines before patterns: what an exact one brings may be what the pattern means.
        std::stable_partition(asked.begin(), asked.end(),
                              [](auto* w) { return !w->package.is_pattern(); });
        for (auto* w : asked) {
            if (met.count(w) || w->package.name.find_first_of("*?") != std::string::npos)
                continue;
            Package p = w->package;
            if (p.arch.find_first_of("*?") != std::string::npos)
                p.arch = arch;
            if (std::none_of(come.begin(), come.end(), [&](auto& c) {
                    return c.second == p || (c.second.arch == arch && fits(*w, c.second));
                }))
                come.emplace_back(w, std::move(p));
        }
    }

    int direction(const Package& p, const std::vector<Package>& old) const {
        if (p.is_pattern())
            return 0;  // a repository will say
        auto evr = [&](const Package& x, bool epoch) {
            std::string e = x.evr();
            size_t colon = e.find(':');
            return epoch || colon == std::string::npos ? e : e.substr(colon + 1);
        };
        bool epoch = p.version.find(':') != std::string::npos;
        int d = 0;
        for (const Package& o : old) {
            int c = compare_evr(evr(p, epoch), evr(o, epoch), policy_.format);
            if (c)
                d = c > 0 ? 1 : -1;
        }
        return d;
    }

    const std::vector<Installed>& installed_;
    const Target& target_;
    const Policy& policy_;
    std::set<Package> recorded_;
    std::map<std::string_view, Subject> subjects_;
    std::set<std::string_view, std::less<>>
        stays_;  ///< architectures of the name at hand of which something stays
    std::set<Package> reinstalled_;
    Plan plan_;
};

}  // namespace

Plan make_plan(const std::vector<Installed>& installed, const std::vector<Package>& managed,
               const Target& target, const Policy& policy) {
    return Planner(installed, managed, target, policy).make();
}

}  // namespace weft::spm
