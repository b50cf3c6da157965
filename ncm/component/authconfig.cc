// authconfig: where users come from and how passwords are kept: sssd.conf, nslcd.conf, login.defs,
// lines of PAM.
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/error.hh"
#include "base/file.hh"
#include "ncm/component.hh"
#include "ncm/keylines.hh"

namespace weft::ncm {

namespace {

FileSpec secret_file() {
    return {.mode = 0600, .owner = "root", .group = "root", .sensitive = true};
}

/// key = value of a dict; what is a dict itself is one more part of the name: ldap/tls/reqcert is
/// ldap_tls_reqcert.
void ini_lines(View dict, const std::string& prefix, std::string& out) {
    static const std::set<std::string> bare{"krb5_backup_server", "krb5_canonicalize", "krb5_realm",
                                            "krb5_server"};  // of no provider
    for (const auto& [name, v] : dict.members()) {
        if (v.element()->is(Kind::dict)) {
            ini_lines(v, prefix + name + "_", out);
            continue;
        }
        std::vector<std::string> words;
        for (View i : v.items())
            words.push_back(i.line());
        std::string value = v.element()->is(Kind::boolean)
                                ? (v.flag() ? "True" : "False")
                                : join(words, name == "cipher_suite" ? ":" : ",");
        out += fmt::format("{}{} = {}\n", bare.count(name) ? "" : prefix, name, value);
    }
}

void sssd(Run& run, View s) {
    std::vector<std::string> names;
    for (const auto& [name, d] : s["domains"].members())
        names.push_back(name);
    if (names.empty())
        throw Error(exit_data, "sssd has no domains");
    std::string text = run.header() + "[sssd]\ndomains = " + join(names, ",") + "\n";
    ini_lines(s["global"], "", text);
    for (const char* part : {"pam", "nss"}) {
        text += fmt::format("\n[{}]\n", part);
        ini_lines(s[part], "", text);
    }
    for (const auto& [name, d] : s["domains"].members()) {
        if (name.find_first_of("]\n") != std::string::npos)
            throw Error(exit_data, "'" + name + "' is no name of a domain");
        text += fmt::format("\n[domain/{}]\n", name);
        Element plain = d.element()->shallow();  // settings of provider local have no prefix
        plain.dict_ref().erase(Key("local"));
        ini_lines(d["local"], "", text);
        ini_lines(View(&plain), "", text);
    }
    if (run.file("/etc/sssd/sssd.conf", text, secret_file()))
        run.service("sssd", "restart");
}

void nslcd(Run& run, View s) {
    std::string text = run.header() + "base " + s["basedn"].line() + "\n";
    for (const auto& [name, v] : s.members()) {
        if (name == "enable" || name == "basedn")
            continue;
        if (name == "map") {
            for (const auto& [table, attributes] : v.members())
                for (const auto& [ours, theirs] : attributes.members())
                    text += fmt::format("map {} {} {}\n", table, ours, theirs.line());
        } else if (v.element()->is(Kind::dict)) {
            for (const auto& [table, value] : v.members())
                text += fmt::format("{} {} {}\n", name, table, value.line());
        } else {
            std::vector<std::string> words;
            for (View i : v.items())
                words.push_back(i.line());
            text += fmt::format("{} {}\n", name, join(words, name == "uri" ? " " : ","));
        }
    }
    if (run.file("/etc/nslcd.conf", text, secret_file()))
        run.service("nslcd", "restart");
}

/// Lines before the first and after the last of a section; what stands there already is not added
/// again.
void pam_additions(Run& run, View a) {
    std::string path = a["conffile"].line("/etc/pam.d/system-auth"), section = a["section"].line();
    auto before = run.read(path);
    if (!before)
        throw Error(exit_data, "there is no '" + path + "'");
    auto all = lines(*before);
    std::vector<std::string> first, last;
    for (View l : a["lines"].items()) {
        auto words = split(l["entry"].line());
        std::string line = section + " " + join(words, " ");
        bool there = std::any_of(all.begin(), all.end(),
                                 [&](std::string_view x) { return join(split(x), " ") == line; });
        if (!there)
            (l["order"].text() == "first" ? first : last).push_back(line);
    }
    auto ours = [&](std::string_view x) {
        auto w = split(x);
        return !w.empty() && (w[0] == section || w[0] == "-" + section);
    };
    auto begin = std::find_if(all.begin(), all.end(), ours);
    auto end = std::find_if(all.rbegin(), all.rend(), ours).base();
    if (begin == all.end())
        begin = end = all.end();
    std::string after;
    for (auto it = all.begin();; ++it) {
        if (it == begin)
            for (const std::string& l : first)
                after += l + "\n";
        if (it == end)
            for (const std::string& l : last)
                after += l + "\n";
        if (it == all.end())
            break;
        after += *it;
        after += '\n';
    }
    run.file(path, after, {.mode = {}, .owner = {}, .group = {}, .backup = ".old"});
}

void password_hashes(Run& run, View c) {
    static const std::map<std::string, std::string> words{{"descrypt", "DES"},
                                                          {"md5", "MD5"},
                                                          {"sha256", "SHA256"},
                                                          {"sha512", "SHA512"},
                                                          {"yescrypt", "YESCRYPT"}};
    if (!c["passalgorithm"])
        return;
    auto word = words.find(c["passalgorithm"].text());
    if (word == words.end())
        throw Error(exit_data, "'" + c["passalgorithm"].text() + "' is no way to keep passwords");
    auto text = run.read("/etc/login.defs");
    static const KeyLines format{.sections = {}};
    if (text)
        run.file("/etc/login.defs",
                 format.set(*text, {{"ENCRYPT_METHOD", "ENCRYPT_METHOD " + word->second}}));
}

void configure_authconfig(Run& run) {
    View c = run.config(), methods = c["method"];
    if (c["safemode"].flag())
        return run.info("safemode: nothing is changed");
    for (const auto& [name, m] : methods.members())
        if (m["enable"].flag() && name != "files" && name != "sssd" && name != "nslcd")
            run.warn(fmt::format("method '{}' is not supported: sssd does what it did", name));
    if (methods["sssd"]["enable"].flag())
        sssd(run, methods["sssd"]);
    if (methods["nslcd"]["enable"].flag())
        nslcd(run, methods["nslcd"]);
    password_hashes(run, c);
    for (const auto& [name, a] : c["pamadditions"].members())
        pam_additions(run, a);
    // Who is asked is chosen by authselect where it is; components nss and pam do it elsewhere.
    if (methods["sssd"]["enable"].flag() && !run.rooted() && Run::have("authselect") &&
        run.ask({"authselect", "current", "-r"}).out.rfind("sssd", 0) != 0)
        run.command({"authselect", "select", "sssd"});
    if (c["usecache"])
        run.service("nscd", c["usecache"].flag() ? "condrestart" : "stop");
}

void unconfigure_authconfig(Run& run) {
    View methods = run.config()["method"];
    if (methods["sssd"]["enable"].flag() && run.remove("/etc/sssd/sssd.conf"))
        run.service("sssd", "stop");
    if (methods["nslcd"]["enable"].flag() && run.remove("/etc/nslcd.conf"))
        run.service("nslcd", "stop");
    run.info("lines of PAM and login.defs stay");
}

}  // namespace

extern const Component authconfig_component{
    .name = "authconfig",
    .about =
        "where users come from: sssd.conf, nslcd.conf, how passwords are kept, and lines of PAM",
    .configure = configure_authconfig,
    .unconfigure = unconfigure_authconfig};

}  // namespace weft::ncm
