// Reading and writing of targets. A mistake in a target would be carried out on every node that
// gets it, so everything that cannot mean what was written is refused.
#include "spm/target.hh"

#include <fmt/core.h>

#include "base/file.hh"
#include "base/noun/profile.hh"

namespace weft::spm {

namespace {

struct FlagName {
    const char* name;
    Flag flag;
};
constexpr FlagName flag_names[] = {{"ISMANDATORY", mandatory},
                                   {"ISUNWANTED", unwanted},
                                   {"LOCKED", locked},
                                   {"HELD", held},
                                   {"IFPRESENT", if_present}};

bool has_wildcard(std::string_view s) { return s.find_first_of("*?") != std::string_view::npos; }

/// One line, with where its words stand.
struct Line {
    std::string_view text;
    const std::string& file;
    int number;
    std::vector<std::string_view> words;

    Error error(size_t word, std::string message, std::string hint = {}) const {
        Where w{file, number, 0, number, 0};
        if (word < words.size()) {
            w.col = int(words[word].data() - text.data()) + 1;
            w.end_col = w.col + int(words[word].size()) - 1;
        } else {
            w.col = w.end_col = int(text.size()) + 1;
        }
        Error e(exit_data, std::move(message), w, std::move(hint));
        e.line = text;
        return e;
    }
};

std::string unfield(std::string_view s) { return s == "-" ? std::string() : std::string(s); }

/// The complaint about a flag, if any.
unsigned flag_of(std::string_view word, const auto& complain) {
    std::vector<std::string_view> names;
    for (auto& f : flag_names) {
        if (word == f.name)
            return f.flag;
        names.push_back(f.name);
    }
    std::string_view near = nearest(word, names, 3);
    throw complain(fmt::format("unknown flag '{}'", word),
                   near.empty() ? "flags are ISMANDATORY, ISUNWANTED, LOCKED, HELD and IFPRESENT"
                                : fmt::format("did you mean '{}'?", near));
}

/// What cannot be meant; complain(word index, message, hint) makes the error.
void check(const Wanted& w, const auto& complain) {
    const Package& p = w.package;
    if (p.name.empty())
        throw complain(1, "a package without a name", "");
    if (p.version.empty())
        throw complain(2, "a package without a version", "write '*' for any version");
    if (p.arch.empty())
        throw complain(4, "a package without an architecture", "write '*' for any architecture");
    auto alone = [](unsigned f) {
        return (f & (f - 1)) == 0;
    };
    if (!alone(w.flags & (unwanted | locked | held | if_present)) ||
        (w.is(unwanted) && w.is(mandatory)))
        throw complain(5, fmt::format("the flags of '{}' contradict each other", p.name),
                       "of ISUNWANTED, LOCKED, HELD and IFPRESENT a line has one; ISMANDATORY and "
                       "ISUNWANTED exclude each other");
    if (p.version == "*" && p.release != "*")
        throw complain(3, fmt::format("'{}': version '*' with release '{}'", p.name, p.release),
                       "with any version goes any release: write '*' for both");
    bool pattern_ok = w.flags & (unwanted | locked | held | if_present);
    if (p.name.starts_with('@')) {
        size_t slash = p.name.rfind('/');
        std::string_view kind = slash == std::string::npos
                                    ? std::string_view()
                                    : std::string_view(p.name).substr(slash + 1);
        if (kind != "mandatory" && kind != "default" && kind != "optional")
            throw complain(1, fmt::format("'{}' does not say which packages of the group", p.name),
                           "write @GROUP/mandatory, @GROUP/default or @GROUP/optional");
        if (p.version != "*" || p.arch != "*" || w.flags || !w.url.empty())
            throw complain(2, fmt::format("'{}' is a group, which has no version", p.name),
                           "write '- @GROUP/default * * *'");
    }
    if (has_wildcard(p.name) && !pattern_ok)
        throw complain(1, fmt::format("'{}' is a pattern: it does not say what to install", p.name),
                       "wildcards in a name go with ISUNWANTED, LOCKED, HELD or IFPRESENT");
}

/// A line that asks for a version and another that forbids the same one.
void check_whole(const Target& t, const auto& complain) {
    std::map<std::string_view, std::vector<const Wanted*>> forbidden;
    for (const Wanted& w : t)
        if (w.is(unwanted))
            forbidden[w.package.name].push_back(&w);
    for (size_t i = 0; i < t.size(); i++) {
        const Wanted& w = t[i];
        if (w.flags & (unwanted | locked | if_present))
            continue;
        auto it = forbidden.find(w.package.name);
        if (it == forbidden.end())
            continue;
        for (const Wanted* u : it->second)
            if (u->package == w.package)
                throw complain(
                    i, fmt::format("'{}' is wanted here and unwanted elsewhere", w.package.text()),
                    u->line ? fmt::format("line {} has it with ISUNWANTED", u->line)
                            : std::string());
    }
}

Target parse_text(std::string_view text, const std::string& file) {
    Target t;
    std::vector<Line> kept;
    int number = 0;
    for (std::string_view line : lines(text)) {
        number++;
        Line l{line, file, number, words_of(line.substr(0, line.find('#')))};
        if (l.words.empty())
            continue;
        auto complain = [&](size_t word, std::string m, std::string h) {
            return l.error(word, std::move(m), std::move(h));
        };
        static constexpr const char* names[] = {"URL", "name", "version", "release",
                                                "architecture"};
        if (l.words.size() < 5)
            throw l.error(
                l.words.size(),
                fmt::format("a target line needs five fields, the {} is missing",
                            names[l.words.size()]),
                "URL name version release architecture [flags]; '-' as URL for any repository");
        Wanted w{unfield(l.words[0]),
                 {std::string(l.words[1]), std::string(l.words[2]), unfield(l.words[3]),
                  std::string(l.words[4])},
                 0,
                 number};
        for (size_t i = 5; i < l.words.size(); i++)
            w.flags |= flag_of(l.words[i], [&](std::string m, std::string h) {
                return l.error(i, std::move(m), std::move(h));
            });
        check(w, complain);
        t.push_back(std::move(w));
        kept.push_back(std::move(l));
    }
    check_whole(t, [&](size_t i, std::string m, std::string h) {
        return kept[i].error(1, std::move(m), std::move(h));
    });
    return t;
}

Target parse_as_json(std::string_view text, const std::string& file) {
    Element root = parse_json(text, file);
    const Element* list = root.is(Kind::dict) ? root.find("/packages") : nullptr;
    if (!list || !list->is(Kind::list))
        throw Error(exit_data, "a target in JSON is an object with a list 'packages'", {file});
    Target t;
    for (const Element& e : list->list()) {
        std::string at = fmt::format("/packages/{}", t.size());
        auto complain = [&](size_t, std::string m, std::string h) {
            return Error(exit_data, fmt::format("{}: {}", at, m), {file}, std::move(h));
        };
        if (!e.is(Kind::dict))
            throw complain(0, "a package is an object", "");
        Wanted w;
        w.package.arch = w.package.version = w.package.release = "*";
        for (auto& [key, value] : e.dict()) {
            std::string_view k = key.view();
            if (k == "flags" && value.is(Kind::list)) {
                for (const Element& f : value.list())
                    w.flags |= flag_of(f.is(Kind::string) ? f.string() : std::string_view(),
                                       [&](std::string m, std::string h) {
                                           return complain(5, std::move(m), std::move(h));
                                       });
                continue;
            }
            std::string* to = k == "url"       ? &w.url
                              : k == "name"    ? &w.package.name
                              : k == "version" ? &w.package.version
                              : k == "release" ? &w.package.release
                              : k == "arch"    ? &w.package.arch
                                               : nullptr;
            if (!to)
                throw complain(0, fmt::format("unknown key '{}'", k),
                               "keys are url name version release arch flags");
            if (!value.is(Kind::string))
                throw complain(0, fmt::format("'{}' is no string", k), "");
            *to = value.string();
            if (to->find_first_of(" \t\n") != std::string::npos)
                throw complain(0, fmt::format("'{}' holds a blank", k), "");
        }
        check(w, complain);
        t.push_back(std::move(w));
    }
    check_whole(t, [&](size_t i, const std::string& m, std::string h) {
        return Error(exit_data, fmt::format("/packages/{}: {}", i, m), {file}, std::move(h));
    });
    return t;
}

}  // namespace

std::string field(std::string_view s) { return s.empty() ? "-" : std::string(s); }

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> out;
    for (size_t at = 0; (at = line.find_first_not_of(" \t\r", at)) != std::string_view::npos;) {
        size_t end = std::min(line.find_first_of(" \t\r", at), line.size());
        out.push_back(line.substr(at, end - at));
        at = end;
    }
    return out;
}

