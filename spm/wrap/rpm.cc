// Transactions by librpm. rpm's command line can install or erase in one run, not both; the library
// can.
#include "spm/wrap/rpm.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <rpm/rpmcli.h>
#include <rpm/rpmdb.h>
#include <rpm/rpmfileutil.h>
#include <rpm/rpmkeyring.h>
#include <rpm/rpmlib.h>
#include <rpm/rpmlog.h>
#include <rpm/rpmmacro.h>
#include <rpm/rpmpgp.h>
#include <rpm/rpmps.h>
#include <rpm/rpmte.h>
#include <rpm/rpmts.h>
#include <rpm/rpmtypes.h>
#include <unistd.h>

#include <filesystem>

#include "base/file.hh"
#include "base/wrap/free.hh"

namespace weft::spm::rpm {

namespace {

template <auto f>
struct Freed {
    template <class T>
    void operator()(T p) const {
        f(p);
    }
};
using Ts = std::unique_ptr<std::remove_pointer_t<rpmts>, Freed<rpmtsFree>>;
using Head = std::unique_ptr<std::remove_pointer_t<Header>, Freed<headerFree>>;
using Matches =
    std::unique_ptr<std::remove_pointer_t<rpmdbMatchIterator>, Freed<rpmdbFreeIterator>>;
using Problems = std::unique_ptr<std::remove_pointer_t<rpmps>, Freed<rpmpsFree>>;
using ProblemIter = std::unique_ptr<std::remove_pointer_t<rpmpsi>, Freed<rpmpsFreeIterator>>;
using Txn = std::unique_ptr<std::remove_pointer_t<rpmtxn>, Freed<rpmtxnEnd>>;
using Keyring = std::unique_ptr<std::remove_pointer_t<rpmKeyring>, Freed<rpmKeyringFree>>;
using Pubkey = std::unique_ptr<std::remove_pointer_t<rpmPubkey>, Freed<rpmPubkeyFree>>;
using Elements = std::unique_ptr<std::remove_pointer_t<rpmtsi>, Freed<rpmtsiFree>>;

/// What the library has said since it was last asked; it prints nothing itself.
std::string said;
int remember(rpmlogRec rec, rpmlogCallbackData) {
    std::string line = rpmlogRecMessage(rec);
    while (!line.empty() && (line.back() == '\n' || line.back() == ' '))
        line.pop_back();
    if (rpmlogRecPriority(rec) <= RPMLOG_WARNING && !line.empty() && said.size() < 4096)
        said += (said.empty() ? "" : "; ") + line;
    return 0;
}
std::string take_said() { return std::exchange(said, {}); }

Ts open(const PluginCall& call) {
    configure(call);
    Ts ts(rpmtsCreate());
    if (!call.root.empty() && rpmtsSetRootDir(ts.get(), call.root.c_str()))
        throw Error(exit_io,
                    fmt::format("rpm cannot use the root '{}': {}", call.root, take_said()));
    return ts;
}

std::string text(Header h, rpmTag tag) {
    const char* s = headerGetString(h, tag);
    return s ? s : "";
}
Package package(Header h) {
    std::string version = text(h, RPMTAG_VERSION);
    if (headerIsEntry(h, RPMTAG_EPOCH))
        version = fmt::format("{}:{}", headerGetNumber(h, RPMTAG_EPOCH), version);
    return {text(h, RPMTAG_NAME), version, text(h, RPMTAG_RELEASE), text(h, RPMTAG_ARCH)};
}

/// Is `p` the package of this header? An epoch that is not written is not asked for.
bool same(const Package& p, Header h) {
    Package q = package(h);
    if (p.version.find(':') == std::string::npos)
        if (size_t colon = q.version.find(':'); colon != std::string::npos)
            q.version.erase(0, colon + 1);
    return p == q;
}

std::string problem_text(rpmts ts) {
    Problems ps(rpmtsProblems(ts));
    std::string s;
    if (!ps)
        return s;
    ProblemIter it(rpmpsInitIterator(ps.get()));
    size_t n = 0;
    for (rpmProblem p; (p = rpmpsiNext(it.get()));) {
        if (++n > 20)
            continue;
        std::unique_ptr<char, Free<std::free>> line(rpmProblemString(p));
        s += (s.empty() ? "" : "\n  ") + std::string(line.get());
    }
    if (n > 20)
        s += fmt::format("\n  and {} more", n - 20);
    return s;
}

/// The lock of the database. librpm itself waits for it only where somebody sits at a terminal.
Txn begin(rpmts ts, const PluginCall& call) {
    for (double waited = 0;; waited += 0.1) {
        if (Txn txn(rpmtxnBegin(ts, RPMTXN_WRITE)); txn)
            return txn;
        std::string why = take_said();
        if (waited >= call.lock_wait())
            throw Error(exit_try_later, "the rpm database is locked by somebody else: " + why);
        usleep(100000);
    }
}

/// Adds every instance of `p` in the database to the transaction, to be erased; answers how many.
int add_erase(rpmts ts, const Package& p) {
    Matches it(rpmtsInitIterator(ts, RPMDBI_NAME, p.name.c_str(), 0));
    int n = 0;
    while (Header h = rpmdbNextIterator(it.get()))
        if (same(p, h)) {
            if (rpmtsAddEraseElement(ts, h, int(rpmdbGetIteratorOffset(it.get()))))
                throw Error(exit_data,
                            fmt::format("rpm will not erase '{}': {}", p.text(), take_said()));
            n++;
        }
    return n;
}

bool is_installed(rpmts ts, const Package& p) {
    Matches it(rpmtsInitIterator(ts, RPMDBI_NAME, p.name.c_str(), 0));
    while (Header h = rpmdbNextIterator(it.get()))
        if (same(p, h))
            return true;
    return false;
}

Head read_package(rpmts ts, const Operation& op, bool checksig) {
    FD_t fd = Fopen(op.file.c_str(), "r.ufdio");
    if (!fd || Ferror(fd)) {
        std::string why = fd ? Fstrerror(fd) : strerror(errno);
        if (fd)
            Fclose(fd);
        throw Error(exit_io, fmt::format("cannot open '{}': {}", op.file, why));
    }
    Header h = nullptr;
    rpmRC rc = rpmReadPackageFile(ts, fd, op.file.c_str(), &h);
    Fclose(fd);
    Head head(h);
    if (rc == RPMRC_NOTFOUND || rc == RPMRC_FAIL || !h)
        throw Error(exit_data, fmt::format("'{}' is no good package: {}", op.file, take_said()));
    if (checksig && rc != RPMRC_OK)
        throw Error(exit_data,
                    fmt::format("'{}' has no signature of a key that is trusted here: {}", op.file,
                                take_said()),
                    {}, "import the signer's key with 'rpm --import', or see checksig in spma(8)");
    take_said();
    if (!same(op.package, h))
        throw Error(exit_data, fmt::format("'{}' holds {}, not {}", op.file, package(h).text(),
                                           op.package.text()));
    return head;
}

struct Running {
    const std::function<void(const std::string&)>& done;
    std::map<std::string, FD_t> open;
    std::string failed;
};

void* on_event(const void* h, const rpmCallbackType what, const rpm_loff_t amount, const rpm_loff_t,
               fnpyKey key, rpmCallbackData data) {
    auto& r = *static_cast<Running*>(data);
    const char* path = static_cast<const char*>(key);
    auto name = [&] {
        return h ? package(static_cast<Header>(const_cast<void*>(h))).text() : std::string("?");
    };
    switch (what) {
        case RPMCALLBACK_INST_OPEN_FILE: {
            FD_t fd = Fopen(path, "r.ufdio");
            if (fd && Ferror(fd)) {
                Fclose(fd);
                fd = nullptr;
            }
            r.open[path] = fd;
            return fd;
        }
        case RPMCALLBACK_INST_CLOSE_FILE:
            if (auto it = r.open.find(path); it != r.open.end()) {
                if (it->second)
                    Fclose(it->second);
                r.open.erase(it);
            }
            break;
        case RPMCALLBACK_SCRIPT_START: {
            static constexpr std::pair<rpm_loff_t, const char*> kinds[] = {
                {RPMTAG_PREIN, "%pre"},         {RPMTAG_POSTIN, "%post"},
                {RPMTAG_PREUN, "%preun"},       {RPMTAG_POSTUN, "%postun"},
                {RPMTAG_PRETRANS, "%pretrans"}, {RPMTAG_POSTTRANS, "%posttrans"}};
            auto kind = std::find_if(std::begin(kinds), std::end(kinds),
                                     [&](auto& k) { return k.first == amount; });
            r.done(fmt::format("script {} {}", kind == std::end(kinds) ? "trigger" : kind->second,
                               name()));
            break;
        }
        case RPMCALLBACK_INST_STOP: r.done("done install " + name()); break;
        case RPMCALLBACK_UNINST_STOP: r.done("done erase " + name()); break;
        case RPMCALLBACK_UNPACK_ERROR:
            r.failed += (r.failed.empty() ? "" : ", ") + ("the files of " + name());
            break;
        case RPMCALLBACK_CPIO_ERROR:
            r.failed += (r.failed.empty() ? "" : ", ") + ("the archive of " + name());
            break;
        case RPMCALLBACK_SCRIPT_ERROR: {
            // `amount` is the script's kind; a failed %pre or %preun stops its package, the others
            // only warn.
            std::string line = fmt::format("a script of {} failed", name());
            if (amount == RPMTAG_PREIN || amount == RPMTAG_PREUN || amount == RPMTAG_PRETRANS)
                r.failed += (r.failed.empty() ? "" : ", ") + line;
            else
                r.done("warning " + line);
            break;
        }
        default: break;
    }
    return nullptr;
}

/// The transaction. Names in `apart` are installed beside and erased explicitly, because rpm's own
/// idea of what an upgrade replaces is another than the plan's. Answers the names for which that is
/// so.
std::set<std::string> fill(rpmts ts, const std::vector<Operation>& ops,
                           const std::set<std::string>& apart, const PluginCall& call,
                           const std::function<void(const std::string&)>& done) {
    std::set<Package> expected;
    for (const Operation& op : ops) {
        // Killed between an installation and its erasure, both are there: the whole replacement is
        // done again.
        bool there = op.action != Action::erase && is_installed(ts, op.package) &&
                     std::none_of(op.old.begin(), op.old.end(),
                                  [&](auto& p) { return is_installed(ts, p); });
        if (op.action != Action::erase && !there) {
            if (op.file.empty())
                throw Error(exit_data,
                            fmt::format("no file to install '{}' from", op.package.text()));
            Head h = read_package(ts, op, call.checksig);
            bool upgrade = op.action == Action::replace && !apart.count(op.package.name);
            if (rpmtsAddInstallElement(ts, h.get(), op.file.c_str(), upgrade, nullptr))
                throw Error(exit_data,
                            fmt::format("rpm will not install '{}': {}", op.file, take_said()));
        } else if (there) {
            done("skip " + op.package.text());
        }
        // The old versions of a replacement are erased by the upgrade itself.
        std::vector<Package> gone = op.old;
        if (op.action == Action::erase)
            gone.push_back(op.package);
        for (const Package& p : gone) {
            expected.insert(p);
            bool by_upgrade =
                op.action == Action::replace && !there && !apart.count(op.package.name);
            if (!by_upgrade && add_erase(ts, p) == 0)
                done("skip " + p.text());
        }
    }
    std::set<std::string> wrong;
    Elements it(rpmtsiInit(ts));
    std::set<Package> erased;
    while (rpmte te = rpmtsiNext(it.get(), TR_REMOVED)) {
        Package p{rpmteN(te), (rpmteE(te) ? std::string(rpmteE(te)) + ":" : "") + rpmteV(te),
                  rpmteR(te), rpmteA(te)};
        erased.insert(p);
        if (!expected.count(p))
            wrong.insert(p.name);
    }
    for (const Operation& op : ops)
        for (const Package& p : op.old)
            if (!erased.count(p) && !apart.count(op.package.name) && is_installed(ts, p))
                wrong.insert(p.name);
    return wrong;
}

}  // namespace

void configure(const PluginCall& call) {
    static bool once = false;
    if (once)
        return;
    rpmlogSetCallback(remember, nullptr);
    if (rpmReadConfigFiles(nullptr, nullptr))
        throw Error(exit_config, "rpm cannot read its configuration: " + take_said());
    // Debian asks a shell where it is, each time; once will do.
    std::unique_ptr<char, Free<std::free>> path(
        call.dbpath.empty() ? rpmExpand("%{_dbpath}", nullptr) : strdup(call.dbpath.c_str()));
    rpmPushMacro(nullptr, "_dbpath", nullptr, path.get(), RMIL_CMDLINE);
    once = true;
}

static std::string database(const PluginCall& call) {
    configure(call);
    std::unique_ptr<char, Free<std::free>> path(rpmExpand("%{_dbpath}", nullptr));
    return call.root + path.get();
}

bool has_database(const PluginCall& call) { return access(database(call).c_str(), F_OK) == 0; }

bool newer_than(const PluginCall& call, const std::string& file) {
    namespace fs = std::filesystem;
    std::error_code ec;
    auto written = fs::last_write_time(file, ec);
    if (ec)
        return true;
    for (auto& e : fs::directory_iterator(database(call), ec))
        if (e.path().filename().string().starts_with("rpmdb") || e.path().filename() == "Packages")
            if (e.last_write_time(ec) >= written && e.path().extension() != ".sqlite-shm")
                return true;
    return false;
}

namespace {

/// The words of files as dnf's protected.d and versionlock.list have them: one a line.
std::vector<std::string> listed(const std::string& path) {
    std::vector<std::string> out;
    std::string text = read_if_exists(path).value_or("");
    for (std::string_view line : lines(text))
        if (auto w = words_of(line.substr(0, line.find('#'))); w.size() == 1)
            out.emplace_back(w[0]);
    return out;
}

/// What the node's administrators told dnf: packages that may not go, and those that stay as they
/// are.
struct Wishes {
    std::vector<std::string> guarded, locked;
    explicit Wishes(const std::string& root)
        : locked(listed(root + "/etc/dnf/plugins/versionlock.list")) {
        std::error_code ec;
        for (const char* dir : {"/etc/dnf/protected.d", "/etc/yum/protected.d"})
            for (auto& e : std::filesystem::directory_iterator(root + dir, ec))
                if (e.path().extension() == ".conf")
                    for (auto& name : listed(e.path()))
                        guarded.push_back(name);
    }
    void mark(Installed& i) const {
        i.essential = std::any_of(guarded.begin(), guarded.end(),
                                  [&](auto& g) { return glob(g, i.package.name); });
        if (locked.empty())
            return;
        auto names = names_of(i.package);
        i.held = std::any_of(locked.begin(), locked.end(), [&](auto& l) {
            return std::any_of(names.begin(), names.end(), [&](auto& n) { return glob(l, n); });
        });
    }
};

}  // namespace

std::vector<Installed> list(const PluginCall& call) {
    Ts ts = open(call);
    Wishes wishes(call.root);
    std::vector<Installed> out;
    if (!has_database(call))
        return out;
    // One that is just being made by somebody else's first transaction has no tables yet.
    for (int tries = 0; rpmtsOpenDB(ts.get(), O_RDONLY); tries++) {
        if (tries == 20)
            throw Error(exit_io, "cannot open the rpm database: " + take_said());
        take_said();
        usleep(50000);
    }
    rpmtsSetVSFlags(ts.get(), RPMVSF_NOHDRCHK | RPMVSF_MASK_NOSIGNATURES |
                                  RPMVSF_MASK_NODIGESTS);  // our own database: speed; headers are
                                                           // still taken apart with care
    Matches it(rpmtsInitIterator(ts.get(), RPMDBI_PACKAGES, nullptr, 0));
    while (Header h = rpmdbNextIterator(it.get())) {
        Package p = package(h);
        if (p.name == "gpg-pubkey")
            continue;
        if (p.arch.empty())
            p.arch = "noarch";
        out.push_back({std::move(p)});
        wishes.mark(out.back());
    }
    if (std::string why = take_said(); !why.empty() && out.empty())
        throw Error(exit_io, "cannot read the rpm database: " + why);
    return out;
}

void wait_unlocked(const PluginCall& call) {
    if (!has_database(call))
        return;
    Ts ts = open(call);
    begin(ts.get(), call);
}

std::string why_not(const PluginCall& call, const std::string& file, const Package& p) {
    Ts ts = open(call);
    rpmtsSetVSFlags(ts.get(), RPMVSF_MASK_NOSIGNATURES);
    try {
        read_package(ts.get(), {Action::install, p, {}, {}, {}, 0, file}, false);
    } catch (const Error& e) {
        return e.message;
    }
    return {};
}

std::string why_not_signed(const PluginCall& call, const std::string& file,
                           const std::vector<std::string>& keys) {
    Ts ts = open(call);
    if (!keys.empty()) {
        Keyring ring(rpmKeyringNew());
        for (const std::string& path : keys) {
            std::string packets = read_file(path, 4 << 20);
            auto* at = reinterpret_cast<const uint8_t*>(packets.data());
            size_t left = packets.size(), length = 0;
            for (; left && pgpPubKeyCertLen(at, left, &length) == 0 && length;
                 at += length, left -= length)
                if (Pubkey key(rpmPubkeyNew(at, length)); key) {
                    rpmKeyringAddKey(ring.get(), key.get());
                    int n = 0;
                    rpmPubkey* subkeys = rpmGetSubkeys(key.get(), &n);
                    for (int i = 0; i < n; i++) {
                        rpmKeyringAddKey(ring.get(), subkeys[i]);
                        rpmPubkeyFree(subkeys[i]);
                    }
                    std::free(subkeys);
                }
        }
        rpmtsSetKeyring(ts.get(), ring.get());
    }
    rpmtsSetVSFlags(ts.get(), 0);
    rpmtsSetVfyLevel(ts.get(), RPMSIG_VERIFIABLE_TYPE);
    FD_t fd = Fopen(file.c_str(), "r.ufdio");
    if (!fd || Ferror(fd)) {
        if (fd)
            Fclose(fd);
        return "it cannot be opened";
    }
    Header h = nullptr;
    rpmRC rc = rpmReadPackageFile(ts.get(), fd, file.c_str(), &h);
    Fclose(fd);
    Head head(h);
    take_said();
    if (h && !headerIsEntry(h, RPMTAG_RSAHEADER) && !headerIsEntry(h, RPMTAG_DSAHEADER))
        return "it has no signature";
    switch (rc) {
        case RPMRC_OK: return {};
        case RPMRC_NOKEY:
        case RPMRC_NOTTRUSTED: return "it is signed with another key than the repository's";
        default: return "it is damaged, or its signature is wrong";
    }
}

void apply(const PluginCall& call, const std::vector<Operation>& ops,
           const std::function<void(const std::string&)>& done) {
    std::set<std::string> apart;
    Ts ts;
    Txn alone;  // from looking what is there to the end: a packager that outlived its spma may
                // still be at work
    for (int tries = 0;; tries++) {
        ts = open(call);
        rpmtsSetVSFlags(ts.get(), call.checksig ? 0 : RPMVSF_MASK_NOSIGNATURES);
        rpmtsSetVfyLevel(ts.get(), call.checksig ? RPMSIG_VERIFIABLE_TYPE : RPMSIG_DIGEST_TYPE);
        if (rpmtsOpenDB(ts.get(), O_RDWR | O_CREAT))
            throw Error(exit_io, "cannot open the rpm database: " + take_said());
        alone = begin(ts.get(), call);
        auto wrong = fill(ts.get(), ops, apart, call, done);
        if (wrong.empty())
            break;
        if (tries)
            throw Error(exit_data,
                        fmt::format("rpm would also erase versions of '{}' that the plan keeps",
                                    *wrong.begin()));
        apart = wrong;
        alone.reset();
        ts.reset();
    }
    rpmtsCheck(ts.get());
    if (std::string problems = problem_text(ts.get()); !problems.empty())
        throw Error(exit_data, "the packages do not fit together:\n  " + problems);
    if (rpmtsNElements(ts.get()) == 0)
        return;
    rpmtsOrder(ts.get());
    rpmtsClean(ts.get());

    Running running{done, {}, {}};
    rpmtsSetNotifyCallback(ts.get(), on_event, &running);
    rpmtsSetFlags(ts.get(), call.noaction ? RPMTRANS_FLAG_TEST : RPMTRANS_FLAG_NONE);
    done(fmt::format("begin {}", rpmtsNElements(ts.get())));
    int rc = rpmtsRun(ts.get(), nullptr, RPMPROB_FILTER_OLDPACKAGE | RPMPROB_FILTER_REPLACEPKG);
    std::string problems = problem_text(ts.get()), why = take_said();
    if (rc > 0)
        throw Error(exit_data,
                    "rpm refuses the transaction:\n  " + (problems.empty() ? why : problems));
    if (rc < 0 || !running.failed.empty())
        throw Error(exit_no,
                    fmt::format("the transaction was not carried out wholly: {}",
                                running.failed.empty() ? "rpm failed" : running.failed),
                    {}, why);
    if (!why.empty())
        done("warning " + why);
}

}  // namespace weft::spm::rpm
