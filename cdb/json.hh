// JSON answers, written as they go: no tree in between, no names kept.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weft::cdb {

class Json {
public:
    Json& open(char bracket = '{') {
        separate();
        text_ += bracket;
        fresh_ = true;
        return *this;
    }
    Json& close(char bracket = '}') {
        text_ += bracket;
        fresh_ = false;
        return *this;
    }
    Json& key(std::string_view k) {
        separate();
        quote(k);
        text_ += ':';
        fresh_ = true;
        return *this;
    }
    Json& value(std::string_view s) {
        separate();
        quote(s);
        return *this;
    }
    Json& value(const char* s) { return value(std::string_view(s)); }
    Json& value(const std::string& s) { return value(std::string_view(s)); }
    Json& value(bool b) { return raw(b ? "true" : "false"); }
    Json& value(int64_t n) { return raw(std::to_string(n)); }
    Json& value(uint64_t n) { return raw(std::to_string(n)); }
    Json& value(int n) { return raw(std::to_string(n)); }
    Json& value(double d);
    Json& value(const std::vector<std::string>& list);
    /// A text that is JSON already.
    Json& raw(std::string_view json) {
        separate();
        text_ += json;
        return *this;
    }
    template <class T>
    Json& field(std::string_view k, const T& v) {
        return key(k).value(v);
    }

    std::string take() {
        text_ += '\n';
        return std::move(text_);
    }
    const std::string& text() const { return text_; }

private:
    void separate() {
        if (!fresh_)
            text_ += ',';
        fresh_ = false;
    }
    void quote(std::string_view s);
    std::string text_;
    bool fresh_ = true;
};

/// Is every byte part of a well-formed UTF-8 character?
bool is_utf8(std::string_view s);

}  // namespace weft::cdb
