// Any bytes as what an editor sends: as the stream of messages, as one message, as a text with a
// cursor.
#include <string_view>

#include "base/error.hh"
#include "compiler/lsp/context.hh"
#include "compiler/lsp/server.hh"

using namespace weft;
using namespace weft::compiler::lsp;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
    if (size < 2)
        return 0;
    std::string_view bytes(reinterpret_cast<const char*>(data + 2), size - 2);
    size_t cut = std::min<size_t>(data[1], bytes.size());
    static Server server({.compile = false}, [](std::string_view) {}, {});
    static const bool ready = [] {
        server.receive(parse_message(R"({"id":0,"method":"initialize","params":{}})"));
        server.receive(parse_message(
            R"({"method":"textDocument/didOpen","params":{"textDocument":{"uri":"untitled:a","text":"template a;\nvariable X = 1;\n'/a' = f(X);\n"}}})"));
        return true;
    }();
    (void)ready;
    auto take = [](std::string_view json) {
        try {
            Element message = parse_message(json);
            if (string_at(&message, "method") == "shutdown")
                return;
            server.receive(message);
            server.idle();
        } catch (const Error&) {
        }
    };
    switch (data[0] % 3) {
        case 0:
            try {
                MessageReader reader;
                reader.feed(bytes.substr(0, cut));
                while (auto m = reader.next())
                    take(*m);
                reader.feed(bytes.substr(cut));
                while (auto m = reader.next())
                    take(*m);
            } catch (const Error&) {
            }
            break;
        case 1: take(bytes); break;
        case 2:
            context_at(bytes, cut);
            context_at(bytes, bytes.size());
            break;
    }
    return 0;
}
