// The report of a run as JSON: last-run.json, `ncd --check --json`, the hooks' input (man/ncd.8).
#include <unistd.h>

#include <ctime>

#include "base/noun/profile.hh"
#include "ncm/configure.hh"

namespace weft::ncm {

std::string RunReport::json(const std::string& verb, bool noaction) const {
    Element e = Element::new_dict();
    auto put = [](Element& to, const char* key, Element v) {
        to.dict_ref().at(Key(key)) = std::move(v);
    };
    put(e, "time", Element::of_long(::time(nullptr)));
    put(e, "pid", Element::of_long(getpid()));
    put(e, "verb", Element::of_string(verb));
    put(e, "noaction", Element::of_boolean(noaction));
    put(e, "cid", Element::of_long(cid));
    put(e, "checksum", Element::of_string(checksum));
    put(e, "revision", Element::of_long(revision));
    put(e, "errors", Element::of_long(errors));
    put(e, "warnings", Element::of_long(warnings));
    put(e, "seconds", Element::of_double(double(long(seconds * 1e4)) / 1e4));
    Element list = Element::new_list();
    for (const Outcome& o : components) {
        Element c = Element::new_dict(), changed = Element::new_list();
        for (const std::string& f : o.changed)
            changed.list_ref().push_back(Element::of_string(f));
        put(c, "name", Element::of_string(o.component));
        put(c, "status",
            Element::of_string(o.errors                     ? "failed"
                               : o.skipped || o.unsupported ? "skipped"
                               : o.warnings                 ? "warnings"
                                                            : "ok"));
        put(c, "errors", Element::of_long(o.errors));
        put(c, "warnings", Element::of_long(o.warnings));
        put(c, "message", Element::of_string(o.message));
        put(c, "seconds", Element::of_double(double(long(o.seconds * 1e4)) / 1e4));
        put(c, "changed", changed);
        list.list_ref().push_back(std::move(c));
    }
    put(e, "components", list);
    Element actions = Element::new_list();
    for (const Service& s : services) {
        Element a = Element::new_dict();
        put(a, "service", Element::of_string(s.service));
        put(a, "action", Element::of_string(s.action));
        put(a, "error", Element::of_string(s.error));
        actions.list_ref().push_back(std::move(a));
    }
    put(e, "services", actions);
    std::string out;
    write_json(e, out, {.one_line = true});
    while (out.ends_with('\n'))
        out.pop_back();
    return out;
}

}  // namespace weft::ncm
