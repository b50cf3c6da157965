// The pool, its repositories and the solver.
#include "spm/wrap/solv.hh"

#define LIBSOLV_SOLVABLE_PREPEND_DEP
#include <fmt/core.h>
#include <unistd.h>
extern "C" {
#include <solv/chksum.h>
#include <solv/pool.h>
#include <solv/poolarch.h>
#include <solv/repo.h>
#include <solv/repo_comps.h>
#include <solv/repo_deb.h>
#include <solv/repo_repomdxml.h>
#include <solv/repo_rpmdb.h>
#include <solv/repo_rpmmd.h>
#include <solv/repo_solv.h>
#include <solv/repo_write.h>
#include <solv/solv_xfopen.h>
#include <solv/solver.h>
#include <solv/transaction.h>
#include <solv/util.h>
}

#include "base/error.hh"
#include "base/file.hh"
#include "base/wrap/free.hh"
#include "spm/packager/dpkg.hh"
#include "spm/wrap/rpm.hh"

namespace weft::spm::solv {

namespace {

using PoolPtr = std::unique_ptr<Pool, Free<pool_free>>;
using SolverPtr = std::unique_ptr<Solver, Free<solver_free>>;
using TransactionPtr = std::unique_ptr<Transaction, Free<transaction_free>>;
using File = std::unique_ptr<FILE, Free<fclose>>;

/// A queue of ids that frees itself.
struct Ids {
    Queue q;
    Ids() { queue_init(&q); }
    ~Ids() { queue_free(&q); }
    Ids(const Ids&) = delete;
};

PoolPtr new_pool(Format f, const std::vector<std::string>& arches) {
    PoolPtr pool(pool_create());
    if (pool_setdisttype(pool.get(), f == Format::rpm ? DISTTYPE_RPM : DISTTYPE_DEB) < 0)
        throw Error(exit_config,
                    fmt::format("this libsolv does not know {} packages", format_name(f)));
    // How packages replace each other is a matter of their format. What a libsolv does unasked is
    // that of the distribution it was built for.
    bool rpm = f == Format::rpm;
    for (auto& [flag, on] : {std::pair(POOL_FLAG_PROMOTEEPOCH, false),
                             {POOL_FLAG_FORBIDSELFCONFLICTS, false},
                             {POOL_FLAG_OBSOLETEUSESPROVIDES, false},
                             {POOL_FLAG_IMPLICITOBSOLETEUSESPROVIDES, false},
                             {POOL_FLAG_OBSOLETEUSESCOLORS, rpm},
                             {POOL_FLAG_IMPLICITOBSOLETEUSESCOLORS, true},
                             {POOL_FLAG_NOINSTALLEDOBSOLETES, false},
                             {POOL_FLAG_HAVEDISTEPOCH, false},
                             {POOL_FLAG_NOOBSOLETESMULTIVERSION, false}})
        pool_set_flag(pool.get(), flag, on);
    if (arches.empty())
        return pool;
    if (rpm) {
        pool_setarch(pool.get(), arches[0].c_str());
        return pool;
    }
    std::string policy;
    for (auto& arch : arches)
        policy += (policy.empty() ? "" : ":") + arch;
    pool_setarchpolicy(pool.get(), policy.c_str());
    // Colours tell which architectures are beside each other: all that are named.
    pool->id2color =
        static_cast<unsigned char*>(solv_calloc(size_t(pool->lastarch) + 1, sizeof(char)));
    for (size_t i = 0; i < arches.size(); i++)
        pool->id2color[pool_str2id(pool.get(), arches[i].c_str(), 1)] =
            static_cast<unsigned char>(1 << std::min(i, size_t(7)));
    pool->id2color[ARCH_ALL] = 0xff;
    return pool;
}

File open(const std::string& path, const char* mode) {
    File f(solv_xfopen(path.c_str(), mode));
    if (!f)
        throw system_error("cannot open '" + path + "'");
    return f;
}

std::string name_of(Id type) {
    const char* s = solv_chksum_type2str(type);
    return s ? s : "";
}

Package package_of(Pool* pool, Solvable* s) {
    std::string evr = pool_id2str(pool, s->evr);
    Package p{pool_id2str(pool, s->name), evr, "", pool_id2str(pool, s->arch)};
    if (size_t dash = evr.rfind('-'); dash != std::string::npos) {
        p.version = evr.substr(0, dash);
        p.release = evr.substr(dash + 1);
    }
    if (p.version.starts_with("0:"))
        p.version.erase(0, 2);
    return p;
}

}  // namespace

RepoMd read_repomd(const std::string& file) {
    PoolPtr pool = new_pool(Format::rpm, {});
    Repo* repo = repo_create(pool.get(), "repomd");
    File fp = open(file, "r");
    if (repo_add_repomdxml(repo, fp.get(), 0))
        throw Error(exit_data,
                    fmt::format("'{}' is no repomd.xml: {}", file, pool_errstr(pool.get())));
    RepoMd r;
    auto find = [&](const char* kind, std::string& to, std::string& algorithm,
                    std::string& checksum) {
        Dataiterator di;
        dataiterator_init(&di, pool.get(), repo, SOLVID_META, REPOSITORY_REPOMD_TYPE, kind,
                          SEARCH_STRING);
        dataiterator_prepend_keyname(&di, REPOSITORY_REPOMD);
        if (dataiterator_step(&di)) {
            dataiterator_setpos_parent(&di);
            Id type = 0;
            const char* sum =
                pool_lookup_checksum(pool.get(), SOLVID_POS, REPOSITORY_REPOMD_CHECKSUM, &type);
            const char* location =
                pool_lookup_str(pool.get(), SOLVID_POS, REPOSITORY_REPOMD_LOCATION);
            if (location)
                to = location;
            if (sum) {
                checksum = sum;
                algorithm = name_of(type);
            }
            r.timestamp = std::max(
                r.timestamp,
                long(pool_lookup_num(pool.get(), SOLVID_POS, REPOSITORY_REPOMD_TIMESTAMP, 0)));
        }
        dataiterator_free(&di);
        return !to.empty();
    };
    find("primary", r.location, r.algorithm, r.checksum);
    find("modules", r.modules, r.modules_algorithm, r.modules_checksum);
    for (const char* kind : {"group_gz", "group_xz", "group_zst", "group"})
        if (find(kind, r.groups, r.groups_algorithm, r.groups_checksum))
            break;
    if (r.location.empty() || r.checksum.empty())
        throw Error(exit_data, fmt::format("'{}' names no primary index with a checksum", file));
    return r;
}

std::string read_compressed(const std::string& file) {
    constexpr size_t limit = size_t(1) << 30;
    File in = open(file, "r");
    std::string text, piece(1 << 18, '\0');
    for (size_t n; (n = fread(piece.data(), 1, piece.size(), in.get())) > 0;) {
        text.append(piece, 0, n);
        if (text.size() > limit)
            throw Error(exit_data, fmt::format("'{}' holds more than {} bytes", file, limit));
    }
    if (ferror(in.get()))
        throw Error(exit_data, fmt::format("'{}' is damaged", file));
    return text;
}

static void write_repo(Repo* repo, const std::string& path) {
    std::string part = path + ".part";
    {
        File out(fopen(part.c_str(), "w"));
        if (!out)
            throw system_error("cannot write '" + part + "'");
        if (repo_write(repo, out.get()) || fflush(out.get()))
            throw system_error("cannot write '" + part + "'");
    }
    if (rename(part.c_str(), path.c_str()))
        throw system_error("cannot rename '" + part + "'");
}

size_t make_index(Format f, const std::string& metadata, const std::string& index) {
    PoolPtr pool = new_pool(f, {});
    Repo* repo = repo_create(pool.get(), "index");
    File in = open(metadata, "r");
    int rc = f == Format::rpm ? repo_add_rpmmd(repo, in.get(), nullptr, 0)
                              : repo_add_debpackages(repo, in.get(), 0);
    if (rc)
        throw Error(exit_data,
                    fmt::format("'{}' is damaged: {}", metadata, pool_errstr(pool.get())));
    repo_internalize(repo);
    write_repo(repo, index);
    return size_t(repo->nsolvables);
}

Groups read_groups(const std::string& file) {
    PoolPtr pool = new_pool(Format::rpm, {});
    Repo* repo = repo_create(pool.get(), "groups");
    File in = open(file, "r");
    if (repo_add_comps(repo, in.get(), 0))
        throw Error(exit_data, fmt::format("'{}' is damaged: {}", file, pool_errstr(pool.get())));
    repo_internalize(repo);
    Groups out;
    Id p;
    Solvable* s;
    FOR_REPO_SOLVABLES(repo, p, s) {
        std::string_view name = pool_id2str(pool.get(), s->name);
        if (!name.starts_with("group:"))
            continue;
        name.remove_prefix(6);
        for (auto& [key, kind] : {std::pair(SOLVABLE_REQUIRES, "mandatory"),
                                  {SOLVABLE_RECOMMENDS, "default"},
                                  {SOLVABLE_SUGGESTS, "optional"}}) {
            Ids packages;
            solvable_lookup_idarray(s, Id(key), &packages.q);
            for (int i = 0; i < packages.q.count; i++)
                if (Id id = packages.q.elements[i]; !ISRELDEP(id) && id != SOLVABLE_PREREQMARKER)
                    out[fmt::format("{}/{}", name, kind)].push_back(pool_id2str(pool.get(), id));
        }
    }
    return out;
}

struct Universe::Impl {
    Format format;
    std::vector<std::string> arches;
    PoolPtr pool;
    std::vector<int> numbers;   ///< by repo->repoid
    std::vector<Repo*> spread;  ///< those whose architectures are told apart already
    /// Name -> who obsoletes it, by which of its dependencies.
    mutable std::optional<std::multimap<Id, std::pair<Id, Id>>> obsoletes;
    Map considered{};
    bool filtered = false;
    bool ready = false;
    Ids system;  ///< the solvable that stands for what is always there

