// The loop: timers, descriptors, folders, datagrams, children, and handles that end what they stand
// for.
#include "t/tap.hh"

#include "base/loop.hh"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hh"
#include "base/file.hh"

using namespace weft;

BOOST_AUTO_TEST_CASE(timers_fire_in_order_and_a_cancelled_one_never) {
    Loop loop;
    std::string said;
    Timer b = loop.after(0.02, [&] { said += 'b'; });
    Timer a = loop.after(0.01, [&] { said += 'a'; });
    Timer c = loop.after(0.005, [&] { said += 'c'; });
    c.cancel();
    {
        Timer d = loop.after(0.001, [&] { said += 'd'; });
    }
    BOOST_TEST(a.pending());
    loop.run();
    BOOST_TEST(said == "ab");
    BOOST_TEST(!a.pending());
}

BOOST_AUTO_TEST_CASE(a_timer_may_replace_itself_from_its_own_call) {
    Loop loop;
    int n = 0;
    Timer t;
    std::function<void()> again = [&] {
        if (++n < 3)
            t = loop.after(0.001, again);
    };
    t = loop.after(0, again);
    loop.run();
    BOOST_TEST(n == 3);
}

BOOST_AUTO_TEST_CASE(a_period_goes_on_until_its_handle_goes) {
    Loop loop;
    int n = 0;
    Timer t;
    t = loop.every(0.002, [&] {
        if (++n == 4)
            t.cancel();
    });
    loop.run();
    BOOST_TEST(n == 4);
}

BOOST_AUTO_TEST_CASE(a_call_posted_by_another_thread_runs_on_the_loops_own) {
    Loop loop;
    std::thread::id where;
    Timer keep = loop.after(10, [] {});
    std::thread other([&] {
        loop.post([&] {
            where = std::this_thread::get_id();
            loop.stop();
        });
    });
    loop.run();
    other.join();
    BOOST_CHECK(where == std::this_thread::get_id());
}

BOOST_AUTO_TEST_CASE(a_posted_call_is_never_made_inside_another) {
    Loop loop;
    std::string said;
    loop.post([&] {
        loop.post([&] { said += 'b'; });
        said += 'a';
    });
    loop.run();
    BOOST_TEST(said == "ab");
}

BOOST_AUTO_TEST_CASE(a_stop_before_the_start_counts_once) {
    Loop loop;
    bool called = false;
    Timer t = loop.after(0.001, [&] { called = true; });
    loop.stop();
    loop.run();
    BOOST_TEST(!called);
    loop.run();
    BOOST_TEST(called);
}

BOOST_AUTO_TEST_CASE(what_a_handler_throws_goes_to_on_error_or_out_of_run) {
    Loop loop;
    loop.post([] { throw Error(exit_data, "no good"); });
    BOOST_CHECK_EXCEPTION(loop.run(), Error, [](const Error& e) { return e.message == "no good"; });
    std::string said;
    loop.on_error([&](const std::exception& e) { said += e.what(); });
    loop.post([] { throw Error(exit_data, "one"); });
    loop.post([&] { said += " two"; });
    loop.run();
    BOOST_TEST(said == "one two");
}

BOOST_AUTO_TEST_CASE(a_descriptor_is_watched_until_the_watch_goes) {
    Loop loop;
    int p[2];
    BOOST_REQUIRE(pipe(p) == 0);
    Fd in(p[0]), out(p[1]);
    std::string got;
    Watch w;
    w = loop.on_readable(in.get(), [&] {
        char c;
        if (::read(in.get(), &c, 1) == 1)
            got += c;
        if (got.size() == 3)
            w.cancel();
    });
    BOOST_REQUIRE(::write(out.get(), "abcd", 4) == 4);
    loop.run();
    BOOST_TEST(got == "abc");
}

