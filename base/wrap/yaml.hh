// YAML by libyaml: out in block style, two blanks a level; in as trees of strings.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/noun/element.hh"

namespace weft::yaml {

/// The documents of a text, every scalar a string. Error(65) with the line for what is none, and
/// for one whose aliases make more than `most` values of it.
std::vector<Element> parse(std::string_view text, const std::string& name,
                           size_t most = 10'000'000);

enum class Quotes {
    none,    ///< as far as the text can stand without
    single,  ///< unless only double ones can hold it
    twofold
};

/// Documents as a sequence of events. Error(65) for what is not UTF-8, and when the events make no
/// tree.
class Writer {
public:
    Writer();
    ~Writer();
    void begin_document();
    void end_document();
    void begin_list();
    void end_list();
    void begin_dict();  ///< then key, value, key, value ...
    void end_dict();
    ///   text   say with a tag that this is a text: for what quotes alone do not make one
    void scalar(std::string_view, Quotes, bool text = false);
    /// All that was written; nothing can be added.
    std::string finish();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace weft::yaml
