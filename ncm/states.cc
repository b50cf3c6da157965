// Small files without fsync: what is lost in a crash of the machine is run again at boot.
#include "ncm/states.hh"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/error.hh"
#include "base/file.hh"
#include "ncm/plan.hh"

namespace weft::ncm {

namespace fs = std::filesystem;

States::States(std::string dir) : dir_(std::move(dir)) { make_dirs(dir_); }

void States::put(const std::string& name, const std::string& text) const {
    write_file(dir_ + '/' + name, text, {.sync = false});
}
void States::pending(const std::string& name) const { put(name, ""); }
void States::failed(const std::string& name, const std::string& message) const {
    put(name, message + "\n");
}
void States::done(const std::string& name) const {
    std::string path = dir_ + '/' + name;
    if (::unlink(path.c_str()) && errno != ENOENT)
        throw system_error("cannot remove '" + path + "'");
}

std::vector<States::Entry> States::all() const {
    std::vector<Entry> out;
    for (auto& f : fs::directory_iterator(dir_)) {
        std::string name = f.path().filename();
        struct stat st {};
        if (!is_component_name(name) || stat(f.path().c_str(), &st) || !S_ISREG(st.st_mode))
            continue;
        std::string text = read_if_exists(f.path(), 1 << 20).value_or("");
        while (text.ends_with('\n'))
            text.pop_back();
        out.push_back({name, text, st.st_mtime});
    }
    std::sort(out.begin(), out.end(), [](auto& a, auto& b) { return a.name < b.name; });
    return out;
}

}  // namespace weft::ncm
