// All templates the server knows, each as it is on disk or, while it is open, in the editor.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/lsp/symbols.hh"

namespace weft::compiler::lsp {

/// Something a name leads to.
struct Target {
    SheetPtr sheet;
    const Mention* mention;
    /// The statement that defines it; nullptr for a template or a local variable.
    const Statement* statement() const {
        return mention->statement >= 0 ? &sheet->tpl->statements[size_t(mention->statement)]
                                       : nullptr;
    }
};

class Workspace {
public:
    /// Read every template below these folders; the include path is where names are looked up.
    void open(std::vector<std::string> include_path, const std::vector<std::string>& folders);
    const std::vector<std::string>& include_path() const { return include_path_; }

    /// The editor's text, or with nullptr the disk's again. Answers whether a name was defined or
    /// went away.
    bool edit(const std::string& path, Text text);
    /// The disk has changed there.
    bool refresh(const std::string& path);
    bool is_open(const std::string& path) const { return open_.count(path) > 0; }
    const std::set<std::string>& open_files() const { return open_; }

    SheetPtr sheet(const std::string& path) const;  ///< nullptr: not known
    const std::map<std::string, SheetPtr>& sheets() const { return sheets_; }

    /// The file of a template, over include path and every load path that is set somewhere; empty:
    /// none.
    std::string find_template(std::string_view name) const;
    bool defines(Sort sort, uint32_t symbol) const;
    /// Where a global variable, function or type is defined, in order of paths.
    std::vector<Target> definitions(Sort sort, uint32_t symbol) const;
    /// Every place that means the same as this mention, definitions included.
    std::vector<Target> same(const SheetPtr&, const Mention&) const;

private:
    bool put(const std::string& path, Text text);
    void count(const Sheet&, int by);

    std::vector<std::string> include_path_;
    std::map<std::string, SheetPtr> sheets_;
    std::set<std::string> open_;
    std::unordered_map<uint64_t, int> defined_;          ///< by sort and symbol
    std::map<std::string, int, std::less<>> load_path_;  ///< entries that are set, and how often
};

/// The include path a folder is meant for: a file `include-path` in it or in a folder of it, whose
/// lines are folders relative to the nearest folder above it that has the first of them; otherwise
/// the folder itself.
std::vector<std::string> guess_include_path(const std::string& folder);

}  // namespace weft::compiler::lsp
