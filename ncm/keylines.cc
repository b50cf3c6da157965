// Two passes: find where each key stands, then write.
#include "ncm/keylines.hh"

#include <algorithm>

#include "base/file.hh"

namespace weft::ncm {

std::string KeyLines::fold(std::string_view key) const {
    std::string k(key);
    if (ignore_case)
        std::transform(k.begin(), k.end(), k.begin(),
                       [](unsigned char c) { return char(std::tolower(c)); });
    for (auto [other, key_itself] : aliases)
        if (k == other)
            return std::string(key_itself);
    return k;
}

std::string KeyLines::key_of(std::string_view line, bool& commented) const {
    size_t at = line.find_first_not_of(" \t");
    commented = at != std::string_view::npos && line[at] == '#';
    if (commented)
        at = line.find_first_not_of("# \t", at);
    if (at == std::string_view::npos)
        return {};
    line.remove_prefix(at);
    return fold(line.substr(0, line.find_first_of(separators)));
}

std::string KeyLines::set(std::string_view text,
                          const std::map<std::string, std::optional<std::string>>& wanted) const {
    auto all = lines(text);
    std::map<std::string, const std::optional<std::string>*> by_key;
    for (const auto& [key, line] : wanted)
        by_key[fold(key)] = &line;

    // The place of a key: its first line in force, else its first commented one that looks like a
    // setting.
    std::map<std::string, size_t> place;
    std::map<std::string, bool> in_force;
    size_t common = all.size();
    for (size_t i = 0; i < all.size() && common == all.size(); i++) {
        bool commented = false;
        std::string key = key_of(all[i], commented);
        if (!commented)
            for (std::string_view s : sections)
                if (fold(s) == key)
                    common = i;
        if (common != all.size() || !by_key.count(key))
            continue;
        if (commented && all[i].find_first_of(separators, all[i].find_first_not_of("# \t") +
                                                              key.size()) == std::string_view::npos)
            continue;
        if (!place.count(key) || (!commented && !in_force[key])) {
            place[key] = i;
            in_force[key] = !commented;
        }
    }
    size_t new_ones = common;
    if (!include.empty()) {
        for (size_t i = common; i-- > 0;)
            if (bool commented = false; key_of(all[i], commented) == fold(include) && !commented)
                new_ones = i;
        std::erase_if(place, [&](const auto& p) { return p.second >= new_ones; });
    }

    std::string out;
    auto put = [&](std::string_view line) {
        out += line;
        out += '\n';
    };
    auto put_new = [&] {
        for (const auto& [key, line] : wanted)
            if (line && !place.count(fold(key)))
                put(*line);
    };
    for (size_t i = 0; i < all.size(); i++) {
        if (i == new_ones)
            put_new();
        bool commented = false;
        std::string key = key_of(all[i], commented);
        auto it = i < common ? by_key.find(key) : by_key.end();
        if (it == by_key.end()) {
            put(all[i]);
            continue;
        }
        const auto& line = *it->second;
        if (line && place.count(key) && place[key] == i)
            put(*line);
        else if (commented)
            put(all[i]);
        else if (!line)
            put("#" + std::string(all[i]));
    }
    if (new_ones == all.size())
        put_new();
    return out;
}

std::string KeyLines::without(std::string_view text, const std::vector<std::string>& keys) const {
    std::string out;
    for (std::string_view line : lines(text)) {
        bool commented = false;
        std::string key = key_of(line, commented);
        if (!commented && std::any_of(keys.begin(), keys.end(),
                                      [&](const std::string& k) { return fold(k) == key; }))
            continue;
        out += line;
        out += '\n';
    }
    return out;
}

}  // namespace weft::ncm
