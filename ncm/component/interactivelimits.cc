// interactivelimits: what users may use in a session, in /etc/security/limits.conf.
#include <fmt/core.h>

#include <set>

#include "base/error.hh"
#include "base/file.hh"
#include "ncm/component.hh"

namespace weft::ncm {

static constexpr const char* limits_conf = "/etc/security/limits.conf";

/// Domain, type and item say which limit a line sets; empty for comments.
static std::string limit_of(std::string_view line) {
    auto w = split(line.substr(0, line.find('#')));
    return w.size() == 4 ? w[0] + " " + w[1] + " " + w[2] : "";
}

/// The file without lines for these limits.
static std::string without(const std::string& text, const std::set<std::string>& limits) {
    std::string out;
    for (std::string_view line : lines(text))
        if (!limits.count(limit_of(line))) {
            out += line;
            out += '\n';
        }
    return out;
}

static std::set<std::string> limits(View c, std::string* text = nullptr) {
    std::set<std::string> all;
    for (View v : c["values"].items()) {
        auto w = v.texts();
        if (w.size() != 4)
            throw Error(exit_data, "a limit is domain, type, item and value");
        for (const std::string& word : w)
            if (split(word).size() != 1 || word.find('#') != std::string::npos)
                throw Error(exit_data, fmt::format("'{}' is no word of a limit", word));
        all.insert(w[0] + " " + w[1] + " " + w[2]);
        if (text)
            *text += fmt::format("{:<15} {:<7} {:<15} {}\n", w[0], w[1], w[2], w[3]);
    }
    return all;
}

static void configure_interactivelimits(Run& run) {
    std::string ours, before = run.read(limits_conf).value_or("");
    std::set<std::string> all = limits(run.config(), &ours);
    for (const std::string& old : limits(View(run.previous())))
        all.insert(old);
    // Lines that are right already stay where they are.
    std::set<std::string> there;
    for (std::string_view line : lines(before))
        there.insert(std::string(line));
    std::string after, missing;
    std::set<std::string> wanted;
    for (std::string_view line : lines(ours))
        wanted.insert(std::string(line));
    for (std::string_view line : lines(before))
        if (wanted.count(std::string(line)) || !all.count(limit_of(line))) {
            after += line;
            after += '\n';
        }
    for (std::string_view line : lines(ours))
        if (!there.count(std::string(line))) {
            missing += line;
            missing += '\n';
        }
    run.file(limits_conf, after + missing);
}

static void unconfigure_interactivelimits(Run& run) {
    if (auto text = run.read(limits_conf))
        run.file(limits_conf, without(*text, limits(run.config())));
}

extern const Component interactivelimits_component{
    .name = "interactivelimits",
    .about = "what users may use in a session: lines of /etc/security/limits.conf",
    .configure = configure_interactivelimits,
    .unconfigure = unconfigure_interactivelimits};

}  // namespace weft::ncm
