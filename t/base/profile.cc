// Profiles as text: every rule of both formats, both ways; checksums; differences.
#include "t/tap.hh"

#include <rapidcheck.h>

#include <cmath>

#include "base/base64.hh"
#include "base/error.hh"
#include "base/noun/profile.hh"
#include "base/wrap/gzip.hh"

using namespace weft;

static std::string xml(const Element& e, XmlOptions o = {}) {
    std::string s;
    write_xml(e, s, o);
    return s;
}
static std::string json(const Element& e, JsonOptions o = {}) {
    std::string s;
    write_json(e, s, o);
    return s;
}
static Element parse(std::string_view text) { return parse_json(text, "test"); }

/// The message of the Error that `f` throws, with its position.
template <class F>
static std::string complaint(F f) {
    try {
        f();
    } catch (const Error& e) {
        BOOST_TEST(e.status == exit_data);
        return std::to_string(e.where.line) + ":" + std::to_string(e.where.col) + ": " + e.message;
    }
    return "no complaint";
}
static std::string xml_complaint(const std::string& text, ReadLimits limits = {}) {
    return complaint([&] { read_xml(text, "node.xml", limits); });
}
static std::string json_complaint(const std::string& text, JsonReading how = {}) {
    return complaint([&] { read_json(text, "node.json", how); });
}
/// A profile with one child.
static std::string profile(const std::string& child) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><nlist format=\"pan\" name=\"profile\">\n   "
           " " +
           child + "\n</nlist>\n";
}
static std::string written(const Element& child) {
    Element root = Element::new_dict();
    root.put(Path::parse("/x"), child);
    return xml(root);
}

BOOST_AUTO_TEST_CASE(a_double_has_the_shortest_digits_and_always_a_point) {
    const std::pair<double, const char*> cases[] = {
        {1, "1.0"},
        {0.001, "0.001"},
        {123456.5, "123456.5"},
        {1e10, "1.0E10"},
        {1.2e7, "1.2E7"},
        {1e7, "1.0E7"},
        {9999999, "9999999.0"},
        {9.9e-4, "9.9E-4"},
        {0.0, "0.0"},
        {-0.0, "-0.0"},
        {NAN, "NaN"},
        {HUGE_VAL, "Infinity"},
        {-HUGE_VAL, "-Infinity"},
        {0.1, "0.1"},
        {-2.5, "-2.5"},
        {5e-324, "4.9E-324"},
        {-5e-324, "-4.9E-324"},
        {1e-323, "1.0E-323"},
        {9e-323, "8.9E-323"},
        {1.7976931348623157e308, "1.7976931348623157E308"}};
    for (auto [d, text] : cases)
        BOOST_TEST(double_text(d) == text);
}

BOOST_AUTO_TEST_CASE(base64_breaks_lines_after_76_characters_and_reads_its_own) {
    BOOST_TEST(base64_encode("") == "");
    BOOST_TEST(base64_encode("a") == "YQ==");
    BOOST_TEST(base64_encode(std::string(57, 'a')).size() == 77u);
    BOOST_TEST(base64_encode(std::string(58, 'a')).size() == 81u);
    BOOST_TEST(*base64_decode(" Y\nQ\t=\r= ") == "a");
    BOOST_TEST(*base64_decode("YWJjZA") == "abc");
    BOOST_TEST(*base64_decode("YQ==YQ==") == "a");
    BOOST_TEST(!base64_decode("Y*Q="));
    BOOST_TEST(!base64_decode("Y==="));
}

BOOST_AUTO_TEST_CASE(xml_is_written_as_the_page_shows_it) {
    Element e;
    e.put(Path::parse("/motd"), Element::of_string("hi"));
    e.put(Path::parse("/l/0"), Element::of_long(1));
    e.put(Path::parse("/l/1"), Element::new_dict());
    BOOST_TEST(xml(e) ==
               "<?xml version=\"1.0\" encoding=\"UTF-8\"?><nlist format=\"pan\" name=\"profile\">\n"
               "    <list name=\"l\">\n"
               "        <long>1</long>\n"
               "        <nlist/>\n"
               "    </list>\n"
               "    <string name=\"motd\">hi</string>\n"
               "</nlist>\n");
    BOOST_TEST(
        xml(Element::new_dict()) ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><nlist format=\"pan\" name=\"profile\"/>\n");
}

