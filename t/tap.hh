// Boost.Test with TAP output, so that prove runs C++ and shell tests alike. Include once in each
// t/<room>/<topic>.cc, before the test cases; a case's name is a sentence with underscores.
#pragma once
#define BOOST_TEST_MODULE weft
#define BOOST_TEST_DYN_LINK
#include <boost/test/results_collector.hpp>
#include <boost/test/results_reporter.hpp>
#include <boost/test/tree/observer.hpp>
#include <boost/test/tree/test_unit.hpp>
#include <boost/test/unit_test.hpp>
#include <boost/test/unit_test_log.hpp>
#include <iostream>

struct Tap : boost::unit_test::test_observer {
    int n = 0;
    void test_unit_finish(const boost::unit_test::test_unit& u, unsigned long) override {
        if (u.p_type != boost::unit_test::TUT_CASE)
            return;
        bool ok = boost::unit_test::results_collector.results(u.p_id).passed();
        std::cout << (ok ? "ok " : "not ok ") << ++n << " - " << u.full_name() << std::endl;
    }
    void test_finish() override { std::cout << "1.." << n << std::endl; }
    int priority() override { return 100; }  // after the results collector
};
struct TapSetup {
    Tap tap;
    TapSetup() {
        using namespace boost::unit_test;
        framework::register_observer(tap);
        unit_test_log.set_stream(std::cerr);     // why a case failed
        results_reporter::set_level(NO_REPORT);  // TAP says the rest
    }
    ~TapSetup() { boost::unit_test::framework::deregister_observer(tap); }
};
BOOST_TEST_GLOBAL_CONFIGURATION(TapSetup);
