// What cdispd tells others: a file for monitoring, the same posted to the database.
#include <fmt/core.h>

#include "base/error.hh"
#include "base/file.hh"
#include "base/noun/profile.hh"
#include "ncm/dispatcher.hh"
#include "ncm/store.hh"

namespace weft::ncm {

void Dispatcher::write_status() {
    bool failed = false, pending = false;
    Element list = Element::new_list();
    auto put = [](Element& to, const char* key, Element v) {
        to.dict_ref().at(Key(key)) = std::move(v);
    };
    for (auto& [name, k] : memory_.components) {
        Element c = Element::new_dict();
        put(c, "name", Element::of_string(name));
        put(c, "status", Element::of_string(status_name(k.status)));
        put(c, "message", Element::of_string(k.message));
        put(c, "attempts", Element::of_long(k.attempts));
        put(c, "next_retry", Element::of_long(int64_t(k.next_retry)));
        if (auto it = drifted_.find(name); it != drifted_.end()) {
            Element files = Element::new_list();
            for (const std::string& f : it->second)
                files.list_ref().push_back(Element::of_string(f));
            put(c, "drift", files);
        }
        if (auto it = repairs_.find(name); it != repairs_.end())
            put(c, "repairs", Element::of_long(it->second));
        list.list_ref().push_back(std::move(c));
        failed = failed || k.status == Known::failed;
        pending = pending || k.status == Known::pending;
    }
    Element e = Element::new_dict();
    put(e, "time", Element::of_long(::time(nullptr)));
    put(e, "status",
        Element::of_string(!pause_reason_.empty() ? "paused"
                           : failed               ? "failed"
                           : pending              ? "pending"
                                                  : "ok"));
    put(e, "message", Element::of_string(pause_reason_));
    put(e, "cid", Element::of_long(std::max(0, memory_.cid)));
    if (memory_.cid >= 0)
        if (long revision =
                fetch_note(fmt::format("{}/profile.{}", rules_.cache_root, memory_.cid)).revision)
            put(e, "revision", Element::of_long(revision));
    put(e, "checksum", Element::of_string(memory_.checksum));
    put(e, "drained", Element::of_boolean(memory_.drained));
    put(e, "components", list);
    try {
        std::string text;
        write_json(e, text, {.one_line = true});
        write_file(rules_.work_dir + "/status.json", text + "\n", {.mode = 0644, .sync = false});
        unsent_ = true;
    } catch (const Error& err) {
        log_.warning("cannot write the status: {}", err.message);
    }
}

/// https://cdb/profiles/lxb001.xml -> https://cdb/api/v1/nodes/lxb001/status, when that server is a
/// cdbd.
std::string Dispatcher::report_url() const {
    if (rules_.report != "auto")
        return rules_.report == "none" ? "" : rules_.report;
    FetchNote n = fetch_note(fmt::format("{}/profile.{}", rules_.cache_root, memory_.cid));
    size_t at = n.from.find("/profiles/");
    if (!n.revision || at == std::string::npos)
        return {};
    std::string name = n.from.substr(at + 10);
    if (name.starts_with("profile_"))
        name.erase(0, 8);
    for (std::string_view end : {".gz", ".xml", ".json"})
        if (name.ends_with(end))
            name.resize(name.size() - end.size());
    return n.from.substr(0, at) + "/api/v1/nodes/" + name + "/status";
}

void Dispatcher::send_report() {
    if (reporter_.running() || on_stopped_)
        return;
    std::string url = report_url();
    if (url.empty()) {
        unsent_ = false;
        return;
    }
    ProcessOptions o;
    o.timeout = 60;
    o.output_limit = 1 << 12;
    o.merge = true;
    if (!rules_.root.empty())
        o.env["WEFT_ROOT"] = rules_.root;
    unsent_ = false;
    try {
        reporter_ = loop_.child(
            {rules_.reporter, url, rules_.work_dir + "/status.json"}, o,
            [this](const ProcessResult& r) {
                if (r.ok())
                    return;
                unsent_ = true;  // again at the next tick; nothing depends on it
                log_.debug("status not reported: {}", r.out.substr(0, r.out.find('\n')));
            });
    } catch (const Error& e) {
        log_.warning("status not reported: {}", e.message);
    }
}

}  // namespace weft::ncm
