// The load paths are read when the tree is: there are as many as files that say one.
#include "cdb/lookup.hh"

#include <algorithm>

namespace weft::cdb {

static std::string_view last_step(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

Lookup::Lookup(std::shared_ptr<const Tree> tree, TreeSource& source) : tree_(std::move(tree)) {
    compiler::LoadPaths load_paths(source);
    auto look = [&](const std::string& folder) {
        try {
            if (auto* p = load_paths.of(folder))
                paths_[folder] = p->folders;
        } catch (const Error& e) {
            if (!error_)
                error_ = e;
        }
    };
    for (auto& [path, hash] : *tree_) {
        if (!compiler::says_load_path(path))
            continue;
        std::string folder = compiler::folder_of("/" + path);
        look(folder);
        if (!std::string_view(path).ends_with(compiler::group_properties))
            continue;
        for (const std::string& name : source.names(folder))  // a cluster each
            look(compiler::normal_path(folder + '/' + name));
    }
    paths_.try_emplace("/", std::vector<std::string>{"/"});
    for (auto& [folder, folders] : paths_)
        if (std::find(all_.begin(), all_.end(), folders) == all_.end())
            all_.push_back(folders);
    if (all_.size() > 1)
        for (auto& [path, hash] : *tree_)
            if (is_template(path))
                files_.emplace(last_step(path), &path);
}

const std::vector<std::string>& Lookup::folders_of(std::string_view file) const {
    if (all_.size() == 1)
        return all_[0];
    std::string at = compiler::folder_of('/' + std::string(file));
    for (;; at = compiler::folder_of(at))
        if (auto it = paths_.find(at); it != paths_.end())
            return it->second;
}

std::string Lookup::find(const std::vector<std::string>& folders, std::string_view name) const {
    for (auto& folder : folders)
        for (const char* ending : {".pan", ".tpl"}) {
            std::string path = tree_path(folder + '/' + std::string(name) + ending);
            if (tree_->contains(path))
                return path;
        }
    return {};
}

std::vector<std::string> Lookup::files_of(const std::string& object, TreeSource& source) const {
    std::vector<std::string> out;
    if (all_.size() == 1) {
        if (std::string path = find(all_[0], object); !path.empty())
            out.push_back(std::move(path));
        return out;
    }
    for (const char* ending : {".pan", ".tpl"}) {
        std::string name = std::string(last_step(object)) + ending;
        auto [first, last] = files_.equal_range(name);
        for (auto it = first; it != last; ++it)
            if (find(folders_of(*it->second), object) == *it->second)
                out.push_back(*it->second);
    }
    std::sort(out.begin(), out.end());
    if (out.size() > 1) {
        auto other = [&](const std::string& path) {
            return declared_object(*source.text(tree_->at(path))) != object;
        };
        if (!std::all_of(out.begin(), out.end(), other))
            std::erase_if(out, other);
    }
    return out;
}

std::string Lookup::file_of(const std::string& object, TreeSource& source) const {
    auto all = files_of(object, source);
    return all.empty() ? "" : all[0];
}

std::vector<std::string> Lookup::anywhere(std::string_view file_name) const {
    std::vector<std::string> out;
    for (auto& folders : all_)
        for (auto& folder : folders)
            if (std::string path = tree_path(folder + '/' + std::string(file_name));
                tree_->contains(path)) {
                out.push_back(std::move(path));
                break;
            }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

bool Lookup::below_any(std::string_view file) const {
    return std::any_of(all_.begin(), all_.end(), [&](auto& folders) {
        return std::any_of(folders.begin(), folders.end(), [&](auto& folder) {
            return folder == "/" || file.starts_with(tree_path(folder) + '/');
        });
    });
}

}  // namespace weft::cdb
