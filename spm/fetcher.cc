// The agent's side of spma-fetch(8), and the text between them.
#include "spm/fetcher.hh"

#include <fmt/core.h>

#include "base/noun/profile.hh"
#include "base/process.hh"
#include "base/program.hh"

namespace weft::spm {

namespace {

/// Every text of a download, and of a place of it, once: what is written is what is read.
template <class P>
auto place_texts(P& p) {
    return std::array{std::pair("url", &p.url), std::pair("ca_file", &p.ca_file),
                      std::pair("cert", &p.cert), std::pair("key", &p.key)};
}
template <class D>
auto texts(D& d) {
    return std::array{std::pair("file", &d.file), std::pair("algorithm", &d.algorithm),
                      std::pair("checksum", &d.checksum), std::pair("proxy", &d.proxy)};
}

void put(Element& e, const auto& fields) {
    for (auto& [name, text] : fields)
        if (!text->empty())
            e.dict_ref().at(Key(name)) = Element::of_string(*text);
}
void take(const Element& e, const auto& fields) {
    for (auto& [name, text] : fields)
        if (const Element* x = e.dict().find(Key(name)); x && x->is(Kind::string))
            *text = x->string();
}

std::string program() { return libexec_dir() + "/spma-fetch"; }

}  // namespace

std::string downloads_json(const std::vector<Download>& all, const DownloadLimits& limits) {
    Element root = Element::new_dict(), list = Element::new_list();
    for (const Download& d : all) {
        Element e = Element::new_dict();
        put(e, texts(d));
        put(e, place_texts(d));
        if (d.size)
            e.dict_ref().at(Key("size")) = Element::of_long(long(d.size));
        if (d.force)
            e.dict_ref().at(Key("force")) = Element::of_boolean(true);
        if (!d.before.empty()) {
            Element before = Element::new_list();
            for (auto& url : d.before)
                before.list_ref().push_back(Element::of_string(url));
            e.dict_ref().at(Key("before")) = before;
        }
        if (!d.after.empty()) {
            Element after = Element::new_list();
            for (auto& place : d.after) {
                Element one = Element::new_dict();
                put(one, place_texts(place));
                after.list_ref().push_back(one);
            }
            e.dict_ref().at(Key("after")) = after;
        }
        list.list_ref().push_back(e);
    }
    root.dict_ref().at(Key("connections")) = Element::of_long(limits.connections);
    root.dict_ref().at(Key("max_size")) = Element::of_long(long(limits.max_size));
    root.dict_ref().at(Key("downloads")) = list;
    std::string s;
    write_json(root, s);
    return s;
}

std::vector<Download> parse_downloads(std::string_view text, DownloadLimits& limits) {
    Element root = parse_json(text, "standard input");
    auto number = [](const Element* e, long fallback) {
        return e && e->is(Kind::long_) ? e->long_value() : fallback;
    };
    const Element* list = root.is(Kind::dict) ? root.find("/downloads") : nullptr;
    if (!list || !list->is(Kind::list))
        throw Error(exit_data, "standard input is no object with the list 'downloads'");
    limits.connections = number(root.find("/connections"), limits.connections);
    limits.max_size = uint64_t(number(root.find("/max_size"), long(limits.max_size)));
    std::vector<Download> out;
    for (const Element& e : list->list()) {
        Download d;
        if (e.is(Kind::dict)) {
            take(e, texts(d));
            take(e, place_texts(d));
            d.size = uint64_t(number(e.dict().find(Key("size")), 0));
            if (const Element* x = e.dict().find(Key("force")))
                d.force = x->is(Kind::boolean) && x->boolean();
            if (const Element* x = e.dict().find(Key("before")); x && x->is(Kind::list))
                for (const Element& url : x->list())
                    if (url.is(Kind::string))
                        d.before.emplace_back(url.string());
            if (const Element* x = e.dict().find(Key("after")); x && x->is(Kind::list))
                for (const Element& place : x->list())
                    if (place.is(Kind::dict))
                        take(place, place_texts(d.after.emplace_back()));
        }
        if (d.url.empty() || d.file.empty())
            throw Error(exit_data, fmt::format("/downloads/{} has no url or no file", out.size()));
        out.push_back(std::move(d));
    }
    return out;
}

std::vector<std::string> fetch_files(const std::vector<Download>& all, const DownloadLimits& limits,
                                     const std::function<void(size_t, uint64_t)>& progress) {
    if (all.empty())
        return {};
    std::vector<std::string> failed;
    ProcessOptions o;
    o.input = downloads_json(all, limits);
    o.timeout = 7 * 86400;  // it has limits of its own: of a stalled connection, and of tries
    o.die_with_parent = true;
    o.on_line = [&](std::string_view line) {
        unsigned long files = 0, bytes = 0;
        if (line.starts_with("failed "))
            failed.emplace_back(line.substr(7));
        else if (progress &&
                 std::sscanf(std::string(line).c_str(), "progress %lu %lu", &files, &bytes) == 2)
            progress(files, bytes);
    };
    ProcessResult r = run_process({program()}, o);
    if (!r.ok()) {
        std::string why = r.err;
        while (why.ends_with('\n'))
            why.pop_back();
        if (size_t at = why.find(": error: "); at != why.npos)
            why.erase(0, at + 9);
        throw Error(
            r.status == exit_io ? exit_io : exit_unavailable,
            why.empty() ? fmt::format("'{}' ended with status {}", program(), r.status) : why);
    }
    return failed;
}

bool answers(const std::string& url) {
    return run_process({program(), "--probe", url}, {.timeout = 10}).ok();
}

}  // namespace weft::spm
