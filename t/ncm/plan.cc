// Which components run, in which order, and why: tables of small profiles.
#include "t/tap.hh"

#include "base/error.hh"
#include "base/noun/profile.hh"
#include "ncm/actions.hh"
#include "ncm/dispatch.hh"
#include "ncm/listend.hh"
#include "ncm/plan.hh"
#include "ncm/store.hh"

using namespace weft;
using namespace weft::ncm;

namespace {

/// A cached profile made from JSON.
struct Cached {
    ScratchDir dir;
    Configuration put(const std::string& json) {
        make_cache(dir.path(), {});
        Download d;
        d.body = json;
        d.url = d.from = "http://cdb/lxb001.json";
        store_profile(dir.path(), read_json(json, "x"), d, "CDB_File", {}, false);
        return CacheManager(dir.path()).configuration();
    }
};

std::string components(const std::string& json, const std::string& more = "") {
    return R"({"software":{"components":{)" + json + "}" + more + "}}";
}
const std::string on = R"("active":true,"dispatch":true)";

std::string joined(const std::vector<std::string>& v) {
    std::string s;
    for (auto& w : v)
        s += (s.empty() ? "" : " ") + w;
    return s;
}

std::map<std::string, Planned> plan_of(std::initializer_list<Planned> list) {
    std::map<std::string, Planned> all;
    for (Planned p : list) {
        p.active = p.has_active = p.dispatch = p.has_dispatch = true;
        all[p.name] = p;
    }
    return all;
}
Planned one(std::string name, std::vector<std::string> pre = {},
            std::vector<std::string> post = {}) {
    Planned p;
    p.name = p.module = std::move(name);
    p.pre = std::move(pre);
    p.post = std::move(post);
    return p;
}

/// Everything of the work done with success.
void succeed(Memory& m, const Work& w) {
    for (auto& name : w.configure)
        m.components[name] = {Known::ok, w.watched.at(name), true, false, 0, 0, ""};
    for (auto& name : w.unconfigure)
        m.components.erase(name);
}
std::vector<std::string> reads_nothing(const Planned&) { return {}; }

}  // namespace

// REQ-E-1: order and dependencies.
BOOST_AUTO_TEST_CASE(order_follows_dependencies_then_names) {
    auto all = plan_of({one("a", {"z"}), one("b"), one("z"), one("c", {}, {"b"})});
    BOOST_TEST(joined(run_order(all, {"b", "a", "c", "z"}, {})) == "c b z a");
    BOOST_TEST(joined(run_order(all, {"a"}, {})) == "z a");
    BOOST_TEST(joined(run_order(all, {"a"}, {.autodeps = false, .nodeps = true})) == "a");
    BOOST_CHECK_THROW(run_order(all, {"a"}, {.autodeps = false, .nodeps = false}), Error);
}

BOOST_AUTO_TEST_CASE(a_missing_dependency_is_told_with_who_needs_it) {
    auto all = plan_of({one("a", {"nosuch"})});
    try {
        run_order(all, {"a"}, {});
        BOOST_TEST(false);
    } catch (const Error& e) {
        BOOST_TEST(e.text() == "error: the profile has no component 'nosuch'\n  needed by 'a'\n");
    }
    BOOST_TEST(joined(run_order(all, {"a"}, {.autodeps = true, .nodeps = true})) == "a");
}

BOOST_AUTO_TEST_CASE(a_cycle_is_a_chain_of_its_members_only) {
    auto all = plan_of({one("a", {"b"}), one("b", {"c"}), one("c", {"b"}), one("d")});
    try {
        run_order(all, {"a", "d"}, {});
        BOOST_TEST(false);
    } catch (const Error& e) {
        BOOST_TEST(e.message == "the components depend on each other in a cycle: c -> b -> c");
    }
}

BOOST_AUTO_TEST_CASE(a_component_that_needs_itself_is_a_cycle) {
    auto all = plan_of({one("a", {"a"})});
    BOOST_CHECK_THROW(run_order(all, {"a"}, {}), Error);
}

BOOST_AUTO_TEST_CASE(names_are_words) {
    for (const char* good : {"ntp", "ncm-x", "a_1"})
        BOOST_TEST(is_component_name(good), good);
    for (const char* bad : {"", "1a", "-a", "a/b", "../x", "a b", "a;b"})
        BOOST_TEST(!is_component_name(bad), bad);
}

