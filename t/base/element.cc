// The element tree: values, paths, sharing, order.
#include "t/tap.hh"

#include "base/error.hh"
#include "base/noun/element.hh"

using namespace weft;

BOOST_AUTO_TEST_CASE(a_path_is_taken_apart_by_pan_rules) {
    BOOST_TEST(Path::parse("/a/b/0/").text() == "/a/b/0");
    BOOST_TEST(Path::parse("///").is_root());
    BOOST_TEST(Path::parse("/p/{a/b}c").text() == "/p/a_2fbc");
    BOOST_TEST(Path::parse("/p/{}").text() == "/p/_");
    BOOST_TEST(!Path::parse("/l/-1").terms()[1].is_key());
    BOOST_TEST(Path::parse("/1a/x+y-z").terms()[0].is_key());
    for (const char* wrong :
         {"a", "/a//b", "/a/06", "/a/{b", "/a/b}", "/a/{{}}", "/.a", "/a/-01", "/a/99999999999"})
        BOOST_CHECK_THROW(Path::parse(wrong), Error);
}

BOOST_AUTO_TEST_CASE(escape_and_unescape_are_each_others_way_back) {
    BOOST_TEST(*escape("1+1") == "_31_2b1");
    BOOST_TEST(*escape("") == "_");
    BOOST_TEST(*unescape("_") == "");
    BOOST_TEST(!unescape("ab_3"));
    BOOST_TEST(!escape("\xe6\x97\xa5"));
    BOOST_TEST(*unescape(*escape("caf\xc3\xa9 /etc_1")) == "caf\xc3\xa9 /etc_1");
}

BOOST_AUTO_TEST_CASE(putting_makes_the_containers_on_the_way) {
    Element e;
    e.put(Path::parse("/l/2/x"), Element::of_long(7));
    BOOST_TEST(e.find("/l/2/x")->long_value() == 7);
    BOOST_TEST(e.find("/l")->size() == 3u);
    BOOST_TEST((e.find("/l/0")->kind() == Kind::undef));
    BOOST_TEST(e.find("/l/-1/x"));
    BOOST_TEST(!e.find("/l/x"));
    BOOST_CHECK_THROW(e.put(Path::parse("/l/2/x/y"), Element::of_long(1)), Error);
    e.remove(Path::parse("/l/0"));
    BOOST_TEST(e.find("/l/1/x"));
}

BOOST_AUTO_TEST_CASE(a_copy_does_not_see_what_is_put_into_the_original) {
    Element a;
    a.put(Path::parse("/x/y"), Element::of_string("old"));
    Element b = a;
    a.put(Path::parse("/x/y"), Element::of_string("new"));
    BOOST_TEST(b.find("/x/y")->string() == "old");
    BOOST_TEST(a.find("/x/y")->string() == "new");
}

BOOST_AUTO_TEST_CASE(a_reference_sees_what_is_changed_in_place) {
    Element a = Element::new_list(), b = a;
    a.list_ref().push_back(Element::of_boolean(true));
    BOOST_TEST(b.size() == 1u);
    BOOST_TEST(a.same_node(b));
    Element c = a.clone();
    a.list_ref().push_back(Element::null());
    BOOST_TEST(c.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_frozen_tree_is_copied_by_whoever_changes_it) {
    Element a;
    a.put(Path::parse("/x/y"), Element::of_long(1));
    a.freeze();
    Element b = a;
    b.put(Path::parse("/x/y"), Element::of_long(2));
    BOOST_TEST(a.find("/x/y")->long_value() == 1);
    BOOST_TEST(b.find("/x/y")->long_value() == 2);
}

BOOST_AUTO_TEST_CASE(dict_children_come_in_byte_order_however_they_were_added) {
    Element d = Element::new_dict();
    for (int i = 0; i < 100; i++)
        d.dict_ref().at(Key("k" + std::to_string((i * 37) % 100)));
    std::string before;
    for (const auto& e : d.dict()) {
        BOOST_TEST((before < e.key.view()));
        before = e.key.view();
    }
    BOOST_TEST(d.size() == 100u);
    BOOST_TEST(d.dict_ref().erase(Key("k50")));
    BOOST_TEST(!d.dict().find(Key("k50")));
}

BOOST_AUTO_TEST_CASE(a_tree_a_million_deep_is_compared_copied_and_freed) {
    Element e = Element::of_long(1);
    for (int i = 0; i < 1000000; i++) {
        Element l = Element::new_list();
        l.list_ref().push_back(std::move(e));
        e = std::move(l);
    }
    Element f = e.clone();
    BOOST_TEST((e == f));
    BOOST_TEST(!e.same_node(f));
}

BOOST_AUTO_TEST_CASE(equality_is_by_kind_and_value) {
    BOOST_TEST(!(Element::of_long(1) == Element::of_double(1)));
    BOOST_TEST((Element::of_string("a") == Element::of_string("a")));
    BOOST_TEST((Element() == Element()));
    BOOST_TEST(!(Element() == Element::null()));
}
