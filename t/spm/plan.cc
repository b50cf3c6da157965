// The plan: what is installed, managed and wanted, and the policy, give the operations with their
// reasons. A table of cases a reader can check by eye, then every combination of a small world
// against the rules of spma(8).
#include "t/tap.hh"

#include "spm/plan.hh"
#include "spm/report.hh"

using namespace weft::spm;

namespace {

/// "ntp 1 1 x86_64, glibc 2 1 x86_64 essential, foo 1 1 noarch broken"
std::vector<Installed> installed(const std::string& text) {
    std::vector<Installed> out;
    for (size_t at = 0; at < text.size();) {
        size_t end = std::min(text.find(',', at), text.size());
        auto w = words_of(std::string_view(text).substr(at, end - at));
        Installed i{{std::string(w[0]), std::string(w[1]), w[2] == "-" ? "" : std::string(w[2]),
                     std::string(w[3])}};
        for (size_t k = 4; k < w.size(); k++)
            (w[k] == "essential" ? i.essential : i.broken) = true;
        out.push_back(i);
        at = end + 1;
    }
    return out;
}
std::vector<Package> packages(const std::string& text) {
    std::vector<Package> out;
    for (auto& i : installed(text))
        out.push_back(i.package);
    return out;
}

/// u: userpkgs  p: userprio  k: kernel not protected  s: no managed list  d: Debian's versions
Policy policy(std::string_view letters) {
    Policy p;
    for (char c : letters) {
        if (c == 'u')
            p.userpkgs = true;
        if (c == 'p')
            p.userprio = p.userpkgs = true;
        if (c == 'k')
            p.protectkernel = false;
        if (c == 's')
            p.usespmlist = false;
        if (c == 'd')
            p.format = Format::deb;
    }
    p.kernel = "5.14.0-70.el9.x86_64";
    return p;
}

struct Row {
    const char* what;
    const char* installed;
    const char* managed;
    const char* policy;
    const char* target;
    const char* plan;
};

const Row rows[] = {
    // ---- one package
    {"what is wanted and there is left alone", "ntp 1 1 x86_64", "", "", "- ntp 1 1 x86_64\n", ""},
    {"what is wanted and missing is installed", "bash 5 1 x86_64", "", "",
     "- bash 5 1 x86_64\nhttp://r/ ntp 1 1 x86_64\n",
     "install ntp-1-1.x86_64: wanted by line 2 of the target\n"},
    {"what is not wanted goes", "bash 5 1 x86_64, ntp 1 1 x86_64", "", "", "- bash 5 1 x86_64\n",
     "erase ntp-1-1.x86_64: not in the target\n"},
    {"one goes and one comes: a replacement", "ntp 1 1 x86_64", "", "", "- ntp 2 1 x86_64\n",
     "replace ntp-2-1.x86_64 < ntp-1-1.x86_64 (upgrade): wanted by line 1 of the target\n"},
    {"an older version is a downgrade", "ntp 10 1 x86_64", "", "", "- ntp 9 1 x86_64\n",
     "replace ntp-9-1.x86_64 < ntp-10-1.x86_64 (downgrade): wanted by line 1 of the target\n"},
    {"two old versions, as a killed transaction leaves them, go with the one that comes",
     "ntp 1 1 x86_64, ntp 2 1 x86_64", "", "", "- ntp 3 1 x86_64\n",
     "replace ntp-3-1.x86_64 < ntp-1-1.x86_64 ntp-2-1.x86_64 (upgrade): wanted by line 1 of the "
     "target\n"},
    {"of two versions the wanted one stays", "ntp 1 1 x86_64, ntp 2 1 x86_64", "", "",
     "- ntp 2 1 x86_64\n", "erase ntp-1-1.x86_64: another version is wanted\n"},
    {"what is half installed is installed again", "ntp 1 1 x86_64 broken", "", "",
     "- ntp 1 1 x86_64\n",
     "install ntp-1-1.x86_64: wanted by line 1 of the target, and half installed\n"},
    {"what is half installed and not wanted goes", "bash 1 1 x86_64, ntp 1 1 x86_64 broken", "", "",
     "- bash 1 1 x86_64\n", "erase ntp-1-1.x86_64: not in the target\n"},
    {"the same line twice is one package", "", "", "", "- ntp 1 1 x86_64\n- ntp 1 1 x86_64\n",
     "install ntp-1-1.x86_64: wanted by line 1 of the target\n"},
    // ---- versions
    {"1.0 and 1.00 are the same version to rpm", "ntp 1.0 1 x86_64", "", "",
     "- ntp 1.00 1 x86_64\n", ""},
    {"a line without an epoch does not ask for one", "ntp 3:1.0 1 x86_64", "", "",
     "- ntp 1.0 1 x86_64\n", ""},
    {"a line with an epoch does", "ntp 3:1.0 1 x86_64", "", "", "- ntp 4:1.0 1 x86_64\n",
     "replace ntp-4:1.0-1.x86_64 < ntp-3:1.0-1.x86_64 (upgrade): wanted by line 1 of the target\n"},
    {"an epoch beats a version", "ntp 9 1 x86_64", "", "", "- ntp 1:1 1 x86_64\n",
     "replace ntp-1:1-1.x86_64 < ntp-9-1.x86_64 (upgrade): wanted by line 1 of the target\n"},
    {"~ is older than nothing", "ntp 1~rc1 1 x86_64", "", "", "- ntp 1 1 x86_64\n",
     "replace ntp-1-1.x86_64 < ntp-1~rc1-1.x86_64 (upgrade): wanted by line 1 of the target\n"},
    {"^ is newer than nothing", "ntp 1^git2 1 x86_64", "", "", "- ntp 1 1 x86_64\n",
     "replace ntp-1-1.x86_64 < ntp-1^git2-1.x86_64 (downgrade): wanted by line 1 of the target\n"},
    {"Debian: + is newer than nothing, letters before it", "ntp 1+b1 1 amd64", "", "d",
     "- ntp 1a 1 amd64\n",
     "replace ntp-1a-1.amd64 < ntp-1+b1-1.amd64 (downgrade): wanted by line 1 of the target\n"},
    {"Debian: a native package has no release", "base-files 12.4 - amd64", "", "d",
     "- base-files 12.4 - amd64\n", ""},
    {"any version is good enough when one is there", "ntp 7 3 x86_64", "", "", "- ntp * * x86_64\n",
     ""},
    {"any version, none there: the repository will say which", "", "", "", "- ntp * * x86_64\n",
     "install ntp-*-*.x86_64: wanted by line 1 of the target\n"},
    {"a pattern of versions", "ntp 4.2.8 1 x86_64", "", "", "- ntp 4.2.* * x86_64\n", ""},
    {"a pattern of versions that is not met", "ntp 4.1.0 1 x86_64", "", "",
     "- ntp 4.2.* * x86_64\n",
     "replace ntp-4.2.*-*.x86_64 < ntp-4.1.0-1.x86_64 (another version): wanted by line 1 of the "
     "target\n"},
    {"an exact line is what a pattern beside it means", "", "", "",
     "- ntp * * x86_64\n- ntp 2 1 x86_64\n",
     "install ntp-2-1.x86_64: wanted by line 2 of the target\n"},
    // ---- several versions
    {"several versions of one name", "kernel 1 1 x86_64", "", "",
     "- kernel 1 1 x86_64\n- kernel 2 1 x86_64\n",
     "install kernel-2-1.x86_64: wanted by line 2 of the target\nreboot needed: kernel-2-1.x86_64 "
     "is a new kernel\n"},
    {"the set of versions moves by one: nothing that stays may be taken for old",
     "kernel 1 1 x86_64, kernel 2 1 x86_64", "", "", "- kernel 2 1 x86_64\n- kernel 3 1 x86_64\n",
     "install kernel-3-1.x86_64: wanted by line 2 of the target\nerase kernel-1-1.x86_64: another "
     "version is wanted\n"
     "reboot needed: kernel-3-1.x86_64 is a new kernel\n"},
    {"two come and one goes: not a replacement", "kernel 1 1 x86_64", "", "",
     "- kernel 2 1 x86_64\n- kernel 3 1 x86_64\n",
     "install kernel-2-1.x86_64: wanted by line 1 of the target\ninstall kernel-3-1.x86_64: wanted "
     "by line 2 of the target\n"
     "erase kernel-1-1.x86_64: another version is wanted\n"
     "reboot needed: kernel-2-1.x86_64 is a new kernel\nreboot needed: kernel-3-1.x86_64 is a new "
     "kernel\n"},
    // ---- architectures
    {"each architecture for itself", "libc 1 1 i686, libc 1 1 x86_64", "", "",
     "- libc 2 1 i686\n- libc 2 1 x86_64\n",
     "replace libc-2-1.i686 < libc-1-1.i686 (upgrade): wanted by line 1 of the target\n"
     "replace libc-2-1.x86_64 < libc-1-1.x86_64 (upgrade): wanted by line 2 of the target\n"},
    {"one architecture goes, the other stays", "libc 1 1 i686, libc 1 1 x86_64", "", "",
     "- libc 1 1 x86_64\n", "erase libc-1-1.i686: not in the target\n"},
    {"from noarch to an architecture", "doc 1 1 noarch", "", "", "- doc 2 1 x86_64\n",
     "replace doc-2-1.x86_64 < doc-1-1.noarch (upgrade): wanted by line 1 of the target\n"},
    {"any architecture is good enough when one is there", "doc 1 1 noarch", "", "", "- doc 1 1 *\n",
     ""},
    {"any architecture follows the ones that are there", "doc 1 1 i686, doc 1 1 x86_64", "", "",
     "- doc 2 1 *\n",
     "replace doc-2-1.i686 < doc-1-1.i686 (upgrade): wanted by line 1 of the target\n"
     "replace doc-2-1.x86_64 < doc-1-1.x86_64 (upgrade): wanted by line 1 of the target\n"},
    // ---- the managed subset
    {"a user's package stays", "ntp 1 1 x86_64, game 1 1 x86_64", "", "u", "- ntp 1 1 x86_64\n",
     "keep game-1-1.x86_64: not ours, and users' packages may stay\n"},
    {"what was ours goes when the target drops it", "ntp 1 1 x86_64, game 1 1 x86_64",
     "game 1 1 x86_64", "u", "- ntp 1 1 x86_64\n", "erase game-1-1.x86_64: not in the target\n"},
    {"what was ours and changed by hand is no longer ours", "game 2 1 x86_64", "game 1 1 x86_64",
     "u", "- ntp 1 1 x86_64\n",
     "install ntp-1-1.x86_64: wanted by line 1 of the target\nkeep game-2-1.x86_64: not ours, and "
     "users' packages may stay\n"},
    {"without the managed list nothing was ever ours", "ntp 1 1 x86_64, game 1 1 x86_64",
     "game 1 1 x86_64", "us", "- ntp 1 1 x86_64\n",
     "keep game-1-1.x86_64: not ours, and users' packages may stay\n"},
    {"what was ours and was erased by hand comes back", "", "ntp 1 1 x86_64", "u",
     "- ntp 1 1 x86_64\n", "install ntp-1-1.x86_64: wanted by line 1 of the target\n"},
    {"a user's version gives way to the target's", "ntp 2 1 x86_64", "", "u", "- ntp 1 1 x86_64\n",
     "replace ntp-1-1.x86_64 < ntp-2-1.x86_64 (downgrade): wanted by line 1 of the target\n"},
    {"unless users go first", "ntp 2 1 x86_64", "", "up", "- ntp 1 1 x86_64\n",
     "keep ntp-2-1.x86_64: not ours, and users' packages go first; differs from the target\n"},
    {"unless it is mandatory", "ntp 2 1 x86_64", "", "up", "- ntp 1 1 x86_64 ISMANDATORY\n",
     "replace ntp-1-1.x86_64 < ntp-2-1.x86_64 (downgrade): wanted by line 1 of the target\n"},
    {"users go first for their architecture only", "ntp 2 1 i686", "", "up",
     "- ntp 1 1 i686\n- ntp 1 1 x86_64\n",
     "install ntp-1-1.x86_64: wanted by line 2 of the target\nkeep ntp-2-1.i686: not ours, and "
     "users' packages go first; differs from the target\n"},
    {"what users put there in the target's version becomes ours", "ntp 1 1 x86_64", "", "up",
     "- ntp 1 1 x86_64\n", ""},
    // ---- unwanted
    {"an unwanted package goes, also a user's", "game 1 1 x86_64", "", "u",
     "- game * * * ISUNWANTED\n", "erase game-1-1.x86_64: unwanted by line 1 of the target\n"},
    {"unwanted in one version", "game 1 1 x86_64, game 2 1 x86_64", "", "u",
     "- game 1 1 x86_64 ISUNWANTED\n",
     "erase game-1-1.x86_64: unwanted by line 1 of the target\nkeep game-2-1.x86_64: not ours, and "
     "users' packages may stay\n"},
    {"unwanted in any release of a version", "game 1 1 x86_64, game 1 2 i686", "", "u",
     "- game 1 * * ISUNWANTED\n",
     "erase game-1-2.i686: unwanted by line 1 of the target\nerase game-1-1.x86_64: unwanted by "
     "line 1 of the target\n"},
    {"unwanted by a pattern of names", "game-a 1 1 x86_64, game-b 1 1 x86_64, ntp 1 1 x86_64", "",
     "u", "- game-* * * * ISUNWANTED\n",
     "erase game-a-1-1.x86_64: unwanted by line 1 of the target\nerase game-b-1-1.x86_64: unwanted "
     "by line 1 of the target\n"
     "keep ntp-1-1.x86_64: not ours, and users' packages may stay\n"},
    {"an unwanted version is replaced by the wanted one", "ntp 1 1 x86_64", "", "up",
     "- ntp 1 1 x86_64 ISUNWANTED\n- ntp 2 1 x86_64\n",
     "replace ntp-2-1.x86_64 < ntp-1-1.x86_64 (upgrade): wanted by line 2 of the target\n"},
    {"unwanted and not there", "", "", "u", "- game * * * ISUNWANTED\n", ""},
    {"no version but this: the exact line wins", "ntp 1 1 x86_64, ntp 2 1 x86_64", "", "u",
     "- ntp * * * ISUNWANTED\n- ntp 2 1 x86_64\n",
     "erase ntp-1-1.x86_64: unwanted by line 1 of the target\n"},
    {"any version but this", "ntp 1 1 x86_64, ntp 2 1 x86_64", "", "u",
     "- ntp 1 1 x86_64 ISUNWANTED\n- ntp * * *\n",
     "erase ntp-1-1.x86_64: unwanted by line 1 of the target\n"},
    // ---- locked
    {"a locked package is never touched", "ntp 1 1 x86_64", "", "", "- ntp 2 1 x86_64 LOCKED\n",
     "keep ntp-1-1.x86_64: locked by line 1 of the target; differs from the target\n"},
    {"not even when it is unwanted or wanted otherwise", "ntp 1 1 x86_64", "", "",
     "- ntp * * * LOCKED\n- ntp 1 1 x86_64 ISUNWANTED\n- ntp 3 1 x86_64 ISMANDATORY\n",
     "keep ntp-1-1.x86_64: locked by line 1 of the target\n"},
    {"locked and not there: not installed", "", "", "u", "- ntp 2 1 x86_64 LOCKED\n", ""},
    {"locked by a pattern of names", "nvidia-a 1 1 x86_64, nvidia-b 1 1 x86_64", "", "",
     "- nvidia-* * * * LOCKED\n",
     "keep nvidia-a-1-1.x86_64: locked by line 1 of the target\nkeep nvidia-b-1-1.x86_64: locked "
     "by line 1 of the target\n"},
    {"locked in one architecture", "libc 1 1 i686, libc 1 1 x86_64", "", "",
     "- libc * * i686 LOCKED\n- libc 2 1 x86_64\n",
     "replace libc-2-1.x86_64 < libc-1-1.x86_64 (upgrade): wanted by line 2 of the target\n"
     "keep libc-1-1.i686: locked by line 1 of the target\n"},
    // ---- held
    {"a held package keeps its version", "ntp 1 1 x86_64", "", "", "- ntp 2 1 x86_64 HELD\n",
     "keep ntp-1-1.x86_64: held by line 1 of the target; differs from the target\n"},
    {"held and not there: installed", "", "", "", "- ntp 2 1 x86_64 HELD\n",
     "install ntp-2-1.x86_64: wanted by line 1 of the target\n"},
    {"held by a pattern: nothing to install", "", "", "u", "- ntp* * * * HELD\n", ""},
    // ---- if present
    {"if present, the version is put right", "ntp 1 1 x86_64", "", "u",
     "- ntp 2 1 x86_64 IFPRESENT\n",
     "replace ntp-2-1.x86_64 < ntp-1-1.x86_64 (upgrade): wanted by line 1 of the target\n"},
    {"if present, and it is not", "", "", "u", "- ntp 2 1 x86_64 IFPRESENT\n", ""},
    {"if present in another architecture, it is not", "bash 1 1 x86_64, ntp 1 1 i686", "", "u",
     "- ntp 2 1 x86_64 IFPRESENT\n",
     "keep bash-1-1.x86_64: not ours, and users' packages may stay\nkeep ntp-1-1.i686: not ours, "
     "and users' packages may stay\n"},
    {"if present, in any version: may stay", "bash 1 1 x86_64, ntp 1 1 x86_64", "", "",
     "- bash 1 1 x86_64\n- ntp * * * IFPRESENT\n", ""},
    // ---- the kernel
    {"the running kernel stays", "kernel 5.14.0 70.el9 x86_64", "", "",
     "- bash 1 1 x86_64 IFPRESENT\n",
     "keep kernel-5.14.0-70.el9.x86_64: the running kernel is protected (not in the target); "
     "differs from the target\n"},
    {"a new kernel is installed beside the running one", "kernel 5.14.0 70.el9 x86_64", "", "",
     "- kernel 5.14.0 80.el9 x86_64\n",
     "install kernel-5.14.0-80.el9.x86_64: wanted by line 1 of the target\n"
     "keep kernel-5.14.0-70.el9.x86_64: the running kernel is protected (another version is "
     "wanted); differs from the target\n"
     "reboot needed: kernel-5.14.0-80.el9.x86_64 is a new kernel\n"},
    {"so do its modules, even unwanted", "kmod-x-5.14.0-70.el9.x86_64 1 1 x86_64", "", "",
     "- kmod-* * * * ISUNWANTED\n",
     "keep kmod-x-5.14.0-70.el9.x86_64-1-1.x86_64: the running kernel is protected (unwanted by "
     "line 1 of the target); differs from the target\n"},
    {"another kernel goes", "kernel 5.14.0 7.el9 x86_64, bash 1 1 x86_64", "", "",
     "- bash 1 1 x86_64\n", "erase kernel-5.14.0-7.el9.x86_64: not in the target\n"},
    {"unprotected, it is refused", "kernel 5.14.0 70.el9 x86_64, bash 1 1 x86_64", "", "k",
     "- bash 1 1 x86_64\n",
     "erase kernel-5.14.0-70.el9.x86_64: not in the target\n"
     "refused (kernel): 'kernel-5.14.0-70.el9.x86_64' is the running kernel or part of it and "
     "would be erased\n"},
    // ---- guards
    {"an empty target for a system that is all ours is refused", "ntp 1 1 x86_64", "", "",
     "# nothing\n",
     "erase ntp-1-1.x86_64: not in the target\n"
     "refused (empty-target): the target is empty, and packages that it does not name would all be "
     "erased\n"},
    {"an empty target is fine where users' packages may stay", "ntp 1 1 x86_64", "ntp 1 1 x86_64",
     "u", "", "erase ntp-1-1.x86_64: not in the target\n"},
    {"an essential package is not erased",
     "bash 1 1 x86_64, ntp 1 1 x86_64, perl 5 1 x86_64 essential", "", "", "- ntp 1 1 x86_64\n",
     "erase bash-1-1.x86_64: not in the target\nerase perl-5-1.x86_64: not in the target\n"
     "refused (essential): 'bash-1-1.x86_64' is essential and would be erased\n"
     "refused (essential): 'perl-5-1.x86_64' is essential and would be erased\n"},
    {"an essential package is replaced", "bash 1 1 x86_64", "", "", "- bash 2 1 x86_64\n",
     "replace bash-2-1.x86_64 < bash-1-1.x86_64 (upgrade): wanted by line 1 of the target\n"},
    {"one architecture of an essential package may go", "glibc 1 1 i686, glibc 1 1 x86_64", "", "",
     "- glibc 1 1 x86_64\n", "erase glibc-1-1.i686: not in the target\n"},
};

Plan plan_of(const Row& r) {
    return make_plan(installed(r.installed), packages(r.managed), parse_target(r.target, "target"),
                     policy(r.policy));
}

/// What would be installed afterwards, if a packager did just that.
std::vector<Installed> carry_out(std::vector<Installed> have, const Plan& plan) {
    auto drop = [&](const Package& p) {
        auto it = std::find_if(have.begin(), have.end(), [&](auto& i) { return i.package == p; });
        BOOST_REQUIRE(it != have.end());
        have.erase(it);
    };
    for (auto& op : plan.operations) {
        for (auto& o : op.old)
            drop(o);
        if (op.action == Action::erase)
            drop(op.package);
        else
            have.push_back({op.package});
    }
    return have;
}

}  // namespace

