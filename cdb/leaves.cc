// A scanner for our own XML: one element at a time, with the path it stands at.
#include "cdb/leaves.hh"

#include <algorithm>

#include "base/base64.hh"
#include "base/error.hh"

namespace weft::cdb {

std::string_view leaf_kind(std::string_view value) {
    switch (value.empty() ? 0 : value[0]) {
        case 'l': return "long";
        case 'd': return "double";
        case 'b': return "boolean";
        default: return "string";
    }
}

uint32_t Words::number(std::string_view word) {
    std::lock_guard hold(lock_);
    if (auto it = numbers_.find(word); it != numbers_.end())
        return it->second;
    auto it = numbers_.emplace(word, uint32_t(names_.size())).first;
    names_.push_back(&it->first);
    return it->second;
}

std::optional<uint32_t> Words::find(std::string_view word) const {
    auto it = numbers_.find(word);
    if (it == numbers_.end())
        return std::nullopt;
    return it->second;
}

void LeafChanges::add(uint32_t profile, const std::vector<LeafChange>& changes) {
    std::lock_guard hold(lock_);
    for (const LeafChange& c : changes) {
        auto& runs = runs_[c];
        if (!runs.empty() && runs.back().first + runs.back().count == profile)
            runs.back().count++;
        else
            runs.push_back({profile, 1});
    }
}

std::vector<std::pair<LeafChange, const std::vector<LeafChanges::Run>*>> LeafChanges::sorted()
    const {
    std::vector<std::pair<LeafChange, const std::vector<Run>*>> all;
    for (auto& [change, runs] : runs_)
        all.emplace_back(change, &runs);
    std::sort(all.begin(), all.end(), [](auto& a, auto& b) { return a.first.path < b.first.path; });
    return all;
}

namespace {

void append_utf8(std::string& out, uint32_t c) {
    if (c < 0x80)
        out += char(c);
    else if (c < 0x800)
        out += {char(0xC0 | c >> 6), char(0x80 | (c & 63))};
    else if (c < 0x10000)
        out += {char(0xE0 | c >> 12), char(0x80 | (c >> 6 & 63)), char(0x80 | (c & 63))};
    else
        out += {char(0xF0 | c >> 18), char(0x80 | (c >> 12 & 63)), char(0x80 | (c >> 6 & 63)),
                char(0x80 | (c & 63))};
}

class Scanner {
public:
    explicit Scanner(std::string_view xml) : xml_(xml) {
        size_t head = xml.find("?>");
        to_next(head == std::string_view::npos ? 0 : head + 2);
    }

    /// Where the next element begins, or the text ends.
    size_t at() const { return at_; }
    bool done() const { return at_ >= xml_.size(); }
    std::string_view path() const { return path_; }
    const std::string& value() const { return value_; }

    /// Where step() would lead.
    size_t ahead() const {
        size_t end = find('>', at_) + 1;
        if (xml_[at_ + 1] != '/' && xml_[end - 2] != '/' &&
            is_leaf(xml_.substr(at_ + 1, end - at_ - 2)))
            end = find('>', end) + 1;
        return std::min(xml_.find('<', end), xml_.size());
    }

    /// Go over the next tag, or the whole of a leaf; true when it was one. Its path and value stay
    /// until the next step.
    bool step() {
        if (leaf_) {
            path_.resize(parent_);
            leaf_ = false;
        }
        size_t end = find('>', at_);
        if (xml_[at_ + 1] == '/') {
            if (stack_.empty())
                damaged();
            path_.resize(stack_.back().path);
            stack_.pop_back();
            to_next(end + 1);
            return false;
        }
        std::string_view tag = xml_.substr(at_ + 1, end - at_ - 1);
        bool empty = tag.ends_with('/');
        if (empty)
            tag.remove_suffix(1);
        parent_ = path_.size();
        if (!stack_.empty()) {
            path_ += '/';
            if (stack_.back().list)
                path_ += std::to_string(stack_.back().next++);
            else
                path_ += attribute(tag, " name=\"");
        }
        leaf_ = is_leaf(tag);
        if (!leaf_) {
            if (empty)
                path_.resize(parent_);
            else
                stack_.push_back({parent_, tag.starts_with("list"), 0});
            to_next(end + 1);
            return false;
        }
        value_.assign(1, tag[0]);
        if (empty) {
            to_next(end + 1);
            return true;
        }
        size_t close = find('<', end);
        std::string_view text = xml_.substr(end + 1, close - end - 1);
        if (tag.find(" encoding=\"base64\"") != std::string_view::npos)
            value_ += base64_decode(text).value_or("");
        else
            unescape(text);
        to_next(find('>', close) + 1);
        return true;
    }

