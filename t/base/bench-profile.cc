// How fast a realistic profile is written, read and summed up: MB/s of text, ns an element.
#include <benchmark/benchmark.h>

#include "base/noun/profile.hh"

using namespace weft;

static Element site() {
    Element root = Element::new_dict();
    for (int i = 0; i < 3000; i++) {
        std::string p = "/software/packages/{package-" + std::to_string(i) + "}";
        root.put(Path::parse(p + "/{1.2.3-4.el9}/arch/x86_64"),
                 Element::of_string("the_repository_of_the_site"));
        root.put(Path::parse(p + "/count"), Element::of_long(i));
        root.put(Path::parse(p + "/on"), Element::of_boolean(i % 2));
    }
    return root;
}

template <class Write>
static void writing(benchmark::State& state, Write write) {
    Element e = site();
    std::string out;
    size_t bytes = 0;
    for (auto _ : state) {
        out.clear();
        write(e, out);
        bytes += out.size();
    }
    state.SetBytesProcessed(int64_t(bytes));
}
template <class Read>
static void reading(benchmark::State& state, const std::string& text, Read read) {
    for (auto _ : state)
        benchmark::DoNotOptimize(read(text));
    state.SetBytesProcessed(int64_t(text.size() * state.iterations()));
}

static void xml_write(benchmark::State& s) {
    writing(s, [](const Element& e, std::string& o) { write_xml(e, o); });
}
static void json_write(benchmark::State& s) {
    writing(s, [](const Element& e, std::string& o) { write_json(e, o); });
}
static void xml_read(benchmark::State& s) {
    std::string text;
    write_xml(site(), text);
    reading(s, text, [](const std::string& t) { return read_xml(t, "bench"); });
}
static void json_read(benchmark::State& s) {
    std::string text;
    write_json(site(), text);
    reading(s, text, [](const std::string& t) { return read_json(t, "bench"); });
}
static void checksum_all(benchmark::State& s) {
    Element e = site();
    size_t n = 0;
    for (auto _ : s)
        n += checksums(e).size();
    s.SetItemsProcessed(int64_t(n));
}
BENCHMARK(xml_write);
BENCHMARK(json_write);
BENCHMARK(xml_read);
BENCHMARK(json_read);
BENCHMARK(checksum_all);
BENCHMARK_MAIN();
