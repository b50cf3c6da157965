// The built-ins that make and take apart strings.
#include "t/tap.hh"

#include "t/compiler/builtin.hh"

BOOST_AUTO_TEST_CASE(every_built_in_is_found_by_its_name_and_explains_itself) {
    std::string_view before;
    for (const Builtin* f : builtins()) {
        BOOST_TEST((before < f->name));
        before = f->name;
        BOOST_TEST(find_builtin(f->name) == f);
        BOOST_TEST((f->call != nullptr || f->special != nullptr), f->name);
        BOOST_TEST(f->doc.starts_with(std::string(f->name) + "("), f->name);
    }
    BOOST_TEST(!find_builtin("to_lower"));
    BOOST_TEST(!find_builtin(""));
}

BOOST_AUTO_TEST_CASE(length_counts_utf16_units_and_children) {
    BOOST_TEST(call("length", s("abc")) == n(3));
    BOOST_TEST(call("length", s("")) == n(0));
    BOOST_TEST(call("length", s("caf\xc3\xa9")) == n(4));
    BOOST_TEST(call("length", s("\xf0\x9f\x98\x80!")) == n(3));
    BOOST_TEST(call("length", l({n(1), undef})) == n(2));
    BOOST_TEST(call("length", m({{"a", n(1)}})) == n(1));
    BOOST_TEST(call("length", undef) == n(0));
    BOOST_TEST(failure("length", n(3)) == "length(): argument 1 must be a string, a list or a dict, not a long");
    BOOST_TEST(failure("length", null) == "length(): argument 1 must be a string, a list or a dict, not null");
}

BOOST_AUTO_TEST_CASE(join_takes_a_list_or_at_least_two_strings) {
    BOOST_TEST(call("join", s(","), l({s("a"), s("b")})) == s("a,b"));
    BOOST_TEST(call("join", s(","), l({})) == s(""));
    BOOST_TEST(call("join", s(","), s("a"), s("b"), s("c")) == s("a,b,c"));
    BOOST_TEST(failure("join", s(","), s("a")) == "join(): argument 2 must be a list, not a string");
    BOOST_TEST(failure("join", s(","), s("a"), n(1)) == "join(): argument 3 must be a string, not a long");
    BOOST_TEST(failure("join", s(","), l({s("a"), n(1)})) == "join(): item 1 of the list must be a string, not a long");
}