BOOST_AUTO_TEST_CASE(xml_escapes_what_it_must_and_nothing_else) {
    auto string = [](const char* inner) {
        return profile(std::string("<string name=\"x\">") + inner + "</string>");
    };
    auto text = [](std::string_view s) {
        return written(Element::of_string(s));
    };
    BOOST_TEST(text("a<b>&\"'\t\nz") == string("a&lt;b&gt;&amp;\"'\t\nz"));
    BOOST_TEST(text("cr\r") == string("cr&#13;"));
    BOOST_TEST(text("\x7f \xc2\x85 \xc2\x9f \xc2\xa0") == string("&#127; &#133; &#159; \xc2\xa0"));
    BOOST_TEST(text("caf\xc3\xa9 \xef\xbf\xbd \xf0\x9f\x98\x80") ==
               string("caf\xc3\xa9 \xef\xbf\xbd &#128512;"));
    BOOST_TEST(text("") == profile("<string name=\"x\"/>"));
    BOOST_TEST(written(Element::new_list()) == profile("<list name=\"x\"/>"));
    BOOST_TEST(written(Element::of_boolean(true)) == profile("<boolean name=\"x\">true</boolean>"));
    BOOST_TEST(written(Element::of_long(INT64_MIN)) ==
               profile("<long name=\"x\">-9223372036854775808</long>"));
    BOOST_TEST(written(Element::of_double(1e10)) == profile("<double name=\"x\">1.0E10</double>"));
}

BOOST_AUTO_TEST_CASE(xml_carries_as_base64_what_it_cannot_carry_as_text) {
    using namespace std::string_literals;
    for (const std::string& s : {"\0"s, "a\x1b[0m"s, "\xef\xbf\xbe"s, "\xef\xbf\xbf"s,
                                 "\xed\xa0\x80"s, "\xff"s, "<&\x01"s}) {
        BOOST_TEST(
            written(Element::of_string(s)) ==
            profile("<string name=\"x\" encoding=\"base64\">" + base64_encode(s) + "</string>"));
        BOOST_TEST(read_xml(written(Element::of_string(s)), "x").find("/x")->string() == s);
    }
    std::string loud(100, '\a');
    BOOST_TEST(read_xml(written(Element::of_string(loud)), "x").find("/x")->string() == loud);
}

BOOST_AUTO_TEST_CASE(ascii_only_output_is_ascii_and_means_the_same) {
    Element e;
    e.put(Path::parse("/x"), Element::of_string("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"));
    BOOST_TEST(xml(e, {.ascii_only = true}) ==
               profile("<string name=\"x\">caf&#233; &#8364; &#128512;</string>"));
    BOOST_TEST(json(e, {.ascii_only = true}) ==
               "{\n  \"x\": \"caf\\u00e9 \\u20ac \\ud83d\\ude00\"\n}");
    BOOST_TEST((read_xml(xml(e, {.ascii_only = true}), "x") == e));
    BOOST_TEST((read_json(json(e, {.ascii_only = true}), "x") == e));
}

BOOST_AUTO_TEST_CASE(json_is_pretty_printed) {
    Element e;
    e.put(Path::parse("/b/0"), Element::of_long(1));
    e.put(Path::parse("/b/1"), Element::null());
    e.put(Path::parse("/b/2"), Element::new_dict());
    e.put(Path::parse("/a"), Element::new_list());
    e.put(Path::parse("/c"), Element::null());
    e.put(Path::parse("/d"), Element::of_double(1e10));
    e.put(Path::parse("/e"), Element::of_boolean(false));
    BOOST_TEST(json(e) ==
               "{\n  \"a\": [],\n  \"b\": [\n    1,\n    null,\n    {}\n  ],\n  \"d\": 1.0E10,\n  "
               "\"e\": false\n}");
    BOOST_TEST(json(e, {.one_line = true}) == R"({"a":[],"b":[1,null,{}],"d":1.0E10,"e":false})");
    Element only_null;
    only_null.put(Path::parse("/c"), Element::null());
    BOOST_TEST(json(only_null) == "{}");
    BOOST_TEST(json(Element::of_double(-HUGE_VAL)) == "-Infinity");
}

