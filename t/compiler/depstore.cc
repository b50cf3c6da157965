// What panc-deps(5) says of the dependency store is what is read and written: the page's own
// example.
#include <cstdlib>
#include <sstream>

#include "t/tap.hh"

#include "base/error.hh"
#include "base/file.hh"
#include "compiler/reuse/depstore.hh"

using namespace weft;
using namespace weft::compiler;

/// The bytes of the page's example: each line up to its semicolon.
static std::string example() {
    const char* src = std::getenv("WEFT_SRC");
    std::string page = read_file(std::string(src ? src : ".") + "/man/panc-deps.5");
    size_t from = page.find(".Bd -literal\n") + 13;
    std::istringstream rows(page.substr(from, page.find(".Ed") - from));
    std::string bytes;
    for (std::string row; std::getline(rows, row);) {
        std::istringstream digits(row.substr(0, row.find(';')));
        for (std::string byte; digits >> byte;)
            bytes += char(std::stoi(byte, nullptr, 16));
    }
    return bytes;
}

BOOST_AUTO_TEST_CASE(the_example_of_the_page_is_read_and_written_again_byte_by_byte) {
    DependencyStore store = DependencyStore::read(example(), "example");
    BOOST_TEST(store.bytes() == example());
}

BOOST_AUTO_TEST_CASE(the_example_of_the_page_holds_what_the_page_says) {
    DependencyStore store = DependencyStore::read(example(), "example");
    BOOST_TEST(store.outdated("n2", "version 3.0\n", {}).value() ==
               "nothing is known of an earlier build of it that succeeded");
    BOOST_TEST(store.outdated("n1", "version 3.1\n", {}).value() ==
               "panc itself is another than last time");
    BOOST_TEST(store.outdated("n1", "version 3.0\n", {}).value() ==
               "the template 'n1' has gone: /t/n1.pan");
    BOOST_TEST(store.built_with("n1").empty());
    BOOST_TEST(store.file_of("n1") == "/t/n1.pan");
}

BOOST_AUTO_TEST_CASE(each_byte_of_the_example_is_checked_and_so_is_where_it_ends) {
    const std::string bytes = example();
    for (size_t i = 0; i < bytes.size(); i++) {
        std::string wrong = bytes;
        wrong[i] = char(wrong[i] ^ 1);
        BOOST_CHECK_THROW(DependencyStore::read(wrong, "x"), Error);
        BOOST_CHECK_THROW(DependencyStore::read(bytes.substr(0, i), "x"), Error);
    }
    BOOST_CHECK_THROW(DependencyStore::read(bytes + '\0', "x"), Error);
}
