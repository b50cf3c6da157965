// ncm-owner - which component writes a file, and which template line makes it   page:
// man/ncm-owner.1
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/file.hh"
#include "base/program.hh"
#include "ncm/cache.hh"
#include "ncm/configure.hh"
#include "ncm/ncdconf.hh"
#include "ncm/query.hh"
#include "ncm/show.hh"
using namespace weft;
namespace fs = std::filesystem;

namespace {

/// The part of a component's configuration that speaks of the file: named after it, or with a
/// property that is its path; else all of it.
Path part_about(const Element& e, const Path& at, const std::string& file) {
    if (e.is(Kind::dict))
        for (const auto& [key, value] : e.dict())
            if (key.view() == escape(file).value_or(file) || key.view() == file)
                return at / Term(key);
    auto inside = [&](const Term& t, const Element& child) -> std::optional<Path> {
        if (child.is(Kind::string) && child.string() == file)
            return at;
        Path deeper = at / t,
             found = child.is_resource() ? part_about(child, deeper, file) : deeper;
        return found == deeper ? std::nullopt : std::optional(found);
    };
    if (e.is(Kind::dict))
        for (const auto& [key, value] : e.dict())
            if (auto p = inside(Term(key), value))
                return *p;
    if (e.is(Kind::list))
        for (size_t i = 0; i < e.list().size(); i++) {
            Path item = at / Term(int32_t(i));
            const Element& child = e.list()[i];
            // Items are what a component writes one file for: the item that has the path is meant.
            if (child.is(Kind::dict))
                for (const auto& [key, value] : child.dict())
                    if (value.is(Kind::string) && value.string() == file)
                        return item;
            if (auto p = inside(Term(int32_t(i)), child))
                return *p;
        }
    return at;
}

std::vector<std::string> owners(const std::string& work_dir, const std::string& file) {
    std::vector<std::string> names;
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(work_dir + "/files", ec)) {
        std::string name = entry.path().filename(),
                    text = read_if_exists(ncm::managed_files(work_dir, name)).value_or("");
        auto all = lines(text);
        if (std::find(all.begin(), all.end(), file) != all.end())
            names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

int body(const Args& args) {
    if (args.rest().size() != 1)
        throw Error(exit_usage, "exactly one file is needed");
    std::string file = fs::path(args.rest()[0]).is_absolute()
                           ? args.rest()[0]
                           : fs::absolute(args.rest()[0]).lexically_normal().string();
    ncm::Settings s = ncm::read_ncd_settings(args);
    auto names = owners(s.get("workdir"), file);
    if (names.empty())
        throw Error(exit_no, fmt::format("no component that ran here writes '{}'", file));
    ncm::CacheManager cache(s.get("cache_root").empty() ? ncm::cache_root_of(args)
                                                        : s.get("cache_root"));
    ncm::Configuration config = cache.configuration();
    for (const std::string& name : names) {
        std::string prefix = "/software/components/" + name;
        fmt::print("component {}\n", name);
        auto tree = config.tree(prefix);
        if (!tree) {
            fmt::print("profile   no longer has {}\n", prefix);
            continue;
        }
        Path at = part_about(*tree, Path::parse(prefix), file);
        fmt::print("profile   {}\n", ncm::shown_path(at));
        try {
            std::string why = ncm::why(config, at.text());
            for (std::string_view line : lines(why))
                fmt::print("          {}\n", line);
        } catch (const Error& e) {
            if (e.status != exit_no)
                throw;  // the server sends no origins: the path has to do
        }
    }
    return exit_ok;
}

}  // namespace

int main(int argc, char** argv) {
    return run({.name = "ncm-owner",
                .usage = "ncm-owner [-f file] [--root dir] file",
                .about = "Tell which component writes a file, from which part of the profile, set "
                         "by which template lines.",
                .options = {{'f', "cfgfile", "FILE", "settings (/etc/ncm-ncd.conf)"},
                            {0, "workdir", "DIR", "where ncd remembers"},
                            {0, "cache_root", "DIR", "the profile cache"}},
                .body = body},
               argc, argv);
}