BOOST_AUTO_TEST_CASE(a_folder_tells_what_was_renamed_into_it_and_what_went) {
    Loop loop;
    ScratchDir dir;
    std::vector<std::string> names;
    Watch w;
    w = loop.watch_path(dir.path(), [&](std::string_view name) {
        names.emplace_back(name);
        if (name == "gone")
            w.cancel();
    });
    write_file(dir.path() + "/current", "1\n");
    loop.post([&] {
        mkdir((dir.path() + "/gone").c_str(), 0755);
        rmdir((dir.path() + "/gone").c_str());
    });
    loop.run();
    BOOST_TEST(std::count(names.begin(), names.end(), "current") == 1);
    BOOST_CHECK_THROW((void)loop.watch_path(dir.path() + "/none", [](auto) {}), Error);
}

BOOST_AUTO_TEST_CASE(a_folder_that_goes_is_told_by_an_empty_name) {
    Loop loop;
    auto dir = std::make_unique<ScratchDir>();
    Watch w;
    bool told = false;
    w = loop.watch_path(dir->path(), [&](std::string_view name) {
        if (name.empty()) {
            told = true;
            w.cancel();
        }
    });
    dir.reset();
    loop.run();
    BOOST_TEST(told);
}

BOOST_AUTO_TEST_CASE(datagrams_go_both_ways_and_keep_their_bounds) {
    Loop loop;
    std::vector<std::string> got;
    Udp server, client;
    server = loop.udp({"127.0.0.1", 0}, [&](const Endpoint& from, std::string_view b) {
        got.emplace_back(b);
        BOOST_TEST(server.send_to(from, std::string("back:").append(b)));
    });
    client = loop.udp({"127.0.0.1", 0}, [&](const Endpoint& from, std::string_view b) {
        BOOST_TEST((from == server.local()));
        got.emplace_back(b);
        if (got.size() == 6)
            loop.stop();
    });
    BOOST_TEST(server.local().port != 0);
    BOOST_TEST(client.send_to(server.local(), "ccm 1"));
    BOOST_TEST(client.send_to(server.local(), ""));
    BOOST_TEST(client.send_to(server.local(), std::string(60000, 'x')));
    BOOST_CHECK_THROW(client.send_to({"localhost", 1}, "x"), Error);
    BOOST_CHECK_EXCEPTION((void)loop.udp(server.local(), {}), Error,
                          [](const Error& e) { return e.status == exit_unavailable; });
    loop.run();
    BOOST_TEST(got[0] == "ccm 1");
    BOOST_TEST(got[1] == "");
    BOOST_TEST(got[2].size() == 60000u);
    BOOST_TEST(got[3] == "back:ccm 1");
}

BOOST_AUTO_TEST_CASE(a_socket_for_any_address_hears_ipv4_as_ipv4) {
    Loop loop;
    Endpoint from;
    Udp any = loop.udp({"", 0}, [&](const Endpoint& f, std::string_view) {
        from = f;
        loop.stop();
    });
    Udp client = loop.udp({"127.0.0.1", 0}, {});
    BOOST_TEST(client.send_to({"127.0.0.1", any.local().port}, "x"));
    loop.run();
    BOOST_TEST(from.text() == client.local().text());
}

BOOST_AUTO_TEST_CASE(a_child_gives_its_lines_and_its_result) {
    Loop loop;
    std::vector<std::string> lines;
    ProcessOptions o;
    o.input = std::string(200000, 'y') + "\n";
    o.on_line = [&](std::string_view l) {
        lines.emplace_back(l);
    };
    ProcessResult r;
    Child c = loop.child({"sh", "-c", "echo one; echo err >&2; wc -c; printf end; exit 3"}, o,
                         [&](auto& x) { r = x; });
    BOOST_TEST(c.running());
    loop.run();
    BOOST_TEST(!c.running());
    BOOST_TEST(c.pid() == 0);
    BOOST_TEST(r.status == 3);
    BOOST_TEST(r.out == "one\n200001\nend");
    BOOST_TEST(r.err == "err\n");
    BOOST_TEST(lines.size() == 3u);
    BOOST_TEST(lines.back() == "end");
    BOOST_CHECK_EXCEPTION((void)loop.child({"/nowhere/x"}, {}, {}), Error,
                          [](const Error& e) { return e.status == exit_unavailable; });
}

