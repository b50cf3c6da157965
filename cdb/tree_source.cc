// Look-ups in a tree by path; the declaration at the top of a template.
#include "cdb/tree_source.hh"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "base/error.hh"
#include "base/file.hh"
#include "cdb/contents.hh"

namespace weft::cdb {

std::string tree_path(std::string_view path) {
    std::string out;
    for (size_t at = 0; at < path.size();) {
        size_t end = std::min(path.find('/', at), path.size());
        std::string_view step = path.substr(at, end - at);
        if (!step.empty() && step != ".") {
            if (!out.empty())
                out += '/';
            out += step;
        }
        at = end + 1;
    }
    return out;
}

void TreeSource::use(std::shared_ptr<const Tree> tree,
                     std::vector<std::pair<Hash, compiler::Text>> fresh) {
    std::lock_guard hold(lock_);
    tree_ = std::move(tree);
    for (auto& [hash, text] : fresh)
        texts_.emplace(hash, std::move(text));
}

compiler::Text TreeSource::text(const Hash& hash) {
    {
        std::lock_guard hold(lock_);
        if (auto it = texts_.find(hash); it != texts_.end())
            return it->second;
    }
    auto fresh = std::make_shared<const std::string>(contents_.text(hash));
    std::lock_guard hold(lock_);
    return texts_.emplace(hash, fresh).first->second;
}

compiler::Text TreeSource::read(const std::string& path) {
    auto it = tree_->find(tree_path(path));
    return it == tree_->end() ? nullptr : text(it->second);
}

bool TreeSource::exists(const std::string& path) {
    std::string p = tree_path(path);
    auto it = tree_->lower_bound(p);
    if (it != tree_->end() && it->first == p)
        return true;
    it = tree_->lower_bound(p + '/');
    return p.empty() || (it != tree_->end() && it->first.starts_with(p + '/'));
}

bool TreeSource::folder(const std::string& path) {
    std::string p = tree_path(path);
    if (p.empty())
        return true;
    auto it = tree_->lower_bound(p + '/');
    return it != tree_->end() && it->first.starts_with(p + '/');
}

std::vector<std::string> TreeSource::names(const std::string& folder) {
    std::string in = tree_path(folder);
    if (!in.empty())
        in += '/';
    std::vector<std::string> all;
    for (auto it = tree_->lower_bound(in); it != tree_->end() && it->first.starts_with(in);) {
        size_t end = it->first.find('/', in.size());
        all.push_back(it->first.substr(in.size(), end - in.size()));
        if (end == std::string::npos)
            ++it;
        else
            it = tree_->lower_bound(it->first.substr(0, end) +
                                    char('/' + 1));  // over the rest of a folder
    }
    std::sort(all.begin(), all.end());
    return all;
}

void TreeSource::forget_unused() {
    std::lock_guard hold(lock_);
    if (!tree_ || texts_.size() < 2 * tree_->size() + 1000)
        return;
    std::unordered_map<std::string, compiler::Text> kept;
    for (auto& [path, hash] : *tree_)
        if (auto it = texts_.find(hash); it != texts_.end())
            kept.emplace(*it);
    texts_ = std::move(kept);
}

bool is_template(std::string_view path) { return path.ends_with(".pan") || path.ends_with(".tpl"); }

Declared declared(std::string_view text) {
    auto word = [&]() -> std::string_view {
        for (;;) {
            while (!text.empty() && isspace(static_cast<unsigned char>(text.front())))
                text.remove_prefix(1);
            if (text.starts_with('#')) {
                text.remove_prefix(std::min(text.find('\n'), text.size()));
            } else if (text.starts_with(
                           '@')) {  // an annotation, @name{...}: up to the first closer
                size_t open = text.find_first_of("([{");
                if (open == std::string_view::npos)
                    return {};
                char closer = text[open] == '(' ? ')' : text[open] == '[' ? ']' : '}';
                text.remove_prefix(std::min(text.find(closer, open), text.size() - 1) + 1);
            } else {
                break;
            }
        }
        size_t n = 0;
        while (n < text.size() && text[n] != ';' && text[n] != '#' &&
               !isspace(static_cast<unsigned char>(text[n])))
            n++;
        std::string_view w = text.substr(0, n);
        text.remove_prefix(n);
        return w;
    };
    if (text.starts_with("\xef\xbb\xbf"))
        text.remove_prefix(3);
    Declared d;
    std::string_view first = word();
    if (first != "template") {
        d.kind = first;
        first = word();
    }
    if (first == "template")
        d.name = word();
    return d;
}

std::optional<std::string> declared_object(std::string_view text) {
    Declared d = declared(text);
    if (d.kind != "object" || d.name.empty())
        return std::nullopt;
    return d.name;
}

}  // namespace weft::cdb