// REQ-H-2: a pure function; REQ-H-4: its flags, LOCKED, HELD and IFPRESENT among them.
BOOST_AUTO_TEST_CASE(each_row_of_the_table_gives_its_plan) {
    for (const Row& r : rows) {
        BOOST_TEST_CONTEXT(r.what) BOOST_CHECK_EQUAL(plan_text(plan_of(r), true), r.plan);
    }
}

BOOST_AUTO_TEST_CASE(what_becomes_ours_is_what_the_target_asks_for_and_what_was_ours) {
    auto managed = [](const char* have, const char* recorded, const char* letters,
                      const char* target) {
        return packages_text(make_plan(installed(have), packages(recorded),
                                       parse_target(target, "t"), policy(letters))
                                 .managed);
    };
    BOOST_CHECK_EQUAL(managed("a 1 1 x, b 1 1 x", "", "u", "- a 1 1 x\n- c 1 1 x\n"),
                      "a 1 1 x\nc 1 1 x\n");
    BOOST_CHECK_EQUAL(managed("a 1 1 x", "", "up", "- a 2 1 x\n"), "");
    BOOST_CHECK_EQUAL(managed("a 1 1 x", "", "u", "- a 2 1 x\n"), "a 2 1 x\n");
    BOOST_CHECK_EQUAL(managed("a 1 1 x", "", "u", "- a 1 1 x LOCKED\n"), "");
    // A protected kernel stays ours, so that it goes once another one runs.
    BOOST_CHECK_EQUAL(
        managed("kernel 5.14.0 70.el9 x86_64", "kernel 5.14.0 70.el9 x86_64", "u", "- a 1 1 x\n"),
        "a 1 1 x\nkernel 5.14.0 70.el9 x86_64\n");
}

