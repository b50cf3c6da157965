// Names, patterns and versions of packages.
#include "spm/package.hh"

#include <sys/utsname.h>

#include <map>

#include "spm/wrap/debver.hh"
#include "spm/wrap/rpmver.hh"

namespace weft::spm {

std::string_view format_name(Format f) {
    static constexpr std::string_view names[] = {"rpm", "deb", "pkg"};
    return names[int(f)];
}

std::string native_arch(Format f) {
    struct utsname u {};
    uname(&u);
    std::string m = u.machine;
    if (f != Format::deb)
        return m;
    static const std::map<std::string, std::string> names = {
        {"x86_64", "amd64"}, {"aarch64", "arm64"}, {"ppc64le", "ppc64el"}, {"i686", "i386"}};
    auto it = names.find(m);
    return it == names.end() ? m : it->second;
}

std::string Package::evr() const { return release.empty() ? version : version + '-' + release; }

std::string Package::text() const { return name + '-' + evr() + '.' + arch; }

static bool wild(std::string_view s) { return s.find_first_of("*?") != std::string_view::npos; }

bool Package::is_pattern() const {
    return wild(name) || wild(version) || wild(release) || wild(arch);
}

static std::string_view without_epoch(std::string_view version) {
    size_t colon = version.find(':');
    return colon == std::string_view::npos ? version : version.substr(colon + 1);
}

std::vector<std::string> names_of(const Package& p) {
    std::vector<std::string> out = {p.name, p.name + "." + p.arch};
    for (bool epoch : {false, true}) {
        size_t colon = p.version.find(':');
        std::string version = epoch && colon == p.version.npos   ? "0:" + p.version
                              : epoch || colon == p.version.npos ? p.version
                                                                 : p.version.substr(colon + 1);
        std::string release = p.release.empty() ? "" : "-" + p.release;
        for (auto& name : {p.name + "-" + version, p.name + "-" + version + release}) {
            out.push_back(name);
            out.push_back(name + "." + p.arch);
        }
    }
    return out;
}

std::string file_name(const Package& p, Format f) {
    std::string v(without_epoch(p.version));
    if (f == Format::deb)
        return p.name + '_' + v + (p.release.empty() ? "" : '-' + p.release) + '_' + p.arch +
               ".deb";
    return p.name + '-' + v + '-' + p.release + '.' + p.arch + '.' + std::string(format_name(f));
}

bool glob(std::string_view pattern, std::string_view text) {
    // One place to come back to is enough: a later star can do whatever an earlier one could.
    size_t p = 0, t = 0, star = std::string_view::npos, from = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            from = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            p++;
            t++;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++from;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        p++;
    return p == pattern.size();
}

namespace {

struct Evr {
    std::string epoch, version, release;
    explicit Evr(std::string_view s) {
        size_t colon = s.find(':');
        epoch = colon == std::string_view::npos ? "0" : std::string(s.substr(0, colon));
        if (colon != std::string_view::npos)
            s.remove_prefix(colon + 1);
        size_t dash = s.rfind('-');
        version = s.substr(0, dash);
        if (dash != std::string_view::npos)
            release = s.substr(dash + 1);
    }
};

}  // namespace

int compare_evr(std::string_view a, std::string_view b, Format f) {
    if (f == Format::deb)
        return deb::compare(a, b);
    Evr x(a), y(b);
    if (int c = rpm::compare(x.epoch, y.epoch))
        return c;
    if (int c = rpm::compare(x.version, y.version))
        return c;
    return rpm::compare(x.release, y.release);
}

bool matches_name(const Package& pattern, const Package& p) {
    return glob(pattern.name, p.name) && glob(pattern.arch, p.arch);
}

bool matches(const Package& pattern, const Package& p, Format f) {
    if (!matches_name(pattern, p))
        return false;
    bool any_epoch = pattern.version.find(':') == std::string::npos;
    std::string_view have = any_epoch ? without_epoch(p.version) : std::string_view(p.version);
    auto same = [&](std::string_view want, std::string_view is) {
        return wild(want) ? glob(want, is) : compare_evr(want, is, f) == 0;
    };
    if (!same(pattern.version, have))
        return false;
    if (wild(pattern.release))
        return glob(pattern.release, p.release);
    return f == Format::deb ? deb::compare(pattern.release, p.release) == 0
                            : rpm::compare(pattern.release, p.release) == 0;
}

}  // namespace weft::spm
