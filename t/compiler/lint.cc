// The style checker's rules, one by one: what they find, what they leave alone, what --fix makes of
// it.
#include "t/tap.hh"

#include "compiler/tools/lint.hh"
#include "compiler/tools/lint_code.hh"

using namespace weft::compiler;

/// "2:LP003 3:LC001": what is found in lines that follow a proper first line.
static std::string found(std::string_view lines, std::string_view path = "site/a.pan",
                         const LintOptions& o = {}) {
    std::string out, text = "template a;\n" + std::string(lines) + '\n';
    for (const LintFinding& f : lint(text, path, o)) {
        if (!out.empty())
            out += ' ';
        out += std::to_string(f.line) + ':' + std::string(f.id);
    }
    return out;
}

static std::string fixed(std::string_view line) {
    std::string text = lint_fixed("template a;\n" + std::string(line) + '\n', "site/a.pan");
    BOOST_TEST(text == lint_fixed(text, "site/a.pan"));
    return text.substr(12, text.size() - 13);
}

BOOST_AUTO_TEST_CASE(the_first_line_of_code_declares_the_template) {
    auto first = [](std::string_view text, LintOptions o = {}) {
        return !lint(text, "a.pan", o).empty();
    };
    for (const char* good :
         {"template a;\n", "# c\n\nobject template ns/lxb001.site;\n", "unique template a-b;",
          "structure template a;\n", "@{ desc = x }\ndeclaration template a;\n"})
        BOOST_TEST(!first(good), good);
    for (const char* bad : {"", "# only a comment\n", "variable A = 1;\n", "template  a;\n",
                            "template a ;\n", "object  template a;\n", "template a; 'x' = 1;\n"})
        BOOST_TEST(first(bad), bad);
    BOOST_TEST(first("${header}\ntemplate a;\n"));
    BOOST_TEST(!first("${header}\ntemplate a;\n", {.placeholder_first = true}));
}

BOOST_AUTO_TEST_CASE(blanks_and_tabs) {
    BOOST_TEST(found("   '/a' = 1;") == "2:LP001");
    BOOST_TEST(found("    '/a' = 1;\n        '/b' = 2;") == "");
    BOOST_TEST(found("\t'/a' = 1;") == "2:LP002");
    BOOST_TEST(found("'/a' = 'a\tb'; # c\td") == "");
    BOOST_TEST(found("'/a' = 1; ") == "2:LP003");
    BOOST_TEST(found("# comment \n\n   # another\t") == "");
    BOOST_TEST(fixed("\t'/a' =\t1; ") == "    '/a' = 1;");
}

BOOST_AUTO_TEST_CASE(old_names_and_braces) {
    BOOST_TEST(found("'/a' = nlist('nlist(', is_nlist(X));") == "2:LP004 2:LP004");
    BOOST_TEST(fixed("'/a' = nlist('nlist(', is_nlist(X));") ==
               "'/a' = dict('nlist(', is_dict(X));");
    BOOST_TEST(found("include { 'b' };") == "2:LP005");
    BOOST_TEST(fixed("include { 'b' };") == "include 'b';");
    BOOST_TEST(fixed("include { if_exists('b') };") == "include { if_exists('b') };");
    BOOST_TEST(found("include 'b';") == "");
}

BOOST_AUTO_TEST_CASE(long_lines) {
    std::string value(120 - 10, 'x');
    BOOST_TEST(found("'/a' = '" + value + "';") == "");
    BOOST_TEST(found("'/a' = '" + value + "x';") == "2:LP006");
    BOOST_TEST(found("'/a' = 1; # " + value + value) == "");
    BOOST_TEST(found("bind '/a' = choice('" + value + "');") == "");
}

BOOST_AUTO_TEST_CASE(commas_and_semicolons) {
    BOOST_TEST(found("'/a' = list(1,2,  3, 4);") == "2:LP007 2:LP007");
    BOOST_TEST(found("'/a' = list(1,   # one\n    2,\n);") == "");
    BOOST_TEST(fixed("'/a' = list(1,2,  3, ',x');") == "'/a' = list(1, 2, 3, ',x');");
    // A last comma and a second semicolon mean nothing; a comma for an argument left out does.
    BOOST_TEST(found("'/a' = list(1,);") == "2:LP007");
    BOOST_TEST(fixed("'/a' = list(f(1,),);") == "'/a' = list(f(1));");
    BOOST_TEST(fixed("'/a' = list(f(,), f(1,,));") == "'/a' = list(f(, ), f(1, , ));");
    BOOST_TEST(fixed("'/a' = 1;;;") == "'/a' = 1;");
    BOOST_TEST(found("'/a' = 1 ;") == "2:LP008");
    BOOST_TEST(found("'/a' = {foreach (k;v;  l) 1;};") == "2:LP009 2:LP009 2:LP009");
    BOOST_TEST(fixed("'/a' = {foreach (k ;v;  l) 1; };") == "'/a' = {foreach (k; v; l) 1; };");
}