BOOST_AUTO_TEST_CASE(json_strings_are_escaped_for_web_pages_too) {
    BOOST_TEST(json(Element::of_string("\"\\\t\b\n\r\f\x01\x1f<>&='/\x7f")) ==
               R"("\"\\\t\b\n\r\f\u0001\u001f\u003c\u003e\u0026\u003d\u0027/)"
               "\x7f\"");
    BOOST_TEST(json(Element::of_string("\xe2\x80\xa8 \xe2\x80\xa9 \xc3\xa9 \xf0\x9f\x98\x80")) ==
               "\"\\u2028 \\u2029 \xc3\xa9 \xf0\x9f\x98\x80\"");
}

BOOST_AUTO_TEST_CASE(json_for_people_escapes_only_what_json_demands) {
    BOOST_TEST(json(Element::of_string("<a href='x'>&=\"\\\n\x01\xe2\x80\xa8"), {.plain = true}) ==
               "\"<a href='x'>&=\\\"\\\\\\n\\u0001\xe2\x80\xa8\"");
}

BOOST_AUTO_TEST_CASE(what_has_no_value_is_refused_by_its_path) {
    Element e;
    e.put(Path::parse("/a/l/1"), Element::of_long(1));
    BOOST_TEST(complaint([&] { json(e); }) == "0:0: '/a/l/0' is undef: it has no value to write");
    BOOST_TEST(complaint([&] { xml(e); }) == "0:0: '/a/l/0' is undef: it has no value to write");
    e.put(Path::parse("/a/l/0"), Element::of_string("\xff"));
    BOOST_TEST(complaint([&] { json(e); }) == "0:0: the string at '/a/l/0' is not UTF-8");
}

BOOST_AUTO_TEST_CASE(xml_is_read_with_exact_types) {
    Element e = read_xml(
        profile(
            "<list "
            "name=\"l\"><long>7</long><double>1.0</double><string>7</string><boolean>false</"
            "boolean>"
            "<double>1.0E-4</double><double>NaN</double><nlist/><string "
            "encoding=\"none\">a</string>"
            "<string encoding=\"\">b</string></list><string name=\"cd\">a<![CDATA[<&]]>b</string>"),
        "x");
    const List& l = e.find("/l")->list();
    BOOST_TEST((l[0].is(Kind::long_) && l[0].long_value() == 7));
    BOOST_TEST((l[1].is(Kind::double_) && l[1].double_value() == 1));
    BOOST_TEST(l[2].string() == "7");
    BOOST_TEST((l[3].is(Kind::boolean) && !l[3].boolean()));
    BOOST_TEST(l[4].double_value() == 1e-4);
    BOOST_TEST(std::isnan(l[5].double_value()));
    BOOST_TEST((l[6].is(Kind::dict) && l[6].size() == 0));
    BOOST_TEST(l[7].string() == "a");
    BOOST_TEST(l[8].string() == "b");
    BOOST_TEST(e.find("/cd")->string() == "a<&b");
}

BOOST_AUTO_TEST_CASE(xml_strings_may_be_compressed) {
    std::string packed = base64_encode(gzip(std::string(100000, 'x')));
    std::string text =
        profile("<string name=\"x\" encoding=\"base64,gzip\">" + packed + "</string>");
    BOOST_TEST(read_xml(text, "x").find("/x")->string().size() == 100000u);
    ReadLimits small{.bytes = 50000};
    BOOST_TEST(xml_complaint(text, small) != "no complaint");
    BOOST_TEST(xml_complaint(profile(
                   "<string name=\"x\" encoding=\"base64,gzip\">aGk=</string>")) != "no complaint");
    BOOST_TEST(xml_complaint(profile("<string name=\"x\" encoding=\"rot13\">aGk=</string>")) ==
               "2:5: unknown encoding 'rot13'");
    BOOST_TEST(xml_complaint(profile("<string name=\"x\" encoding=\"base64\">a!k=</string>")) ==
               "2:44: what should be base64 is not");
}