Target parse_target(std::string_view text, const std::string& file) {
    size_t first = text.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && text[first] == '{' ? parse_as_json(text, file)
                                                                 : parse_text(text, file);
}

bool names_groups(const Target& t) {
    return std::any_of(t.begin(), t.end(), [](auto& w) { return w.package.name.starts_with('@'); });
}

Target expand_groups(const Target& t, const Groups& groups) {
    Target out;
    std::set<std::string, std::less<>> own;
    for (const Wanted& w : t)
        if (!w.package.name.starts_with('@'))
            out.push_back(w), own.insert(w.package.name);
    for (const Wanted& w : t) {
        if (!w.package.name.starts_with('@'))
            continue;
        std::string key = w.package.name.substr(1), name = key.substr(0, key.rfind('/'));
        auto it = groups.lower_bound(name + "/");
        if (it == groups.end() || !it->first.starts_with(name + "/"))
            throw Error(exit_data,
                        fmt::format("line {} of the target: no repository knows the group '{}'",
                                    w.line, name));
        if (it = groups.find(key); it == groups.end())
            continue;  // it has none of that kind
        for (auto& package : it->second)
            if (own.insert(package).second)
                out.push_back({"", {package, "*", "*", "*"}, 0, w.line, name});
    }
    return out;
}

