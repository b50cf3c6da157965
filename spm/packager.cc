// Packagers as children: what they answer is checked, what they say is passed on.
#include "spm/packager.hh"

#include <fmt/core.h>
#include <unistd.h>

#include "base/process.hh"

namespace weft::spm {

namespace {

struct Known {
    const char* name;
    const char* what;
};
constexpr Known known[] = {
#define PACKAGER(name, what) {#name, what},
#include "spm/packagers.def"
#undef PACKAGER
};

std::string last_words(const ProcessResult& r) {
    std::string s = r.err.empty() ? fmt::format("exit status {}", r.status) : r.err;
    while (s.ends_with('\n'))
        s.pop_back();
    // Its own name and severity would come twice.
    if (size_t at = s.find(": error: "); at != std::string::npos && s.find('\n') > at)
        s.erase(0, at + 9);
    return s;
}

}  // namespace

Packager::Packager(const std::string& name, PluginCall call, double timeout)
    : name_(name), call_(std::move(call)), timeout_(timeout) {
    path_ = name.starts_with('/') ? name : libexec_dir() + "/spma-" + name;
    if (access(path_.c_str(), X_OK)) {
        std::string names;
        for (auto& k : known)
            names += (names.empty() ? "" : ", ") + std::string(k.name);
        throw Error(exit_config,
                    fmt::format("there is no packager '{}': cannot run '{}'", name, path_), {},
                    "packagers are " + names);
    }
    std::vector<std::string> argv = {path_, "capabilities"};
    ProcessResult r = run_process(argv, {.timeout = 60});
    if (!r.ok())
        throw Error(exit_config, fmt::format("packager '{}' does not tell its capabilities: {}",
                                             name, last_words(r)));
    for (std::string_view line : lines(r.out))
        if (auto w = words_of(line); w.size() == 2)
            capabilities_[std::string(w[0])] = w[1];
    bool found = false;
    for (Format f : {Format::rpm, Format::deb, Format::pkg})
        if (has("format", std::string(format_name(f)))) {
            format_ = f;
            found = true;
        }
    if (!found)
        throw Error(exit_config,
                    fmt::format("packager '{}' does not say which format it is for", name));
}

bool Packager::has(const std::string& capability, const std::string& value) const {
    auto it = capabilities_.find(capability);
    return it != capabilities_.end() && it->second == value;
}

std::vector<std::string> Packager::command(bool noaction) const {
    std::vector<std::string> argv = {path_};
    if (!call_.root.empty())
        argv.insert(argv.end(), {"--root", call_.root});
    if (!call_.dbpath.empty())
        argv.insert(argv.end(), {"--dbpath", call_.dbpath});
    if (call_.checksig)
        argv.push_back("--checksig");
    if (noaction)
        argv.push_back("--noaction");
    argv.insert(argv.end(), {"--timeout", std::to_string(long(timeout_))});
    return argv;
}

std::vector<Installed> Packager::list() const {
    auto argv = command();
    argv.push_back("list");
    ProcessResult r = run_process(argv, {.timeout = timeout_, .output_limit = size_t(256) << 20});
    if (!r.ok() || r.truncated)
        throw Error(exit_unavailable,
                    fmt::format("packager '{}' does not list what is installed: {}", name_,
                                r.timed_out ? "no answer within the time" : last_words(r)));
    return parse_installed(r.out, "the answer of packager " + name_);
}

Packager::Outcome Packager::apply(const std::vector<Operation>& ops, bool noaction,
                                  const std::function<void(std::string_view)>& on_line) const {
    ScratchDir dir;
    std::string file = dir.path() + "/operations";
    write_file(file, operations_text(ops), {.sync = false});
    auto argv = command(noaction);
    argv.insert(argv.end(), {"apply", file});
    Outcome out;
    ProcessOptions o;
    o.timeout =
        timeout_ +
        std::min(
            60.0,
            1 + timeout_ /
                    10);  // it has the same limit for what it runs, and should be the one to tell
    std::string last;     // what hangs is a script
    o.on_line = [&](std::string_view line) {
        if (line.starts_with("script "))
            last = line.substr(7);
        if (line.starts_with("warning "))
            out.warnings.emplace_back(line.substr(8));
        on_line(line);
    };
    ProcessResult r = run_process(argv, o);
    out.timed_out = r.timed_out;
    out.status = r.timed_out ? exit_try_later : r.status;
    if (r.timed_out)
        out.message = fmt::format("it did not finish within {} s and was ended{}", timeout_,
                                  last.empty() ? "" : "; the last script it ran was " + last);
    else if (!out.ok())
        out.message = last_words(r);
    return out;
}

std::vector<std::string> Packager::verify(const std::vector<std::string>& names) const {
    auto argv = command();
    argv.push_back("verify");
    argv.insert(argv.end(), names.begin(), names.end());
    ProcessResult r = run_process(argv, {.timeout = timeout_});
    if (r.timed_out || (r.status != 0 && r.status != exit_no))
        throw Error(exit_unavailable,
                    fmt::format("packager '{}' cannot verify: {}", name_,
                                r.timed_out ? "no answer within the time" : last_words(r)));
    std::vector<std::string> out;
    for (std::string_view line : lines(r.out))
        out.emplace_back(line);
    return out;
}

}  // namespace weft::spm