BOOST_AUTO_TEST_CASE(the_xml_of_2002_is_read) {
    Element e = read_xml(
        "<?xml version=\"1.0\" encoding=\"utf-8\" ?>\n"
        "<nlist name=\"profile\" derivation=\"a,b\">\n"
        "  <nlist name=\"system\" derivation=\"a\" type=\"record\" acl=\"none\" checksum=\"0\">\n"
        "    <string name=\"platform\" derivation=\"a\" type=\"link\">/hardware/x</string>\n"
        "    <list name=\"interfaces\" derivation=\"b\">\n"
        "      <nlist name=\"0\" derivation=\"b\" type=\"record\">\n"
        "        <string name=\"name\" usertype=\"device\">eth0</string>\n"
        "        <string name=\"ip\">192.168.0.1</string>\n"
        "      </nlist>\n"
        "    </list>\n"
        "  </nlist>\n"
        "</nlist>\n",
        "x");
    BOOST_TEST(e.find("/system/interfaces/0/ip")->string() == "192.168.0.1");
    BOOST_TEST(e.find("/system/platform")->is_link());
    BOOST_TEST(!e.find("/system/interfaces/0/ip")->is_link());
    BOOST_TEST(e.find("/system/interfaces/0")->dict()[0].key.view() == "ip");
}

BOOST_AUTO_TEST_CASE(xml_that_is_no_profile_is_refused_with_its_place) {
    BOOST_TEST(xml_complaint("") == "1:1: the document is empty");
    BOOST_TEST(xml_complaint("<list format=\"pan\" name=\"profile\"/>") ==
               "1:1: the root element <list> is not that of a profile");
    BOOST_TEST(xml_complaint("<nlist format=\"xmldb\" name=\"profile\"/>") ==
               "1:1: the root element <nlist> is not that of a profile");
    BOOST_TEST(xml_complaint("<nlist/>") ==
               "1:1: the root element <nlist> is not that of a profile");
    BOOST_TEST(xml_complaint("<profile><system/></profile>") ==
               "1:1: the root element <profile> is not that of a profile");
    BOOST_TEST(xml_complaint(profile("<long name=\"x\">07x</long>")) == "2:23: '07x' is no long");
    BOOST_TEST(xml_complaint(profile("<long name=\"x\">9223372036854775808</long>"))
                   .ends_with("is no long"));
    BOOST_TEST(xml_complaint(profile("<long name=\"x\"/>")).ends_with("'' is no long"));
    BOOST_TEST(xml_complaint(profile("<double name=\"x\">1e999</double>"))
                   .ends_with("'1e999' is no double"));
    BOOST_TEST(xml_complaint(profile("<boolean name=\"x\">yes</boolean>"))
                   .ends_with("'yes' is no boolean"));
    BOOST_TEST(
        xml_complaint(profile("<long>1</long>")).ends_with("a long in an nlist has no name"));
    BOOST_TEST(xml_complaint(profile("<integer name=\"x\">1</integer>"))
                   .ends_with("unknown element <integer>"));
    BOOST_TEST(xml_complaint(profile("<string name=\"x\"><b/></string>"))
                   .ends_with("element <b> inside a string"));
    BOOST_TEST(xml_complaint(profile("<string name=\"../x\">1</string>"))
                   .ends_with("'../x' cannot be the name of an element"));
    BOOST_TEST(xml_complaint(profile("<string name=\"7\">1</string>"))
                   .ends_with("'7' cannot be the name of an element"));
    BOOST_TEST(xml_complaint(profile("stray")).ends_with("text between elements"));
    BOOST_TEST(xml_complaint(profile("<string name=\"x\">\xff</string>")).find("not well-formed") !=
               std::string::npos);
    BOOST_TEST(xml_complaint(profile("<string name=\"x\">&#0;</string>")).find("not well-formed") !=
               std::string::npos);
    BOOST_TEST(xml_complaint("<\xef\xbb\xbf") != "no complaint");
    BOOST_TEST(xml_complaint("plain text") == "1:1: the document is not XML in UTF-8");
    BOOST_TEST(xml_complaint(std::string("<\0n\0", 4)) == "1:1: the document is not XML in UTF-8");
    std::string latin = profile("<string name=\"x\">\xe9</string>");
    latin.replace(latin.find("UTF-8"), 5, "ISO-8859-1");
    BOOST_TEST(xml_complaint(latin).find("not well-formed") != std::string::npos);
    std::string whole = profile("<string name=\"x\">value</string>");
    for (size_t n = 1; n + 1 < whole.size(); n++)
        BOOST_TEST(xml_complaint(whole.substr(0, n)) != "no complaint");
}

