// What a killed run has asked for is done by the next one.
#include "ncm/actions.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "base/error.hh"
#include "base/file.hh"
#include "base/noun/profile.hh"
#include "base/process.hh"

namespace weft::ncm {

namespace {

/// Of two actions of the same kind on one service the stronger is enough.
struct ActionKind {
    const char* action;
    int group, strength;
};
const ActionKind kinds[] = {{"daemon-reload", 0, 1}, {"enable", 1, 1},      {"disable", 1, 1},
                            {"mask", 1, 1},          {"unmask", 1, 1},      {"start", 2, 1},
                            {"reload", 2, 2},        {"condrestart", 2, 3}, {"try-restart", 2, 3},
                            {"restart", 2, 4},       {"stop", 3, 1}};
const ActionKind* kind_of(const std::string& action) {
    for (const ActionKind& k : kinds)
        if (action == k.action)
            return &k;
    return nullptr;
}

}  // namespace

Actions::Actions(std::string file) : file_(std::move(file)) {
    auto text = read_if_exists(file_);
    if (!text)
        return;
    for (std::string_view line : lines(*text)) {
        Element e = parse_json(line, file_);
        const Element *service = e.find(Term(Key("service"))),
                      *action = e.find(Term(Key("action"))), *by = e.find(Term(Key("by")));
        if (!service || !action || !service->is(weft::Kind::string) ||
            !action->is(weft::Kind::string))
            continue;
        Action a{std::string(service->string()), std::string(action->string()), {}};
        if (by && by->is(weft::Kind::list))
            for (const Element& b : by->list())
                if (b.is(weft::Kind::string))
                    a.by.emplace(b.string());
        pending_.push_back(std::move(a));
    }
}

void Actions::save() const {
    std::string text;
    for (const Action& a : pending_) {
        Element e = Element::new_dict(), by = Element::new_list();
        for (const std::string& b : a.by)
            by.list_ref().push_back(Element::of_string(b));
        e.dict_ref().at(Key("service")) = Element::of_string(a.service);
        e.dict_ref().at(Key("action")) = Element::of_string(a.action);
        e.dict_ref().at(Key("by")) = by;
        write_json(e, text, {.one_line = true});
        text += '\n';
    }
    write_file(file_, text);
}

void check_action(const std::string& service, const std::string& action) {
    if (!kind_of(action))
        throw Error(exit_data, fmt::format("'{}' is no action on a service", action));
    bool good = !service.empty() && service[0] != '-';
    for (unsigned char c : service)
        good = good && (isalnum(c) || strchr("_-.@:\\", c));
    if (!good)
        throw Error(exit_data, fmt::format("'{}' is no name of a service", service));
}

std::vector<std::string> action_words(std::vector<std::string> command, const std::string& service,
                                      const std::string& action) {
    bool systemctl = command[0].ends_with("systemctl");
    command.push_back(action == "condrestart" && systemctl ? "try-restart" : action);
    if (action != "daemon-reload")
        command.push_back(service);
    if (command[0].ends_with("service"))
        std::swap(command[command.size() - 1], command[command.size() - 2]);
    return command;
}

void Actions::ask(const std::string& service, const std::string& action, const std::string& by) {
    check_action(service, action);
    const ActionKind* k = kind_of(action);
    for (Action& a : pending_) {
        const ActionKind* other = kind_of(a.action);
        if (a.service != service || !other)
            continue;
        bool running =
            k->group >= 2 &&
            other->group >= 2;  // start .. restart, and stop: the last word of a run counts
        if (k->group != other->group && !running)
            continue;
        if (k->group == other->group && other->strength >= k->strength &&
            (k->group != 1 || a.action == action)) {
            if (a.by.insert(by).second)
                save();
            return;
        }
        a.action = action;
        a.by.insert(by);
        save();
        return;
    }
    pending_.push_back({service, action, {by}});
    save();
}

std::vector<Actions::Failure> Actions::run(
    const std::vector<std::string>& command, const std::string& record,
    const std::function<void(Level, const std::string&)>& say) {
    std::vector<Failure> failed;
    if (pending_.empty())
        return failed;
    std::stable_sort(pending_.begin(), pending_.end(), [](const Action& a, const Action& b) {
        const ActionKind *x = kind_of(a.action), *y = kind_of(b.action);
        return (x ? x->group : 9) < (y ? y->group : 9);
    });
    std::vector<Action> todo = pending_;
    for (const Action& a : todo) {
        std::string why;
        if (command.empty()) {
            Fd fd(::open(record.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
            std::string line = fmt::format("{} {}\n", a.action, a.service);
            if (!fd || ::write(fd.get(), line.data(), line.size()) < 0)
                why = system_error("cannot write '" + record + "'").message;
        } else {
            try {
                ProcessResult r =
                    run_process(action_words(command, a.service, a.action),
                                {.timeout = 300, .output_limit = 1 << 16, .merge = true});
                if (!r.ok())
                    why = r.timed_out ? "no end within 300 s"
                                      : fmt::format("exit status {}: {}", r.status,
                                                    r.out.substr(0, r.out.find('\n')));
            } catch (const Error& e) {
                why = e.message;
            }
        }
        if (why.empty()) {
            say(Level::info, fmt::format("{} {}", a.action, a.service));
            std::erase_if(pending_, [&](const Action& p) {
                return p.service == a.service && p.action == a.action;
            });
            save();
        } else {
            say(Level::error,
                fmt::format("cannot {} '{}': {}; it stays pending", a.action, a.service, why));
            failed.push_back({a, why});
        }
    }
    return failed;
}

std::vector<std::string> service_command() {
    if (::access("/run/systemd/system", F_OK) == 0)
        return {"systemctl"};
    return {"service"};
}

}  // namespace weft::ncm
