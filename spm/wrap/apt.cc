// apt's cache, its resolver and its words.
#include "spm/wrap/apt.hh"

#include <apt-pkg/algorithms.h>
#include <apt-pkg/cachefile.h>
#include <apt-pkg/configuration.h>
#include <apt-pkg/depcache.h>
#include <apt-pkg/error.h>
#include <apt-pkg/init.h>
#include <apt-pkg/mmap.h>
#include <apt-pkg/pkgcache.h>
#include <apt-pkg/pkgcachegen.h>
#include <apt-pkg/pkgsystem.h>
#include <apt-pkg/sourcelist.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>

#include "spm/packager/dpkg.hh"

namespace weft::spm::apt {

std::vector<std::string> options(const PluginCall& call) {
    std::vector<std::string> out = {"Dpkg::Use-Pty=0",
                                    "Acquire::Languages=none",
                                    "APT::Install-Recommends=false",
                                    "DPkg::Lock::Timeout=120",
                                    "DPkg::Options::=--force-confdef",
                                    "DPkg::Options::=--force-confold",
                                    "DPkg::Options::=--force-remove-reinstreq"};
    if (!call.root.empty())
        out.insert(out.end(), {"Dir::State::status=" + call.root + "/var/lib/dpkg/status",
                               "DPkg::Options::=--root=" + call.root,
                               "DPkg::Options::=--force-not-root", "APT::Sandbox::User=root"});
    return out;
}

std::string configuration(const PluginCall& call) {
    return call.root.empty() ? "" : fmt::format("Dir \"{}\";\n", call.root);
}

namespace {

/// What apt has to say; empty when it is content.
std::string words() {
    std::string all, text;
    while (!_error->empty(GlobalError::ERROR)) {
        bool bad = _error->PopMessage(text);
        if (bad)
            all += (all.empty() ? "" : "; ") + text;
    }
    _error->Discard();
    return all;
}

Error refused(const char* what) {
    std::string why = words();
    return Error(exit_data, why.empty() ? what : fmt::format("{}: {}", what, why));
}

void initialise(const PluginCall& call) {
    static bool done = false;
    if (std::exchange(done, true))
        return;
    ScratchDir dir;
    if (std::string text = configuration(call); !text.empty()) {
        write_file(dir.path() + "/apt.conf", text, {.sync = false});
        setenv("APT_CONFIG", (dir.path() + "/apt.conf").c_str(), 1);
    }
    if (!pkgInitConfig(*_config))
        throw refused("apt's configuration cannot be read");
    for (const std::string& o : options(call)) {
        size_t at = o.find('=');
        _config->Set(o.substr(0, at), o.substr(at + 1));
    }
    if (!pkgInitSystem(*_config, _system))
        throw refused("apt cannot be used here");
    unsetenv("APT_CONFIG");
}

Package package_of(const pkgCache::VerIterator& v) {
    Package p{v.ParentPkg().Name(), {}, {}, v.Arch()};
    dpkg::split_version(v.VerStr(), p);
    return p;
}

/// "clock-1-1.all depends on lib (>= 2)": each dependency of a package that would not hold.
void complain(pkgDepCache& cache, pkgCache::PkgIterator pkg, std::vector<std::string>& out) {
    auto version = cache[pkg].InstVerIter(cache);
    if (version.end())
        return;
    for (auto d = version.DependsList(); !d.end();) {
        pkgCache::DepIterator first, last;
        d.GlobOr(first, last);
        if (!cache.IsImportantDep(last) || (cache[last] & pkgDepCache::DepGInstall))
            continue;
        std::string text = fmt::format("{} {}", package_of(version).text(),
                                       first.IsNegative() ? "conflicts with" : "needs");
        for (auto each = first;; ++each) {
            text += fmt::format("{}{}", each == first ? " " : " or ", each.TargetPkg().Name());
            if (each.TargetVer())
                text += fmt::format(" ({} {})", each.CompType(), each.TargetVer());
            if (each == last)
                break;
        }
        out.push_back(text);
    }
}

/// The version an operation means: what it names exactly, or the newest that its pattern fits,
/// apt's own choice first.
pkgCache::VerIterator version_of(pkgDepCache& cache, const pkgCache::PkgIterator& pkg,
                                 const Package& wanted) {
    auto fits = [&](const pkgCache::VerIterator& v) {
        return matches({wanted.name, wanted.version, wanted.release, "*"}, package_of(v),
                       Format::deb);
    };
    auto candidate = cache[pkg].CandidateVerIter(cache);
    if (!candidate.end() && fits(candidate))
        return candidate;
    auto v = pkg.VersionList();  // newest first
    while (!v.end() && !(fits(v) && v.Downloadable()))
        ++v;
    return v;
}

}  // namespace

std::vector<Installed> list(const PluginCall& call) {
    // What dpkg has not merged into its status yet, only dpkg itself can tell.
    if (!dpkg::settled(call))
        return dpkg::list(call);
    initialise(call);
    DynamicMMap* map = nullptr;
    if (!pkgCacheGenerator::MakeOnlyStatusCache(nullptr, &map))
        throw refused("apt cannot read what is installed");
    std::unique_ptr<DynamicMMap> owner(map);
    pkgCache cache(map);
    std::vector<Installed> out;
    for (auto pkg = cache.PkgBegin(); !pkg.end(); ++pkg) {
        if (pkg.CurrentVer().end())
            continue;
        using is = pkgCache::State;
        Installed i{package_of(pkg.CurrentVer())};
        bool whole = pkg->CurrentState == is::Installed ||
                     pkg->CurrentState == is::TriggersAwaited ||
                     pkg->CurrentState == is::TriggersPending;
        i.broken = !whole || pkg->InstState == is::ReInstReq || pkg->InstState == is::HoldReInstReq;
        i.unfinished =
            pkg->CurrentState == is::TriggersAwaited || pkg->CurrentState == is::TriggersPending;
        i.held = pkg->SelectedState == is::Hold;
        i.essential = pkg->Flags & (pkgCache::Flag::Essential | pkgCache::Flag::Important);
        out.push_back(std::move(i));
    }
    return out;
}

Outcome resolve(const PluginCall& call, const std::vector<Operation>& ops) {
    initialise(call);
    Outcome out;
    pkgCacheFile file;
    if (!file.BuildSourceList())
        throw refused("apt's sources cannot be read");
    for (const Operation& op : ops)
        if (op.action != Action::erase && !op.file.empty() &&
            !file.GetSourceList()->AddVolatileFile(op.file))
            throw refused(fmt::format("apt cannot read '{}'", op.file).c_str());
    if (!file.Open(nullptr, false))
        throw refused("apt cannot read its sources and what is installed");
    pkgDepCache& cache = *file.GetDepCache();
    if (!pkgApplyStatus(cache))
        throw refused("apt cannot read what is installed");  // what is there in part comes again
    pkgProblemResolver resolver(&cache);
    {
        pkgDepCache::ActionGroup together(cache);
        std::vector<pkgCache::PkgIterator> wanted;
        for (const Operation& op : ops) {
            const Package& p = op.package;
            bool native = p.arch == "all" || p.arch.find('*') != std::string::npos;
            auto pkg = native ? cache.FindPkg(p.name) : cache.FindPkg(p.name, p.arch);
            if (op.action == Action::erase) {
                if (pkg.end() || pkg.CurrentVer().end())
                    continue;
                resolver.Clear(pkg);
                cache.MarkDelete(pkg, false);
                resolver.Protect(pkg);
                continue;
            }
            auto version = pkg.end() ? pkgCache::VerIterator() : version_of(cache, pkg, p);
            if (version.end()) {
                out.problems.push_back(fmt::format("no source has {}", p.text()));
                continue;
            }
            cache.SetCandidateVersion(version);
            resolver.Clear(pkg);
            resolver.Protect(pkg);
            cache.MarkInstall(pkg, false);
            wanted.push_back(pkg);
        }
        if (!out.problems.empty())
            return out;
        // All are marked before any brings in what it needs, which may be among them.
        for (auto& pkg : wanted)
            cache.MarkInstall(pkg, true);
    }
    bool solved = !cache.BrokenCount() || resolver.Resolve(true);
    for (auto pkg = cache.PkgBegin(); !pkg.end(); ++pkg) {
        auto& state = cache[pkg];
        if (!solved && state.InstBroken())
            complain(cache, pkg, out.problems);
        if (state.Delete() && !pkg.CurrentVer().end())
            out.changes.push_back({true, package_of(pkg.CurrentVer())});
        else if (state.NewInstall() || state.Upgrade() || state.Downgrade() || state.ReInstall())
            out.changes.push_back({false, package_of(state.InstVerIter(cache))});
    }
    std::string why = words();
    if (!solved && out.problems.empty())
        out.problems.push_back(why.empty() ? "apt finds no way" : why);
    return out;
}

}  // namespace weft::spm::apt