BOOST_AUTO_TEST_CASE(a_key_that_comes_twice_is_named_with_the_place_of_the_second) {
    BOOST_TEST(xml_complaint(profile("<nlist name=\"n\">\n<long name=\"b\">1</long>\n<long "
                                     "name=\"a\">2</long>\n<long name=\"b\">3</long>\n</nlist>"))
                   .starts_with("5:"));
    BOOST_TEST(json_complaint("{\"n\": {\"b\": 1,\n \"a\": \"\\\"b\\\": \",\n \"b\": 3}}") ==
               "3:2: 'b' is there twice");
}

BOOST_AUTO_TEST_CASE(hostile_xml_gets_nowhere) {
    std::string laughs =
        "<?xml version=\"1.0\"?><!DOCTYPE nlist [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]>"
        "<nlist format=\"pan\" name=\"profile\"><string name=\"x\">&b;</string></nlist>";
    BOOST_TEST(xml_complaint(laughs).ends_with("a profile has no document type"));
    std::string file =
        "<?xml version=\"1.0\"?><!DOCTYPE nlist SYSTEM \"file:///etc/passwd\"><nlist "
        "format=\"pan\" name=\"profile\"/>";
    BOOST_TEST(xml_complaint(file).ends_with("a profile has no document type"));
    BOOST_TEST(
        xml_complaint(profile("<string name=\"x\">&secret;</string>")).find("not well-formed") !=
        std::string::npos);
}

static std::string nested(size_t depth) {  // the root is one level
    std::string s = "<nlist format=\"pan\" name=\"profile\">";
    for (size_t i = 1; i < depth; i++)
        s += "<nlist name=\"a\">";
    for (size_t i = 1; i < depth; i++)
        s += "</nlist>";
    return s + "</nlist>";
}

BOOST_AUTO_TEST_CASE(depth_count_and_size_are_limited_and_the_limit_itself_is_fine) {
    BOOST_TEST(xml_complaint(nested(10000)) == "no complaint");
    BOOST_TEST(xml_complaint(nested(10001)).ends_with("more than 10000 levels deep"));
    std::string deep = std::string(9999, '['), shut = std::string(9999, ']');
    BOOST_TEST(json_complaint("{\"a\":" + deep + shut + "}") == "no complaint");
    BOOST_TEST(
        json_complaint("{\"a\":[" + deep + shut + "]}").ends_with("more than 10000 levels deep"));
    ReadLimits three{.elements = 3};
    std::string two = profile("<list name=\"l\"><long>1</long></list>"),
                more = profile("<list name=\"l\"><long>1</long><long>1</long></list>");
    BOOST_TEST(xml_complaint(two, three) == "no complaint");
    BOOST_TEST(xml_complaint(more, three).ends_with("more than 3 elements"));
    BOOST_TEST(json_complaint("{\"l\":[1]}", {.limits = three}) == "no complaint");
    BOOST_TEST(
        json_complaint("{\"l\":[1,2]}", {.limits = three}).ends_with("more than 3 elements"));
    BOOST_TEST(xml_complaint(two, {.bytes = two.size()}) == "no complaint");
    BOOST_TEST(xml_complaint(two, {.bytes = two.size() - 1}).starts_with("1:1: the document has"));
    // Written text of a deep tree is read again, and nothing recurses.
    Element e = read_xml(nested(3000), "x");
    BOOST_TEST((read_xml(xml(e), "x") == e));
    BOOST_TEST((read_json(json(e), "x") == e));
}