// REQ-H-5: the guards.
BOOST_AUTO_TEST_CASE(too_many_removals_are_refused_by_number_and_by_share) {
    std::string have;
    for (int i = 0; i < 60; i++)
        have += (i ? ", p" : "p") + std::to_string(i) + " 1 1 x";
    auto refused = [&](size_t keep, const char* reason = "") {
        std::string target;
        for (size_t i = 0; i < keep; i++)
            target += "- p" + std::to_string(i) + " 1 1 x\n";
        Policy p = policy("");
        p.override_reason = reason;
        Plan plan = make_plan(installed(have), {}, parse_target(target, "t"), p);
        plan.operations.clear();
        return plan_text(plan);
    };
    BOOST_CHECK_EQUAL(refused(9),
                      "refused (removals): 51 packages would be erased, more than 50\n");
    BOOST_CHECK_EQUAL(refused(47),
                      "refused (removals): 13 of 60 packages would be erased, more than 20 %\n");
    BOOST_CHECK_EQUAL(refused(48), "");
    BOOST_CHECK_EQUAL(refused(9, "moving to another release"),
                      "overridden (removals): 51 packages would be erased, more than 50\n");
    BOOST_CHECK_EQUAL(refused(0, "really"),
                      "refused (empty-target): the target is empty, and packages that it does not "
                      "name would all be erased\n"
                      "overridden (removals): 60 packages would be erased, more than 50\n");
}

