// Jobs in turns: what is urgent first, one who asks for much waits for himself, what throws ends
// only itself.
#include "base/workers.hh"

#include <atomic>
#include <stdexcept>
#include <string>

#include "t/tap.hh"

using namespace weft;

BOOST_AUTO_TEST_CASE(one_who_asks_for_much_does_not_keep_another_waiting) {
    std::mutex gate;
    std::string order;
    {
        Workers one(1, [](auto&) {});
        gate.lock();
        one.submit([&] { std::lock_guard hold(gate); });
        for (int i = 0; i < 4; i++)
            one.submit([&] { order += 'a'; }, Workers::usual, "anna");
        one.submit([&] { order += 'b'; }, Workers::usual, "ben");
        one.submit([&] { order += 'u'; }, Workers::urgent, "anna");
        BOOST_TEST(one.queued("anna") == 5u);
        BOOST_TEST(one.queued("carl") == 0u);
        gate.unlock();
    }
    BOOST_TEST(order == "uabaaa");
}

BOOST_AUTO_TEST_CASE(what_a_job_throws_ends_that_job_only) {
    std::atomic<int> told = 0, done = 0;
    {
        Workers two(2, [&](const std::exception&) { told++; });
        for (int i = 0; i < 100; i++)
            two.submit([&, i] {
                if (i % 3 == 0)
                    throw std::bad_alloc();
                if (i % 3 == 1)
                    throw std::runtime_error("wrong");
                done++;
            });
    }
    BOOST_TEST(told == 67);
    BOOST_TEST(done == 33);
}

BOOST_AUTO_TEST_CASE(what_is_forgotten_is_never_done) {
    std::atomic<int> done = 0;
    std::mutex gate;
    Workers one(1, [](auto&) {});
    gate.lock();
    one.submit([&] { std::lock_guard hold(gate); });
    for (int i = 0; i < 10; i++)
        one.submit([&] { done++; });
    one.forget();
    gate.unlock();
    BOOST_TEST(one.queued() <= 1u);
    BOOST_TEST(done == 0);
}
