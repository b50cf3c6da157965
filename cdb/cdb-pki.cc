// cdb-pki - a small certificate authority for a site's server, people and nodes       page:
// man/cdb-pki.8
#include <fmt/core.h>

#include <filesystem>

#include "base/error.hh"
#include "base/file.hh"
#include "base/process.hh"
#include "base/program.hh"

using namespace weft;

namespace {

/// The folder of an authority: ca.crt, ca.key, ca.crl, the list of what it signed (index.txt), and
/// the certificates it made. The work is done by the openssl command.
struct Authority {
    std::string dir, organisation;
    long days;
    FileLock lock;

    explicit Authority(const Args& a)
        : dir(a.has("dir") ? std::filesystem::absolute(a.get("dir")).string()
                           : a.rooted("/etc/weft/pki")),
          organisation(a.get("organisation", "Weft")),
          days(a.number("days", 397, 1, 36500)),
          lock(take_lock(dir)) {
        if (organisation.empty() || organisation.find_first_of("/\n\"") != std::string::npos)
            throw Error(exit_usage,
                        fmt::format("'{}' cannot be an organisation's name", organisation));
    }
    static FileLock take_lock(const std::string& dir) {
        make_dirs(dir, 0755);
        return FileLock::lock(dir + "/.lock", 30);
    }
    std::string path(const std::string& name) const { return dir + "/" + name; }
    bool exists(const std::string& name) const { return std::filesystem::exists(path(name)); }
    void need() const {
        if (!exists("ca.key"))
            throw Error(exit_config, fmt::format("there is no authority in '{}'", dir), {},
                        "'cdb-pki init' makes one");
    }

    void openssl(std::vector<std::string> words) const {
        words.insert(words.begin(), "openssl");
        ProcessResult r = run_process(
            words, {.timeout = 60, .dir = dir, .env = {{"OPENSSL_CONF", path("openssl.cnf")}}});
        if (r.ok())
            return;
        throw Error(exit_software,
                    fmt::format("openssl {} failed: {}", words[1], r.err.substr(0, 2000)));
    }

    void write_config() const {
        write_file(path("openssl.cnf"),
                   "# Written by cdb-pki.\n"
                   "[ca]\ndefault_ca = site\n"
                   "[site]\ndir = .\ndatabase = index.txt\nnew_certs_dir = issued\nserial = "
                   "serial\ncrlnumber = crlnumber\n"
                   "certificate = ca.crt\nprivate_key = ca.key\ndefault_md = sha256\npolicy = "
                   "any\nunique_subject = no\n"
                   "default_crl_days = 30\nemail_in_dn = no\ncopy_extensions = none\n"
                   "[any]\norganizationName = optional\ncommonName = supplied\n"
                   "[req]\ndistinguished_name = dn\nprompt = no\nutf8 = yes\n"
                   "[dn]\n"
                   "[authority]\nbasicConstraints = critical,CA:true,pathlen:0\nkeyUsage = "
                   "critical,keyCertSign,cRLSign\n"
                   "subjectKeyIdentifier = hash\n",
                   {.mode = 0644});
    }

    void new_key(const std::string& file) const {
        write_file(file, "", {.mode = 0600});  // never readable by others, not even for a moment
        openssl(
            {"genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", file});
    }

    void crl() const { openssl({"ca", "-config", "openssl.cnf", "-gencrl", "-out", "ca.crl"}); }

    /// Sign NAME.key as NAME.crt.
    void sign(const std::string& name, const std::string& common_name,
              const std::string& extensions) const {
        ScratchDir work(dir + "/.work-");
        write_file(
            work.path() + "/ext",
            "[ext]\nbasicConstraints = critical,CA:false\nkeyUsage = critical,digitalSignature\n" +
                extensions);
        openssl({"req", "-new", "-key", path(name + ".key"), "-subj",
                 "/O=" + organisation + "/CN=" + common_name, "-out", work.path() + "/csr"});
        openssl({"ca", "-config", "openssl.cnf", "-batch", "-notext", "-rand_serial", "-days",
                 std::to_string(days), "-in", work.path() + "/csr", "-out", work.path() + "/crt",
                 "-extfile", work.path() + "/ext", "-extensions", "ext"});
        write_file(path(name + ".ext"), common_name + "\n" + extensions,
                   {.mode = 0644});  // for renew
        write_file(path(name + ".crt"), read_file(work.path() + "/crt"), {.mode = 0644});
    }

