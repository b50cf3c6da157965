// Architectures side by side, as Debian has them: which package of which architecture meets a
// requirement is said in the names of what is required and provided, so that any solver sees it.
#define LIBSOLV_SOLVABLE_PREPEND_DEP
extern "C" {
#include <solv/pool.h>
#include <solv/repo.h>
#include <solv/solvable.h>
}

#include <set>
#include <string>

#include "spm/wrap/solv.hh"

namespace weft::spm::solv {

namespace {

constexpr Id arrays[] = {SOLVABLE_REQUIRES, SOLVABLE_PROVIDES};

struct Spreader {
    Pool* pool;
    const std::vector<std::string>& arches;

    Id name_for(Id name, const std::string& arch) const {
        return pool_str2id(pool, (std::string(pool_id2str(pool, name)) + ":" + arch).c_str(), 1);
    }
    /// The dependency with every name in it said for `arch`; one that names an architecture itself
    /// ("python3:any") keeps that.
    Id dependency_for(Id dep, const std::string& arch) const {
        if (!ISRELDEP(dep))
            return name_for(dep, arch);
        Reldep* r = GETRELDEP(pool, dep);
        Id name = r->name, evr = r->evr;
        int flags = r->flags;
        if (flags == REL_MULTIARCH)
            return name_for(name, pool_id2str(pool, evr));
        Id to = dependency_for(name, arch);
        if (flags > 7)  // an alternative, or the like: both sides are dependencies
            evr = dependency_for(evr, arch);
        return pool_rel2id(pool, to, evr, flags, 1);
    }
    std::vector<Id> array(Solvable* s, Id key) const {
        Queue q;
        queue_init(&q);
        solvable_lookup_deparray(s, key, &q, -1);
        std::vector<Id> out(q.elements, q.elements + q.count);
        queue_free(&q);
        return out;
    }
    void put(Solvable* s, Id key, const std::vector<Id>& ids) const {
        Queue q;
        queue_init(&q);
        for (Id id : ids)
            queue_push(&q, id);
        solvable_set_deparray(s, key, &q, -1);
        queue_free(&q);
    }
    Id itself(Solvable* s, const std::string& arch, int flags) const {
        std::string name = std::string("package:") + pool_id2str(pool, s->name) + ":" + arch;
        Id id = pool_str2id(pool, name.c_str(), 1);
        return flags ? pool_rel2id(pool, id, s->evr, flags, 1) : id;
    }

    void spread(Solvable* s) const {
        std::string arch = s->arch == ARCH_ALL ? arches[0] : pool_id2str(pool, s->arch);
        const char* field = solvable_lookup_str(s, SOLVABLE_MULTIARCH);
        std::string kind = field ? field : "";
        std::vector<Id> needs, provides;
        for (Id dep : array(s, SOLVABLE_REQUIRES))
            needs.push_back(dep == SOLVABLE_PREREQMARKER ? dep : dependency_for(dep, arch));
        for (Id dep : array(s, SOLVABLE_PROVIDES)) {
            if (ISRELDEP(dep) && GETRELDEP(pool, dep)->flags == REL_MULTIARCH)
                continue;  // libsolv's own word for what is said here
            provides.push_back(dep);
            provides.push_back(dependency_for(dep, arch));
            if (kind == "foreign")
                for (auto& other : arches)
                    if (other != arch)
                        provides.push_back(dependency_for(dep, other));
            if (kind == "foreign" || kind == "allowed" || arch == arches[0])
                provides.push_back(dependency_for(dep, "any"));
        }
        provides.push_back(itself(s, arch, REL_EQ));
        std::vector<Id> conflicts = array(s, SOLVABLE_CONFLICTS);
        for (auto& other : arches)
            if (other != arch)
                conflicts.push_back(itself(s, other, kind == "same" ? REL_LT | REL_GT : 0));
        put(s, SOLVABLE_REQUIRES, needs);
        put(s, SOLVABLE_PROVIDES, provides);
        put(s, SOLVABLE_CONFLICTS, conflicts);
    }
};

}  // namespace

void spread_architectures(s_Pool* pool, s_Repo* repo, const std::vector<std::string>& arches) {
    Spreader spreader{pool, arches};
    Id p;
    Solvable* s;
    FOR_REPO_SOLVABLES(repo, p, s)
    spreader.spread(s);
}

}  // namespace weft::spm::solv
