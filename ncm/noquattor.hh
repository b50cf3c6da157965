// /etc/noquattor: the administrator's switch that stops fetching and configuring.
#pragma once
#include <optional>
#include <string>

#include "base/file.hh"
#include "base/program.hh"

namespace weft::ncm {

/// What the file says, "(no reason given)" when it is empty; nothing when there is none.
inline std::optional<std::string> noquattor(const Args& args) {
    auto text = read_if_exists(args.rooted("/etc/noquattor"), 1 << 16);
    if (!text)
        return std::nullopt;
    while (text->ends_with('\n'))
        text->pop_back();
    for (char& c : *text)
        if (c == '\n')
            c = ' ';
    return text->empty() ? "(no reason given)" : *text;
}

}  // namespace weft::ncm