    void make(const std::string& name, const std::string& common_name,
              const std::string& extensions) const {
        need();
        if (exists(name + ".crt"))
            throw Error(exit_usage, fmt::format("there is a '{}.crt' already", name), {},
                        fmt::format("'cdb-pki renew {}' signs it again", name));
        new_key(path(name + ".key"));
        sign(name, common_name, extensions);
        fmt::print("{}\n", path(name + ".crt"));
    }
};

void check_name(std::string_view name) {
    bool ok = !name.empty() && name.size() <= 64 && name[0] != '.' && name[0] != '-';
    for (char c : name)
        ok = ok && (isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_' ||
                    c == ':' || c == '@' || c == ' ');
    if (!ok)
        throw Error(exit_usage, fmt::format("'{}' cannot be a name", name));
}

std::vector<std::string> names(const Args& a, const char* what) {
    if (a.rest().empty())
        throw Error(exit_usage, fmt::format("which {}?", what));
    for (auto& n : a.rest())
        check_name(n);
    return a.rest();
}

bool is_address(const std::string& s) {
    return s.find_first_not_of("0123456789.") == std::string::npos ||
           s.find(':') != std::string::npos;
}

int init(const Args& a) {
    Authority ca(a);
    if (ca.exists("ca.key"))
        throw Error(exit_no, fmt::format("there is an authority in '{}' already", ca.dir));
    make_dirs(ca.path("issued"), 0700);
    ca.write_config();
    write_file(ca.path("index.txt"), "", {.mode = 0600});
    write_file(ca.path("crlnumber"), "01\n", {.mode = 0600});
    ca.new_key(ca.path("ca.key"));
    ca.openssl({"req", "-new", "-x509", "-key", "ca.key", "-subj",
                "/O=" + ca.organisation + "/CN=" + a.get("name", "Site CA"), "-days",
                std::to_string(a.number("days", 3650, 1, 36500)), "-extensions", "authority",
                "-config", "openssl.cnf", "-out", "ca.crt"});
    ca.crl();
    fmt::print("{}\n", ca.path("ca.crt"));
    return exit_ok;
}

int server(const Args& a) {
    auto hosts = names(a, "host");
    std::string alt;
    for (auto& h : hosts)
        alt += (alt.empty() ? "" : ",") + std::string(is_address(h) ? "IP:" : "DNS:") + h;
    Authority(a).make(a.get("out", "server"), hosts[0],
                      "extendedKeyUsage = serverAuth\nsubjectAltName = " + alt + "\n");
    return exit_ok;
}

int admin(const Args& a) {
    auto name = names(a, "name")[0];
    std::string ext = "extendedKeyUsage = clientAuth\n";
    if (a.has("email")) {
        check_name(a.get("email"));
        ext += "subjectAltName = email:" + a.get("email") + "\n";
    }
    Authority ca(a);
    ca.make(a.get("out", name), name, ext);
    fmt::print(stderr, "line for cdbd's access file: admin \"CN={},O={}\"\n", name,
               ca.organisation);
    return exit_ok;
}

int node(const Args& a) {
    auto hosts = names(a, "host");
    Authority ca(a);
    for (auto& h : hosts)
        ca.make(h, h, "extendedKeyUsage = clientAuth,serverAuth\nsubjectAltName = DNS:" + h + "\n");
    return exit_ok;
}

/// Nodes take the key for who it is, so it has a name of its own, which stays when the certificate
/// is renewed.
int signer(const Args& a) {
    if (!a.rest().empty())
        throw Error(exit_usage, "unexpected word '" + a.rest()[0] + "'");
    Authority ca(a);
    ca.make(a.get("out", "signer"), "profiles",
            "extendedKeyUsage = emailProtection\nsubjectKeyIdentifier = hash\n");
    return exit_ok;
}

void revoke_one(const Authority& ca, const std::string& name) {
    ca.need();
    if (!ca.exists(name + ".crt"))
        throw Error(exit_no, fmt::format("there is no '{}.crt' in '{}'", name, ca.dir));
    ca.openssl({"ca", "-config", "openssl.cnf", "-revoke", name + ".crt"});
}

int revoke(const Args& a) {
    Authority ca(a);
    for (auto& name : names(a, "name")) {
        revoke_one(ca, name);
        std::filesystem::rename(ca.path(name + ".crt"), ca.path(name + ".crt.revoked"));
    }
    ca.crl();
    fmt::print("{}\n", ca.path("ca.crl"));
    fmt::print(
        stderr,
        "cdb-pki: cdbd cuts them off within seconds where its setting crl is this list, or a "
        "copy of it\n");
    return exit_ok;
}

/// The same key and names, a new term. The old certificate stays good until it ends.
int renew(const Args& a) {
    Authority ca(a);
    ca.need();
    for (auto& name : names(a, "name")) {
        auto made = read_if_exists(ca.path(name + ".ext"), 1 << 16);
        if (!made || !ca.exists(name + ".key"))
            throw Error(exit_no, fmt::format("'{}' was not made here", name));
        size_t end = made->find('\n');
        ca.sign(name, made->substr(0, end), made->substr(end + 1));
        fmt::print("{}\n", ca.path(name + ".crt"));
    }
    return exit_ok;
}

int crl(const Args& a) {
    Authority ca(a);
    ca.need();
    ca.crl();
    fmt::print("{}\n", ca.path("ca.crl"));
    return exit_ok;
}

int list(const Args& a) {
    Authority ca(a);
    ca.need();
    // index.txt: state, end, revoked, serial, file, subject, between tabs.
    const std::string index = read_file(ca.path("index.txt"));
    for (std::string_view line : lines(index)) {
        std::vector<std::string> f;
        for (size_t at = 0; at <= line.size();) {
            size_t end = std::min(line.find('\t', at), line.size());
            f.emplace_back(line.substr(at, end - at));
            at = end + 1;
        }
        if (f.size() < 6 || f[1].size() < 6)
            continue;
        const char* state = f[0] == "V" ? "valid" : f[0] == "R" ? "revoked" : "expired";
        fmt::print("{:<8} until 20{}-{}-{}  {}  {}\n", state, f[1].substr(0, 2), f[1].substr(2, 2),
                   f[1].substr(4, 2), f[3], f[5]);
    }
    return exit_ok;
}

}  // namespace

