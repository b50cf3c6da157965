// What is kept before a change comes back exactly, whatever was done in between.
#include "t/tap.hh"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/file.hh"
#include "ncm/saved.hh"

using namespace weft;
using namespace weft::ncm;
namespace fs = std::filesystem;

namespace {
struct Place {
    ScratchDir dir;
    std::string save = dir.path() + "/save", at = dir.path() + "/x";
    Place() { make_dirs(save); }
    void keep() { keep_before_change(save, at); }
    std::vector<std::string> back() {
        std::vector<std::string> failures, paths = put_back(save, failures);
        BOOST_TEST(failures.empty());
        return paths;
    }
    mode_t mode() const {
        struct stat st {};
        return lstat(at.c_str(), &st) ? 0 : st.st_mode & 07777;
    }
};
}  // namespace

BOOST_AUTO_TEST_CASE(a_changed_file_comes_back_with_mode_and_time) {
    Place p;
    write_file(p.at, "before\n", {.mode = 0640, .mtime = 1000});
    p.keep();
    write_file(p.at, "after\n", {.mode = 0600});
    p.keep();  // a second change of the same run: the first state counts
    write_file(p.at, "more\n");
    BOOST_TEST(p.back().size() == 1u);
    BOOST_TEST(read_file(p.at) == "before\n");
    BOOST_TEST(p.mode() == 0640u);
    struct stat st {};
    stat(p.at.c_str(), &st);
    BOOST_TEST(st.st_mtime == 1000);
    BOOST_TEST(p.back().empty());
}

BOOST_AUTO_TEST_CASE(a_new_file_goes_and_a_removed_one_comes) {
    Place p;
    p.keep();
    write_file(p.at, "new");
    p.back();
    BOOST_TEST(!fs::exists(p.at));
    make_dirs(p.save);
    write_file(p.at, "old");
    p.keep();
    ::unlink(p.at.c_str());
    p.back();
    BOOST_TEST(read_file(p.at) == "old");
}

BOOST_AUTO_TEST_CASE(links_come_back_as_links) {
    Place p;
    fs::create_symlink("/somewhere", p.at);
    p.keep();
    ::unlink(p.at.c_str());
    write_file(p.at, "a file now");
    p.back();
    BOOST_TEST(fs::read_symlink(p.at).string() == "/somewhere");
}

BOOST_AUTO_TEST_CASE(a_folder_that_was_made_goes_when_it_is_empty) {
    Place p;
    p.keep();
    make_dirs(p.at);
    p.back();
    BOOST_TEST(!fs::exists(p.at));
    make_dirs(p.save);
    make_dirs(p.at, 0755);
    p.keep();
    chmod(p.at.c_str(), 0700);
    p.back();
    BOOST_TEST(p.mode() == 0755u);
}

BOOST_AUTO_TEST_CASE(what_was_not_changed_is_not_told) {
    Place p;
    write_file(p.at, "same", {.mtime = 1000});
    p.keep();
    BOOST_TEST(p.back().empty());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_put_back_is_told_and_stays_kept) {
    Place p;
    p.keep();
    make_dirs(p.at + "/full");
    std::vector<std::string> failures;
    put_back(p.save, failures);
    BOOST_TEST(failures.size() == 1u);
    BOOST_TEST(fs::exists(p.save + "/journal"));
}

// ---- the journal of a run

BOOST_AUTO_TEST_CASE(after_a_failure_what_was_not_asked_for_is_left) {
    ScratchDir dir;
    std::string file = dir.path() + "/unfinished";
    using Paths = std::set<std::string>;
    begin_journal(file);
    note_asked(file);  // of nothing
    note_change(file, "/a");
    note_asked(file);
    note_change(file, "/b");
    note_change(file, "/b");
    settle_journal(file);
    BOOST_TEST((earlier_changes(file) == Paths{"/b"}));
    begin_journal(file);
    note_change(file, "/c");
    note_change(file, "/b");
    note_asked(file);
    note_change(file, "/c");  // once more, after it was asked for
    BOOST_TEST((earlier_changes(file) == Paths{"/b"}));
    settle_journal(file);
    BOOST_TEST((earlier_changes(file) == Paths{"/c"}));
    begin_journal(file);
    note_change(file, "/c");
    note_change(file, "/d");
    begin_journal(file);  // it was killed
    BOOST_TEST((earlier_changes(file) == Paths{"/c", "/d"}));
    note_change(file, "/d");
    note_change(file, "/c");
    note_asked(file);
    settle_journal(file);
    BOOST_TEST(earlier_changes(file).empty());
    BOOST_TEST(!fs::exists(file));
}