BOOST_AUTO_TEST_CASE(an_empty_or_stale_repository_is_refused_when_there_is_something_to_do) {
    Policy p = policy("");
    p.sources = {
        {"base", 0, 10, 0}, {"updates", 5, 200 * 3600, 100 * 3600}, {"old", 5, 200 * 3600, 0}};
    auto text = [&](const char* target) {
        return plan_text(make_plan(installed("a 1 1 x"), {}, parse_target(target, "t"), p));
    };
    BOOST_CHECK_EQUAL(text("- a 2 1 x\n"),
                      "replace a-2-1.x < a-1-1.x (upgrade): wanted by line 1 of the target\n"
                      "refused (empty-repository): repository 'base' holds no package\n"
                      "refused (stale-repository): the metadata of repository 'updates' is 200 h "
                      "old, more than 100 h\n");
    BOOST_CHECK_EQUAL(text("- a 1 1 x\n"), "");
}

BOOST_AUTO_TEST_CASE(the_running_kernel_is_known_by_what_uname_says) {
    auto is = [](const char* name, const char* v, const char* r, const char* uname) {
        return of_running_kernel({name, v, r, "x86_64"}, uname);
    };
    BOOST_CHECK(is("kernel", "5.14.0", "70.el9", "5.14.0-70.el9.x86_64"));
    BOOST_CHECK(is("kernel-core", "5.14.0", "70.el9", "5.14.0-70.el9.x86_64+debug"));
    BOOST_CHECK(is("kernel-smp", "2.4.20", "18.7", "2.4.20-18.7smp"));
    BOOST_CHECK(!is("kernel-smp", "2.4.20", "18.7", "2.4.20-18.75"));
    BOOST_CHECK(!is("kernel", "5.14.0", "70.el9", "5.14.0-70.el9_1.x86_64"));
    BOOST_CHECK(!is("kernel", "5.14.0", "70.el9", "5.14.0-70.el9.aarch64"));
    BOOST_CHECK(!is("ntp", "5.14.0", "70.el9", "5.14.0-70.el9.x86_64"));
    BOOST_CHECK(is("linux-image-6.1.0-18-amd64", "6.1.76", "1", "6.1.0-18-amd64"));
    BOOST_CHECK(!is("linux-image-6.1.0-18-amd64", "6.1.76", "1", ""));
}