int main(int argc, char** argv) {
    const Option days{0, "days", "N", "how long it is good for (397; an authority 3650)"};
    const Option out{'o', "out", "NAME", "the files' name, instead of the first name given"};
    const Option name{0, "name", "NAME", "CN= of the authority"},
        email{0, "email", "ADDRESS", "a second name for the access file"};
    const Option dir{'C', "dir", "DIR", "the authority's folder (/etc/weft/pki)"},
        organisation{0, "organisation", "NAME", "O= of the subjects (Weft)"};
    auto command = [](const char* word, const char* usage, const char* about,
                      std::vector<Option> options, int (*body)(const Args&)) {
        return Program{.name = word,
                       .usage = usage,
                       .about = about,
                       .options = std::move(options),
                       .body = body,
                       .commands = {}};
    };
    std::vector<Program> commands = {
        command("init", "cdb-pki init [--name name] [--days n]", "Make an authority.", {name, days},
                init),
        command("server", "cdb-pki server [-o name] [--days n] host...",
                "Make the certificate of cdbd, for all its names.", {days, out}, server),
        command("admin", "cdb-pki admin [-o name] [--email address] [--days n] name",
                "Make the certificate of a person.", {days, out, email}, admin),
        command("node", "cdb-pki node [--days n] host...", "Make the certificates of nodes.",
                {days}, node),
        command("signer", "cdb-pki signer [-o name] [--days n]",
                "Make the certificate profiles are signed with.", {days, out}, signer),
        command("renew", "cdb-pki renew [--days n] name...",
                "Sign certificates again, with the same keys.", {days}, renew),
        command("revoke", "cdb-pki revoke name...",
                "Revoke certificates and write the list of revoked ones.", {}, revoke),
        command("crl", "cdb-pki crl",
                "Write the list of revoked certificates anew; it is good for 30 days.", {}, crl),
        command("list", "cdb-pki list", "List what was signed.", {}, list),
    };
    return run({.name = "cdb-pki",
                .usage = "cdb-pki [-v] [-C dir] [--organisation name] command [argument ...]",
                .about = "Make and revoke the certificates of a site's server, people and nodes.",
                .options = {dir, organisation},
                .body = {},
                .commands = std::move(commands)},
               argc, argv);
}
