// ccm - ask the node's cached profile                                       page: man/ccm.1
#include <fmt/core.h>

#include "base/noun/profile.hh"
#include "base/program.hh"
#include "ncm/ccmconf.hh"
#include "ncm/query.hh"
#include "ncm/show.hh"
#include "ncm/store.hh"
using namespace weft;

namespace {

struct Question {
    const Args& args;
    ncm::Settings settings;
    ncm::CacheManager cache;
    std::vector<std::string> words;  ///< after the verb

    ncm::Configuration configuration() const { return configuration(args.get("cid")); }
    ncm::Configuration configuration(const std::string& cid) const {
        ncm::Configuration c = cache.configuration(cid);
        if (args.has("secrets") && c.has_secrets() && c.secrets().empty())
            throw Error(exit_denied,
                        fmt::format("you may not read the secrets of profile {}", c.cid()), {},
                        "root may");
        if (!args.has("secrets"))
            c.hide_secrets();
        return c;
    }
    std::string word(size_t i, const char* what) const {
        if (i >= words.size())
            throw Error(exit_usage, fmt::format("{} is missing", what));
        return words[i];
    }
};

int show_paths(const Question& q) {
    std::vector<std::string> paths = q.words;
    for (auto& p : q.args.all("profpath"))
        for (auto& w : ncm::words(p, ","))
            paths.push_back(w);
    for (auto& c : q.args.all("component"))
        paths.push_back("/software/components/" + c);
    for (auto& m : q.args.all("metaconfig"))
        paths.push_back("/software/components/metaconfig/services/" + *escape(m) + "/contents");
    if (paths.empty())
        paths.push_back("/");
    std::string format = q.args.get("format", "query");
    ncm::show(Element::new_dict(), Path(),
              format);  // complains about an unknown one before anything is read
    ncm::Configuration c = q.configuration();
    bool any = false;
    for (const std::string& p : paths) {
        Path path = Path::parse(p);
        auto e = c.tree(path.text());
        if (!e)
            continue;
        any = true;
        fmt::print("{}\n", ncm::show(*e, path, format));
    }
    return any || paths.size() != 1 || !q.args.verbose() ? exit_ok : exit_no;
}

int get_value(const Question& q) {
    ncm::Configuration c = q.configuration();
    auto e = c.tree(q.word(0, "the path"));
    if (!e)
        return exit_no;
    std::string out = ncm::show(*e, Path(), "json");
    if (e->is(Kind::string))
        out = std::string(e->string()) + '\n';
    fmt::print("{}", out);
    return exit_ok;
}

/// --json: a list of objects, on one line.
void print_json(const std::vector<Element>& items) {
    Element list = Element::new_list();
    for (size_t i = 0; i < items.size(); i++)
        list.put(Path({Term(int32_t(i))}), items[i]);
    std::string text;
    write_json(list, text, {.one_line = true, .plain = true});
    fmt::print("{}\n", text);
}

void put(Element& object, const char* key, Element value) {
    object.put(Path({Term(Key(key))}), std::move(value));
}

int tell_why(const Question& q) {
    if (q.args.has("json")) {
        std::vector<Element> all;
        for (auto& v : ncm::set_values(q.configuration(), q.word(0, "the path"))) {
            Element& e = all.emplace_back(Element::new_dict());
            put(e, "path", Element::of_string(v.path.text()));
            put(e, "value", v.value);
            put(e, "where", Element::of_string(v.where));
        }
        print_json(all);
        return exit_ok;
    }
    fmt::print("{}", ncm::why(q.configuration(), q.word(0, "the path")));
    return exit_ok;
}

int tell_diff(const Question& q) {
    std::string path = "/";
    std::vector<std::string> cids;
    for (const std::string& w : q.words)
        w.starts_with('/') ? void(path = w) : cids.push_back(w);
    if (cids.size() > 2)
        throw Error(exit_usage, "two profiles can be compared, not more");
    if (cids.size() < 2)
        cids.push_back("current");
    if (cids.size() < 2) {
        auto all = q.cache.cids();
        auto at = std::find(all.begin(), all.end(), q.cache.current());
        if (at == all.end() || at + 1 == all.end())
            throw Error(exit_no, "there is no older profile to compare with");
        cids.insert(cids.begin(), std::to_string(*(at + 1)));
    }
    if (q.args.has("json")) {
        std::vector<Element> all;
        auto changes =
            ncm::changed_values(q.configuration(cids[0]), q.configuration(cids[1]), path);
        for (auto& c : changes) {
            Element& e = all.emplace_back(Element::new_dict());
            put(e, "path", Element::of_string(c.path.text()));
            if (c.before)
                put(e, "before", *c.before);
            if (c.after)
                put(e, "after", *c.after);
        }
        print_json(all);
        return all.empty() ? exit_ok : exit_no;
    }
    std::string d = ncm::diff(q.configuration(cids[0]), q.configuration(cids[1]), path);
    fmt::print("{}", d);
    return d.empty() ? exit_ok : exit_no;
}

int tell_history(const Question& q) {
    fmt::print("{}", ncm::history(q.cache));
    return exit_ok;
}

int tell_verify(const Question& q) {
    bool good = true;
    std::vector<int> cids;
    for (auto& w : q.words)
        cids.push_back(q.cache.resolve(w));
    if (cids.empty())
        cids.push_back(q.cache.resolve(q.args.get("cid")));
    for (int cid : cids) {
        std::vector<std::string> wrong;
        try {
            wrong = ncm::verify(ncm::Configuration(q.cache.profile_dir(cid), cid),
                                q.settings.flag("json_typed"));
        } catch (const Error& e) {
            wrong = {e.message};
        }
        if (wrong.empty())
            fmt::print("profile {}: good\n", cid);
        for (auto& w : wrong)
            fmt::print("profile {}: {}\n", cid, w);
        good = good && wrong.empty();
    }
    return good ? exit_ok : exit_data;
}

int roll_back(const Question& q) {
    int cid = q.cache.resolve(q.word(0, "the profile's number"));
    ncm::pin(q.cache, cid);
    fmt::print("profile {} is current and pinned; 'ccm release' ends that\n", cid);
    return exit_ok;
}

int release(const Question& q) {
    if (!ncm::pinned(q.cache.root()))
        throw Error(exit_no, "no profile is pinned");
    ncm::unpin(q.cache);
    fmt::print("profile {} is current\n", q.cache.current());
    return exit_ok;
}

struct Verb {
    const char* name;
    int (*answer)(const Question&);
};
const Verb verbs[] = {{"get", get_value},        {"why", tell_why},       {"diff", tell_diff},
                      {"history", tell_history}, {"verify", tell_verify}, {"rollback", roll_back},
                      {"release", release}};

int body(const Args& args) {
    ncm::Settings settings = ncm::read_ccm_settings(args);
    ncm::CacheManager cache(settings.get("cache_root"));
    Question q{args, std::move(settings), std::move(cache), args.rest()};
    if (args.has("showcids")) {
        std::string all;
        for (int cid : q.cache.cids())
            all = std::to_string(cid) + (all.empty() ? "" : ",") + all;
        fmt::print("{}\n", all);
        return exit_ok;
    }
    if (args.has("dumpdb")) {
        fmt::print("{}", ncm::dump(q.configuration()));
        return exit_ok;
    }
    if (q.words.empty() || q.words[0].starts_with('/'))
        return show_paths(q);
    std::string verb = q.words[0];
    q.words.erase(q.words.begin());
    std::vector<std::string_view> names;
    for (const Verb& v : verbs) {
        if (verb == v.name)
            return v.answer(q);
        names.push_back(v.name);
    }
    Error e(exit_usage, fmt::format("'{}' is neither a path nor a question", verb));
    if (auto near = nearest(verb, names); !near.empty())
        e.hint = fmt::format("did you mean '{}'?", near);
    throw e;
}

}  // namespace