BOOST_AUTO_TEST_CASE(json_numbers_keep_their_kind) {
    Element e = read_json(
        R"({"a": 1, "b": 1.0, "c": 1e3, "d": "1", "e": -9223372036854775808, "f": true, "g": 0.1})",
        "x");
    BOOST_TEST((e.find("/a")->is(Kind::long_) && e.find("/b")->is(Kind::double_) &&
                e.find("/c")->is(Kind::double_)));
    BOOST_TEST((e.find("/d")->is(Kind::string) && e.find("/e")->long_value() == INT64_MIN));
    BOOST_TEST(e.find("/g")->double_value() == 0.1);
    Element u = read_json(R"({"a": 1, "b": 1.50, "f": true})", "x", {.typed = false});
    BOOST_TEST(u.find("/a")->string() == "1");
    BOOST_TEST(u.find("/b")->string() == "1.50");
    BOOST_TEST(u.find("/f")->boolean());
}

BOOST_AUTO_TEST_CASE(json_that_is_no_profile_is_refused_with_its_place) {
    BOOST_TEST(json_complaint("") == "1:1: the document is incomplete");
    BOOST_TEST(json_complaint("[]").ends_with("a profile is an object"));
    BOOST_TEST(json_complaint("1").ends_with("a profile is an object"));
    BOOST_TEST(json_complaint("{\"a\": 9223372036854775808}")
                   .ends_with("'9223372036854775808' is no long"));
    BOOST_TEST(json_complaint("{\"a\": 1e999}").ends_with("'1e999' is no double"));
    BOOST_TEST(json_complaint("{\"a/b\": 1}").ends_with("'a/b' cannot be the name of an element"));
    BOOST_TEST(json_complaint("{\"a\": \"\xff\"}").find("not JSON") != std::string::npos);
    BOOST_TEST(json_complaint("{\"a\": 1}\n\nx").starts_with("3:1: not JSON"));
    for (const char* wrong : {"{'a': 1}", "{\"a\": 01}", "{\"a\": 1,}", "{a: 1}", "{\"a\": NaN}",
                              "{\"a\": tru", "{\"a\": \"\\ud800\"}", "// \n{}"})
        BOOST_TEST(json_complaint(wrong) != "no complaint");
    BOOST_TEST(parse("[{\"/a b\": null}]").list()[0].dict()[0].value.is(Kind::null));
}

BOOST_AUTO_TEST_CASE(the_checksum_is_the_one_the_node_cache_has_always_used) {
    Element e = parse(
        R"({"system": {"lst": ["x", 1.5], "network": {"hostname": "w1", "n": 7, "up": true}}})");
    BOOST_TEST(checksum(e) == "7b35600362ac7832053ad35904eace8c");
    auto all =
        checksums(e);  // / /system /system/lst ../0 ../1 /system/network ../hostname ../n ../up
    BOOST_TEST(all.size() == 9u);
    BOOST_TEST(checksum(*e.find("/system/lst")) == std::string(all[2].data(), 32));
    BOOST_TEST(checksum(*e.find("/system/network/up")) == std::string(all[8].data(), 32));
    BOOST_TEST(checksum(Element()) == checksum(Element::null()));
    BOOST_TEST(checksum(Element::of_long(1)) != checksum(Element::of_string("1")));
    BOOST_TEST(checksum(Element::new_list()) ==
               checksum(Element::new_dict()));  // both are of no text at all
}

static std::string story(std::string_view before, std::string_view after) {
    std::string s;
    Element a = parse(before), b = parse(after);
    for (const TreeChange& c : diff_trees(a, b))
        s += c.path.text() + ":" + (c.before ? json(*c.before) : "-") + ">" +
             (c.after ? json(*c.after) : "-") + " ";
    return s;
}

