// Files are replaced whole or not at all, and the caller learns whether anything changed.
#include "t/tap.hh"

#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <thread>

#include "base/error.hh"
#include "base/file.hh"

using namespace weft;

static mode_t mode_of(const std::string& path) {
    struct stat st {};
    stat(path.c_str(), &st);
    return st.st_mode & 07777;
}

BOOST_AUTO_TEST_CASE(writing_says_what_changed) {
    ScratchDir dir;
    std::string f = dir.path() + "/f";
    BOOST_TEST((write_file(f, "one") == Change::created));
    BOOST_TEST((write_file(f, "one") == Change::none));
    BOOST_TEST((write_file(f, "two") == Change::contents));
    BOOST_TEST((write_file(f, "two", {.mode = 0600}) == Change::attributes));
    BOOST_TEST(mode_of(f) == 0600u);
    BOOST_TEST((write_file(f, "three") == Change::contents));
    BOOST_TEST(mode_of(f) == 0600u);
    BOOST_TEST(read_file(f) == "three");
}

BOOST_AUTO_TEST_CASE(noaction_tells_the_truth_and_changes_nothing) {
    ScratchDir dir;
    std::string f = dir.path() + "/f";
    BOOST_TEST((write_file(f, "x", {.noaction = true}) == Change::created));
    BOOST_TEST(!read_if_exists(f));
    write_file(f, "x", {.mode = 0644});
    BOOST_TEST((write_file(f, "y", {.noaction = true}) == Change::contents));
    BOOST_TEST((write_file(f, "x", {.mode = 0600, .noaction = true}) == Change::attributes));
    BOOST_TEST(read_file(f) == "x");
    BOOST_TEST(mode_of(f) == 0644u);
}

BOOST_AUTO_TEST_CASE(the_old_contents_are_kept_when_a_backup_is_asked_for) {
    ScratchDir dir;
    std::string f = dir.path() + "/f";
    write_file(f, "old");
    write_file(f, "new", {.backup = ".old"});
    BOOST_TEST(read_file(f + ".old") == "old");
}

BOOST_AUTO_TEST_CASE(a_symbolic_link_stays_one) {
    ScratchDir dir;
    write_file(dir.path() + "/real", "old");
    std::filesystem::create_symlink("real", dir.path() + "/link");
    write_file(dir.path() + "/link", "new");
    BOOST_TEST(std::filesystem::is_symlink(dir.path() + "/link"));
    BOOST_TEST(read_file(dir.path() + "/real") == "new");
}

BOOST_AUTO_TEST_CASE(a_failure_names_file_and_reason_and_leaves_nothing_behind) {
    ScratchDir dir;
    write_file(dir.path() + "/plain", "x");
    try {
        write_file(dir.path() + "/plain/f", "x");
        BOOST_TEST(false);
    } catch (const Error& e) {
        BOOST_TEST(e.status == exit_io);
        BOOST_TEST(e.message.find("Not a directory") != std::string::npos);
    }
    BOOST_CHECK_THROW(write_file(dir.path(), "x"), Error);
    BOOST_CHECK_THROW(read_file(dir.path() + "/missing"), Error);
    BOOST_CHECK_THROW(read_file(dir.path() + "/plain", 0), Error);
    BOOST_TEST(std::distance(std::filesystem::directory_iterator(dir.path()), {}) == 1);
}

BOOST_AUTO_TEST_CASE(a_writer_killed_at_any_moment_leaves_a_whole_file) {
    ScratchDir dir;
    std::string f = dir.path() + "/f";
    const std::string a(200000, 'a'), b(300000, 'b');
    write_file(f, a);
    for (int i = 0; i < 40; i++) {
        pid_t pid = fork();
        if (pid == 0)
            for (int n = 0;; n++)
                write_file(f, n % 2 ? a : b, {.sync = false});
        std::this_thread::sleep_for(std::chrono::microseconds(500 + i * 97));
        kill(pid, SIGKILL);
        waitpid(pid, nullptr, 0);
        std::string got = read_file(f);
        BOOST_TEST((got == a || got == b));
    }
}

BOOST_AUTO_TEST_CASE(a_lock_is_held_by_one_and_names_its_holder) {
    ScratchDir dir;
    std::string f = dir.path() + "/lock";
    auto first = FileLock::try_lock(f);
    BOOST_TEST(first.has_value());
    BOOST_TEST(!FileLock::try_lock(f));
    try {
        FileLock::lock(f, 0.05);
        BOOST_TEST(false);
    } catch (const Error& e) {
        BOOST_TEST(e.status == exit_try_later);
        BOOST_TEST(e.message.find(std::to_string(getpid())) != std::string::npos);
    }
    first.reset();
    BOOST_TEST(FileLock::try_lock(f).has_value());
}

BOOST_AUTO_TEST_CASE(a_difference_is_shown_as_diff_u_does) {
    BOOST_TEST(text_diff("a\nb\nc\nd\n", "a\nb\nX\nd\n", "f") ==
               "--- f\n+++ f\n@@ -1,4 +1,4 @@\n a\n b\n-c\n+X\n d\n");
    BOOST_TEST(text_diff("same\n", "same\n", "f") == "");
    BOOST_TEST(text_diff("", "new\n", "f") == "--- f\n+++ f\n@@ -1,0 +1,1 @@\n+new\n");
}
