// Whatever fails while objects are built, memory or who takes the results, the build ends and says
// so; the next one, in the same compiler, is as good as any.
#include "t/tap.hh"

#include <atomic>
#include <cstdlib>
#include <new>
#include <stdexcept>

#include "compiler/compile.hh"
using namespace weft;
using namespace weft::compiler;

/// How many more times memory is given; negative: always.
static std::atomic<long> left = -1;
static bool may_allocate() {
    long now = left.load(std::memory_order_relaxed);
    while (now > 0 && !left.compare_exchange_weak(now, now - 1)) {
    }
    return now != 0;
}

static void* allocate(size_t size) {
    void* p = may_allocate() ? std::malloc(size ? size : 1) : nullptr;
    if (!p)
        throw std::bad_alloc();
    return p;
}
void* operator new(size_t size) { return allocate(size); }
void* operator new[](size_t size) { return allocate(size); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, size_t) noexcept { std::free(p); }
void operator delete[](void* p, size_t) noexcept { std::free(p); }

/// Objects that need each other, with what is recorded and used again.
static void fill(MemorySource& files) {
    files.put("/t/types.pan",
              "declaration template types;\n"
              "type node = { 'name' : string 'level' : long = 3 'list' : string[] with "
              "length(SELF) > 0 };\n"
              "function twice = { x = ARGV[0]; x['again'] = x['name'] + 'x'; x };\n");
    files.put("/t/s.pan", "structure template s;\n'k' = 'v';\n'l' = list(1, 2);\n");
    files.put("/t/site.pan",
              "template site;\ninclude 'types';\nvariable D = dict('a', list('x', 'y'));\n"
              "'/node/list' = D['a'];\n'/made' = create('s', 'more', 5);\n"
              "'/loop' = { foreach (i; v; D['a']) SELF[v] = format('%d %s', i, v); SELF };\n"
              "'/text' = replace('a(b*)', '<$1>', 'abbb') + to_uppercase('x');\n"
              "bind '/node' = node;\n");
    for (int i = 0; i < 6; i++) {
        std::string n = std::to_string(i);
        files.put(
            "/t/n" + n + ".pan",
            "object template n" + n + ";\n'/node/name' = 'n" + n +
                "';\ninclude 'site';\n'/twice' = twice(dict('name', OBJECT));\n" +
                (i ? "'/other' = value('n" + std::to_string(i - 1) + ":/node/name');\n" : ""));
    }
}

static const std::vector<std::string> names{"n5", "n0", "n1", "n2", "n3", "n4"};

static void attack(int jobs, long step) {
    MemorySource files;
    fill(files);
    size_t ended = 0;
    for (long n = 0;; n += step) {
        // Every other time with a compiler that has done nothing yet.
        std::unique_ptr<Compiler> compiler;
        auto build = [&] {
            if (!compiler)
                compiler = std::make_unique<Compiler>(
                    files, Options{.include_path = {"/t"}, .jobs = jobs, .reuse = true});
            return compiler->build(names);
        };
        if (n % 2)
            build();
        bool failed = false;
        left = n;
        try {
            for (const Result& r : build())
                if (!r.ok)
                    failed = true;
        } catch (const std::bad_alloc&) {
            failed = true;
        }
        bool all = left != 0;
        left = -1;
        if (all) {
            BOOST_TEST(!failed);
            break;
        }
        ended += failed;
        for (const Result& r : build()) {
            BOOST_REQUIRE(r.ok);
            BOOST_REQUIRE(r.root.find("/node/level")->long_value() == 3);
            BOOST_REQUIRE(r.root.find("/twice/again")->string() == r.name + "x");
        }
    }
    BOOST_TEST(ended > 20);
}

BOOST_AUTO_TEST_CASE(a_build_ends_wherever_memory_runs_out) {
    attack(1, std::getenv("ALL") ? 1 : 17);
}

BOOST_AUTO_TEST_CASE(what_who_takes_the_results_throws_ends_a_build_on_all_threads) {
    MemorySource files;
    fill(files);
    Compiler compiler(files, {.include_path = {"/t"}, .jobs = 3});
    for (int bad = 0; bad < 6; bad++) {
        std::atomic<int> taken = 0;
        BOOST_CHECK_THROW(compiler.build(names,
                                         [&](const Result&) {
                                             if (taken++ == bad)
                                                 throw std::runtime_error("no room");
                                         }),
                          std::runtime_error);
    }
    BOOST_TEST(compiler.build(names).size() == names.size());
}
