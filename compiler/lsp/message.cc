// Headers are ASCII lines ended by CR LF; only Content-Length matters.
#include "compiler/lsp/message.hh"

#include <fmt/core.h>

#include <charconv>

#include "base/error.hh"
#include "base/noun/profile.hh"

namespace weft::compiler::lsp {

std::optional<std::string> MessageReader::next() {
    constexpr size_t longest_header = 4096;
    if (!body_) {
        size_t end = buffer_.find("\r\n\r\n");
        if (std::min(end, buffer_.size()) > longest_header)
            throw Error(exit_data, "a message's header is longer than 4096 bytes");
        if (end == buffer_.npos)
            return std::nullopt;
        std::string_view header = std::string_view(buffer_).substr(0, end);
        bool known = false;
        while (!header.empty()) {
            size_t eol = std::min(header.find("\r\n"), header.size());
            std::string name(header.substr(0, std::min(header.find(':'), eol)));
            std::string_view value =
                header.substr(std::min(name.size() + 1, eol), eol - std::min(name.size() + 1, eol));
            header.remove_prefix(std::min(eol + 2, header.size()));
            for (char& c : name)
                c = char(c >= 'A' && c <= 'Z' ? c + 32 : c);
            if (name != "content-length")
                continue;
            while (value.starts_with(' '))
                value.remove_prefix(1);
            auto [p, ec] = std::from_chars(value.data(), value.data() + value.size(), length_);
            if (ec != std::errc() || p != value.data() + value.size() || length_ > largest)
                throw Error(exit_data,
                            fmt::format("'{}' is no length of a message", value.substr(0, 40)));
            known = true;
        }
        if (!known)
            throw Error(exit_data, "a message has no Content-Length");
        body_ = end + 4;
    }
    if (buffer_.size() - body_ < length_)
        return std::nullopt;
    std::string out = buffer_.substr(body_, length_);
    buffer_.erase(0, body_ + length_);
    body_ = length_ = 0;
    return out;
}

std::string framed(std::string_view json) {
    return fmt::format("Content-Length: {}\r\n\r\n{}", json.size(), json);
}

Element parse_message(std::string_view json) {
    return parse_json(json, "message",
                      {.bytes = MessageReader::largest, .elements = 1000000, .depth = 100});
}

void set(Element& object, std::string_view key, Element value) {
    object.dict_ref().at(Key(key)) = std::move(value);
}

Element object(Members members) {
    Element e = Element::new_dict();
    for (auto& [key, value] : members)
        set(e, key, value);
    return e;
}

Element array(std::initializer_list<Element> items) {
    Element e = Element::new_list();
    for (auto& i : items)
        e.list_ref().push_back(i);
    return e;
}

std::string to_json(const Element& e) {
    std::string out;
    write_json(e, out, {.one_line = true, .plain = true});
    while (out.ends_with('\n'))
        out.pop_back();
    return out;
}

const Element* get(const Element* e, std::string_view key) {
    return e && e->is(Kind::dict) ? e->dict().find(Key(key)) : nullptr;
}

std::string_view string_at(const Element* e, std::string_view key, std::string_view fallback) {
    const Element* m = get(e, key);
    return m && m->is(Kind::string) ? m->string() : fallback;
}
int64_t number_at(const Element* e, std::string_view key, int64_t fallback) {
    const Element* m = get(e, key);
    return m && m->is(Kind::long_) ? m->long_value() : fallback;
}
bool boolean_at(const Element* e, std::string_view key, bool fallback) {
    const Element* m = get(e, key);
    return m && m->is(Kind::boolean) ? m->boolean() : fallback;
}

}  // namespace weft::compiler::lsp
