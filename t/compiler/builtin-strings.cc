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
    BOOST_TEST(failure("length", n(3)) ==
               "length(): argument 1 must be a string, a list or a dict, not a long");
    BOOST_TEST(failure("length", null) ==
               "length(): argument 1 must be a string, a list or a dict, not null");
}

BOOST_AUTO_TEST_CASE(join_takes_a_list_or_at_least_two_strings) {
    BOOST_TEST(call("join", s(","), l({s("a"), s("b")})) == s("a,b"));
    BOOST_TEST(call("join", s(","), l({})) == s(""));
    BOOST_TEST(call("join", s(","), s("a"), s("b"), s("c")) == s("a,b,c"));
    BOOST_TEST(failure("join", s(","), s("a")) ==
               "join(): argument 2 must be a list, not a string");
    BOOST_TEST(failure("join", s(","), s("a"), n(1)) ==
               "join(): argument 3 must be a string, not a long");
    BOOST_TEST(failure("join", s(","), l({s("a"), n(1)})) ==
               "join(): item 1 of the list must be a string, not a long");
}

BOOST_AUTO_TEST_CASE(substr_never_clips) {
    BOOST_TEST(call("substr", s("abcdef"), n(2)) == s("cdef"));
    BOOST_TEST(call("substr", s("abcdef"), n(-2)) == s("ef"));
    BOOST_TEST(call("substr", s("abcdef"), n(1), n(3)) == s("bcd"));
    BOOST_TEST(call("substr", s("abcdef"), n(1), n(-1)) == s("bcde"));
    BOOST_TEST(call("substr", s("abc"), n(3)) == s(""));
    BOOST_TEST(call("substr", s("abc"), n(1), n(-2)) == s(""));
    BOOST_TEST(failure("substr", s("abc"), n(4)) ==
               "substr(): start 4 is outside; there are 3 positions");
    BOOST_TEST(failure("substr", s("abc"), n(-4)) ==
               "substr(): start -4 is outside; there are 3 positions");
    BOOST_TEST(failure("substr", s("abc"), n(1), n(5)) ==
               "substr(): length 5 from position 1 is outside; there are 3 positions");
    BOOST_TEST(failure("substr", s("abc"), n(2), n(-2)) ==
               "substr(): length -2 from position 2 is outside; there are 3 positions");
    BOOST_TEST(failure("substr", s("abc"), n(0), n(INT64_MAX)) != "");
    BOOST_TEST(failure("substr", s("abc"), n(0), n(INT64_MIN)) != "");
    BOOST_TEST(failure("substr", s("abc"), n(INT64_MIN)) != "");
    BOOST_TEST(failure("substr", n(1), n(0)) ==
               "substr(): argument 1 must be a string, not a long");
}

BOOST_AUTO_TEST_CASE(positions_are_utf16_units_and_half_a_pair_is_a_replacement_character) {
    Element text = s("a\xc3\xa9\xf0\x9f\x98\x80z");  // a, é, a pair, z: five units
    BOOST_TEST(call("substr", text, n(1), n(1)) == s("\xc3\xa9"));
    BOOST_TEST(call("substr", text, n(2), n(2)) == s("\xf0\x9f\x98\x80"));
    BOOST_TEST(call("substr", text, n(4)) == s("z"));
    BOOST_TEST(call("substr", text, n(3)) == s("\xef\xbf\xbdz"));
    BOOST_TEST(call("substr", text, n(0), n(3)) == s("a\xc3\xa9\xef\xbf\xbd"));
    BOOST_TEST(call("splice", text, n(2), n(2), s("-")) == s("a\xc3\xa9-z"));
    BOOST_TEST(call("index", s("z"), text) == n(4));
    BOOST_TEST(call("index", s("a"), s("\xc3\xa9 a"), n(1)) == n(2));
    BOOST_TEST(call("length", s("\xff\xfe")) == n(2));
}

BOOST_AUTO_TEST_CASE(splice_replaces_a_part_of_a_string) {
    BOOST_TEST(call("splice", s("abcdef"), n(2), n(2), s("XYZ")) == s("abXYZef"));
    BOOST_TEST(call("splice", s("abcdef"), n(-2), n(2)) == s("abcd"));
    BOOST_TEST(call("splice", s("abcdef"), n(1), n(-1)) == s("af"));
    BOOST_TEST(call("splice", s("abc"), n(3), n(0), s("d")) == s("abcd"));
    BOOST_TEST(failure("splice", s("abc"), n(0), n(1), l({})) ==
               "splice(): argument 4 must be a string, not a list");
    BOOST_TEST(failure("splice", s("abc"), n(2), n(2)) ==
               "splice(): length 2 from position 2 is outside; there are 3 positions");
}

BOOST_AUTO_TEST_CASE(index_finds_a_string_in_a_string) {
    BOOST_TEST(call("index", s("b"), s("abcb")) == n(1));
    BOOST_TEST(call("index", s("b"), s("abcb"), n(2)) == n(3));
    BOOST_TEST(call("index", s("b"), s("abcb"), n(-7)) == n(1));
    BOOST_TEST(call("index", s("x"), s("abc")) == n(-1));
    BOOST_TEST(call("index", s(""), s("abc"), n(9)) == n(3));
    BOOST_TEST(call("index", s("a"), s("abc"), n(INT64_MAX)) == n(-1));
    BOOST_TEST(failure("index", n(1), s("abc")) ==
               "index(): argument 1 must be a string, not a long");
    BOOST_TEST(failure("index", s("a"), n(1)) ==
               "index(): argument 2 must be a string, a list or a dict, not a long");
}