// Every way in which up to four instances (two versions, two architectures) can be there, be
// recorded as ours and be asked for with every flag, under every policy.
BOOST_AUTO_TEST_CASE(every_combination_of_a_small_world_keeps_the_rules) {
    const Package world[] = {
        {"a", "1", "1", "x"}, {"a", "2", "1", "x"}, {"a", "1", "1", "y"}, {"a", "2", "1", "y"}};
    const unsigned flags[] = {0, mandatory, unwanted, locked, held, if_present};
    const Package lines[] = {{"a", "1", "1", "x"},
                             {"a", "2", "1", "x"},
                             {"a", "2", "1", "y"},
                             {"a", "*", "*", "*"},
                             {"a", "1", "1", "*"}};
    size_t worlds = 0;
    for (unsigned there = 0; there < 16; there++)
        for (unsigned ours = 0; ours < 16; ours++)
            for (const char* letters : {"", "u", "p", "us"}) {
                if (*letters == 0 && ours)
                    continue;  // all is ours anyway
                for (const Package& l1 : lines)
                    for (unsigned f1 : flags)
                        for (int second = 0; second < 4; second++) {
                            if (ours & ~there)
                                continue;
                            Target target{{"", l1, f1}};
                            if (second)
                                target.push_back({"", world[second], 0});
                            if (second && f1 == unwanted && l1 == world[second])
                                continue;  // refused when read
                            std::vector<Installed> have{{{"other", "1", "1", "x"}}};
                            std::vector<Package> recorded;
                            for (int i = 0; i < 4; i++) {
                                if (there >> i & 1)
                                    have.push_back({world[i]});
                                if (ours >> i & 1)
                                    recorded.push_back(world[i]);
                            }
                            Policy pol = policy(letters);
                            Plan plan = make_plan(have, recorded, target, pol);
                            auto after = carry_out(have, plan);
                            worlds++;

                            auto in = [](const std::vector<Installed>& v, const Package& p) {
                                return std::any_of(v.begin(), v.end(),
                                                   [&](auto& i) { return i.package == p; });
                            };
                            auto fail = [&](const char* what) {
                                std::string s = what;
                                for (auto& i : have)
                                    s += " [" + i.package.text() + "]";
                                BOOST_ERROR(s + " ours=" + packages_text(recorded) +
                                            " policy=" + letters + "\n" + target_text(target) +
                                            plan_text(plan, true));
                            };
                            std::set<Package> unique;
                            for (auto& i : after)
                                unique.insert(i.package);
                            if (unique.size() != after.size())
                                fail("installed twice");

                            // Once carried out, there is nothing left to do.
                            if (!make_plan(after, plan.managed, target, pol).operations.empty())
                                fail("not at rest afterwards");
                            if (!in(after, have[0].package) && pol.userpkgs)
                                fail("a user's package went");
                            for (auto& m : plan.managed)
                                if (!in(after, m) && !m.is_pattern())
                                    fail("ours, and not there");
                            for (const Wanted& w : target)
                                for (int i = 0; i < 4; i++) {
                                    const Package& p = world[i];
                                    bool fits = matches(w.package, p, Format::rpm),
                                         before = in(have, p), now = in(after, p);
                                    bool lock =
                                        target[0].is(locked) && matches_name(target[0].package, p);
                                    if (lock && before != now)
                                        fail("a locked package was touched");
                                    if (lock)
                                        continue;
                                    bool asked = second && world[second] == p;
                                    if (w.is(unwanted) && fits && now &&
                                        !(asked && w.package.is_pattern()))
                                        fail("an unwanted package is there");
                                    if (w.is(mandatory) && !w.package.is_pattern() && fits && !now)
                                        fail("a mandatory package is missing");
                                    if (w.is(if_present) && !second && !before && now &&
                                        std::none_of(have.begin(), have.end(), [&](auto& h) {
                                            return h.package.name == "a" &&
                                                   h.package.arch == p.arch;
                                        }))
                                        fail("installed, though only wanted if present");
                                    if (w.is(held) && matches_name(w.package, p) && before && !now)
                                        fail("a held package changed");
                                    if (!w.flags && !pol.userprio && fits &&
                                        !w.package.is_pattern() && !now && !target[0].is(held))
                                        fail("a wanted package is missing");
                                }
                        }
            }
    BOOST_CHECK_GT(worlds, 30000u);
}

