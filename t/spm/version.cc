// REQ-H-4: versions compare as rpm and dpkg compare them: tables of known pairs, and dpkg itself as
// the judge of made-up ones.
#include "t/tap.hh"

#include <random>

#include "base/error.hh"
#include "base/process.hh"
#include "spm/package.hh"

using namespace weft;
using namespace weft::spm;

namespace {

struct Pair {
    const char *older, *newer;
};
int sign(int x) { return x > 0 ? 1 : x < 0 ? -1 : 0; }

void check(const Pair& p, Format f) {
    BOOST_TEST_CONTEXT(p.older << " < " << p.newer) {
        BOOST_CHECK_EQUAL(sign(compare_evr(p.older, p.newer, f)), -1);
        BOOST_CHECK_EQUAL(sign(compare_evr(p.newer, p.older, f)), 1);
        BOOST_CHECK_EQUAL(compare_evr(p.older, p.older, f), 0);
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(rpm_versions) {
    for (Pair p : {Pair{"1", "2"},
                   {"9", "10"},
                   {"1.0-9", "1.0-10"},
                   {"9-1", "1:1-1"},
                   {"1:9", "2:1"},
                   {"1~rc1", "1"},
                   {"1~rc1", "1~rc2"},
                   {"1", "1^git1"},
                   {"1^git1", "1^git2"},
                   {"1^git1", "1.1"},
                   {"1~rc1^git1", "1"},
                   {"1.a", "1.1"},
                   {"1", "1.1"},
                   {"1a", "1b"},
                   {"1.0-1.el8", "1.0-1.el9"}})
        check(p, Format::rpm);
    BOOST_CHECK_EQUAL(compare_evr("1.0", "1.00", Format::rpm), 0);
    BOOST_CHECK_EQUAL(compare_evr("1.0", "1_0", Format::rpm), 0);
    BOOST_CHECK_EQUAL(compare_evr("0:1", "1", Format::rpm), 0);
}

BOOST_AUTO_TEST_CASE(debian_versions) {
    for (Pair p : {Pair{"1", "2"},
                   {"9", "10"},
                   {"1.0-9", "1.0-10"},
                   {"9-1", "1:1-1"},
                   {"1~rc1", "1"},
                   {"1~~", "1~"},
                   {"1~~a", "1~"},
                   {"1", "1a"},
                   {"1a", "1+"},
                   {"1.0", "1.0-1"},
                   {"1.0-1", "1.0-1+b1"},
                   {"1.0-1~bpo12", "1.0-1"},
                   {"1.0.0", "1.0.a"},
                   {"1.2-3-4", "1.2-4-1"}})
        check(p, Format::deb);
    BOOST_CHECK_EQUAL(compare_evr("1.0", "1.00", Format::deb), 0);
    BOOST_CHECK_EQUAL(compare_evr("0:1", "1-0", Format::deb), 0);
}

BOOST_AUTO_TEST_CASE(dpkg_agrees_about_versions_made_up) {
    std::mt19937 random(4);
    auto pick = [&](std::string_view from) {
        return from[random() % from.size()];
    };
    auto make = [&] {
        std::string s(1, pick("0129"));
        for (size_t n = random() % 5; n; n--)
            s += pick("01a~.+0");
        if (random() % 3 == 0)
            s = std::string(1, pick("012")) + ":" + s;
        if (random() % 2)
            s += std::string("-") + pick("0129") + pick("01a~.+");
        return s;
    };
    try {
        run_process({"dpkg", "--version"});
    } catch (const Error&) {
        BOOST_TEST_MESSAGE("no dpkg to ask");
        return;
    }
    for (int i = 0; i < 150; i++) {
        std::string a = make(), b = make();
        int ours = sign(compare_evr(a, b, Format::deb));
        const char* op = ours < 0 ? "lt" : ours > 0 ? "gt" : "eq";
        BOOST_TEST_CONTEXT(a << " " << op << " " << b)
        BOOST_CHECK(run_process({"dpkg", "--compare-versions", a, op, b}).ok());
    }
}

BOOST_AUTO_TEST_CASE(a_pattern_matches_what_it_says) {
    Package p{"ntp", "2:4.2.8", "1.el9", "x86_64"};
    auto fits = [&](Package pattern) {
        return matches(pattern, p, Format::rpm);
    };
    BOOST_CHECK(fits({"ntp", "4.2.8", "1.el9", "x86_64"}));
    BOOST_CHECK(fits({"ntp", "2:4.2.8", "1.el9", "x86_64"}));
    BOOST_CHECK(!fits({"ntp", "0:4.2.8", "1.el9", "x86_64"}));
    BOOST_CHECK(!fits({"ntp", "3:4.2.8", "1.el9", "x86_64"}));
    BOOST_CHECK(fits({"n*", "4.2.*", "*", "*"}));
    BOOST_CHECK(fits({"nt?", "*", "*", "x86_*"}));
    BOOST_CHECK(!fits({"ntp", "4.2.8", "2.el9", "x86_64"}));
    BOOST_CHECK(!fits({"ntp", "4.2.8", "1.el9", "i686"}));
    BOOST_CHECK(!fits({"nt", "*", "*", "*"}));
}

BOOST_AUTO_TEST_CASE(wildcards_need_no_more_than_a_moment) {
    std::string many(5000, 'a');
    BOOST_CHECK(!glob("*a*a*a*a*a*a*a*a*a*ab", many));
    BOOST_CHECK(glob("*a*a*a*", many) && glob("*", "") && glob("", "") && !glob("", "a") &&
                !glob("?", "") && glob("a*", "a") && glob("*b", "aab"));
}

BOOST_AUTO_TEST_CASE(package_files_have_their_names) {
    BOOST_CHECK_EQUAL(file_name({"ntp", "2:4.2", "1.el9", "x86_64"}, Format::rpm),
                      "ntp-4.2-1.el9.x86_64.rpm");
    BOOST_CHECK_EQUAL(file_name({"ntp", "2:4.2", "1", "amd64"}, Format::deb),
                      "ntp_4.2-1_amd64.deb");
    BOOST_CHECK_EQUAL(file_name({"base-files", "12.4", "", "amd64"}, Format::deb),
                      "base-files_12.4_amd64.deb");
}
