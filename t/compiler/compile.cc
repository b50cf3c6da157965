// The compiler as a library: trees, dependencies, origins, and what is kept between builds.
#include "t/tap.hh"

#include "compiler/compile.hh"
using namespace weft;
using namespace weft::compiler;

struct Site {
    MemorySource files;
    Site() {
        files.put("/t/site.pan", "template site;\nvariable NAME ?= 'none';\n'/name' = NAME;\n");
        files.put("/t/lxb001.pan",
                  "object template lxb001;\nvariable NAME = 'one';\ninclude 'site';\n");
        files.put("/t/lxb002.pan",
                  "object template lxb002;\ninclude 'site';\n'/other' = value('lxb001:/name');\n");
    }
};

BOOST_AUTO_TEST_CASE(results_come_in_the_order_asked_whatever_the_jobs) {
    for (int jobs : {1, 4}) {
        Site site;
        Compiler compiler(site.files, {.include_path = {"/t"}, .jobs = jobs});
        auto r = compiler.build({"lxb002", "lxb001"});
        BOOST_REQUIRE_EQUAL(r.size(), 2u);
        BOOST_TEST(r[0].name == "lxb002");
        BOOST_REQUIRE(r[0].ok);
        BOOST_TEST(r[0].root.find("/other")->string() == "one");
        BOOST_TEST(r[0].root.frozen());
        BOOST_REQUIRE_EQUAL(r[0].references.size(), 1u);
        BOOST_TEST(r[0].references[0] == "lxb001");
        std::string names;
        for (auto* d : r[0].dependencies)
            names += d->name + " ";
        BOOST_TEST(names == "lxb001 lxb002 site ");
    }
}

BOOST_AUTO_TEST_CASE(a_later_build_parses_only_what_changed) {
    Site site;
    Compiler compiler(site.files, {.include_path = {"/t"}});
    compiler.build({"lxb001", "lxb002"});
    BOOST_TEST(compiler.statistics().parsed == 3u);
    site.files.put("/t/site.pan", "template site;\n'/name' = 'new';\n");
    auto r = compiler.build({"lxb001", "lxb002"});
    BOOST_TEST(compiler.statistics().parsed == 1u);
    BOOST_TEST(compiler.statistics().reused == 2u);
    BOOST_TEST(r[0].root.find("/name")->string() == "new");
    site.files.remove("/t/site.pan");
    r = compiler.build({"lxb001"});
    BOOST_REQUIRE(!r[0].ok);
    BOOST_TEST(r[0].errors[0].message == "template 'site' not found");
}

BOOST_AUTO_TEST_CASE(each_value_says_which_line_set_it) {
    Site site;
    Compiler compiler(site.files, {.include_path = {"/t"}});
    auto r = compiler.build({"lxb002"});
    BOOST_TEST(write_origins(r[0]) == "/name\tsite.pan:3:1\n/other\tlxb002.pan:3:1\n");
    BOOST_TEST((r[0].origins->find(r[0].root.find("/name")->origin()) == Place{"site.pan", 3, 1}));
}

BOOST_AUTO_TEST_CASE(an_object_that_needs_a_broken_one_fails_with_its_error) {
    Site site;
    site.files.put("/t/lxb001.pan",
                   "object template lxb001;\n'/name' = 1;\nbind '/name' = string;\n");
    Compiler compiler(site.files, {.include_path = {"/t"}});
    auto r = compiler.build({"lxb002"});
    BOOST_REQUIRE_EQUAL(r.size(), 2u);
    BOOST_TEST(!r[0].ok);
    BOOST_TEST(r[0].errors[0].message == r[1].errors[0].message);
    BOOST_TEST(int(r[0].errors[0].cls) == int(ErrorClass::validation));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_looked_for_and_missing_is_a_dependency) {
    MemorySource files;
    files.put("/t/a.pan",
              "object template a;\ninclude if_exists('hook');\n'/f' = file_exists('motd');\n");
    Compiler compiler(files, {.include_path = {"/t"}});
    auto r = compiler.build({"a"});
    BOOST_REQUIRE(r[0].ok);
    BOOST_REQUIRE_EQUAL(r[0].dependencies.size(), 3u);
    BOOST_TEST(int(r[0].dependencies[1]->type) == int(Dependency::absent_source));
    BOOST_TEST(int(r[0].dependencies[2]->type) == int(Dependency::absent_text));
}

BOOST_AUTO_TEST_CASE(trees_are_dropped_when_nobody_keeps_them_and_made_again_when_needed) {
    MemorySource files;
    std::vector<std::string> names;
    for (int i = 0; i < 50; i++) {
        std::string n = "n" + std::to_string(100 + i), before = "n" + std::to_string(99 + i);
        files.put("/t/" + n + ".pan",
                  "object template " + n + ";\n'/x' = " +
                      (i ? "value('" + before + ":/x') + 1" : std::string("0")) + ";\n");
        names.push_back(n);
    }
    for (int jobs : {1, 3}) {
        Compiler compiler(files, {.include_path = {"/t"}, .jobs = jobs, .keep_trees = false});
        std::mutex lock;
        int64_t sum = 0;
        auto r = compiler.build(names, [&](const Result& one) {
            std::lock_guard guard(lock);
            if (one.ok)
                sum += one.root.find("/x")->long_value();
        });
        BOOST_TEST(r.size() == 50u);
        BOOST_TEST(sum == 49 * 50 / 2);
        BOOST_TEST(!r[7].root.is_defined());
    }
}