// Versions that are hard to tell apart, as installed, recorded, wanted and unwanted ones:
// pre-releases, snapshots, epochs, numbers with leading zeros. What compares equal is the same, and
// what does not is replaced, in the right direction.
BOOST_AUTO_TEST_CASE(every_pair_of_versions_is_left_alone_or_replaced_the_right_way) {
    // In the order of rpm and in that of Debian; those in one row are equal.
    const std::vector<std::vector<const char*>> rpm = {
        {"1~~"},   {"1~rc1"}, {"1~rc2"}, {"1", "01"}, {"1^git1"}, {"1^git2"}, {"1.0", "1.00"},
        {"1.0.a"}, {"1.0.1"}, {"1.9"},   {"1.10"},    {"1:0.1"},  {"1:1"},    {"2:0"}};
    const std::vector<std::vector<const char*>> deb = {
        {"1~~"},   {"1~rc1"}, {"1~rc2"}, {"1", "01"}, {"1a"},  {"1+b1"}, {"1.0", "1.00"},
        {"1.0.a"}, {"1.9"},   {"1.10"},  {"1:0.1"},   {"1:1"}, {"2:0"}};
    size_t pairs = 0;
    for (auto& [order, letters] : {std::pair(rpm, ""), std::pair(deb, "d")})
        for (const char* users : {"", "u", "p"})
            for (unsigned flag : {0u, unsigned(mandatory), unsigned(held), unsigned(if_present),
                                  unsigned(unwanted), unsigned(locked)})
                for (size_t i = 0; i < order.size(); i++)
                    for (size_t k = 0; k < order.size(); k++)
                        for (const char* have : order[i])
                            for (const char* want : order[k])
                                for (bool ours : {false, true}) {
                                    Package there{"a", have, "1", "x"}, asked{"a", want, "1", "x"};
                                    Policy pol = policy(std::string(letters) + users);
                                    Plan plan = make_plan(
                                        {{there}, {{"other", "1", "1", "x"}}},
                                        ours ? std::vector{there} : std::vector<Package>{},
                                        {{"", asked, flag}, {"", {"other", "1", "1", "x"}, 0}},
                                        pol);
                                    pairs++;
                                    // A line without an epoch does not ask for one.
                                    std::string_view w = want, h = have;
                                    if (w.find(':') == w.npos && h.find(':') != h.npos)
                                        h.remove_prefix(h.find(':') + 1);
                                    bool same = i == k || compare_evr(w, h, pol.format) == 0;
                                    bool recorded = ours && pol.usespmlist,
                                         user = *users && !recorded && !same;
                                    BOOST_TEST_CONTEXT(have << " there, " << want << " flags "
                                                            << flag << " policy " << letters
                                                            << users << (ours ? " ours" : "")) {
                                        const auto& ops = plan.operations;
                                        if (flag == unwanted) {
                                            bool goes = same || !*users || recorded;
                                            BOOST_CHECK_EQUAL(ops.size(), goes ? 1u : 0u);
                                            if (!ops.empty())
                                                BOOST_CHECK(ops[0].action == Action::erase);
                                        } else if (flag == locked || flag == held || same ||
                                                   (user && *users == 'p' && flag != mandatory)) {
                                            BOOST_CHECK(ops.empty());
                                        } else {
                                            BOOST_REQUIRE_EQUAL(ops.size(), 1u);
                                            BOOST_CHECK(ops[0].action == Action::replace &&
                                                        ops[0].package == asked &&
                                                        ops[0].old == std::vector{there});
                                            bool epochs = w.find(':') != w.npos;
                                            if (epochs || h == have)
                                                BOOST_CHECK_EQUAL(ops[0].direction, k > i ? 1 : -1);
                                        }
                                    }
                                }
    BOOST_CHECK_GT(pairs, 10000u);
}
