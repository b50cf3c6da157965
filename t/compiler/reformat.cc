// The layout of templates: what becomes of blanks, and that nothing else changes.
#include "t/tap.hh"

#include "base/error.hh"
#include "compiler/tools/reformat.hh"

using weft::compiler::reformat;

/// The layout; a second time it must change nothing.
static std::string laid_out(std::string_view text) {
    std::string once = reformat(text, "t");
    BOOST_TEST(reformat(once, "t") == once);
    return once;
}
/// Of one line within a template.
static std::string line(std::string_view text) {
    std::string out = laid_out("template t;\n" + std::string(text) + "\n");
    return out.substr(12, out.size() - 13);
}

BOOST_AUTO_TEST_CASE(blanks_between_tokens_follow_one_rule) {
    BOOST_TEST(line("'/a'=1 ;") == "'/a' = 1;");
    BOOST_TEST(line("'/a'?=list( 1,2 , 3 ) ;") == "'/a' ?= list(1, 2, 3);");
    BOOST_TEST(line("final   variable  NET=f ( X )[ 0 ] ;") == "final variable NET = f(X)[0];");
    BOOST_TEST(line("'/a' = a<b&&c!=d||e;") == "'/a' = a < b && c != d || e;");
    BOOST_TEST(line("'/a' = {x=1;y=2 ;x+y};") == "'/a' = { x = 1; y = 2; x + y };");
    BOOST_TEST(line("'/a' = {if(x){1}else{2}};") == "'/a' = { if (x) { 1 } else { 2 } };");
    BOOST_TEST(line("'/a' = { foreach(k ;v; l)f(k);for(i=0;i<3;i=i+1)g(); };") ==
               "'/a' = { foreach (k; v; l) f(k); for (i = 0; i < 3; i = i + 1) g(); };");
    BOOST_TEST(line("'/a'\t= 'x  y'  +\"\\t z\";") == "'/a' = 'x  y' + \"\\t z\";");
    BOOST_TEST(line("include{'a'};") == "include { 'a' };");
    BOOST_TEST(line("function f={ };") == "function f = {};");
}

BOOST_AUTO_TEST_CASE(signs_are_close_to_what_they_belong_to) {
    BOOST_TEST(line("'/a' = list(- 1, 2 -1, 3 - - 2, ! x, ~ 5, a*-b);") ==
               "'/a' = list(-1, 2 - 1, 3 - -2, !x, ~5, a * -b);");
    BOOST_TEST(line("'/a' = if (x) - 1 else + 2;") == "'/a' = if (x) -1 else +2;");
    BOOST_TEST(line("'/a' = x[ i + 1 ] + y[ i*2 ] + z[-1] + w[f(1)+2];") ==
               "'/a' = x[i+1] + y[i * 2] + z[-1] + w[f(1) + 2];");
}

BOOST_AUTO_TEST_CASE(types_have_their_own_rules) {
    BOOST_TEST(line("type t=long( -1 .. 10 )=0;") == "type t = long(-1..10) = 0;");
    BOOST_TEST(line("type t = string [ ] {};") == "type t = string[]{};");
    BOOST_TEST(line("type t = string{ 1 .. 3 }[ 2.. ];") == "type t = string{1..3}[2..];");
    BOOST_TEST(line("type t = string * with match(SELF,'a');") ==
               "type t = string* with match(SELF, 'a');");
    BOOST_TEST(line("type t = { 'a':long 'b'?t * 'c' : choice ('x','y') };") ==
               "type t = { 'a' : long 'b' ? t* 'c' : choice('x', 'y') };");
    BOOST_TEST(line("bind  '/a'=long(1..){};") == "bind '/a' = long(1..){};");
    BOOST_TEST(line("'/a' = { if (x) {} else {} };") == "'/a' = { if (x) {} else {} };");
}