BOOST_AUTO_TEST_CASE(a_child_that_lasts_too_long_is_ended_with_its_group) {
    Loop loop;
    ProcessOptions o;
    o.timeout = 0.1;
    ProcessResult r;
    pid_t grandchild = 0;
    o.on_line = [&](std::string_view l) {
        grandchild = std::stoi(std::string(l));
    };
    Child c = loop.child({"sh", "-c", "sleep 60 & echo $!; wait"}, o, [&](auto& x) { r = x; });
    loop.run();
    BOOST_TEST(r.timed_out);
    BOOST_TEST(r.status == 128 + SIGTERM);
    BOOST_REQUIRE(grandchild > 0);
    for (int i = 0; i < 500 && kill(grandchild, 0) == 0; i++)
        usleep(10000);  // until init has buried it
    BOOST_TEST(kill(grandchild, 0) == -1);
}

BOOST_AUTO_TEST_CASE(a_child_that_ignores_term_is_killed) {
    Loop loop;
    ProcessResult r;
    Child c;
    ProcessOptions o;
    o.on_line = [&](std::string_view) {
        c.terminate();
    };
    c = loop.child({"sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"}, o,
                   [&](auto& x) { r = x; });
    loop.run();
    BOOST_TEST(r.status == 128 + SIGKILL);
    BOOST_TEST(!r.timed_out);
}

BOOST_AUTO_TEST_CASE(a_child_whose_handle_goes_is_killed_and_nobody_is_told) {
    Loop loop;
    bool told = false;
    pid_t pid;
    {
        Child c = loop.child({"sleep", "60"}, {}, [&](auto&) { told = true; });
        pid = c.pid();
    }
    loop.run();  // ends when the child was reaped
    BOOST_TEST(!told);
    BOOST_TEST(kill(pid, 0) == -1);
}

BOOST_AUTO_TEST_CASE(what_a_child_leaves_behind_does_not_hold_its_result) {
    Loop loop;
    ProcessResult r;
    Child c = loop.child({"sh", "-c", "sleep 30 & echo $!"}, {}, [&](auto& x) { r = x; });
    loop.run();
    BOOST_TEST(r.status == 0);
    pid_t left = std::stoi(r.out);
    BOOST_TEST(kill(left, SIGKILL) == 0);  // it was left alone: a service may start daemons
}

BOOST_AUTO_TEST_CASE(handles_may_outlive_their_loop) {
    Timer t;
    Watch w;
    Udp u;
    Child c;
    Fd in(dup(0));
    pid_t pid;
    {
        Loop loop;
        t = loop.after(5, [] {});
        ScratchDir dir;
        w = loop.watch_path(dir.path(), [](auto) {});
        u = loop.udp({"127.0.0.1", 0}, {});
        c = loop.child({"sleep", "60"}, {}, {});
        pid = c.pid();
    }
    BOOST_TEST(!t.pending());
    BOOST_TEST(kill(pid, 0) == -1);
    BOOST_TEST(!u.send_to({"127.0.0.1", 9}, "x"));
}

BOOST_AUTO_TEST_CASE(addresses_are_read_and_written) {
    for (auto [text, address, port] :
         std::initializer_list<std::tuple<const char*, const char*, int>>{
             {"127.0.0.1:80", "127.0.0.1", 80},
             {":7777", "", 7777},
             {"7777", "", 7777},
             {"[::1]:443", "::1", 443},
             {"[::1]", "::1", 9},
             {"::1", "::1", 9},
             {"cdb.site", "cdb.site", 9},
             {"cdb.site:8443", "cdb.site", 8443}}) {
        Endpoint e = Endpoint::parse(text, 9);
        BOOST_TEST(e.address == address, text);
        BOOST_TEST(e.port == port, text);
    }
    BOOST_TEST((Endpoint{"::1", 443}.text() == "[::1]:443"));
    for (const char* wrong : {"a:", "a:b", "a:70000", "[::1", "[::1]x", "[::1]:", ":-1", "70000"})
        BOOST_CHECK_THROW(Endpoint::parse(wrong), Error);
}
