// Changes of a text of lines, as ncm-edit takes them from its command line.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace weft::ncm {

/// One change.
///   set KEY VALUE          the line KEY=VALUE, instead of the key's lines
///   key KEY VALUE          the line KEY VALUE
///   unset KEY              no line of the key, in either spelling
///   line WHICH GOOD LINE   a line that matches WHICH and not GOOD becomes LINE; without one that
///   matches, LINE comes last replace WHICH GOOD LINE  the same, but nothing is added remove WHICH
///   [GOOD]    no line that matches WHICH and not GOOD append LINE            last, unless there is
///   such a line prepend LINE           first, unless there is such a line
struct Edit {
    std::string what;
    std::vector<std::string> words;
};

/// Several changes with a lone "+" between them. Error(64) for an unknown one or a wrong number of
/// words.
std::vector<Edit> parse_edits(const std::vector<std::string>& words);

/// The text after the change. WHICH and GOOD are regular expressions, Error(65) when they are none.
std::string edited(std::string_view text, const Edit&);

}  // namespace weft::ncm