BOOST_AUTO_TEST_CASE(global_variables) {
    BOOST_TEST(found("variable NETWORK_GATEWAY = 1;") == "");
    BOOST_TEST(found("variable Network = 1;") == "2:LP010");
    BOOST_TEST(found("final variable NET = 1;") == "2:LP011");
    BOOST_TEST(found("'/a' = { net = 1; net; };") == "");
}

BOOST_AUTO_TEST_CASE(format_within_error) {
    BOOST_TEST(found("'/a' = error(format('%s', X));") == "2:LP012");
    BOOST_TEST(fixed("'/a' = error(format('%s (%d)', f(X), 1));") ==
               "'/a' = error('%s (%d)', f(X), 1);");
    BOOST_TEST(fixed("'/a' = error(format('%s', X) + 'y');") ==
               "'/a' = error(format('%s', X) + 'y');");
}

BOOST_AUTO_TEST_CASE(paths_that_end_in_a_slash) {
    BOOST_TEST(found("'/a/b/' = 1;") == "2:PP001");
    BOOST_TEST(found("prefix '/a/';") == "2:PP001");
    BOOST_TEST(found("'/' = dict();\nprefix '/';\n'/a' = '/b/';") == "");
    BOOST_TEST(fixed("prefix \"/a//\";") == "prefix \"/a\";");
}

BOOST_AUTO_TEST_CASE(operators_have_blanks_on_both_sides) {
    BOOST_TEST(found("'/a'=1;") == "2:LC001");
    BOOST_TEST(found("'/a' = X +1;") == "2:LC001");
    BOOST_TEST(found("'/a' = X* 2 == 4;") == "2:LC001");
    BOOST_TEST(found("'/a' = 'a=b+c';") == "");
    BOOST_TEST(found("'/a' = list(-1, - X, 3 - -2, +5);") == "");
    BOOST_TEST(found("'/a' = - 1;") == "2:LC001");
    BOOST_TEST(found("'/a' = if (X) -1 else -2;") == "");
    BOOST_TEST(found("'/a' = x[i+1] + y[-1] + z[i * 2];") == "");
    BOOST_TEST(found("'/a' = x[i + 1];") == "2:LC001");
    BOOST_TEST(found("type t = long(-1..1) = 1e-5;\ntype u = string* with match(SELF, 'a');\ntype "
                     "v = t*[1..];\ntype w = t*;") == "");
    BOOST_TEST(found("'/a' = X\n    + Y\n    - Z;") == "");
    BOOST_TEST(found("'/a' = <<EOT;\na=b\n\tx \nEOT\n'/b'=1;") == "6:LC001");
    BOOST_TEST(found("@{ desc = a=b\nx=y }\n'/a' = 1;") == "");
    BOOST_TEST(fixed("'/a'=X+1*- 2<=x[ i - 1 ];") == "'/a' = X + 1 * -2 <= x[ i-1 ];");
}

BOOST_AUTO_TEST_CASE(a_comment_switches_rules_off_for_the_next_line_of_code) {
    BOOST_TEST(found("# panlint disable=LC001,LP003\n\n'/a'=1; \n'/b'=2;") == "5:LC001");
    BOOST_TEST(found("# panlint disable=LC001\n'/a'=1; ") == "3:LP003");
    BOOST_TEST(fixed("# panlint disable=LC001\n'/a'=1;") == "# panlint disable=LC001\n'/a'=1;");
}

BOOST_AUTO_TEST_CASE(a_component_in_use_has_its_config_included) {
    std::string use = "'/software/components/chrony/active' = true;";
    BOOST_TEST(found(use) == "2:CU001");
    BOOST_TEST(found(use + "\ninclude 'components/chrony/config';") == "");
    BOOST_TEST(found("include { 'components/chrony/config' };\n" + use) == "2:LP005");
    BOOST_TEST(found(use + '\n' + use) == "2:CU001");
    BOOST_TEST(found("# /software/components/chrony/x") == "");
    BOOST_TEST(found("'/a' = value('/software/components/chrony/x');") == "2:CU001");
    BOOST_TEST(found(use, "site/a.pan", {.ignored_components = {"chrony"}}) == "");
    BOOST_TEST(found(use, "components/chrony/config.pan") == "");
    BOOST_TEST(found(use, "components/ntpd/config.pan") == "2:CU001");
}

BOOST_AUTO_TEST_CASE(a_feature_may_have_to_stand_alone) {
    LintOptions o{.standalone_features = true};
    std::string text = "include 'features/web/base';\ninclude 'site/web';";
    BOOST_TEST(found(text, "features/web/config.pan", o) == "3:FS001");
    BOOST_TEST(found(text, "features/web/config.pan") == "");
    BOOST_TEST(found(text, "site/web.pan", o) == "");
}

BOOST_AUTO_TEST_CASE(a_file_of_any_bytes_is_checked_to_its_end) {
    for (const char* text : {"'", "\"\\", "@{", "<<A", "'a\n\"b\n@(c\n", "x[[[[((({{{", ")]}",
                             "\xff\xfe=\x80", "1.", "*", "a*", "1e+"}) {
        BOOST_TEST(!lint(text, "").empty(), text);
        std::string once = lint_fixed(text, "");
        BOOST_TEST(once == lint_fixed(once, ""), text);
    }
}

