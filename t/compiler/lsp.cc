// The language server's parts: frames, positions, what could be written at a cursor.
#include "t/tap.hh"

#include "base/error.hh"
#include "compiler/evaluate/paths.hh"
#include "compiler/lsp/context.hh"
#include "compiler/lsp/message.hh"
#include "compiler/lsp/text.hh"
#include "compiler/lsp/workspace.hh"

using namespace weft;
using namespace weft::compiler;
using namespace weft::compiler::lsp;

BOOST_AUTO_TEST_CASE(messages_come_in_any_pieces) {
    std::string stream =
        framed("{}") + "content-type: x\r\nCONTENT-LENGTH:3\r\n\r\n[1]" + framed("");
    for (size_t piece : {size_t(1), size_t(7), stream.size()}) {
        MessageReader reader;
        std::string got;
        for (size_t at = 0; at < stream.size(); at += piece) {
            reader.feed(std::string_view(stream).substr(at, piece));
            while (auto m = reader.next())
                got += '<' + *m + '>';
        }
        BOOST_TEST(got == "<{}><[1]><>");
    }
}

BOOST_AUTO_TEST_CASE(headers_that_cannot_be_understood_are_refused) {
    for (std::string_view bad :
         {"\r\n\r\n", "Length: 3\r\n\r\n", "Content-Length: x\r\n\r\n",
          "Content-Length: -1\r\n\r\n", "Content-Length: 99999999999999999999\r\n\r\n",
          "Content-Length: 3 3\r\n\r\n", "Content-Length: 100000000\r\n\r\n"}) {
        MessageReader reader;
        reader.feed(bad);
        BOOST_CHECK_THROW(reader.next(), Error);
    }
    MessageReader reader;
    reader.feed(std::string(5000, 'x'));
    BOOST_CHECK_THROW(reader.next(), Error);
}

BOOST_AUTO_TEST_CASE(positions_count_units_and_lines_end_in_three_ways) {
    std::string_view text =
        "a\r\n\xC3\xA4\xF0\x9D\x84\x9E"
        "b\rc\n";  // an a with dots, and a clef of two units
    Lines u16(text, Units::utf16), u8(text, Units::utf8);
    BOOST_TEST(u16.count() == 4u);
    BOOST_TEST(u16.line(1) ==
               "\xC3\xA4\xF0\x9D\x84\x9E"
               "b");
    BOOST_TEST(u16.offset({1, 3}) == 9u);
    BOOST_TEST(u16.offset({1, 99}) == 10u);
    BOOST_TEST(u16.offset({9, 0}) == text.size());
    BOOST_TEST(u16.offset({-1, 0}) == 0u);
    BOOST_TEST(u16.position(9).character == 3);
    BOOST_TEST(u8.position(9).character == 6);
    BOOST_TEST(u8.offset({1, 1}) == 3u);  // never within a character
    BOOST_TEST(u16.slice({2, 2, 2, 3}) ==
               "\xF0\x9D\x84\x9E"
               "b");
    BOOST_TEST((u16.place({1, 3}) == std::pair<uint32_t, uint32_t>(2, 3)));
}

BOOST_AUTO_TEST_CASE(addresses_of_files) {
    BOOST_TEST(path_of_uri("file:///a%20b/%C3%A4.pan") == "/a b/\xC3\xA4.pan");
    BOOST_TEST(path_of_uri("file://host/a") == "/a");
    BOOST_TEST(path_of_uri("untitled:x") == "untitled:x");
    BOOST_TEST(path_of_uri("file:///a%2") == "/a%2");
    BOOST_TEST(uri_of_path("/a b/\xC3\xA4:.pan") == "file:///a%20b/%C3%A4%3A.pan");
}

/// What is wanted at the '|', what of it is there, and below which path.
static std::string at(std::string text) {
    size_t cursor = text.find('|');
    text.erase(cursor, 1);
    Context c = context_at(text, cursor);
    static constexpr const char* names[] = {"none", "statement", "template", "path",
                                            "key",  "value",     "type",     "expression"};
    std::string out = std::string(names[c.kind]) + ' ' + c.word;
    if (!c.base.empty())
        out += " below " + path_text(c.base);
    return out;
}

BOOST_AUTO_TEST_CASE(what_could_be_written_at_the_cursor) {
    BOOST_TEST(at("template a;\nva|") == "statement va");
    BOOST_TEST(at("template a;\n'/a/b|' = 1;") == "path /a/b");
    BOOST_TEST(at("template a;\nfinal '/a|") == "path /a");
    BOOST_TEST(at("template a;\nprefix '/x';\n'y|'") == "path y below /x");
    BOOST_TEST(at("template a;\nprefix '/x';\nprefix 'y';\n'z|'") == "path z below /x/y");
    BOOST_TEST(at("template a;\nprefix '/x';\nprefix '';\n'z|'") == "none z");
    BOOST_TEST(at("template a;\nbind '/x|") == "path /x");
    BOOST_TEST(at("template a;\ninclude 'x/|") == "template x/");
    BOOST_TEST(at("template a;\n'/x' = create(\"q|\");") == "template q");
    BOOST_TEST(at("template a;\n'/x' = { SELF['a'][0]['b|']; };") == "key b below /x/a/0");
    BOOST_TEST(at("template a;\n'/x' = 'b|';") == "value b below /x");
    BOOST_TEST(at("template a;\ntype t = lo|") == "type lo");
    BOOST_TEST(at("template a;\ntype t = { 'a' : |") == "type ");
    BOOST_TEST(at("template a;\ntype t = { include q|") == "type q");
    BOOST_TEST(at("template a;\ntype t = { 'a' : long with SE|") == "expression SE");
    BOOST_TEST(at("template a;\n'/x' = is_valid(t|") == "type t");
    BOOST_TEST(at("template a;\n'/x' = { y = le|") == "expression le");
    BOOST_TEST(at("template a;\n# in|") == "none ");
    BOOST_TEST(at("template a;\n'/x' = 1; # in|") == "none ");
    // What was broken before does not matter in the next statement.
    BOOST_TEST(at("template a;\n'/x' = { ( [ 'unclosed ;\n'/y|'") == "path /y");
    BOOST_TEST(at("|") == "statement ");
}
