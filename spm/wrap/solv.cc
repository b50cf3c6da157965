// The pool, its repositories and the solver.
#include "spm/wrap/solv.hh"

#define LIBSOLV_SOLVABLE_PREPEND_DEP
#include <fmt/core.h>
#include <sys/utsname.h>
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
}

#include "base/error.hh"
#include "base/file.hh"
#include "base/wrap/free.hh"
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

PoolPtr new_pool(Format f, const std::string& arch) {
    PoolPtr pool(pool_create());
    if (pool_setdisttype(pool.get(), f == Format::rpm ? DISTTYPE_RPM : DISTTYPE_DEB) < 0)
        throw Error(exit_config,
                    fmt::format("this libsolv does not know {} packages", format_name(f)));
    if (!arch.empty())
        pool_setarch(pool.get(), arch.c_str());
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

std::string native_arch(Format f) {
    struct utsname u {};
    uname(&u);
    std::string m = u.machine;
    if (f != Format::deb)
        return m;
    static const std::map<std::string, std::string> names = {
        {"x86_64", "amd64"}, {"aarch64", "arm64"}, {"ppc64le", "ppc64el"}, {"i686", "i386"}};
    auto it = names.find(m);
    return it == names.end() ? m : it->second;
}

RepoMd read_repomd(const std::string& file) {
    PoolPtr pool = new_pool(Format::rpm, "");
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
    PoolPtr pool = new_pool(f, "");
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
    PoolPtr pool = new_pool(Format::rpm, "");
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
    PoolPtr pool;
    std::vector<int> numbers;  ///< by repo->repoid
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
    void make_ready() {
        if (ready)
            return;
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
                solvable_lookup_num(s, SOLVABLE_DOWNLOADSIZE, 0),
                "",
                ""};
        if (const char* at = solvable_get_location(s, nullptr))
            o.location = at;
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

Universe::Universe(Format f, const std::string& arch) : impl_(std::make_unique<Impl>()) {
    impl_->format = f;
    impl_->pool = new_pool(f, arch);
}
Universe::~Universe() = default;

void Universe::add_installed(const PluginCall& call, const std::string& cache) {
    Pool* pool = impl_->pool.get();
    Repo* repo = impl_->add("installed", -1);
    if (!call.root.empty())
        pool_set_rootdir(pool, call.root.c_str());
    int rc = 0;
    if (impl_->format == Format::rpm) {
        rpm::configure(call);
        if (rpm::has_database(call)) {
            File before(cache.empty() ? nullptr : fopen(cache.c_str(), "r"));
            rc = repo_add_rpmdb_reffp(repo, before.get(),
                                      REPO_USE_ROOTDIR | RPM_ADD_FILTERED_FILELIST);
        }
    } else {
        rc = repo_add_debdb(repo, REPO_USE_ROOTDIR);
        if (rc && !call.root.empty() && access((call.root + "/var/lib/dpkg/status").c_str(), F_OK))
            rc = 0;
    }
    if (rc)
        throw Error(exit_io,
                    fmt::format("cannot read the package database: {}", pool_errstr(pool)));
    pool_set_installed(pool, repo);
    if (!rc && !cache.empty() && impl_->format == Format::rpm && rpm::newer_than(call, cache)) {
        try {
            write_repo(repo, cache);
        } catch (const Error&) {  // not ours to write, or a full disk: it is read from the database
                                  // again next time
        }
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
    if (filter.include.empty() && filter.exclude.empty())
        return size_t(repo->nsolvables);

    Pool* pool = impl_->pool.get();
    if (!impl_->filtered) {
        map_init(&impl_->considered, pool->nsolvables);
        map_setall(&impl_->considered);
        impl_->filtered = true;
    } else {
        int had = impl_->considered.size * 8;
        map_grow(&impl_->considered, pool->nsolvables);
        for (int i = had; i < pool->nsolvables; i++)
            MAPSET(&impl_->considered, i);
    }
    pool->considered = &impl_->considered;
    auto named = [&](const std::vector<std::string>& patterns, Solvable* s) {
        std::string name = pool_id2str(pool, s->name),
                    full = name + "-" + pool_id2str(pool, s->evr);
        return std::any_of(patterns.begin(), patterns.end(),
                           [&](auto& p) { return glob(p, name) || glob(p, full); });
    };
    Id p;
    Solvable* s;
    FOR_REPO_SOLVABLES(repo, p, s) {
        if ((!filter.include.empty() && !named(filter.include, s)) || named(filter.exclude, s))
            MAPCLR(&impl_->considered, p);
    }
    return size_t(repo->nsolvables);
}

bool Universe::add_file(const std::string& path) {
    Repo* repo = impl_->add("files", -2);
    Id p = impl_->format == Format::rpm ? repo_add_rpm(repo, path.c_str(), REPO_REUSE_REPODATA)
                                        : repo_add_deb(repo, path.c_str(), REPO_REUSE_REPODATA);
    repo_internalize(repo);
    if (impl_->filtered) {
        int had = impl_->considered.size * 8;
        map_grow(&impl_->considered, impl_->pool->nsolvables);
        for (int i = had; i < impl_->pool->nsolvables; i++)
            MAPSET(&impl_->considered, i);
    }
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
    auto score = [&](Id arch) {
        return pool->id2arch && arch <= pool->lastarch ? pool->id2arch[arch] : 0;
    };
    std::vector<std::pair<Id, Offer>> offers;
    for (Id p : found)
        offers.emplace_back(p, impl_->offer(p));
    std::stable_sort(offers.begin(), offers.end(), [&](auto& a, auto& b) {
        Solvable *x = pool_id2solvable(pool, a.first), *y = pool_id2solvable(pool, b.first);
        if (x->repo->priority != y->repo->priority)
            return x->repo->priority > y->repo->priority;
        if (x->evr != y->evr)
            if (int c = compare_evr(a.second.package.evr(), b.second.package.evr(), impl_->format))
                return c > 0;
        return (score(x->arch) & 0xffff) < (score(y->arch) & 0xffff);
    });
    std::vector<Offer> out;
    for (auto& [p, offer] : offers)
        out.push_back(std::move(offer));
    return out;
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

Universe::Resolution Universe::resolve(const std::vector<Operation>& ops, bool may_stay) const {
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
    std::map<std::string_view, int> names;  // instances there and to come
    for (const Operation& op : ops)
        if (op.action == Action::install)
            names[op.package.name]++;
    if (pool->installed)
        for (auto& [name, n] : names)
            for (Id id : impl_->of_name(std::string(name)))
                n += pool_id2solvable(pool, id)->repo == pool->installed;
    for (const Operation& op : ops) {
        bool stays = may_stay && op.action == Action::erase && op.reason == not_in_target;
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
        queue_push2(&jobs.q, SOLVER_INSTALL | SOLVER_SOLVABLE, id);
        // Installed beside other versions of its name: rpm may, and the solver must be told.
        if (op.action == Action::install && impl_->format == Format::rpm &&
            names[op.package.name] > 1)
            queue_push2(&jobs.q, SOLVER_MULTIVERSION | SOLVER_SOLVABLE_NAME,
                        pool_str2id(pool, op.package.name.c_str(), 1));
    }
    if (!r.unknown.empty())
        return r;
    SolverPtr solver(solver_create(pool));
    solver_set_flag(solver.get(), SOLVER_FLAG_IGNORE_RECOMMENDED, 1);
    solver_set_flag(solver.get(), SOLVER_FLAG_ALLOW_DOWNGRADE, 0);
    if (int n = solver_solve(solver.get(), &jobs.q)) {
        for (Id problem = 1; problem <= n; problem++)
            r.problems.push_back(explain(pool, solver.get(), problem, planned));
        return r;
    }
    TransactionPtr t(solver_create_transaction(solver.get()));
    for (int i = 0; i < t->steps.count; i++) {
        Id p = t->steps.elements[i];
        weak.erase(p);
        if (planned.count(p))
            continue;
        Solvable* s = pool_id2solvable(pool, p);
        if (s->repo == pool->installed) {
            // Replaced by one of ours is as planned only when the plan says so; the planned ones
            // are out already.
            r.removed.push_back(package_of(pool, s));
            continue;
        }
        r.added.push_back(impl_->offer(p));
        Id info = 0;
        int reason = solver_describe_decision(solver.get(), p, &info);
        std::string why = "needed by the plan";
        Id source = 0, target = 0, dep = 0;
        if (info && (reason == SOLVER_REASON_UNIT_RULE || reason == SOLVER_REASON_RESOLVE)) {
            SolverRuleinfo type = solver_ruleinfo(solver.get(), info, &source, &target, &dep);
            if (type == SOLVER_RULE_PKG_REQUIRES && source && dep)
                why = fmt::format("{} needs {}",
                                  package_of(pool, pool_id2solvable(pool, source)).text(),
                                  pool_dep2str(pool, dep));
        }
        r.why.push_back(why);
    }
    for (auto& [id, p] : weak)
        r.needed.push_back(p);
    return r;
}

}  // namespace weft::spm::solv
