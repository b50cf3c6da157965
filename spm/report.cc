// A plan as lines and as JSON.
#include "spm/report.hh"

#include <fmt/core.h>

#include "base/file.hh"
#include "base/noun/profile.hh"

namespace weft::spm {

static std::string list(const std::vector<Package>& packages) {
    std::string s;
    for (const Package& p : packages)
        s += (s.empty() ? "" : " ") + p.text();
    return s;
}

static const char* way(const Operation& op) {
    return op.package.is_pattern() ? "another version"
           : op.direction > 0      ? "upgrade"
           : op.direction < 0      ? "downgrade"
                                   : "same version";
}

std::string plan_summary(const Plan& plan) {
    size_t n[3] = {};
    for (const Operation& op : plan.operations)
        n[int(op.action)]++;
    return fmt::format("{} to install, {} to replace, {} to erase", n[int(Action::install)],
                       n[int(Action::replace)], n[int(Action::erase)]);
}

std::string plan_text(const Plan& plan, bool kept) {
    std::string s;
    for (const Operation& op : plan.operations) {
        s += fmt::format("{} {}", action_name(op.action), op.package.text());
        if (op.action == Action::replace)
            s += fmt::format(" < {} ({})", list(op.old), way(op));
        s += fmt::format(": {}\n", op.reason);
    }
    if (kept)
        for (const Kept& k : plan.kept)
            s += fmt::format("keep {}: {}{}\n", k.package.text(), k.reason,
                             k.drift ? "; differs from the target" : "");
    for (auto& why : reboot_reasons(plan.operations))
        s += fmt::format("reboot needed: {}\n", why);
    for (auto& w : plan.warnings)
        s += fmt::format("warning: {}\n", w);
    for (const Refusal& r : plan.refused)
        s += fmt::format("refused ({}): {}\n", r.guard, r.message);
    for (const Refusal& r : plan.overridden)
        s += fmt::format("overridden ({}): {}\n", r.guard, r.message);
    return s;
}

std::string plan_json(const Plan& plan) {
    auto text = [](std::string_view s) {
        return Element::of_string(s);
    };
    auto each = [](const auto& from, auto make) {
        Element l = Element::new_list();
        for (auto& x : from)
            l.list_ref().push_back(make(x));
        return l;
    };
    auto package = [&](const Package& p) {
        Element e = Element::new_dict();
        e.dict_ref().at(Key("name")) = text(p.name);
        e.dict_ref().at(Key("version")) = text(p.version);
        e.dict_ref().at(Key("release")) = text(p.release);
        e.dict_ref().at(Key("arch")) = text(p.arch);
        return e;
    };
    auto refusal = [&](const Refusal& r) {
        Element e = Element::new_dict();
        e.dict_ref().at(Key("guard")) = text(r.guard);
        e.dict_ref().at(Key("message")) = text(r.message);
        return e;
    };
    Element root = Element::new_dict();
    Dict& d = root.dict_ref();
    d.at(Key("operations")) = each(plan.operations, [&](const Operation& op) {
        Element e = Element::new_dict();
        e.dict_ref().at(Key("action")) = text(action_name(op.action));
        e.dict_ref().at(Key("package")) = package(op.package);
        if (op.action == Action::replace) {
            e.dict_ref().at(Key("old")) = each(op.old, package);
            e.dict_ref().at(Key("direction")) = text(way(op));
        }
        if (!op.url.empty())
            e.dict_ref().at(Key("url")) = text(op.url);
        e.dict_ref().at(Key("reason")) = text(op.reason);
        return e;
    });
    d.at(Key("kept")) = each(plan.kept, [&](const Kept& k) {
        Element e = Element::new_dict();
        e.dict_ref().at(Key("package")) = package(k.package);
        e.dict_ref().at(Key("reason")) = text(k.reason);
        e.dict_ref().at(Key("drift")) = Element::of_boolean(k.drift);
        return e;
    });
    d.at(Key("refused")) = each(plan.refused, refusal);
    d.at(Key("overridden")) = each(plan.overridden, refusal);
    d.at(Key("warnings")) = each(plan.warnings, text);
    d.at(Key("reboot")) = each(reboot_reasons(plan.operations), text);
    d.at(Key("summary")) = text(plan_summary(plan));
    std::string s;
    write_json(root, s);
    return s;
}

std::vector<std::string> reboot_reasons(const std::vector<Operation>& ops) {
    std::vector<std::string> out;
    for (const Operation& op : ops) {
        const std::string& n = op.package.name;
        bool kernel = n == "kernel" || n == "kernel-core" || n.starts_with("linux-image-");
        bool base =
            n == "glibc" || n == "libc6" || n == "systemd" || n == "dbus" || n == "dbus-broker";
        if (op.action != Action::erase && (kernel || base))
            out.push_back(op.package.text() +
                          (kernel ? " is a new kernel" : " is in use by everything that runs"));
    }
    return out;
}

/// Another one after each boot; empty where there is none, and then nothing is forgotten.
static std::string this_boot() {
    std::string id = read_if_exists("/proc/sys/kernel/random/boot_id").value_or("");
    return id.substr(0, id.find('\n'));
}

static std::vector<std::string> remembered(const std::string& statedir) {
    std::vector<std::string> out;
    std::string text = read_if_exists(statedir + "/reboot").value_or("");
    for (std::string_view line : lines(text))
        out.emplace_back(line);
    if (out.empty() || out[0] != this_boot())
        return {};
    out.erase(out.begin());
    return out;
}

void remember_reboot(const std::string& statedir, const std::vector<std::string>& reasons) {
    if (reasons.empty())
        return;
    auto all = remembered(statedir);
    for (auto& why : reasons)
        if (std::find(all.begin(), all.end(), why) == all.end())
            all.push_back(why);
    std::string text = this_boot() + "\n";
    for (auto& why : all)
        text += why + "\n";
    write_file(statedir + "/reboot", text);
}

std::vector<std::string> pending_reboot(const std::string& statedir, const std::string& root) {
    auto all = remembered(statedir);
    if (!read_if_exists(root + "/run/reboot-required"))
        return all;
    std::string text = read_if_exists(root + "/run/reboot-required.pkgs").value_or(""), names;
    for (std::string_view line : lines(text))
        names += (names.empty() ? ": " : " ") + std::string(line);
    all.push_back("packages ask for it in /run/reboot-required" + names);
    return all;
}

}  // namespace weft::spm
