// Children end by themselves or by the clock, and their output is captured.
#include "t/tap.hh"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/error.hh"

#include "base/process.hh"

using namespace weft;

BOOST_AUTO_TEST_CASE(output_status_and_input_pass_through) {
    auto r = run_process({"sh", "-c", "cat; echo oops >&2; exit 3"}, {.input = "hello"});
    BOOST_TEST(r.out == "hello");
    BOOST_TEST(r.err == "oops\n");
    BOOST_TEST(r.status == 3);
    BOOST_TEST(!r.ok());
}

BOOST_AUTO_TEST_CASE(closed_standard_streams_do_not_break_children) {
    for (int closed = 1; closed < 8; closed++) {  // each set of the three
        int kept[3];
        for (int fd = 0; fd < 3; fd++)
            kept[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 10);
        for (int fd = 0; fd < 3; fd++)
            if (closed & (1 << fd))
                close(fd);
        ProcessResult r;
        std::string error;
        try {
            r = run_process({"sh", "-c", "cat; echo oops >&2; exit 3"}, {.input = "hello"});
        } catch (const std::exception& e) {
            error = e.what();
        }
        for (int fd = 0; fd < 3; fd++) {
            dup2(kept[fd], fd);
            close(kept[fd]);
        }
        BOOST_TEST(error == "");
        BOOST_TEST(r.out == "hello");
        BOOST_TEST(r.err == "oops\n");
        BOOST_TEST(r.status == 3);
    }
}

BOOST_AUTO_TEST_CASE(arguments_are_never_read_by_a_shell) {
    BOOST_TEST(run_process({"printf", "%s", "$(reboot); 'x' *"}).out == "$(reboot); 'x' *");
}

BOOST_AUTO_TEST_CASE(a_megabyte_each_way_does_not_dead_lock) {
    std::string big(3000000, 'x');
    BOOST_TEST((run_process({"cat"}, {.input = big}).out == big));
}

BOOST_AUTO_TEST_CASE(a_program_that_is_not_there_is_an_error) {
    try {
        run_process({"no-such-program"});
        BOOST_TEST(false);
    } catch (const Error& e) {
        BOOST_TEST(e.message == "cannot start 'no-such-program': No such file or directory");
        BOOST_TEST(e.status == exit_unavailable);
    }
}

BOOST_AUTO_TEST_CASE(a_child_that_hangs_is_ended_with_its_children) {
    auto r = run_process({"sh", "-c", "sleep 60 & echo $!; wait"}, {.timeout = 0.2});
    BOOST_TEST(r.timed_out);
    BOOST_TEST(!r.ok());
    // Gone, or ended and waiting for its new parent to notice.
    auto state = run_process({"ps", "-o", "stat=", "-p", r.out.substr(0, r.out.size() - 1)}).out;
    BOOST_TEST((state.empty() || state.starts_with("Z")));
}

BOOST_AUTO_TEST_CASE(a_child_that_ignores_term_is_killed) {
    auto r = run_process({"sh", "-c", "trap '' TERM; while :; do sleep 1; done"}, {.timeout = 0.1});
    BOOST_TEST(r.timed_out);
    BOOST_TEST(r.status == 128 + 9);
}

BOOST_AUTO_TEST_CASE(a_grandchild_holding_the_pipe_does_not_hold_us) {
    auto r = run_process({"sh", "-c", "sleep 5 & exit 0"}, {.timeout = 20});
    BOOST_TEST(r.status == 0);
    BOOST_TEST(!r.timed_out);
}

BOOST_AUTO_TEST_CASE(a_flood_is_cut_and_said_to_be) {
    auto r = run_process({"sh", "-c", "yes | head -c 1000000"}, {.output_limit = 1000});
    BOOST_TEST(r.out.size() == 1000u);
    BOOST_TEST(r.truncated);
    BOOST_TEST(r.status == 0);
}

BOOST_AUTO_TEST_CASE(lines_arrive_as_they_come) {
    std::vector<std::string> got;
    run_process({"printf", "a\\nb\\nc"}, {.on_line = [&](std::string_view l) {
                    got.emplace_back(l);
                }});
    BOOST_TEST(got == (std::vector<std::string>{"a", "b", "c"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_environment_can_be_clean) {
    setenv("SECRET", "x", 1);
    BOOST_TEST(run_process({"env"}, {.clean_env = true}).out.find("SECRET") == std::string::npos);
    BOOST_TEST(run_process({"sh", "-c", "echo $A"}, {.env = {{"A", "b"}}}).out == "b\n");
}

BOOST_AUTO_TEST_CASE(limits_and_umask_hold_for_the_child_only) {
    auto r = run_process({"sh", "-c", "umask; ulimit -n"},
                         {.umask = 027, .limits = {{RLIMIT_NOFILE, 77}}});
    BOOST_TEST(r.out == "0027\n77\n");
    BOOST_TEST(run_process({"sh", "-c", "ulimit -n"}).out != "77\n");
}