BOOST_AUTO_TEST_CASE(escape_makes_keys_and_unescape_undoes_it) {
    BOOST_TEST(call("escape", s("1+1")) == s("_31_2b1"));
    BOOST_TEST(call("escape", s("")) == s("_"));
    BOOST_TEST(call("escape", s("a_b")) == s("a_5fb"));
    BOOST_TEST(call("unescape", s("_")) == s(""));
    BOOST_TEST(call("unescape", s("_31_2b1")) == s("1+1"));
    BOOST_TEST(failure("escape", s("\xe6\x97\xa5")) ==
               "escape(): the text has characters above U+00FF, which have no escape");
    BOOST_TEST(
        failure("unescape", s("ab_3")) ==
        "unescape(): 'ab_3' is no escaped text: '_' must be followed by two hexadecimal digits");
    BOOST_TEST(failure("unescape", s("_zz")) != "");
}

BOOST_AUTO_TEST_CASE(case_is_mapped_by_unicode_without_a_language) {
    BOOST_TEST(call("to_uppercase", s("LxB001-a")) == s("LXB001-A"));
    BOOST_TEST(call("to_lowercase", s("LxB001-A[`{@")) == s("lxb001-a[`{@"));
    BOOST_TEST(call("to_uppercase", s("stra\xc3\x9f"
                                      "e")) == s("STRASSE"));
    BOOST_TEST(call("to_lowercase", s("\xc3\x89\xce\xa3")) ==
               s("\xc3\xa9\xcf\x82"));  // a final sigma
    BOOST_TEST(call("to_uppercase", s("i\xc4\xb1")) == s("II"));
    BOOST_TEST(call("to_uppercase", s("a\xff\xc3\xa9")) == s("A\xef\xbf\xbd\xc3\x89"));
    BOOST_TEST(call("to_lowercase", s("")) == s(""));
    BOOST_TEST(failure("to_lowercase", n(1)) ==
               "to_lowercase(): argument 1 must be a string, not a long");
}

BOOST_AUTO_TEST_CASE(digest_prints_a_number_unless_the_whole_is_asked_for) {
    BOOST_TEST(call("digest", s("MD5"), s("hello world")) == s("5eb63bbbe01eeed093cb22bb8f5acdc3"));
    BOOST_TEST(call("digest", s("sha"), s("abc")) == s("a9993e364706816aba3e25717850c26c9cd0d89d"));
    BOOST_TEST(call("digest", s("SHA-1"), s("abc")) == call("digest", s("sha-1"), s("abc")));
    BOOST_TEST(call("digest", s("SHA-256"), s("")) ==
               s("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    BOOST_TEST(call("length", call("digest", s("SHA-512"), s("abc"))) == n(128));
    // what sha512sum's family and Python's hashlib print
    BOOST_TEST(call("digest", s("SHA-512/224"), s("abc")) ==
               s("4634270f707b6a54daae7530460842e20e37ed265ceee9a43e8924aa"));
    BOOST_TEST(call("digest", s("sha512/256"), s("abc")) ==
               s("53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"));
    BOOST_TEST(call("digest", s("SHA3-224"), s("abc")) ==
               s("e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf"));
    BOOST_TEST(call("length", call("digest", s("SHA3-512"), s("abc"), b(true))) == n(128));
    BOOST_TEST(call("digest", s("SHA384"), s("abc")) == call("digest", s("SHA-384"), s("abc")));
    BOOST_TEST(call("digest", s("SHA1"), s("abc")) == call("digest", s("SHA"), s("abc")));
    // md5 of "jk8ssl" begins with 0000: its leading zeros are no digits of a number
    Element whole = call("digest", s("MD5"), s("jk8ssl"), b(true));
    BOOST_TEST(whole == s("0000000018e6137ac2caab16074784a6"));
    BOOST_TEST(call("digest", s("MD5"), s("jk8ssl")) == s("18e6137ac2caab16074784a6"));
    // two units, so only the first two of three bytes are taken
    BOOST_TEST(call("digest", s("MD5"),
                    s("\xc3\xa9"
                      "a")) == call("digest", s("MD5"), s("\xc3\xa9"), b(true)));
    BOOST_TEST(call("digest", s("MD5"),
                    s("\xc3\xa9"
                      "a"),
                    b(true)) != call("digest", s("MD5"), s("\xc3\xa9"), b(true)));
    BOOST_TEST(failure("digest", s("SHA257"), s("")) ==
               "digest(): there is no algorithm 'SHA257'; there are MD2, MD5, SHA-1, SHA-224, "
               "SHA-256, SHA-384, SHA-512, SHA-512/224, SHA-512/256, SHA3-224, SHA3-256, SHA3-384, "
               "SHA3-512");
}

BOOST_AUTO_TEST_CASE(md2_of_the_texts_of_rfc_1319) {
    auto md2 = [](std::string_view text) {
        return call("digest", s("md2"), s(text), b(true));
    };
    BOOST_TEST(md2("") == s("8350e5a3e24c153df2275c9f80692773"));
    BOOST_TEST(md2("a") == s("32ec01ec4a6dac72c0ab96fb34c0b5d1"));
    BOOST_TEST(md2("abc") == s("da853b0d3f88d99b30283a69e6ded6bb"));
    BOOST_TEST(md2("message digest") == s("ab4f496bfb2a530b219ff33031fe06b0"));
    BOOST_TEST(md2("abcdefghijklmnopqrstuvwxyz") == s("4e8ddff3650292ab5a4108c3aa47940b"));
    BOOST_TEST(md2("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") ==
               s("da33def2a42df13975352846c30338cd"));
    BOOST_TEST(
        md2("12345678901234567890123456789012345678901234567890123456789012345678901234567890") ==
        s("d5976f79d83d3a0dc9806c3c66f3efd8"));
}
