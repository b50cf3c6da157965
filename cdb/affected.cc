// The first steps of a commit: its changes on top of the head, and the objects whose values may
// differ by them.
#include <fmt/core.h>

#include "base/error.hh"
#include "cdb/namespaces.hh"
#include "cdb/plan.hh"
#include "cdb/revisions.hh"
#include "cdb/sessions.hh"
#include "cdb/values.hh"

namespace weft::cdb {

// ---- 1: the changes on top of the head

/// False when there is nothing to go on with.
bool Pipeline::merge(const Proposal& p, Plan& plan) {
    plan.out.revision = store_.revisions.head();
    plan.tree = std::make_shared<Tree>(*plan.head->tree);
    for (const Edit& e : p.edits) {
        if (e.text)
            check_path(e.path);  // what is there by an older rule can still be removed
        auto it = plan.tree->find(e.path);
        Hash now = it == plan.tree->end() ? Hash() : it->second;
        Hash after = e.text ? hash_of(*e.text) : Hash();
        if (now == after)
            continue;
        if (now != e.base) {
            Conflict c{.path = e.path,
                       .revision = store_.revisions.changed_at(e.path, plan.out.revision)};
            if (auto r = store_.revisions.find(c.revision))
                c.author = r->author;
            plan.out.conflicts.push_back(std::move(c));
            continue;
        }
        if (e.text) {
            (*plan.tree)[e.path] = after;
            plan.fresh.emplace_back(after, std::make_shared<const std::string>(*e.text));
        } else {
            plan.tree->erase(e.path);
        }
        if (e.path == access_path)
            plan.out.rules = std::make_shared<const Namespaces>(
                Namespaces::parse(e.text.value_or("")));  // refuses the commit when they are wrong
        plan.out.files.push_back({e.path, now, after});
        plan.landing.edits.push_back(e);
    }
    // A name cannot be both a file and a folder: nobody could export that.
    for (auto& f : plan.out.files) {
        if (f.after.empty())
            continue;
        auto both = [](const std::string& file, const std::string& within) {
            return Error(
                exit_data,
                fmt::format("'{}' cannot be a file, it is the folder of '{}'", file, within), {},
                "remove one of them in the same change");
        };
        for (size_t at = f.path.find('/'); at != std::string::npos; at = f.path.find('/', at + 1))
            if (std::string folder = f.path.substr(0, at); plan.tree->contains(folder))
                throw both(folder, f.path);
        if (auto below = plan.tree->lower_bound(f.path + "/");
            below != plan.tree->end() && below->first.starts_with(f.path + "/"))
            throw both(f.path, below->first);
    }
    for (auto& lock : store_.sessions.locks())
        if (lock.owner != p.principal() &&
            std::any_of(plan.out.files.begin(), plan.out.files.end(),
                        [&](auto& f) { return lock.covers(f.path); }))
            plan.out.locks.push_back(lock);
    if (!plan.out.conflicts.empty())
        plan.out.state = Outcome::conflict;
    else if (!plan.out.locks.empty())
        plan.out.state = Outcome::locked;
    else if (plan.out.files.empty() && !p.everything && p.past.empty())
        plan.out.state = Outcome::unchanged;
    return plan.out.state == Outcome::done;
}

// ---- 2: the objects whose value may differ

std::vector<Need> touched_by(const FileChange& f) {
    if (!f.before.empty())
        return {{Need::file, f.path}};
    std::vector<Need> needs;  // a new file may be found where another, or none, was found before
    for (size_t at = 0; at != std::string::npos;
         at = f.path.find('/', at), at += at != std::string::npos) {
        std::string name = f.path.substr(at);
        needs.push_back({Need::text, name});
        if (is_template(f.path))
            needs.push_back({Need::source, name.substr(0, name.size() - 4)});
    }
    return needs;
}

void Pipeline::find_affected(const Proposal& p, Plan& plan, TreeSource& source) {
    source.use(plan.tree, plan.fresh);
    plan.lookup = std::make_shared<const Lookup>(plan.tree, source);
    if (auto& e = plan.lookup->error()) {
        Diagnostic d{.kind = "load path error", .error = *e, .objects = {}};
        d.error.where.file = tree_path(d.error.where.file);
        plan.out.errors.push_back(std::move(d));
        plan.out.state = Outcome::refused;
        return;
    }

    // An object exists when its name leads to a template that declares it.
    auto exists = [&](const std::string& object) {
        std::string path = plan.lookup->file_of(object, source);
        return !path.empty() && declared_object(*source.text(plan.tree->at(path))) == object;
    };
    auto consider = [&](const std::string& object) {
        if (exists(object))
            plan.build.insert(object);
        else if (store_.revisions.profile(object))
            plan.withdrawn.insert(object);
    };
    auto users = [&](const Need& need) {
        for (auto& object : store_.values.objects_needing(need))
            consider(object);
    };

    const Lookup &now = *plan.lookup, &was = *plan.head->lookup;
    bool all = p.everything;
    if (all || !now.same_paths(was)) {
        for (auto& profile : store_.revisions.profiles())
            if (std::string file = now.file_of(profile.object, source);
                all || file != was.file_of(profile.object, source) ||
                now.folders_of(file) != was.folders_of(file))
                consider(profile.object);
        for (auto& [path, hash] : *plan.tree)
            if (is_template(path) && (all || now.folders_of(path) != was.folders_of(path)))
                if (auto object = declared_object(*source.text(hash)); object && exists(*object))
                    plan.build.insert(*object);
    }
    size_t outside = 0;
    for (const FileChange& f : plan.out.files) {
        bool tpl = is_template(f.path);
        if (tpl && !f.after.empty()) {
            plan.changed_templates.push_back(f.path);
            if (auto object = declared_object(*source.text(f.after))) {
                consider(*object);
                if (!plan.build.contains(*object))
                    outside++;
            }
        }
        if (tpl && !f.before.empty())
            if (auto object = declared_object(*source.text(f.before)))
                consider(*object);
        if (all)
            continue;
        for (auto& need : touched_by(f))
            users(need);
    }
    if (outside)
        plan.out.notes.push_back(
            fmt::format("{} object template{} outside the load path, or not named like {} file: no "
                        "profile is made",
                        outside, outside == 1 ? " is" : "s are", outside == 1 ? "its" : "their"));
    for (auto& object : std::set(plan.withdrawn))
        users({Need::object, object});
}

/// Merge and find; false when there is nothing to go on with.
bool Pipeline::prepare(const Proposal& p, Plan& plan, std::shared_ptr<const Head> head,
                       TreeSource& source) {
    plan.head = std::move(head);
    if (!merge(p, plan))
        return false;
    find_affected(p, plan, source);
    return plan.out.state == Outcome::done;
}

/// Others have committed since this was compiled: does it stay as it is on top of theirs? `fresh`
/// is the same proposal prepared for the new head.
bool Pipeline::still_holds(const Plan& plan, const Plan& fresh, TreeSource& source) {
    if (plan.out.state != Outcome::done || plan.unsure)
        return false;
    if (plan.build != fresh.build || plan.withdrawn != fresh.withdrawn ||
        !plan.lookup->same_paths(*fresh.lookup))
        return false;
    std::set<uint32_t> touched;
    const Tree &was = *plan.head->tree, &is = *fresh.head->tree;
    auto changed = [&](const std::string& path, const Hash& before, const Hash& after) {
        for (auto& need : touched_by({path, before, after}))
            if (auto n = plan.landing.words->find(need_key(need)))
                touched.insert(*n);
    };
    for (auto a = was.begin(), b = is.begin(); a != was.end() || b != is.end();) {
        int order = a == was.end() ? 1 : b == is.end() ? -1 : a->first.compare(b->first);
        if (order < 0) {
            changed(a->first, a->second, {});
            ++a;
        } else if (order > 0) {
            changed(b->first, {}, b->second);
            ++b;
        } else {
            if (a->second != b->second)
                changed(a->first, a->second, b->second);
            ++a;
            ++b;
        }
    }
    return std::none_of(plan.landing.built.begin(), plan.landing.built.end(), [&](const Built& b) {
        if (plan.lookup->files_of(b.object, source) != fresh.lookup->files_of(b.object, source))
            return true;
        return std::any_of(touched.begin(), touched.end(), [&](uint32_t n) {
            return std::binary_search(b.needs.begin(), b.needs.end(), n);
        });
    });
}

std::string Pipeline::template_of(const std::string& object) const {
    TreeSource source(store_.contents);
    return head()->lookup->file_of(object, source);
}

}  // namespace weft::cdb
