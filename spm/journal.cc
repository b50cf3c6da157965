// Journal and history as small text files, replaced as a whole.
#include "spm/journal.hh"

#include <fmt/core.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.hh"
#include "base/file.hh"
#include "spm/plugin.hh"

namespace weft::spm {

namespace fs = std::filesystem;

std::optional<std::vector<Operation>> Journal::unfinished() const {
    auto text = read_if_exists(path_);
    if (!text)
        return std::nullopt;
    return parse_operations(*text, path_);
}

void Journal::begin(const std::vector<Operation>& ops) const {
    make_dirs(fs::path(path_).parent_path());
    write_file(path_, operations_text(ops));
}

void Journal::end() const {
    if (unlink(path_.c_str()) && errno != ENOENT)
        throw system_error("cannot remove '" + path_ + "'");
}

std::vector<int> History::numbers() const {
    std::vector<int> out;
    std::error_code ec;
    for (auto& e : fs::directory_iterator(dir_, ec)) {
        std::string name = e.path().filename();
        int n = 0;
        auto [end, err] = std::from_chars(name.data(), name.data() + name.size(), n);
        if (err == std::errc() && end == name.data() + name.size())
            out.push_back(n);
    }
    std::sort(out.begin(), out.end());
    return out;
}

Run History::read(int number) const {
    std::string path = fmt::format("{}/{}", dir_, number);
    auto text = read_if_exists(path);
    if (!text)
        throw Error(exit_no, fmt::format("there is no run {}", number), {},
                    "'spma history' lists them");
    Run run;
    run.number = number;
    std::string part[3];
    int in = -1;
    for (std::string_view line : lines(*text)) {
        if (line == "before:")
            in = 0;
        else if (line == "after:")
            in = 1;
        else if (line == "managed:")
            in = 2;
        else if (in >= 0)
            part[in] += std::string(line) + "\n";
        else if (line.starts_with("time "))
            run.time = atol(std::string(line.substr(5)).c_str());
        else if (line.starts_with("status "))
            run.status = atoi(std::string(line.substr(7)).c_str());
        else if (line.starts_with("note "))
            run.note = line.substr(5);
    }
    if (in != 2)
        throw Error(exit_data, fmt::format("'{}' is no record of a run", path));
    run.before = parse_packages(part[0], path);
    run.after = parse_packages(part[1], path);
    run.managed = parse_packages(part[2], path);
    return run;
}

int History::add(const Run& run) const {
    make_dirs(dir_);
    auto all = numbers();
    int number = all.empty() ? 1 : all.back() + 1;
    std::string note = run.note;
    std::replace(note.begin(), note.end(), '\n', ' ');
    write_file(fmt::format("{}/{}", dir_, number),
               fmt::format("time {}\nstatus {}\nnote {}\nbefore:\n{}after:\n{}managed:\n{}",
                           run.time, run.status, note, packages_text(run.before),
                           packages_text(run.after), packages_text(run.managed)));
    for (size_t i = 0; all.size() - i > 29 && i < all.size(); i++)
        unlink(fmt::format("{}/{}", dir_, all[i]).c_str());
    return number;
}

std::map<std::string, std::string> Origins::read() const {
    std::map<std::string, std::string> out;
    std::string text = read_if_exists(path_).value_or("");
    for (std::string_view line : lines(text))
        if (auto w = words_of(line); w.size() == 2)
            out[std::string(w[0])] = w[1];
    return out;
}

void Origins::add(const std::vector<Operation>& ops) const {
    auto known = read();
    // Far more than a node has, so that what is rolled back is still there; a node that changes
    // that much starts over.
    if (known.size() > 50000)
        known.clear();
    for (const Operation& op : ops)
        if (op.action != Action::erase && !op.url.empty())
            known[op.package.text()] = op.url;
    std::string text;
    for (auto& [package, url] : known)
        text += package + " " + url + "\n";
    write_file(path_, text);
}

void Origins::fill(std::vector<Operation>& ops) const {
    auto known = read();
    for (Operation& op : ops)
        if (auto it = known.find(op.package.text()); op.url.empty() && it != known.end())
            op.url = it->second;
}

}  // namespace weft::spm