// REQ-D-1, REQ-D-5, REQ-D-6: who is run, each compared with what it was last configured with.
BOOST_AUTO_TEST_CASE(selection_table) {
    struct Row {
        const char* why;
        std::string before, after, configure, unconfigure;
    };
    const Row rows[] = {
        {"nothing changed", R"("a":{)" + on + "}", R"("a":{)" + on + "}", "", ""},
        {"own subtree changed", R"("a":{)" + on + "}", R"("a":{"x":1,)" + on + "}", "a", ""},
        {"a new one", R"("a":{)" + on + "}", R"("a":{)" + on + R"(},"b":{)" + on + "}", "b", ""},
        {"activated", R"("a":{"active":false,"dispatch":true})", R"("a":{)" + on + "}", "a", ""},
        {"dispatch came", R"("a":{"active":true})", R"("a":{)" + on + "}", "a", ""},
        {"dispatch went", R"("a":{)" + on + "}", R"("a":{"active":true,"dispatch":false})", "", ""},
        {"deactivated", R"("a":{)" + on + "}", R"("a":{"active":false,"dispatch":true})", "", "a"},
        {"removed", R"("a":{)" + on + R"(},"b":{)" + on + "}", R"("b":{)" + on + "}", "", "a"},
        {"never active, removed", R"("a":{"active":false},"b":{)" + on + "}", R"("b":{)" + on + "}",
         "", ""},
        {"a path more is watched", R"("a":{)" + on + R"(,"register_change":["/software"]})",
         R"("a":{)" + on + R"(,"register_change":["/software","/x"]})", "a", ""},
    };
    for (const Row& r : rows) {
        Cached c;
        Memory m(c.dir.path() + "/memory");
        BOOST_TEST(m.fresh);
        succeed(m, select_work(c.put(components(r.before)), m, {}, reads_nothing));
        Work w = select_work(c.put(components(r.after)), m, {}, reads_nothing);
        BOOST_TEST(joined(w.configure) == r.configure, r.why);
        BOOST_TEST(joined(w.unconfigure) == r.unconfigure, r.why);
    }
}

BOOST_AUTO_TEST_CASE(other_trees_count_when_registered_or_read) {
    Cached c;
    Memory m(c.dir.path() + "/memory");
    std::string a = R"("a":{)" + on + R"(,"register_change":["/software/x"]},"b":{)" + on +
                    R"(},"c":{)" + on + "}";
    auto reads = [](const Planned& p) {
        return p.name == "b" ? std::vector<std::string>{"/software/y"} : std::vector<std::string>{};
    };
    auto next = [&](const std::string& more) {
        Work w = select_work(c.put(components(a, more)), m, {}, reads);
        succeed(m, w);
        return joined(w.configure);
    };
    BOOST_TEST(next(R"(,"x":1,"y":1)") == "a b c");
    BOOST_TEST(next(R"(,"x":2,"y":1)") == "a");
    BOOST_TEST(next(R"(,"x":2,"y":2)") == "b");
    BOOST_TEST(next(R"(,"x":2)") == "b");  // what a program reads may go and come
    BOOST_TEST(next(R"(,"x":2)") == "");
    BOOST_TEST(next(R"(,"packages":{"ncm_2dc":{"v":1}},"x":2)") == "c");
}

BOOST_AUTO_TEST_CASE(a_registered_path_that_is_missing_counts_as_told) {
    for (bool changed : {true, false}) {
        Cached c;
        Memory m(c.dir.path() + "/memory");
        std::string a = R"("a":{)" + on + R"(,"register_change":["/software/x"]})";
        DispatchRules rules;
        rules.missing_is_changed = changed;
        succeed(m, select_work(c.put(components(a, R"(,"x":1)")), m, rules, reads_nothing));
        Work w = select_work(c.put(components(a)), m, rules, reads_nothing);
        BOOST_TEST(joined(w.configure) == (changed ? "a" : ""));
        BOOST_TEST(w.warnings.size() == 1u);
    }
}

// REQ-D-3, REQ-D-4
BOOST_AUTO_TEST_CASE(memory_survives_and_failures_wait_longer_each_time) {
    ScratchDir dir;
    DispatchRules rules;
    rules.retry_first = 10;
    rules.retry_most = 35;
    {
        Memory m(dir.path() + "/m");
        m.cid = 7;
        Known& k = m.components["a"];
        k.configured = true;
        k.reference = {{"/software/components/a", "0123"}, {"/x", ""}};
        std::vector<double> waits;
        for (int i = 0; i < 4; i++) {
            note_failure(k, "why \"not\"\xff", rules, 1000);
            waits.push_back(k.next_retry - 1000);
        }
        BOOST_CHECK((waits == std::vector<double>{10, 20, 35, 35}));
        m.save();
    }
    Memory m(dir.path() + "/m");
    BOOST_TEST(!m.fresh);
    BOOST_TEST(m.cid == 7);
    const Known& k = m.components.at("a");
    BOOST_CHECK(k.status == Known::failed && k.configured && k.attempts == 4 &&
                k.next_retry == 1035);
    BOOST_CHECK((k.reference == Watched{{"/software/components/a", "0123"}, {"/x", ""}}));
}

