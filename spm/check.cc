// REQ-H-9: a version that no repository has is an error of the profile, not of a thousand nodes at
// night.
#include "spm/check.hh"

#include <fmt/core.h>

#include "base/file.hh"
#include "base/noun/profile.hh"

namespace weft::spm {

struct Checker::Known {
    Repositories repositories;
    solv::Universe universe;
    Known(const Settings& s, Format f, Say say, std::vector<Repository> list)
        : repositories(s, f, std::move(say), std::move(list)), universe(f, repositories.arches()) {
        repositories.refresh();
        repositories.load(universe);
    }
};

Checker::Checker(const Settings& s, Format f, Say say)
    : settings_(s), format_(f), say_(std::move(say)) {}
Checker::~Checker() = default;

/// name, version, "arch", architecture; no version means any, no architecture too.
static std::vector<Package> wanted(const Element& packages, Format format) {
    std::vector<Package> out;
    auto text = [](std::string_view key) {
        return unescape(key).value_or(std::string(key));
    };
    if (!packages.is(Kind::dict))
        return out;
    for (auto& [name, versions] : packages.dict()) {
        Package p{text(name.view()), "*", "*", "*"};
        if (p.name.find_first_of("*?") != std::string::npos)
            continue;  // a version lock installs nothing
        if (!versions.is(Kind::dict) || versions.dict().empty()) {
            out.push_back(p);
            continue;
        }
        for (auto& [version, entry] : versions.dict()) {
            std::string evr = text(version.view());
            size_t dash = evr.rfind('-');
            p.version = evr.substr(0, dash);
            p.release = dash != std::string::npos             ? evr.substr(dash + 1)
                        : format == Format::deb && evr != "*" ? ""
                                                              : "*";
            const Element* arches = entry.is(Kind::dict) ? entry.dict().find(Key("arch")) : nullptr;
            if (!arches || !arches->is(Kind::dict) || arches->dict().empty()) {
                p.arch = "*";
                out.push_back(p);
                continue;
            }
            for (auto& [arch, repository] : arches->dict()) {
                p.arch = arch.view();
                out.push_back(p);
            }
        }
    }
    return out;
}

std::pair<std::vector<Package>, Checker::Known*> Checker::read(const std::string& file) {
    std::string text = read_file(file);
    size_t first = text.find_first_not_of(" \t\r\n");
    Element profile = first != std::string::npos && text[first] == '<' ? read_xml(text, file)
                                                                       : read_json(text, file);
    const Element *packages = profile.find("/software/packages"),
                  *repositories = profile.find("/software/repositories");
    groups_.clear();
    if (const Element* groups = profile.find("/software/groups");
        groups && groups->is(Kind::dict) && format_ == Format::rpm)
        for (auto& [name, kinds] : groups->dict())
            groups_.push_back(unescape(name.view()).value_or(std::string(name.view())));
    if (!packages)
        return {};
    std::string list = "[]";
    if (repositories) {
        list.clear();
        write_json(*repositories, list);
    }
    auto& known = known_[list];
    if (!known) {
        auto parsed = parse_repositories(list, file + ": /software/repositories", say_);
        // The keys are the node's; what is asked here is only what exists.
        for (auto& r : parsed)
            r.gpgcheck = false;
        known = std::make_unique<Known>(settings_, format_, say_, std::move(parsed));
    }
    return {wanted(*packages, format_), known.get()};
}

std::vector<std::string> Checker::check(const std::string& file) {
    std::vector<std::string> out;
    auto tell = [&](const std::string& line) {
        out.push_back(file + ": " + line);
    };
    auto [packages, known] = read(file);
    if (!known)
        return out;
    for (auto& group : groups_)
        if (auto all = known->repositories.groups(); !all.count(group + "/mandatory") &&
                                                     !all.count(group + "/default") &&
                                                     !all.count(group + "/optional"))
            tell(fmt::format("group {}: no repository knows it", group));
    std::vector<Operation> ops;
    for (const Package& p : packages) {
        auto offers = known->universe.find(p);
        if (!offers.empty()) {
            ops.push_back({Action::install, offers[0].package});
            continue;
        }
        auto others = known->universe.find({p.name, "*", "*", "*"});
        tell(fmt::format(
            "{}: no repository has it{}", p.text(),
            others.empty()
                ? ""
                : fmt::format("; '{}' has {}", known->repositories.name(others[0].repository),
                              others[0].package.text())));
    }
    if (settings_.dependencies == "ignore")
        return out;
    auto r = known->universe.resolve(ops, {});
    for (auto& p : r.problems)
        tell(p);
    if (settings_.dependencies == "report")
        for (size_t i = 0; i < r.added.size(); i++)
            tell(fmt::format("{} is missing: {}", r.added[i].offer.package.text(), r.added[i].why));
    return out;
}

std::vector<Operation> Checker::needed(const std::string& file) {
    std::vector<Operation> ops;
    auto [packages, known] = read(file);
    if (!known)
        return ops;
    auto add = [&, known = known](const solv::Offer& o) {
        Operation op{Action::install, o.package};
        op.source = known->repositories.source(o);
        ops.push_back(std::move(op));
    };
    for (const Package& p : packages)
        if (auto offers = known->universe.find(p); !offers.empty())
            add(offers[0]);
    if (settings_.dependencies != "ignore")
        for (auto& a : known->universe.resolve(ops, {}).added)
            add(a.offer);
    return ops;
}

}  // namespace weft::spm