BOOST_AUTO_TEST_CASE(differences_are_told_leaf_by_leaf_in_path_order) {
    BOOST_TEST(story(R"({"a":1,"b":[1,2]})", R"({"a":1,"b":[1,2]})") == "");
    BOOST_TEST(story(R"({"a":1})", R"({"a":1.0})") == "/a:1>1.0 ");
    BOOST_TEST(story(R"({"a":1,"c":{"d":2}})", R"({"b":3,"c":{"e":2}})") ==
               "/a:1>- /b:->3 /c/d:2>- /c/e:->2 ");
    BOOST_TEST(story(R"({"l":[1,2,3]})", R"({"l":[1,4]})") == "/l/1:2>4 /l/2:3>- ");
    BOOST_TEST(story(R"({"x":{"a":1,"b":2}})", R"({"x":"s"})") == "/x/a:1>- /x/b:2>- /x:->\"s\" ");
    BOOST_TEST(story(R"({"x":[]})", R"({"x":{}})") == "/x:[]>{} ");
    BOOST_TEST(story("{}", R"({"x":{"y":[]}})") == "/x/y:->[] ");
    BOOST_TEST(story("1", "2") == "/:1>2 ");
}

// ---- any tree survives a round trip
namespace rc {
template <>
struct Arbitrary<Element> {
    static Element property() {
        switch (*gen::inRange(0, 4)) {
            case 0: return Element::of_boolean(*gen::arbitrary<bool>());
            case 1: return Element::of_long(*gen::arbitrary<int64_t>());
            case 2: {
                double d = *gen::arbitrary<double>();
                return Element::of_double(std::isfinite(d) ? d : 0.5);
            }
            default: {
                std::string s;
                for (int p : *gen::container<std::vector<int>>(
                         gen::oneOf(gen::inRange(0, 0x100), gen::inRange(0x100, 0xD800),
                                    gen::inRange(0xE000, 0x110000)))) {
                    if (p < 0x80)
                        s += char(p);
                    else if (p < 0x800) {
                        s += char(0xC0 | p >> 6);
                        s += char(0x80 | (p & 63));
                    } else if (p < 0x10000) {
                        s += char(0xE0 | p >> 12);
                        s += char(0x80 | (p >> 6 & 63));
                        s += char(0x80 | (p & 63));
                    } else {
                        s += char(0xF0 | p >> 18);
                        s += char(0x80 | (p >> 12 & 63));
                        s += char(0x80 | (p >> 6 & 63));
                        s += char(0x80 | (p & 63));
                    }
                }
                return Element::of_string(s);
            }
        }
    }
    static Element tree(int depth) {
        int shape = depth ? *gen::inRange(0, 3) : 0;
        if (shape == 0)
            return property();
        Element e = shape == 1 ? Element::new_list() : Element::new_dict();
        for (int n = *gen::inRange(0, 5); n > 0; n--) {
            if (shape == 1)
                e.list_ref().push_back(tree(depth - 1));
            else
                e.dict_ref().at(Key("k" + std::to_string(*gen::inRange(0, 20)))) = tree(depth - 1);
        }
        return e;
    }
    static Gen<Element> arbitrary() {
        return gen::exec([] {
            Element root = Element::new_dict();
            for (int n = *gen::inRange(0, 5); n > 0; n--)
                root.dict_ref().at(Key("a" + std::to_string(n))) = tree(4);
            return root;
        });
    }
};
}  // namespace rc

BOOST_AUTO_TEST_CASE(any_tree_survives_the_way_through_xml_and_json) {
    BOOST_TEST(rc::check("xml", [](const Element& e) { RC_ASSERT(read_xml(xml(e), "x") == e); }));
    BOOST_TEST(rc::check("xml in ascii", [](const Element& e) {
        RC_ASSERT(read_xml(xml(e, {.ascii_only = true}), "x") == e);
    }));
    BOOST_TEST(
        rc::check("json", [](const Element& e) { RC_ASSERT(read_json(json(e), "x") == e); }));
    BOOST_TEST(rc::check("json on one line", [](const Element& e) {
        RC_ASSERT(parse_json(json(e, {.ascii_only = true, .one_line = true}), "x") == e);
    }));
    BOOST_TEST(rc::check("no difference from itself",
                         [](const Element& e) { RC_ASSERT(diff_trees(e, e.clone()).empty()); }));
    BOOST_TEST(rc::check("a difference when and only when unequal",
                         [](const Element& a, const Element& b) {
                             RC_ASSERT(diff_trees(a, b).empty() == (a == b));
                         }));
}
