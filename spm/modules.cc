// The modular filter, as libdnf has it; what streams require of each other is not looked at: dnf
// did when the stream was chosen.
#include "spm/modules.hh"

#include <fmt/core.h>

#include <filesystem>
#include <map>
#include <memory>
#include <set>

#include "base/file.hh"
#include "base/wrap/yaml.hh"
#include "spm/target.hh"

namespace weft::spm {

std::vector<ModuleStream> parse_modules(std::string_view text, const std::string& name) {
    std::vector<ModuleStream> out;
    std::map<std::string, std::string> defaults;
    for (const Element& document : yaml::parse(text, name)) {
        auto text_at = [&](const char* path) {
            const Element* e = document.is(Kind::dict) ? document.find(path) : nullptr;
            return e && e->is(Kind::string) ? std::string(e->string()) : std::string();
        };
        std::string kind = text_at("/document");
        if (kind == "modulemd-defaults")
            defaults[text_at("/data/module")] = text_at("/data/stream");
        if (kind != "modulemd")
            continue;
        ModuleStream s{text_at("/data/name"), text_at("/data/stream"), false, {}};
        if (const Element* rpms = document.find("/data/artifacts/rpms");
            rpms && rpms->is(Kind::list))
            for (const Element& e : rpms->list())
                if (e.is(Kind::string) && e.string().find_first_of(" \n") == std::string_view::npos)
                    s.packages.emplace_back(e.string());
        bool words = words_of(s.name).size() == 1 && words_of(s.stream).size() == 1;
        if (words)
            out.push_back(std::move(s));
    }
    for (ModuleStream& s : out)
        if (auto it = defaults.find(s.name); it != defaults.end())
            s.by_default = it->second == s.stream;
    return out;
}

std::string modules_text(const std::vector<ModuleStream>& all) {
    std::string out;
    for (const ModuleStream& s : all) {
        out += fmt::format("{} {} {}", s.name, s.stream, s.by_default ? "default" : "-");
        for (auto& p : s.packages)
            out += " " + p;
        out += "\n";
    }
    return out;
}

std::vector<ModuleStream> read_modules_text(std::string_view text) {
    std::vector<ModuleStream> out;
    for (std::string_view line : lines(text))
        if (auto w = words_of(line); w.size() >= 3)
            out.push_back({std::string(w[0]),
                           std::string(w[1]),
                           w[2] == "default",
                           {w.begin() + 3, w.end()}});
    return out;
}

/// Module -> its stream, empty where it is disabled.
static std::map<std::string, std::string> chosen_streams(const std::string& dir) {
    std::map<std::string, std::string> out;
    std::error_code ec;
    for (auto& e : std::filesystem::directory_iterator(dir, ec)) {
        if (e.path().extension() != ".module")
            continue;
        std::string name, stream, state, text = read_if_exists(e.path()).value_or("");
        for (std::string_view line : lines(text)) {
            auto value = [&](std::string_view key, std::string& to) {
                auto w = words_of(line.substr(0, line.find('=')));
                if (w.size() == 1 && w[0] == key && line.find('=') != line.npos)
                    if (auto v = words_of(line.substr(line.find('=') + 1)); v.size() == 1)
                        to = v[0];
            };
            if (line.starts_with('[') && line.find(']') != line.npos)
                name = line.substr(1, line.find(']') - 1);
            value("stream", stream);
            value("state", state);
        }
        if (state == "enabled" || state == "disabled")
            out[name] = state == "enabled" ? stream : "";
    }
    return out;
}

std::function<bool(const Package&, bool)> hidden_by_modules(const std::vector<ModuleStream>& all,
                                                            const std::string& dir) {
    if (all.empty())
        return {};
    struct Known {
        std::set<std::string> kept, hidden, names;
    };
    auto known = std::make_shared<Known>();
    auto chosen = chosen_streams(dir);
    for (const ModuleStream& s : all) {
        auto it = chosen.find(s.name);
        bool active = it == chosen.end() ? s.by_default : it->second == s.stream;
        (active ? known->kept : known->hidden).insert(s.packages.begin(), s.packages.end());
        for (auto& p : s.packages)
            if (size_t release = p.rfind('-'); active && release != p.npos && release)
                if (size_t version = p.rfind('-', release - 1); version != p.npos)
                    known->names.insert(p.substr(0, version));
    }
    return [known](const Package& p, bool hotfixes) {
        std::string version = p.version.find(':') == p.version.npos ? "0:" + p.version : p.version;
        std::string full = fmt::format("{}-{}-{}.{}", p.name, version, p.release, p.arch);
        if (known->kept.count(full))
            return false;
        return known->hidden.count(full) || (!hotfixes && known->names.count(p.name));
    };
}

}  // namespace weft::spm