BOOST_AUTO_TEST_CASE(lines_are_indented_by_what_is_open) {
    BOOST_TEST(laid_out("template t;\n"
                        "'/a' = {\n"
                        "foreach (k; v; list(\n"
                        "1,\n"
                        "  2\n"
                        ")) {\n"
                        "  x = v +\n"
                        "w;\n"
                        "if (x)\n"
                        "f(x)\n"
                        "else\n"
                        "    g(x);\n"
                        "};\n"
                        "     };\n"
                        "variable X =\n"
                        "dict(\n"
                        "'a', 1,\n"
                        ");\n") ==
               "template t;\n"
               "'/a' = {\n"
               "    foreach (k; v; list(\n"
               "        1,\n"
               "        2\n"
               "    )) {\n"
               "        x = v +\n"
               "            w;\n"
               "        if (x)\n"
               "            f(x)\n"
               "        else\n"
               "            g(x);\n"
               "    };\n"
               "};\n"
               "variable X =\n"
               "    dict(\n"
               "        'a', 1,\n"
               "    );\n");
}

BOOST_AUTO_TEST_CASE(a_bracket_opened_behind_the_end_of_another_belongs_to_its_line) {
    BOOST_TEST(laid_out("template t;\nfunction f = {\n    foreach (i; g; list(1,\n 2)) {\n n = "
                        "0;\n };\n};\n") ==
               "template t;\nfunction f = {\n    foreach (i; g; list(1,\n        2)) {\n        n "
               "= 0;\n    };\n};\n");
}

BOOST_AUTO_TEST_CASE(fields_of_a_record_begin_at_the_same_place) {
    BOOST_TEST(laid_out("template t;\ntype r = {\ninclude base\n  'a' : long\n'b' ? string[]\n    "
                        "with f(SELF)\n} with {\ntrue;\n};\n") ==
               "template t;\ntype r = {\n    include base\n    'a' : long\n    'b' ? string[]\n    "
               "    with f(SELF)\n} with {\n    true;\n};\n");
}

BOOST_AUTO_TEST_CASE(comments_and_annotations_stay) {
    BOOST_TEST(laid_out("# first  \n\n\n\ntemplate t;   # why\n@{ desc = x \\\n   y }\nvariable "
                        "A=1;#b\n'/a' = {\n1;\n# last\n};\n\n\n") ==
               "# first\n\ntemplate t;   # why\n@{ desc = x \\\n   y }\nvariable A = 1; #b\n'/a' = "
               "{\n    1;\n    # last\n};\n");
    BOOST_TEST(laid_out("@doc(a = 'b') template t;\n") == "@doc(a = 'b') template t;\n");
}

BOOST_AUTO_TEST_CASE(heredocs_and_continued_strings_are_kept_to_the_byte) {
    BOOST_TEST(
        laid_out(
            "template t;\n'/a'=list(<<A,<<B) ; # c\n  one  \n\n\nA\n\ttwo\nB\n\n\n'/b'=1;\n") ==
        "template t;\n'/a' = list(<<A, <<B); # c\n  one  \n\n\nA\n\ttwo\nB\n\n'/b' = 1;\n");
    BOOST_TEST(laid_out("template t;\n'/a' = <<A\nx\nA\n+   'y';\n") ==
               "template t;\n'/a' = <<A\nx\nA\n    + 'y';\n");
    BOOST_TEST(laid_out("template t;\n'/a' = \"x\\\n     y\";\n") ==
               "template t;\n'/a' = \"x\\\n     y\";\n");
}

BOOST_AUTO_TEST_CASE(line_ends_become_one_kind_and_the_last_line_has_one) {
    BOOST_TEST(laid_out("template t;\r\n'/a' = 1;\r\n") == "template t;\n'/a' = 1;\n");
    BOOST_TEST(laid_out("\n\ntemplate t;") == "template t;\n");
    BOOST_TEST(laid_out("") == "");
}

BOOST_AUTO_TEST_CASE(unbalanced_brackets_are_laid_out_and_wrong_tokens_refused) {
    laid_out("template t; )]}");
    laid_out("template t; ((({{{[[[ 1");
    BOOST_CHECK_THROW(reformat("template t;\n'/a' = 'x;\n", "t"), weft::Error);
    BOOST_CHECK_THROW(reformat("template t;\n'/a' = 1 \\ 2;\n", "t"), weft::Error);
}
