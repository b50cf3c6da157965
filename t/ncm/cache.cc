// The cache's databases: byte for byte what the historic tools write and read, and never a crash on
// damage.
#include "t/tap.hh"

#include <filesystem>

#include "base/error.hh"
#include "base/noun/profile.hh"
#include "base/wrap/dbhash.hh"
#include "ncm/cache.hh"
#include "ncm/cdbfile.hh"
#include "ncm/fetch.hh"
#include "ncm/query.hh"
#include "ncm/store.hh"

using namespace weft;
using namespace weft::ncm;

static std::string profile_text =
    "<nlist format=\"pan\" name=\"profile\"><nlist name=\"system\"><list "
    "name=\"lst\"><string>x</string><double>1.5</double></list>"
    "<nlist name=\"network\"><string name=\"hostname\">w1</string><long "
    "name=\"n\">7</long><boolean name=\"up\">true</boolean></nlist>"
    "</nlist></nlist>";

static int stored(const std::string& root, const std::string& body,
                  const char* format = "CDB_File") {
    make_cache(root, {});
    Download d;
    d.body = body;
    d.url = d.from = "https://cdb/profiles/lxb001.xml";
    return store_profile(root, parse_profile(body, d.url, true), d, format, {}, true);
}

BOOST_AUTO_TEST_CASE(a_constant_database_has_the_bytes_of_the_format) {
    CdbWriter w;
    w.add("one", "Hello");
    std::string f = w.finish();
    // hash("one") = ((5381*33 ^ 'o')*33 ^ 'n')*33 ^ 'e'
    uint32_t h = 5381;
    for (unsigned char c : std::string("one"))
        h = h * 33 ^ c;
    BOOST_TEST(f.size() == 2048 + 8 + 8 + 16);
    BOOST_TEST(f.substr(2048, 16) == std::string("\3\0\0\0\5\0\0\0oneHello", 16));
    auto le = [&](size_t at) {
        return uint32_t(uint8_t(f[at])) | uint32_t(uint8_t(f[at + 1])) << 8 |
               uint32_t(uint8_t(f[at + 2])) << 16 | uint32_t(uint8_t(f[at + 3])) << 24;
    };
    BOOST_TEST(le((h & 255) * 8) == 2064);
    BOOST_TEST(le((h & 255) * 8 + 4) == 2);
    size_t slot = 2064 + (h >> 8) % 2 * 8;
    BOOST_TEST(le(slot) == h);
    BOOST_TEST(le(slot + 4) == 2048);
}

BOOST_AUTO_TEST_CASE(ten_thousand_pairs_are_found_again) {
    ScratchDir dir;
    CdbWriter w;
    for (int i = 0; i < 10000; i++)
        w.add("key" + std::to_string(i), std::string(size_t(i % 50), 'v') + std::to_string(i));
    write_file(dir.path() + "/x.db", w.finish());
    CdbReader r(dir.path() + "/x.db");
    for (int i = 0; i < 10000; i++)
        BOOST_REQUIRE(r.get("key" + std::to_string(i)) ==
                      std::string(size_t(i % 50), 'v') + std::to_string(i));
    BOOST_TEST(!r.get("key10000"));
    size_t n = 0;
    r.each([&](auto, auto) { n++; });
    BOOST_TEST(n == 10000);
}

BOOST_AUTO_TEST_CASE(a_damaged_database_is_an_error_never_a_crash) {
    ScratchDir dir;
    CdbWriter w;
    for (int i = 0; i < 50; i++)
        w.add("key" + std::to_string(i), "value");
    std::string good = w.finish(), path = dir.path() + "/x.db";
    unsigned seed = 1;
    for (int n = 0; n < 300; n++) {
        std::string bad = good;
        for (int k = 0; k < 40; k++) {
            seed = seed * 1103515245 + 12345;
            bad[seed % bad.size()] = char(seed >> 16);
        }
        if (n % 3 == 0)
            bad.resize(seed % bad.size());
        write_file(path, bad, {.sync = false});
        try {
            CdbReader r(path);
            for (int i = 0; i < 50; i++)
                r.get("key" + std::to_string(i));
        } catch (const Error& e) {
            BOOST_TEST(e.status == exit_data);
        }
    }
}

// REQ-C-1: the files the historic tools read and write.
BOOST_AUTO_TEST_CASE(checksums_are_those_of_the_historic_tools) {
    ScratchDir dir;
    stored(dir.path(), profile_text);
    Configuration c = CacheManager(dir.path()).configuration();
    BOOST_TEST(*c.checksum("/") == "7b35600362ac7832053ad35904eace8c");
}

BOOST_AUTO_TEST_CASE(both_formats_give_the_same_tree_back) {
    for (const char* format : {"CDB_File", "DB_File"}) {
        ScratchDir dir;
        stored(dir.path(), profile_text, format);
        BOOST_TEST(read_file(dir.path() + "/profile.1/path2eid.fmt") == std::string(format) + "\n");
        Configuration c = CacheManager(dir.path()).configuration();
        BOOST_CHECK(*c.tree("/") == read_xml(profile_text, "x"));
        BOOST_TEST(*c.value("/system/network/n") == "7");
        BOOST_TEST(*c.type("/system/lst") == "list");
        BOOST_TEST(c.children("/system").size() == 2u);
        BOOST_TEST(!c.tree("/system/nothing"));
        BOOST_TEST(c.exists("/system/lst/1/"));
        BOOST_TEST(!c.value("/system"));
        BOOST_TEST(verify(c, true).empty());
    }
}