int main(int argc, char** argv) {
    Program p{.name = "ccm",
              .usage =
                  "ccm [-v] [--secrets] [--cid cid] [--format format] [--component name] "
                  "[--metaconfig file] [path ...]\n"
                  "ccm [--cid cid] get path\n"
                  "ccm [--cid cid] [--json] why path\n"
                  "ccm [--json] diff [cid [cid]] [path]\n"
                  "ccm history\n"
                  "ccm verify [cid ...]\n"
                  "ccm rollback cid\n"
                  "ccm release\n"
                  "ccm --showcids\n"
                  "ccm [--cid cid] --dumpdb",
              .about = "Ask the node's cached profile: what it says, why, and what changed.",
              .options = {{0, "cid", "CID", "which profile: current, latest, -N or a number"},
                          {0, "format", "FORMAT",
                           "query ncmquery pan pancxml json jsonpretty yaml tabcompletion"},
                          {0, "profpath", "PATHS", "paths to show, separated by commas"},
                          {0, "component", "NAME", "show this component's configuration"},
                          {0, "metaconfig", "FILE", "show the contents metaconfig has for a file"},
                          {0, "json", nullptr, "answer 'why' and 'diff' in JSON"},
                          {0, "secrets", nullptr, "show secrets as they are, not as ***"},
                          {0, "show", nullptr, "show the paths (the default)"},
                          {0, "showcids", nullptr, "list the cached profiles"},
                          {0, "dumpdb", nullptr, "print both databases"},
                          {0, "cfgfile", "FILE", "settings (/etc/ccm.conf); see ccm.conf(5)"}},
              .body = body,
              .commands = {},
              .usage_status = exit_no};
    return run(ncm::with_settings(p, ncm::ccm_settings), argc, argv);
}
