// The Language Server Protocol's frame: a header, a length, a JSON-RPC message. Bytes in, messages
// out.
#pragma once
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/noun/element.hh"

namespace weft::compiler::lsp {

/// Cuts a stream into the texts of messages.
class MessageReader {
public:
    static constexpr size_t largest = size_t(64) << 20;
    void feed(std::string_view bytes) { buffer_ += bytes; }
    /// The next whole message; nothing when more bytes are needed. Error(65) for a header that
    /// cannot be understood: where the next message begins is not known then.
    std::optional<std::string> next();

private:
    std::string buffer_;
    size_t body_ = 0;  ///< where it begins, once the header is there
    size_t length_ = 0;
};

/// With its header, ready to be written.
std::string framed(std::string_view json);

/// The message; Error(65) for what is no JSON, or nested too deeply.
Element parse_message(std::string_view json);

// JSON as a tree of elements.
using Members = std::initializer_list<std::pair<std::string_view, Element>>;
Element object(Members);
Element array(std::initializer_list<Element> = {});
inline Element text(std::string_view s) { return Element::of_string(s); }
inline Element number(int64_t n) { return Element::of_long(n); }
inline Element boolean(bool b) { return Element::of_boolean(b); }
void set(Element& object, std::string_view key, Element value);
std::string to_json(const Element&);

/// A member of an object; nullptr when e is nullptr, no object or has no such member.
const Element* get(const Element* e, std::string_view key);
inline const Element* get(const Element& e, std::string_view key) { return get(&e, key); }
/// What it is when it is of that kind; otherwise the fallback.
std::string_view string_at(const Element* e, std::string_view key, std::string_view fallback = {});
int64_t number_at(const Element* e, std::string_view key, int64_t fallback = 0);
bool boolean_at(const Element* e, std::string_view key, bool fallback = false);

}  // namespace weft::compiler::lsp
