// The leaves read from a profile's text are those of its tree, and the difference of two texts is
// that of the trees.
#include "t/tap.hh"

#include <map>
#include <random>

#include "base/noun/profile.hh"
#include "cdb/leaves.hh"

using namespace weft;
using namespace weft::cdb;

namespace {

using Leaves = std::map<std::string, std::string>;

std::string xml(std::string_view json) {
    std::string s;
    write_xml(read_json(json, "x"), s, {.ascii_only = true});
    return s;
}
Leaves leaves(std::string_view text) {
    Leaves all;
    each_leaf(text, [&](auto path, auto value) { BOOST_TEST(all.emplace(path, value).second); });
    return all;
}
/// Playing the changes over what was gives what is.
void agree(const std::string& before, const std::string& after) {
    Words words;
    Leaves was = before.empty() ? Leaves() : leaves(before),
           is = after.empty() ? Leaves() : leaves(after);
    size_t differ = 0;
    for (auto& [path, v] : was)
        differ += !is.contains(path) || is[path] != v;
    for (auto& [path, v] : is)
        differ += !was.contains(path);
    auto changes = leaf_changes(before, after, words);
    BOOST_TEST(changes.size() == differ);
    for (auto& c : changes) {
        if (c.before != LeafChange::no_word)
            BOOST_TEST(was.at(words[c.path]) == words[c.before]);
        else
            BOOST_TEST(!was.contains(words[c.path]));
        if (c.after == LeafChange::no_word)
            was.erase(words[c.path]);
        else
            was[words[c.path]] = words[c.after];
    }
    BOOST_TEST((was == is));
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_kind_with_its_path) {
    std::string text = xml(
        R"({"a":{"b":["x",1,{"c":true}],"empty":"","none":{},"nothing":[]},"d":1.5,"s":"<&>é\n\u0001"})");
    Leaves want = {{"/a/b/0", "sx"},  {"/a/b/1", "l1"}, {"/a/b/2/c", "btrue"},
                   {"/a/empty", "s"}, {"/d", "d1.5"},   {"/s", "s<&>é\n\x01"}};
    BOOST_TEST((leaves(text) == want));
}

BOOST_AUTO_TEST_CASE(differences_of_two_profiles) {
    std::string one = xml(R"({"a":"1","l":["x","y","z"],"m":{"k":"v"},"z":true})");
    agree("", one);
    agree(one, "");
    agree(one, one);
    agree(one, xml(R"({"a":"2","l":["x","y","z"],"m":{"k":"v"},"z":true})"));
    agree(one,
          xml(R"({"a":"1","l":["w","x","y","z"],"m":{"k":"v"},"z":true})"));  // every item moves
    agree(one, xml(R"({"a":"1","l":["x","z"],"m":{"k":"v"},"z":true})"));
    agree(one, xml(R"({"a":"1","l":["x","y","z"],"m":{},"z":true})"));
    agree(one, xml(R"({"a":"1","l":["x","y","z"],"m":"k","z":false})"));  // a dict becomes a string
    agree(one, xml(R"({"z":true})"));
    agree(xml(R"({"a":"abc1"})"), xml(R"({"a":"xyz1"})"));
    agree(xml(R"({"l":["a","a","a"]})"), xml(R"({"l":["a","a","a","a"]})"));
    agree(xml(R"({"eth0":{"ip":"1","up":true}})"), xml(R"({"eth1":{"ip":"1","up":true}})"));
    agree(xml(R"({"n":{"eth0":{"ip":"1","up":[1,2]}},"z":1})"),
          xml(R"({"n":{"eth1":{"ip":"1","up":[1,2]}},"z":1})"));
}

BOOST_AUTO_TEST_CASE(differences_of_random_profiles) {
    std::mt19937 random(7);
    auto pick = [&](int n) {
        return int(random() % unsigned(n));
    };
    auto renamed = [&](std::string s) {  // one key of a tree is another, all below it the same
        std::vector<size_t> keys;
        for (size_t at = s.find("\"k"); at != std::string::npos; at = s.find("\"k", at + 1))
            keys.push_back(at + 2);
        if (!keys.empty())
            s[keys[size_t(pick(int(keys.size())))]] = '9';
        return s;
    };
    std::function<std::string(int)> tree = [&](int depth) -> std::string {
        if (depth == 0 || pick(4) == 0)
            return pick(2) ? std::to_string(pick(3))
                           : '"' + std::string(size_t(pick(3)), 'a') + '"';
        bool list = pick(2);
        std::string s = list ? "[" : "{";
        for (int i = 0, n = pick(4); i < n; i++) {
            if (i)
                s += ',';
            if (!list)
                s += "\"k" + std::to_string(i * 2 + pick(2)) + "\":";
            s += tree(depth - 1);
        }
        return s + (list ? "]" : "}");
    };
    for (int i = 0; i < 2000; i++) {
        std::string one = "{\"r\":" + tree(4) + ",\"t\":1}",
                    two = "{\"r\":" + tree(4) + ",\"t\":1}";
        agree(xml(one), xml(two));
        agree(xml(one), xml(renamed(one)));
    }
}

BOOST_AUTO_TEST_CASE(changes_of_many_profiles_are_kept_once_with_who_has_them) {
    Words words;
    uint32_t path = words.number("/a"), one = words.number("l1"), two = words.number("l2");
    LeafChanges all;
    for (uint32_t i = 0; i < 1000; i++)
        all.add(i, {{.path = path, .after = i == 500 ? two : one}});
    std::map<uint32_t, size_t> profiles, runs;
    for (auto& [change, of] : all.sorted())
        for (auto& run : *of) {
            profiles[change.after] += run.count;
            runs[change.after]++;
        }
    BOOST_TEST(profiles[one] == 999u);
    BOOST_TEST(profiles[two] == 1u);
    BOOST_TEST(runs[one] == 2u);
}