std::string target_text(const Target& t) {
    std::string s;
    for (const Wanted& w : t) {
        const Package& p = w.package;
        s += fmt::format("{} {} {} {} {}", field(w.url), p.name, p.version, field(p.release),
                         p.arch);
        for (auto& f : flag_names)
            if (w.is(f.flag))
                s += fmt::format(" {}", f.name);
        s += '\n';
    }
    return s;
}

std::string target_json(const Target& t) {
    Element root = Element::new_dict(), list = Element::new_list();
    for (const Wanted& w : t) {
        Element e = Element::new_dict();
        Dict& d = e.dict_ref();
        auto put = [&](const char* key, std::string_view value) {
            d.at(Key(key)) = Element::of_string(value);
        };
        if (!w.url.empty())
            put("url", w.url);
        put("name", w.package.name);
        put("version", w.package.version);
        put("release", w.package.release);
        put("arch", w.package.arch);
        if (w.flags) {
            Element flags = Element::new_list();
            for (auto& f : flag_names)
                if (w.is(f.flag))
                    flags.list_ref().push_back(Element::of_string(f.name));
            d.at(Key("flags")) = flags;
        }
        list.list_ref().push_back(e);
    }
    root.dict_ref().at(Key("packages")) = list;
    std::string s;
    write_json(root, s);
    return s;
}

std::vector<Package> parse_packages(std::string_view text, const std::string& file) {
    std::vector<Package> out;
    int number = 0;
    for (std::string_view line : lines(text)) {
        number++;
        auto w = words_of(line.substr(0, line.find('#')));
        if (w.empty())
            continue;
        if (w.size() != 4) {
            Error e(exit_data,
                    "a managed package has four fields: name version release architecture",
                    {file, number, 1, number, int(line.size())},
                    "remove the file to start over: what the target names becomes managed again");
            e.line = line;
            throw e;
        }
        out.push_back({std::string(w[0]), std::string(w[1]), unfield(w[2]), std::string(w[3])});
    }
    return out;
}

std::string packages_text(const std::vector<Package>& list) {
    std::string s;
    for (const Package& p : list)
        s += fmt::format("{} {} {} {}\n", p.name, p.version, field(p.release), p.arch);
    return s;
}

}  // namespace weft::spm