    /// In elements of the same path, kind and number of items so far?
    friend bool same_place(const Scanner& a, const Scanner& b) {
        return a.stack_ == b.stack_ && a.within() == b.within();
    }
    /// The same state over another text that begins with the same bytes.
    Scanner over(std::string_view xml) const {
        Scanner s = *this;
        s.xml_ = xml;
        return s;
    }

private:
    struct Frame {
        size_t path;
        bool list;
        uint32_t next;
        friend bool operator==(const Frame&, const Frame&) = default;
    };
    std::string_view within() const {
        return std::string_view(path_).substr(0, leaf_ ? parent_ : path_.size());
    }
    [[noreturn]] static void damaged() {
        throw Error(exit_io, "a profile in the store is not as it was written", {},
                    "'cdb verify' tells more");
    }
    static bool is_leaf(std::string_view tag) {
        std::string_view kind = tag.substr(0, tag.find(' '));
        return kind == "string" || kind == "long" || kind == "double" || kind == "boolean";
    }
    size_t find(char c, size_t from) const {
        size_t p = xml_.find(c, from);
        if (p == std::string_view::npos)
            damaged();
        return p;
    }
    void to_next(size_t from) {
        size_t p = xml_.find('<', from);
        at_ = p == std::string_view::npos ? xml_.size() : p;
    }
    static std::string_view attribute(std::string_view tag, std::string_view name) {
        size_t from = tag.find(name);
        if (from == std::string_view::npos)
            damaged();
        from += name.size();
        return tag.substr(from, tag.find('"', from) - from);
    }
    void unescape(std::string_view text) {
        for (size_t i = 0; i < text.size();) {
            size_t amp = std::min(text.find('&', i), text.size());
            value_ += text.substr(i, amp - i);
            if (amp == text.size())
                return;
            size_t end = std::min(text.find(';', amp), text.size());
            std::string_view name = text.substr(amp + 1, end - amp - 1);
            if (name == "amp")
                value_ += '&';
            else if (name == "lt")
                value_ += '<';
            else if (name == "gt")
                value_ += '>';
            else if (name.starts_with('#'))
                append_utf8(value_, uint32_t(std::stoul("0" + std::string(name.substr(1)))));
            else
                damaged();
            i = end + 1;
        }
    }

    std::string_view xml_;
    size_t at_ = 0, parent_ = 0;
    bool leaf_ = false;
    std::string path_, value_;
    std::vector<Frame> stack_;
};

}  // namespace

void each_leaf(std::string_view xml,
               const std::function<void(std::string_view, std::string_view)>& f) {
    Scanner s(xml);
    while (!s.done())
        if (s.step())
            f(s.path(), s.value());
}

std::vector<LeafChange> leaf_changes(std::string_view before, std::string_view after,
                                     Words& words) {
    size_t shortest = std::min(before.size(), after.size());
    auto same =
        size_t(std::mismatch(before.begin(), before.begin() + long(shortest), after.begin()).first -
               before.begin());
    size_t most = shortest - same;
    auto tail =
        size_t(std::mismatch(before.rbegin(), before.rbegin() + long(most), after.rbegin()).first -
               before.rbegin());

    // Through what both begin with, as far as whole elements go; then each on its own through the
    // middle, and on to the end only when they stand at different places there (an item that came
    // into a list moves the others).
    Scanner was(before), is(after);
    if (!before.empty() && !after.empty()) {
        while (!was.done() && was.ahead() < same)
            was.step();
        is = was.over(after);
    }
    std::vector<LeafChange> gone, come;
    auto until = [&](Scanner& s, size_t end, std::vector<LeafChange>& to,
                     uint32_t LeafChange::*which) {
        while (!s.done() && s.at() < end)
            if (s.step()) {
                LeafChange c{words.number(s.path())};
                c.*which = words.number(s.value());
                to.push_back(c);
            }
    };
    until(was, before.size() - tail, gone, &LeafChange::before);
    until(is, after.size() - tail, come, &LeafChange::after);
    if (!same_place(was, is) || before.size() - was.at() != after.size() - is.at()) {
        until(was, before.size(), gone, &LeafChange::before);
        until(is, after.size(), come, &LeafChange::after);
    }

    std::unordered_map<uint32_t, size_t> places;  // path -> its change
    for (size_t i = 0; i < gone.size(); i++)
        places.emplace(gone[i].path, i);
    for (const LeafChange& c : come)
        if (auto it = places.find(c.path); it != places.end())
            gone[it->second].after = c.after;
        else
            gone.push_back(c);
    std::erase_if(gone, [](const LeafChange& c) { return c.before == c.after; });
    return gone;
}

}  // namespace weft::cdb