BOOST_AUTO_TEST_CASE(what_waits_for_another_is_retried_with_it) {
    ScratchDir dir;
    Memory m(dir.path() + "/m");
    auto all = plan_of({one("a"), one("b", {"a"}), one("c", {"b"}), one("d")});
    for (auto name : {"a", "b", "c", "d"}) {
        m.components[name].status = Known::failed;
        m.components[name].next_retry = 100;
    }
    m.components["a"].next_retry = 5;
    BOOST_TEST(joined(due_retries(m, all, 4)) == "");
    BOOST_TEST(joined(due_retries(m, all, 5)) == "a b c");
    m.components["b"].status = Known::ok;
    BOOST_TEST(joined(due_retries(m, all, 5)) == "a");
}

// REQ-E-5
BOOST_AUTO_TEST_CASE(a_clock_put_back_makes_nothing_wait_for_long) {
    ScratchDir dir;
    Memory m(dir.path() + "/memory");
    DispatchRules rules;
    m.components["failed"] = {.status = Known::failed, .next_retry = 4000000};
    m.components["soon"] = {.status = Known::failed, .next_retry = 1100};
    m.components["pending"] = {.status = Known::pending, .next_retry = 4000000};
    m.components["good"] = {.status = Known::ok, .next_retry = 4000000};
    clamp_retries(m, rules, 1000, 9000);
    BOOST_TEST(m.components["failed"].next_retry == 1000 + rules.retry_most);
    BOOST_TEST(m.components["soon"].next_retry == 1100);
    BOOST_TEST(m.components["pending"].next_retry == 9000);
    BOOST_TEST(m.components["good"].next_retry == 4000000);
}

BOOST_AUTO_TEST_CASE(service_actions_are_merged) {
    struct Row {
        std::vector<const char*> asked;
        const char* left;
    };
    const Row rows[] = {{{"reload", "restart"}, "restart"},
                        {{"restart", "reload"}, "restart"},
                        {{"start", "reload"}, "reload"},
                        {{"restart", "restart"}, "restart"},
                        {{"restart", "stop"}, "stop"},
                        {{"stop", "start"}, "start"},
                        {{"enable", "disable"}, "disable"},
                        {{"enable", "restart"}, "enable restart"},
                        {{"condrestart", "reload"}, "condrestart"}};
    for (const Row& r : rows) {
        ScratchDir dir;
        Actions a(dir.path() + "/actions");
        for (const char* action : r.asked)
            a.ask("sshd", action, "ssh");
        std::vector<std::string> left;
        Actions again(dir.path() + "/actions");
        for (auto& p : again.pending())
            left.push_back(p.action);
        BOOST_TEST(joined(left) == r.left);
    }
    ScratchDir dir;
    Actions a(dir.path() + "/actions");
    for (auto [service, action] : {std::pair("-x", "restart"),
                                   {"", "restart"},
                                   {"a b", "restart"},
                                   {"sshd", "reboot"},
                                   {"sshd", ""}})
        BOOST_CHECK_THROW(a.ask(service, action, "c"), Error);
    a.ask("sshd", "restart", "one");
    a.ask("sshd", "reload", "two");
    BOOST_CHECK(
        (Actions(dir.path() + "/actions").pending()[0].by == std::set<std::string>{"one", "two"}));
}

BOOST_AUTO_TEST_CASE(datagrams) {
    auto n =
        parse_notification(std::string_view("ccm\0"
                                            "1700000000",
                                            14));
    BOOST_REQUIRE(n);
    BOOST_TEST(n->type == "ccm");
    BOOST_TEST(n->seconds == "1700000000");
    BOOST_TEST(parse_notification("ccm:1\n")->seconds == "1");
    for (std::string_view bad :
         {"", "\n", "1", "12", ":1", "ccm", "ccm:", "ccm:x", "c m:1", "ccm:1x", "ccm::1",
          "ccm:12345678901234567890", "averyverylongtypename:1"})
        BOOST_TEST(!parse_notification(bad), bad);
}

BOOST_AUTO_TEST_CASE(a_source_has_a_bucket_of_its_own) {
    SourceLimit l(1, 2);
    BOOST_TEST((l.allows("a", 0) && l.allows("a", 0) && !l.allows("a", 0.5) && l.allows("b", 0.5)));
    BOOST_TEST((l.allows("a", 1.2) && !l.allows("a", 1.3)));
    for (int i = 0; i < 10000; i++)
        l.allows(std::to_string(i), 2);  // bounded, whoever sends
    BOOST_TEST(SourceLimit(1, 0).allows("a", 0));
}
