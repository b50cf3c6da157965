// The built-ins that make and take apart lists and dicts.
#include "t/tap.hh"

#include "t/compiler/builtin.hh"

BOOST_AUTO_TEST_CASE(a_list_keeps_null_inside) {
    BOOST_TEST(call("list") == l({}));
    BOOST_TEST(call("list", n(1), null, s("a")) == l({n(1), null, s("a")}));
}

BOOST_AUTO_TEST_CASE(a_dict_is_made_of_pairs_with_valid_keys) {
    BOOST_TEST(call("dict") == m({}));
    BOOST_TEST(call("dict", s("1a"), n(1), s("{1}"), n(2)) == m({{"1a", n(1)}, {"_31", n(2)}}));
    BOOST_TEST(call("dict", s("a"), null, s("b"), n(1)) == m({{"b", n(1)}}));
    BOOST_TEST(call("nlist", s("a"), n(1)) == m({{"a", n(1)}}));
    BOOST_TEST(failure("dict", s("a")) == "dict(): 1 arguments are not pairs of key and value");
    BOOST_TEST(failure("dict", s("1"), n(1)) == "dict(): '1' is an index, not a key");
    BOOST_TEST(failure("dict", s("a/b"), n(1)) == "dict(): 'a/b' is not a valid key");
    BOOST_TEST(failure("dict", s("a"), n(1), s("a"), n(2)) == "dict(): the key 'a' appears twice");
    BOOST_TEST(failure("nlist", n(1), n(1)) == "nlist(): argument 1 must be a string, not a long");
}

BOOST_AUTO_TEST_CASE(children_are_shared_with_what_they_were_put_together_from) {
    Element inner = l({n(1)});
    Element both = call("list", inner, inner);
    inner.list_ref().push_back(n(2));
    BOOST_TEST(both == l({l({n(1), n(2)}), l({n(1), n(2)})}));
    Element merged = call("merge", both, l({}));
    inner.list_ref().push_back(n(3));
    BOOST_TEST(merged.list()[0].size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_clone_shares_nothing) {
    Element inner = l({n(1)}), outer = m({{"a", inner}});
    Element copy = call("clone", outer);
    inner.list_ref().push_back(n(2));
    BOOST_TEST(copy == m({{"a", l({n(1)})}}));
    BOOST_TEST(call("clone", undef) == undef);
    BOOST_TEST(call("clone", s("x")) == s("x"));
}

BOOST_AUTO_TEST_CASE(a_list_inside_itself_meets_a_limit_instead_of_a_hang) {
    Element loop = l({n(1)});
    loop.list_ref().push_back(loop);
    BOOST_TEST(failure("clone", loop) == "clone(): the value is more than 2000 levels deep");
    BOOST_TEST(failure("index", loop, l({n(1)})) ==
               "index(): the value is more than 2000 levels deep");
    loop.list_ref().resize(0);
    Element many = l({n(1), n(2)});
    for (int i = 0; i < 60; i++)
        many = l({many, many});
    BOOST_TEST(failure("clone", many) == "clone(): the value has more than 10000000 elements");
}

BOOST_AUTO_TEST_CASE(merge_joins_lists_or_dicts) {
    BOOST_TEST(call("merge", l({n(1)}), l({}), l({n(2), n(3)})) == l({n(1), n(2), n(3)}));
    BOOST_TEST(call("merge", m({{"b", n(1)}}), m({{"a", n(2)}})) == m({{"a", n(2)}, {"b", n(1)}}));
    BOOST_TEST(call("merge", l({n(1)})) == l({n(1)}));
    BOOST_TEST(call("merge", l({n(1), null}), l({n(2), null})) == l({n(1), undef, n(2)}));
    BOOST_TEST(failure("merge", m({{"a", n(1)}}), m({{"a", n(2)}})) ==
               "merge(): the key 'a' appears twice, last in argument 2");
    BOOST_TEST(failure("merge", l({}), m({})) == "merge(): argument 2 must be a list, not a dict");
    BOOST_TEST(failure("merge", s("a")) ==
               "merge(): argument 1 must be a list or a dict, not a string");
}

BOOST_AUTO_TEST_CASE(merge_leaves_its_arguments_alone) {
    Element first = m({{"a", n(1)}});
    call("merge", first, m({{"b", n(2)}}));
    BOOST_TEST(first == m({{"a", n(1)}}));
}

BOOST_AUTO_TEST_CASE(keys_are_numbered_in_ascending_order_capitals_first) {
    Element dict = m({{"b", n(1)}, {"a", n(2)}, {"B", n(3)}});
    BOOST_TEST(call("key", dict, n(0)) == s("B"));
    BOOST_TEST(call("key", dict, n(2)) == s("b"));
    BOOST_TEST(failure("key", dict, n(3)) ==
               "key(): there is no key number 3: the dict has 3, counted from 0");
    BOOST_TEST(failure("key", dict, n(-1)) ==
               "key(): there is no key number -1: the dict has 3, counted from 0");
    BOOST_TEST(failure("key", l({}), n(0)) == "key(): argument 1 must be a dict, not a list");
}

BOOST_AUTO_TEST_CASE(index_compares_by_type_and_value) {
    BOOST_TEST(call("index", n(1), l({d(1), n(1)})) == n(1));
    BOOST_TEST(call("index", s("a"), l({s("a"), s("a")}), n(1)) == n(1));
    BOOST_TEST(call("index", s("a"), l({s("a")}), n(5)) == n(-1));
    BOOST_TEST(call("index", l({n(1)}), l({l({}), l({n(1)})})) == n(1));
    BOOST_TEST(call("index", undef, l({n(1), undef})) == n(1));
    BOOST_TEST(call("index", n(1), m({{"z", n(1)}, {"b", n(1)}})) == s("b"));
    BOOST_TEST(call("index", n(1), m({{"z", n(1)}, {"b", n(1)}}), n(1)) == s("z"));
    BOOST_TEST(call("index", n(1), m({{"z", n(1)}}), n(1)) == s(""));
    BOOST_TEST(call("index", m({{"x", n(1)}}),
                    m({{"a", m({{"x", n(2)}})}, {"b", m({{"x", n(1)}})}})) == s("b"));
}

BOOST_AUTO_TEST_CASE(splice_replaces_a_part_of_a_list) {
    Element abc = l({s("a"), s("b"), s("c")});
    BOOST_TEST(call("splice", abc, n(1), n(1), l({s("x"), s("y")})) ==
               l({s("a"), s("x"), s("y"), s("c")}));
    BOOST_TEST(call("splice", abc, n(-1), n(1)) == l({s("a"), s("b")}));
    BOOST_TEST(call("splice", abc, n(0), n(-1)) == l({s("c")}));
    BOOST_TEST(call("splice", l({}), n(0), n(0), abc) == abc);
    BOOST_TEST(abc.size() == 3u);
    BOOST_TEST(failure("splice", abc, n(0), n(1), s("x")) ==
               "splice(): argument 4 must be a list, not a string");
    BOOST_TEST(failure("splice", abc, n(4), n(0)) ==
               "splice(): start 4 is outside; there are 3 positions");
    BOOST_TEST(failure("splice", n(1), n(0), n(0)) ==
               "splice(): argument 1 must be a string or a list, not a long");
}
