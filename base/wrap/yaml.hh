// YAML out, by libyaml: block style, two blanks a level.
#pragma once
#include <memory>
#include <string>
#include <string_view>

namespace weft::yaml {

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
