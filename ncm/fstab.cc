// Entries are compared by what they mean; lines nobody changes stay byte for byte.
#include "ncm/fstab.hh"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.hh"
#include "base/file.hh"
#include "base/noun/path.hh"
#include "ncm/quote.hh"

namespace weft::ncm {

static constexpr const char* path = "/etc/fstab";

static std::string escaped(const std::string& s) {
    std::string out;
    for (char c : s)
        out += c == ' ' ? "\\040" : c == '\t' ? "\\011" : c == '\\' ? "\\134" : std::string(1, c);
    return out;
}

static std::string plain(const std::string& s) {
    std::string out;
    for (size_t i = 0; i < s.size(); i++) {
        bool octal = s[i] == '\\' && i + 3 < s.size() &&
                     std::all_of(&s[i + 1], &s[i + 4], [](char c) { return c >= '0' && c <= '7'; });
        out += octal ? char(parse_mode(s.substr(i + 1, 3))) : s[i];
        if (octal)
            i += 3;
    }
    return out;
}

bool Mount::auto_mounted() const {
    return ("," + options + ",").find(",noauto,") == std::string::npos;
}

static std::string line_of(const Mount& m) {
    return fmt::format("{} {} {} {} {} {}", escaped(m.device), escaped(m.point), m.type, m.options,
                       m.freq, m.pass);
}

Fstab::Fstab(std::string_view text) {
    for (std::string_view line : lines(text)) {
        Line l{std::string(line), {}};
        auto w = split(line);
        if (w.size() >= 3 && w[0][0] != '#') {
            w.resize(6);
            Mount m{plain(w[0]),        plain(w[1]),       w[2], w[3].empty() ? "defaults" : w[3],
                    atol(w[4].c_str()), atol(w[5].c_str())};
            if (m.point.size() > 1 && m.point.ends_with('/'))
                m.point.pop_back();
            l.mount = {std::move(m)};
        }
        lines_.push_back(std::move(l));
    }
}

std::vector<Mount> Fstab::mounts() const {
    std::vector<Mount> all;
    for (const Line& l : lines_)
        all.insert(all.end(), l.mount.begin(), l.mount.end());
    return all;
}

void Fstab::put(const Mount& m) {
    for (Line& l : lines_)
        if (!l.mount.empty() && l.mount[0].same_place(m)) {
            if (l.mount[0] != m)
                l = {line_of(m), {m}};
            return;
        }
    lines_.push_back({line_of(m), {m}});
}

void Fstab::remove(const Mount& m) {
    std::erase_if(lines_,
                  [&](const Line& l) { return !l.mount.empty() && l.mount[0].same_place(m); });
}

std::string Fstab::text() const {
    std::string out;
    for (const Line& l : lines_)
        out += l.raw + "\n";
    return out;
}

void apply_fstab(Run& run, const Fstab& fstab, const std::vector<std::string>& umount) {
    auto before = Fstab(run.read(path).value_or("")).mounts(), after = fstab.mounts();
    if (!run.file(path, fstab.text(), {.mode = {}, .owner = {}, .group = {}, .backup = ".old"}))
        return;
    auto place = [](const std::vector<Mount>& all, const Mount& m) {
        auto it =
            std::find_if(all.begin(), all.end(), [&](const Mount& o) { return o.same_place(m); });
        return it == all.end() ? nullptr : &*it;
    };
    auto mounted = Fstab(read_if_exists("/proc/self/mounts").value_or("")).mounts();
    auto act = [&](std::vector<std::string> words, const Mount& m) {
        words.push_back(m.point);
        run.command(words);
    };
    // What lies in another goes first.
    for (auto m = before.rbegin(); m != before.rend(); ++m) {
        const Mount* now = place(after, *m);
        if (now && now->device == m->device && now->type == m->type)
            continue;
        if (m->swap())
            run.command({"swapoff", m->device});
        else if (run.rooted() || place(mounted, *m))
            act(umount, *m);
    }
    for (const Mount& m : after) {
        const Mount* was = place(before, m);
        if (was && *was == m)
            continue;
        if (!m.swap() && m.point.starts_with('/') && !run.exists(m.point))
            run.folder(m.point, {});
        if (!m.auto_mounted())
            continue;
        if (m.swap())
            run.command({"swapon", m.device});
        else if (was && was->device == m.device && was->type == m.type)
            act({"mount", "-o", "remount"}, m);
        else
            act({"mount"}, m);
    }
}

/// /dev/... of a path below /system/blockdevices.
static std::string device_of(View devices, const std::string& block) {
    size_t slash = block.find('/');
    std::string kind = block.substr(0, slash),
                name = slash == std::string::npos ? "" : block.substr(slash + 1);
    View d = devices[kind][name];
    std::string plain = unescape(name).value_or(name);
    if (name.empty())
        return kind;  // tmpfs, proc
    if (kind == "partitions" || kind == "physical_devs")
        return d["device_path"].line("/dev/" + plain);
    if (kind == "md")
        return (plain.size() > 2 && plain.starts_with("md") &&
                        std::isdigit(static_cast<unsigned char>(plain[2]))
                    ? "/dev/"
                    : "/dev/md/") +
               plain;
    if (kind == "logical_volumes") {
        if (!d["volume_group"])
            throw Error(exit_data, "logical volume '" + plain + "' has no volume_group");
        return "/dev/" + d["volume_group"].line() + "/" + plain;
    }
    if (kind == "files")
        return plain.starts_with('/') ? plain : "/" + plain;
    throw Error(exit_data, "the device of '" + block + "' is not known");
}

void configure_filesystems(Run& run, View settings) {
    View kept_mounts = settings["protected_mounts"]
                           ? settings["protected_mounts"]
                           : settings["keep"]["mounts"];  // its historic name
    View kept_types = settings["keep"]["fs_types"], fixed = settings["static"];
    if (!kept_mounts)
        throw Error(exit_data,
                    "component fstab has no keep/mounts: nothing is changed, as nobody says which "
                    "mounts must stay");
    View devices(run.extra("/system/blockdevices"));
    Fstab fstab(run.read(path).value_or(""));
    auto before = fstab.mounts();
    auto in = [](View list, const std::string& word) {
        auto all = list.texts();
        return std::find(all.begin(), all.end(), word) != all.end();
    };
    std::vector<Mount> wanted;
    for (View fs : View(run.extra("/system/filesystems")).items()) {
        Mount m{device_of(devices, fs["block_device"].line()),
                fs["mountpoint"].line(),
                fs["type"].line("auto"),
                fs["mountopts"].line("defaults"),
                fs["freq"].number(),
                fs["pass"].number()};
        if (fs["label"])
            m.device = "LABEL=" + fs["label"].line();
        if (m.options.find_first_of(" \t") != std::string::npos)
            throw Error(exit_data, "blanks in the options of '" + m.point + "'");
        if (!m.swap() && !m.point.starts_with('/'))
            throw Error(exit_data, "'" + m.point + "' is no mount point");
        if (!fs["mount"].flag(true) && m.auto_mounted())
            m.options += ",noauto";
        wanted.push_back(std::move(m));
    }
    auto stands_for = [&](const Mount& m) {
        return std::any_of(wanted.begin(), wanted.end(),
                           [&](const Mount& w) { return w.same_place(m); });
    };
    for (const Mount& m : before)
        if (!stands_for(m) && !in(kept_mounts, m.point) && !in(kept_types, m.type)) {
            run.info(fmt::format("'{}' is no longer in the file system table",
                                 m.swap() ? m.device : m.point));
            fstab.remove(m);
        }
    for (const Mount& m : wanted) {
        bool there = std::any_of(before.begin(), before.end(),
                                 [&](const Mount& b) { return b.same_place(m); });
        if (there && (in(fixed["mounts"], m.point) || in(fixed["fs_types"], m.type)))
            continue;
        fstab.put(m);
    }
    apply_fstab(run, fstab, {"umount"});
}

}  // namespace weft::ncm
