// Finding secrets, sealing them, and their file.
#include "ncm/secrets.hh"

#include <fmt/core.h>
#include <sys/random.h>

#include "base/error.hh"
#include "base/file.hh"
#include "base/noun/profile.hh"
#include "base/wrap/digest.hh"
#include "ncm/cache.hh"

namespace weft::ncm {

/// Does the path, or one of the resources above it, fit the pattern?
static bool fits(std::string_view pattern, std::string_view path) {
    for (;;) {
        pattern.remove_prefix(1);
        path.remove_prefix(1);
        size_t p = std::min(pattern.find('/'), pattern.size()),
               n = std::min(path.find('/'), path.size());
        if (pattern.substr(0, p) != "*" && pattern.substr(0, p) != path.substr(0, n))
            return false;
        pattern.remove_prefix(p);
        path.remove_prefix(n);
        if (pattern.empty())
            return true;
        if (path.empty())
            return false;
    }
}

std::map<std::string, std::string> secrets_of(const Element& profile) {
    std::map<std::string, std::string> found;
    const Element* list = profile.find("/system/secrets");
    if (!list)
        return found;
    const char* hint =
        "a list of paths, in which * is any one step: '/software/components/x/users/*/password'";
    if (!list->is(Kind::list))
        throw Error(exit_data, "'/system/secrets' is no list", {}, hint);
    std::vector<std::string> patterns;
    for (const Element& e : list->list()) {
        std::string p = e.is(Kind::string) ? std::string(e.string()) : "";
        while (p.ends_with('/'))
            p.pop_back();
        if (!p.starts_with('/') || p.find("//") != std::string::npos)
            throw Error(exit_data, fmt::format("'/system/secrets/{}' is no path", patterns.size()),
                        {}, hint);
        patterns.push_back(std::move(p));
    }
    walk(profile, [&](const std::string& path, const Element& e) {
        if (!e.is(Kind::string))
            return;
        for (const std::string& p : patterns)
            if (fits(p, path)) {
                found.emplace(path, e.string());
                return;
            }
    });
    return found;
}

/// The tree with other strings at some paths.
static Element replaced(const Element& tree, const std::map<std::string, std::string>& by) {
    Element out = tree;
    for (auto& [path, value] : by)
        out.put(Path::parse(path), Element::of_string(value));
    return out;
}

Element sealed(const Element& profile, const std::map<std::string, std::string>& secrets,
               std::string_view key) {
    std::map<std::string, std::string> sums;
    for (auto& [path, value] : secrets)
        sums[path] = hmac_sha256_hex(key, path + '\0' + value);
    return replaced(profile, sums);
}

std::string secret_key(const std::string& cache_root, bool make) {
    std::string file = cache_root + "/secret.key";
    if (auto key = read_if_exists(file, 64); key && key->size() == 32)
        return *key;
    if (!make)
        throw Error(exit_io, "'" + file + "' is missing", {},
                    "ccm-fetch --force makes the cache whole again");
    std::string key(32, '\0');
    if (getrandom(key.data(), key.size(), 0) != ssize_t(key.size()))
        throw system_error("cannot get random bytes");
    FileAttributes a;
    a.mode = 0600;
    write_file(file, key, a);
    return key;
}

std::string write_secrets(const std::map<std::string, std::string>& secrets) {
    Element e = Element::new_dict();
    for (auto& [path, value] : secrets)
        e.dict_ref().at(Key(path)) = Element::of_string(value);
    std::string out;
    write_json(e, out, {.ascii_only = true, .one_line = true});
    return out + '\n';
}

std::map<std::string, std::string> read_secrets(std::string_view text, const std::string& name) {
    std::map<std::string, std::string> found;
    Element e = parse_json(text, name);
    if (!e.is(Kind::dict))
        throw Error(exit_data, "'" + name + "' is damaged");
    for (auto& member : e.dict())
        if (member.value.is(Kind::string))
            found.emplace(member.key.view(), member.value.string());
    return found;
}

}  // namespace weft::ncm