    Impl() { queue_push(&system.q, SYSTEMSOLVABLE); }

    ~Impl() {
        if (filtered) {
            pool->considered = nullptr;
            map_free(&considered);
        }
    }
    int number(Repo* r) const {
        return r->repoid < int(numbers.size()) ? numbers[size_t(r->repoid)] : -1;
    }
    Repo* add(const char* name, int number) {
        Repo* r = repo_create(pool.get(), name);
        if (int(numbers.size()) <= r->repoid)
            numbers.resize(size_t(r->repoid) + 1, -1);
        numbers[size_t(r->repoid)] = number;
        ready = false;
        return r;
    }
    /// In a pool with filters every package that came since counts, until it is filtered.
    void consider_new() {
        int had = filtered ? considered.size * 8 : 0;
        if (!filtered) {
            map_init(&considered, pool->nsolvables);
            map_setall(&considered);
            filtered = true;
        } else {
            map_grow(&considered, pool->nsolvables);
            for (int i = had; i < pool->nsolvables; i++)
                MAPSET(&considered, i);
        }
        pool->considered = &considered;
    }
    void make_ready() {
        if (ready)
            return;
        if (format == Format::deb && arches.size() > 1) {
            Repo* repo;
            int i;
            FOR_REPOS(i, repo) {
                if (std::find(spread.begin(), spread.end(), repo) != spread.end())
                    continue;
                spread_architectures(pool.get(), repo, arches);
                spread.push_back(repo);
            }
        }
        pool_addfileprovides(pool.get());
        pool_createwhatprovides(pool.get());
        if (format == Format::rpm)
            leave_files_to_rpm();
        ready = true;
    }
    /// The primary index lists files below /etc and in folders of programs only. Who has another
    /// file that is required is told by rpm in its transaction: here such requirements hold, as if
    /// the system itself met them.
    void leave_files_to_rpm() {
        for (Id id = 2; id < pool->ss.nstrings; id++) {
            std::string_view path = pool_id2str(pool.get(), id);
            if (!path.starts_with('/') || path.starts_with("/etc/") ||
                path.find("bin/") != path.npos || path == "/usr/lib/sendmail")
                continue;
            if (!*pool_whatprovides_ptr(pool.get(), id))
                pool_set_whatprovides(pool.get(), id,
                                      pool_queuetowhatprovides(pool.get(), &system.q));
        }
    }
    bool usable(Id p) const { return !filtered || MAPTST(&considered, p); }
    Offer offer(Id p) const {
        Solvable* s = pool_id2solvable(pool.get(), p);
        Offer o{package_of(pool.get(), s),
                number(s->repo),
                "",
                "",
                solvable_lookup_num(s, SOLVABLE_DOWNLOADSIZE, 0),
                "",
                ""};
        if (const char* at = solvable_get_location(s, nullptr))
            o.location = at;
        if (const char* base = solvable_lookup_str(s, SOLVABLE_MEDIABASE))
            o.base = base;
        Id type = 0;
        if (const char* sum = solvable_lookup_checksum(s, SOLVABLE_CHECKSUM, &type)) {
            o.checksum = sum;
            o.algorithm = name_of(type);
        }
        return o;
    }
    /// Solvables of this name, in all repositories.
    std::vector<Id> of_name(const std::string& name) const {
        std::vector<Id> out;
        Id id = pool_str2id(pool.get(), name.c_str(), 0);
        if (!id)
            return out;
        for (Id p = 2; p < pool->nsolvables; p++)
            if (pool->solvables[p].repo && pool->solvables[p].name == id)
                out.push_back(p);
        return out;
    }
};

Universe::Universe(Format f, const std::vector<std::string>& arches)
    : impl_(std::make_unique<Impl>()) {
    impl_->format = f;
    impl_->arches = arches;
    impl_->pool = new_pool(f, arches);
}
Universe::~Universe() = default;

/// The stanzas of dpkg's files, and of them what the packager says is whole.
static void add_stanzas(Repo* repo, const PluginCall& call, const std::vector<Installed>& list) {
    for (const std::string& path : dpkg::status_files(call)) {
        File in = open(path, "r");
        if (repo_add_debpackages(repo, in.get(), 0))
            throw Error(exit_io, fmt::format("cannot read the package database: {}",
                                             pool_errstr(repo->pool)));
    }
    repo_internalize(repo);
    std::set<Package> whole;
    for (const Installed& i : list)
        if (!i.broken)
            whole.insert(i.package);
    // A later file says it again: the last of a package counts, so it is looked at from the end.
    for (Id p = repo->end - 1; p >= repo->start; p--)
        if (Solvable* s = pool_id2solvable(repo->pool, p);
            s->repo == repo && !whole.erase(package_of(repo->pool, s)))
            repo_free_solvable(repo, p, 0);
}

void Universe::add_installed(const PluginCall& call, const std::string& cache,
                             const std::vector<Installed>& list) {
    Pool* pool = impl_->pool.get();
    Repo* repo = impl_->add("installed", -1);
    pool_set_installed(pool, repo);
    if (!call.root.empty())
        pool_set_rootdir(pool, call.root.c_str());
    if (impl_->format != Format::rpm)
        return add_stanzas(repo, call, list);
    rpm::configure(call);
    if (!rpm::has_database(call))
        return;
    File before(cache.empty() ? nullptr : fopen(cache.c_str(), "r"));
    if (repo_add_rpmdb_reffp(repo, before.get(), REPO_USE_ROOTDIR | RPM_ADD_FILTERED_FILELIST))
        throw Error(exit_io,
                    fmt::format("cannot read the package database: {}", pool_errstr(pool)));
    if (cache.empty() || !rpm::newer_than(call, cache))
        return;
    try {
        write_repo(repo, cache);
    } catch (const Error&) {  // not ours to write, or a full disk: it is read from the database
                              // again next time
    }
}

size_t Universe::add_index(int number, const std::string& index, int priority,
                           const Filter& filter) {
    Repo* repo = impl_->add(std::to_string(number).c_str(), number);
    repo->priority = -priority;
    File in = open(index, "r");
    if (repo_add_solv(repo, in.get(), 0))
        throw Error(exit_data,
                    fmt::format("'{}' is damaged: {}", index, pool_errstr(impl_->pool.get())));
    if (filter.include.empty() && filter.exclude.empty() && !filter.hidden)
        return size_t(repo->nsolvables);

    Pool* pool = impl_->pool.get();
    impl_->consider_new();
    Id p;
    Solvable* s;
    FOR_REPO_SOLVABLES(repo, p, s) {
        Package package = package_of(pool, s);
        auto names = names_of(package);
        auto named = [&](const std::vector<std::string>& patterns) {
            return std::any_of(patterns.begin(), patterns.end(), [&](auto& pattern) {
                return std::any_of(names.begin(), names.end(),
                                   [&](auto& name) { return glob(pattern, name); });
            });
        };
        if ((!filter.include.empty() && !named(filter.include)) || named(filter.exclude) ||
            (filter.hidden && filter.hidden(package)))
            MAPCLR(&impl_->considered, p);
    }
    return size_t(repo->nsolvables);
}

bool Universe::add_file(const std::string& path) {
    Repo* repo = impl_->add("files", -2);
    Id p = impl_->format == Format::rpm ? repo_add_rpm(repo, path.c_str(), REPO_REUSE_REPODATA)
                                        : repo_add_deb(repo, path.c_str(), REPO_REUSE_REPODATA);
    repo_internalize(repo);
    if (impl_->filtered)
        impl_->consider_new();
    return p != 0;
}

std::vector<Offer> Universe::find(const Package& pattern) const {
    Pool* pool = impl_->pool.get();
    std::vector<Id> found;
    auto consider = [&](Id p) {
        Solvable* s = pool_id2solvable(pool, p);
        if (s->repo == pool->installed || impl_->number(s->repo) < 0 || !impl_->usable(p))
            return;
        if (pool->id2arch && (s->arch > pool->lastarch || !pool->id2arch[s->arch]) &&
            pattern.arch.find('*') != std::string::npos)
            return;
        if (matches(pattern, package_of(pool, s), impl_->format))
            found.push_back(p);
    };
    if (pattern.name.find_first_of("*?") == std::string::npos) {
        for (Id p : impl_->of_name(pattern.name))
            consider(p);
    } else {
        for (Id p = 2; p < pool->nsolvables; p++)
            if (pool->solvables[p].repo)
                consider(p);
    }
    // Of what one repository offers, the node's own architecture goes before those it only runs,
    // whatever their versions; what is of none goes with the best.
    constexpr unsigned none = 1;
    auto score = [&](Id arch) {
        return pool->id2arch && arch <= pool->lastarch ? pool->id2arch[arch] : 0;
    };
    std::vector<std::pair<Id, Offer>> offers;
    std::map<int, unsigned> best;  // of each priority
    for (Id p : found) {
        offers.emplace_back(p, impl_->offer(p));
        Solvable* s = pool_id2solvable(pool, p);
        if (unsigned a = score(s->arch) >> 16; score(s->arch) != none)
            if (auto [it, first] = best.emplace(s->repo->priority, a); !first)
                it->second = std::min(it->second, a);
    }
    auto distance = [&](Solvable* s) {
        return score(s->arch) == none ? best[s->repo->priority] : score(s->arch) >> 16;
    };
    std::stable_sort(offers.begin(), offers.end(), [&](auto& a, auto& b) {
        Solvable *x = pool_id2solvable(pool, a.first), *y = pool_id2solvable(pool, b.first);
        if (x->repo->priority != y->repo->priority)
            return x->repo->priority > y->repo->priority;
        if (distance(x) != distance(y))
            return distance(x) < distance(y);
        if (x->evr != y->evr)
            if (int c = compare_evr(a.second.package.evr(), b.second.package.evr(), impl_->format))
                return c > 0;
        return score(x->arch) < score(y->arch);
    });
    std::vector<Offer> out;
    for (auto& [p, offer] : offers)
        out.push_back(std::move(offer));
    return out;
}

std::optional<Offer> Universe::obsoleted_by(const Package& package) const {
    Pool* pool = impl_->pool.get();
    if (impl_->format != Format::rpm)
        return std::nullopt;
    if (!impl_->obsoletes) {
        impl_->obsoletes.emplace();
        for (Id p = 2; p < pool->nsolvables; p++) {
            Solvable* s = pool_id2solvable(pool, p);
            if (!s->repo || s->repo == pool->installed || !s->dep_obsoletes || !impl_->usable(p) ||
                !pool_installable(pool, s))
                continue;
            for (Id* dep = s->repo->idarraydata + s->dep_obsoletes; *dep; dep++) {
                Id name = ISRELDEP(*dep) ? GETRELDEP(pool, *dep)->name : *dep;
                impl_->obsoletes->emplace(name, std::pair(p, *dep));
            }
        }
    }
    Id name = pool_str2id(pool, package.name.c_str(), 0);
    auto [from, to] = impl_->obsoletes->equal_range(name);
    for (auto it = from; it != to; ++it) {
        auto [by, dep] = it->second;
        if (pool_id2solvable(pool, by)->name == name)
            continue;
        for (Id id : impl_->of_name(package.name)) {
            Solvable* s = pool_id2solvable(pool, id);
            if (package_of(pool, s) == package && pool_match_nevr(pool, s, dep))
                return impl_->offer(by);
        }
    }
    return std::nullopt;
}

/// Why there is no solution, by the fewest steps from what is wanted or installed: of all rules
/// that take part, the one that cannot hold and is nearest, and how it was come to.
static std::string explain(Pool* pool, Solver* solver, Id problem, const std::set<Id>& planned) {
    struct Rule {
        SolverRuleinfo type;
        Id source, target, dep;
    };
    Ids ids;
    solver_findallproblemrules(solver, problem, &ids.q);
    std::vector<Rule> needs, broken;
    for (int i = 0; i < ids.q.count; i++) {
        Rule r{};
        r.type = solver_ruleinfo(solver, ids.q.elements[i], &r.source, &r.target, &r.dep);
        if (r.type == SOLVER_RULE_PKG_REQUIRES)
            needs.push_back(r);
        else if (r.source > 0 && (r.type & 0xff00) == SOLVER_RULE_PKG)
            broken.push_back(r);
    }
    std::map<Id, std::pair<Id, Id>> from;  // a package -> who needs it, by which requirement
    std::vector<Id> reached;
    auto start = [&](Id p) {
        if (from.emplace(p, std::pair<Id, Id>{0, 0}).second)
            reached.push_back(p);
    };
    for (const Rule& r : needs)
        if (planned.count(r.source) || pool_id2solvable(pool, r.source)->repo == pool->installed)
            start(r.source);
    for (const Rule& r : broken)
        for (Id p : {r.source, r.target})
            if (p > 0 && (planned.count(p) || pool_id2solvable(pool, p)->repo == pool->installed))
                start(p);
    std::map<Id, size_t> steps;
    for (size_t i = 0; i < reached.size(); i++)
        for (const Rule& r : needs) {
            if (r.source != reached[i])
                continue;
            Id p, pp;
            FOR_PROVIDES(p, pp, r.dep) {
                if (!from.emplace(p, std::pair(r.source, r.dep)).second)
                    continue;
                steps[p] = steps[r.source] + 1;
                reached.push_back(p);
            }
        }
    const Rule* best = nullptr;
    size_t fewest = 0;
    for (const Rule& r : broken) {
        bool conflict = r.target > 0;
        if (!from.count(r.source) || (conflict && !from.count(r.target)))
            continue;
        size_t n = steps[r.source] + (conflict ? steps[r.target] : 0);
        if (!best || n < fewest) {
            best = &r;
            fewest = n;
        }
    }
    if (!best)
        return solver_problem2str(solver, problem);
    std::string text =
        solver_problemruleinfo2str(solver, best->type, best->source, best->target, best->dep);
    auto name = [&](Id p) {
        return package_of(pool, pool_id2solvable(pool, p)).text();
    };
    std::set<Id> told;
    for (Id end : {best->source, best->target}) {
        std::vector<std::string> way;
        for (Id p = end; p > 0 && from.count(p) && from[p].first && told.insert(p).second;
             p = from[p].first)
            way.push_back(fmt::format("{} needs {}, which is {}", name(from[p].first),
                                      pool_dep2str(pool, from[p].second), name(p)));
        for (size_t i = way.size(); i-- > 0;)
            text += "; " + way[i];
    }
    return text;
}

/// The rule by which the solver came to this, in a sentence; empty where it is none of these.
static std::string reason_of(Pool* pool, Solver* solver, Id p) {
    auto name = [&](Id id) {
        return package_of(pool, pool_id2solvable(pool, id)).text();
    };
    Id info = 0, source = 0, target = 0, dep = 0;
    int reason = solver_describe_decision(solver, p, &info);
    if (!info || (reason != SOLVER_REASON_UNIT_RULE && reason != SOLVER_REASON_RESOLVE))
        return {};
    SolverRuleinfo type = solver_ruleinfo(solver, info, &source, &target, &dep);
    if (type == SOLVER_RULE_PKG_REQUIRES && source && dep)
        return fmt::format("{} needs {}", name(source), pool_dep2str(pool, dep));
    if (type == SOLVER_RULE_PKG_OBSOLETES && source > 0 && source != p)
        return fmt::format("{} obsoletes it", name(source));
    if (type == SOLVER_RULE_PKG_CONFLICTS && source > 0 && target > 0)
        return source == p ? fmt::format("it conflicts with {}", name(target))
                           : fmt::format("{} conflicts with it", name(source));
    if (type == SOLVER_RULE_PKG_SAME_NAME && source > 0 && target > 0)
        return fmt::format("{} takes its place", name(source == p ? target : source));
    return {};
}

Universe::Resolution Universe::resolve(const std::vector<Operation>& ops,
                                       const Rules& rules) const {
    Pool* pool = impl_->pool.get();
    impl_->make_ready();
    Resolution r;
    Ids jobs;
    std::set<Id> planned;
    auto pick = [&](const Package& p, bool installed) -> Id {
        Id best = 0;
        for (Id id : impl_->of_name(p.name)) {
            Solvable* s = pool_id2solvable(pool, id);
            if ((s->repo == pool->installed) != installed || (!installed && !impl_->usable(id)))
                continue;
            if (!matches(p, package_of(pool, s), impl_->format))
                continue;
            // A file that is here goes before any repository; then priorities.
            if (!best || impl_->number(s->repo) == -2 ||
                s->repo->priority > pool_id2solvable(pool, best)->repo->priority)
                best = id;
        }
        return best;
    };
    std::map<Id, Package> weak;
    std::set<Id> come;
    for (const Operation& op : ops) {
        bool stays = rules.may_stay && op.action == Action::erase && op.reason == not_in_target;
        auto gone = op.old;
        if (op.action == Action::erase)
            gone.push_back(op.package);
        for (const Package& p : gone)
            if (Id id = pick(p, true)) {
                queue_push2(&jobs.q, SOLVER_ERASE | SOLVER_SOLVABLE | (stays ? SOLVER_WEAK : 0),
                            id);
                planned.insert(id);
                if (stays)
                    weak[id] = p;
            }
        if (op.action == Action::erase)
            continue;
        Id id = pick(op.package, false);
        if (!id) {
            r.unknown.push_back(op.package);
            continue;
        }
        planned.insert(id);
        come.insert(id);
        queue_push2(&jobs.q, SOLVER_INSTALL | SOLVER_SOLVABLE, id);
    }
    if (!r.unknown.empty())
        return r;
    // Installed beside another version of its name that does not go: rpm may, and the solver must
    // be told. Of architectures that are beside each other anyway, it knows.
    if (impl_->format == Format::rpm)
        for (Id id : come) {
            Solvable* s = pool_id2solvable(pool, id);
            for (Id other : impl_->of_name(pool_id2str(pool, s->name))) {
                Solvable* o = pool_id2solvable(pool, other);
                bool there = o->repo == pool->installed && !planned.count(other);
                if (other == id || (!there && !come.count(other)) || !pool_colormatch(pool, s, o))
                    continue;
                queue_push2(&jobs.q, SOLVER_MULTIVERSION | SOLVER_SOLVABLE_NAME, s->name);
                break;
            }
        }
    if (rules.fixed) {
        std::map<Id, bool> asked;  // by name
        for (Id p = 2; p < pool->nsolvables; p++) {
            Solvable* s = pool_id2solvable(pool, p);
            if (!s->repo || planned.count(p) || !impl_->usable(p))
                continue;
            auto [it, first] = asked.emplace(s->name, true);
            if (first && rules.may_be_fixed)
                it->second = rules.may_be_fixed(pool_id2str(pool, s->name));
            if (it->second && rules.fixed(package_of(pool, s), s->repo == pool->installed))
                queue_push2(&jobs.q, SOLVER_LOCK | SOLVER_SOLVABLE, p);
        }
    }
    SolverPtr solver(solver_create(pool));
    solver_set_flag(solver.get(), SOLVER_FLAG_IGNORE_RECOMMENDED, 1);
    solver_set_flag(solver.get(), SOLVER_FLAG_ALLOW_DOWNGRADE, 0);
    if (int n = solver_solve(solver.get(), &jobs.q)) {
        for (Id problem = 1; problem <= n; problem++)
            r.problems.push_back(explain(pool, solver.get(), problem, planned));
        return r;
    }
    TransactionPtr t(solver_create_transaction(solver.get()));
    std::set<Id> steps(t->steps.elements, t->steps.elements + t->steps.count), replaced;
    for (Id p : steps) {
        weak.erase(p);
        Solvable* s = pool_id2solvable(pool, p);
        if (planned.count(p) || s->repo == pool->installed)
            continue;
        std::string why = reason_of(pool, solver.get(), p);
        r.added.push_back({impl_->offer(p), {}, {}});
        for (Id old : steps) {
            Solvable* o = pool_id2solvable(pool, old);
            if (o->repo != pool->installed || o->name != s->name || !pool_colormatch(pool, s, o))
                continue;
            r.added.back().old.push_back(package_of(pool, o));
            replaced.insert(old);
            // The solver does not say that it keeps the architectures of a name together.
            for (Id beside : come)
                if (Solvable* b = pool_id2solvable(pool, beside);
                    why.empty() && b->name == s->name && b->evr != o->evr)
                    why = fmt::format(
                        "{} is of another version, and all architectures of a name "
                        "have one",
                        package_of(pool, b).text());
        }
        r.added.back().why = why.empty() ? "needed by the plan" : why;
    }
    for (Id p : steps)
        if (Solvable* s = pool_id2solvable(pool, p);
            s->repo == pool->installed && !planned.count(p) && !replaced.count(p))
            r.removed.emplace_back(package_of(pool, s), reason_of(pool, solver.get(), p));
    for (auto& [id, p] : weak)
        r.needed.push_back(p);
    return r;
}

}  // namespace weft::spm::solv