BOOST_AUTO_TEST_CASE(keys_and_values_are_the_documented_bytes) {
    ScratchDir dir;
    stored(dir.path(), profile_text);
    CdbReader path2eid(dir.path() + "/profile.1/path2eid.db"),
        eid2data(dir.path() + "/profile.1/eid2data.db");
    uint32_t eid = 0;
    memcpy(&eid, path2eid.get("/system/network")->data(), 4);
    BOOST_TEST(eid == 5u);
    uint32_t key = 0u << 28 | eid;
    BOOST_TEST(*eid2data.get({reinterpret_cast<char*>(&key), 4}) ==
               std::string_view("hostname\0n\0up", 13));
    key = 1u << 28 | eid;
    BOOST_TEST(*eid2data.get({reinterpret_cast<char*>(&key), 4}) == "nlist");
}

BOOST_AUTO_TEST_CASE(a_deep_tree_is_stored_and_read) {
    ScratchDir dir;
    Element e = Element::of_string("bottom");
    for (int i = 0; i < 5000; i++) {
        Element up = Element::new_dict();
        up.dict_ref().at(Key("d")) = e;
        e = up;
    }
    make_cache(dir.path(), {});
    store_profile(dir.path(), e, {}, "CDB_File", {}, false);
    BOOST_CHECK(*CacheManager(dir.path()).configuration().tree("/") == e);
}

// REQ-C-5, and the defects of C.6: ids as texts, purge by numbers that wrap, a reader whose profile
// changes under it.
BOOST_AUTO_TEST_CASE(ids_wrap_and_folders_are_never_reused) {
    ScratchDir dir;
    stored(dir.path(), profile_text);
    write_file(dir.path() + "/latest.cid", "9997\n");
    make_dirs(dir.path() + "/profile.0");
    BOOST_TEST(stored(dir.path(), profile_text) == 9998);
    BOOST_TEST(stored(dir.path(), profile_text) == 2);  // 0 and 1 are there
    CacheManager m(dir.path());
    BOOST_TEST(m.current() == 2);
    BOOST_CHECK((m.cids() == std::vector<int>{2, 1, 0, 9998}));
    BOOST_TEST(m.resolve("-1") == 1);
    BOOST_TEST(cid_age(9998, 2) == 3);
}

BOOST_AUTO_TEST_CASE(a_purge_goes_by_age_not_by_number) {
    ScratchDir dir;
    stored(dir.path(), profile_text);
    write_file(dir.path() + "/latest.cid", "9996\n");
    for (int cid : {9997, 9998, 0, 2})
        BOOST_TEST(stored(dir.path(), profile_text) == cid);
    CacheManager m(dir.path());
    Configuration used = m.configuration("9997");
    BOOST_TEST(used.hold());
    Log quiet("t", Level::error);
    purge(m, 2, 0, quiet, false);
    BOOST_CHECK((m.cids() ==
                 std::vector<int>{2, 1, 0, 9997}));  // two before the current, and the one in use
    BOOST_CHECK(*used.tree("/") == read_xml(profile_text, "x"));
}

BOOST_AUTO_TEST_CASE(a_reader_keeps_the_profile_it_began_with) {
    ScratchDir dir;
    stored(dir.path(), profile_text);
    CacheManager m(dir.path());
    Configuration reader = m.configuration();
    std::string other = profile_text;
    other.replace(other.find("w1"), 2, "w2");
    stored(dir.path(), other);
    BOOST_TEST(*m.configuration().value("/system/network/hostname") == "w2");
    BOOST_TEST(reader.cid() == 1);
    BOOST_TEST(*reader.value("/system/network/hostname") == "w1");
    purge(m, 0, 0, Log("t", Level::error), false);
    BOOST_TEST(*reader.value("/system/network/hostname") == "w1");
}

// REQ-C-7: who reads is known by a lock, not only by a number of a process.
BOOST_AUTO_TEST_CASE(a_dead_reader_does_not_keep_a_profile) {
    ScratchDir dir;
    for (int i = 0; i < 3; i++)
        stored(dir.path(), profile_text);
    write_file(dir.path() + "/profile.1/ccm-active-profile.1-4194300", "");
    CacheManager m(dir.path());
    purge(m, 0, 0, Log("t", Level::error), false);
    BOOST_CHECK((m.cids() == std::vector<int>{3}));
}

BOOST_AUTO_TEST_CASE(names_of_bodies_are_base64_of_the_url) {
    BOOST_TEST(data_name("http://h/a?b>>>") == "aHR0cDovL2gvYT9iPj4+");
    BOOST_TEST(data_name("h://???") == "aDovLz8_Pw==");
    BOOST_TEST(data_name(std::string(100, 'x')).find('\n') == std::string::npos);
}

// REQ-C-8: rollback.
BOOST_AUTO_TEST_CASE(a_pinned_profile_stays_current_until_released) {
    ScratchDir dir;
    stored(dir.path(), profile_text);
    stored(dir.path(), profile_text);
    CacheManager m(dir.path());
    pin(m, 1);
    BOOST_TEST(stored(dir.path(), profile_text) == 3);
    BOOST_TEST(m.current() == 1);
    BOOST_TEST(m.latest() == 3);
    unpin(m);
    BOOST_TEST(m.current() == 3);
}