BOOST_AUTO_TEST_CASE(line_ends_are_kept) {
    BOOST_TEST(lint_fixed("template a;\r\n'/a'=1;\r\n'/b' = 2;", "a") ==
               "template a;\r\n'/a' = 1;\r\n'/b' = 2;");
}

BOOST_AUTO_TEST_CASE(local_variables_that_nobody_reads) {
    BOOST_TEST(found("'/a' = { x = 1; y = 2; y };") == "2:UN001");
    BOOST_TEST(found("'/a' = { x = list(); x[0] = 1; 2 };") == "2:UN001");
    // What it shares with others may be changed through it.
    BOOST_TEST(found("'/a' = { x = SELF; x['k'] = 1; SELF };") == "");
    BOOST_TEST(found("'/a' = { foreach (k; v; list(1)) 5; };") == "");
    BOOST_TEST(found("'/a' = { first(LISTS, k, v); v };") == "");
    BOOST_TEST(found("'/a' = { name = 'x'; substitute('${name}') };") == "");
    BOOST_TEST(found("function f = { debug('%s', ARGC); x = ARGV[0]; debug('%s', x); };") == "");
    // Each block has its own.
    BOOST_TEST(found("'/a' = { x = 1; x };\n'/b' = { x = 1; 2 };") == "3:UN001");
    // What is broken further down does not matter.
    BOOST_TEST(found("'/b' = { x = 1; 2 };\n'/c' = );") == "2:UN001");
    BOOST_TEST(fixed("'/b' = {\n    x = list(1, 'a');\n    2;\n};") == "'/b' = {\n    2;\n};");
    BOOST_TEST(fixed("'/b' = {\n    x = f();\n    2;\n};") == "'/b' = {\n    x = f();\n    2;\n};");
    BOOST_TEST(fixed("'/b' = {\n    x = 1; 2;\n};") == "'/b' = {\n    x = 1; 2;\n};");
    BOOST_TEST(fixed("'/b' = {\n    2;\n    x = 1;\n};") == "'/b' = {\n    2;\n    x = 1;\n};");
}

BOOST_AUTO_TEST_CASE(code_that_never_runs) {
    BOOST_TEST(found("function f = { return(1); 2; };") == "2:UR001");
    BOOST_TEST(found("function f = { if (ARGC > 1) { error('x') } else { return(2) }; 3; };") ==
               "2:UR001");
    BOOST_TEST(found("function f = { if (ARGC > 1) { return(2) }; 3; };") == "");
    // Many write a value behind error() for form's sake.
    BOOST_TEST(found("function f = { if (ARGC > 1) { error('x'); return(false) }; if (ARGC > 2) { "
                     "error('y'); SELF }; 3 };") == "");
    BOOST_TEST(
        found("function f = { error('x'); return(g(1)); };\nfunction h = { error('x'); 1; 2 };") ==
        "2:UR001 3:UR001");
    BOOST_TEST(found("'/a' = { if (false) 1 else 2 };") == "2:UR001");
    BOOST_TEST(found("'/a' = { if (true) OBJECT else 2 };") == "2:UR001");
    BOOST_TEST(found("'/a' = { while (true) return(OBJECT) };") == "");
}

BOOST_AUTO_TEST_CASE(names_that_hide_others) {
    BOOST_TEST(found("variable NETWORK = 1;\n'/a' = { NETWORK = OBJECT; NETWORK };") == "3:SH001");
    BOOST_TEST(found("function length = ARGC;") == "2:SH002");
    BOOST_TEST(found("type string = long;") == "2:SH002");
    BOOST_TEST(found("'/a' = { foreach (k; v; LISTS) foreach (k; w; v) f(k, w); };") == "2:SH003");
    BOOST_TEST(found("'/a' = { foreach (k; v; LISTS) f(k); foreach (k; v; LISTS) f(v); };") == "");
}

BOOST_AUTO_TEST_CASE(what_a_tree_does_not_use) {
    LintTree tree;
    tree.add(
        "template b;\n'/b' = { x = NETWORK; f(x) };\nbind '/b' = host[];\n'/c' = "
        "substitute('${DOMAIN}');",
        "b.pan");
    LintOptions o{.tree = &tree};
    BOOST_TEST(found("variable NETWORK = 1;\nvariable DOMAIN = 1;\nvariable OTHERS = 1;\nvariable "
                     "LOADPATH = list();",
                     "a.pan", o) == "4:UN002");
    BOOST_TEST(found("function f = 1;\nfunction g = 2;\ntype host = long;\ntype port = long;",
                     "a.pan", o) == "3:UN003 5:UN003");
    // A file that is not understood may use anything it mentions.
    tree.add("template c;\n'/b' = { OTHERS + ;", "c.pan");
    BOOST_TEST(found("variable OTHERS = 1;", "a.pan", o) == "");
}
