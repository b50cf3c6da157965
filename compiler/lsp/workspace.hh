// All templates the server knows, each as it is on disk or, while it is open, in the editor; and
// what each of them sees of the others: load paths differ by folder (loadpath(5)).
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "compiler/lsp/symbols.hh"
#include "compiler/reuse/load_path.hh"

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

/// What names mean in one file: the templates that its load path leads to; those of a library lie
/// on the load paths of everybody who can include them.
class View {
public:
    using Entry = std::pair<const std::string, SheetPtr>;
    /// In order of paths.
    const std::vector<const Entry*>& sheets() const { return sheets_; }
    /// The file of a template, over the load paths and every LOADPATH that is set somewhere; empty:
    /// none.
    std::string find_template(std::string_view name) const;
    /// A file of that name that does not count, because of the one in an earlier folder.
    std::string hidden_template(std::string_view name) const;
    bool defines(Sort sort, uint32_t symbol) const;
    /// Where a global variable, function or type is defined, in order of paths.
    std::vector<Target> definitions(Sort sort, uint32_t symbol) const;

private:
    friend class Workspace;
    const class Workspace* all_ = nullptr;
    std::vector<size_t> paths_;  ///< numbers of load paths
    std::vector<const Entry*> sheets_;
    std::unordered_set<uint64_t> defined_;
    mutable std::map<std::string, std::string, std::less<>> found_;
};

class Workspace {
public:
    /// Read every template below these folders.
    ///   include_path   said by the editor, for all files; empty: files beside the templates say it
    void open(std::vector<std::string> include_path, std::vector<std::string> folders);
    const std::vector<std::string>& folders() const { return folders_; }
    bool per_folder() const { return said_.empty(); }

    /// The editor's text, or with nullptr the disk's again. Answers whether a name was defined or
    /// went away.
    bool edit(const std::string& path, Text text);
    /// The disk has changed there: a file, or a folder with all that is in it. Answers as above.
    bool refresh(const std::string& path);
    /// Has the disk changed anywhere? The files that did; looks at the times of all.
    std::vector<std::string> look();
    bool is_open(const std::string& path) const { return open_.count(path) > 0; }
    const std::set<std::string>& open_files() const { return open_; }

    SheetPtr sheet(const std::string& path) const;  ///< nullptr: not known
    const std::map<std::string, SheetPtr>& sheets() const { return sheets_; }
    const View& view(const std::string& path) const;
    /// The folders in which an object in this file is built where no file says its load path.
    std::vector<std::string> include_path_of(const std::string& path) const;
    /// The path as people know it, below a folder of a load path.
    std::string_view shown(std::string_view path) const;
    /// The open file that is this one by another name, through links; the path itself otherwise.
    const std::string& open_name(const std::string& path) const;

    /// Every place that means the same as this mention, definitions included.
    std::vector<Target> same(const SheetPtr&, const Mention&) const;

private:
    friend class View;
    struct Path {
        std::vector<std::string> folders;
        bool from_file = false;
        std::vector<const View::Entry*> visible;
        std::unordered_map<std::string, std::string> hidden;  ///< name to a file that is not seen
    };
    using FolderId = std::pair<uint64_t, uint64_t>;  ///< device and inode
    struct Seen {
        Stamp stamp;
        std::optional<FolderId> folder = {};
    };
    bool put(const std::string& path, Text text);
    void count(const Sheet&, int by);
    bool read_below(const std::string& folder, std::vector<FolderId> above = {});
    std::map<std::string, Seen>::iterator forget(std::map<std::string, Seen>::iterator);
    bool drop_below(const std::string& folder);
    bool read_roots();
    void arrange() const;
    size_t path_for(const std::string& file) const;
    size_t intern(std::vector<std::string> folders, bool from_file) const;

    std::vector<std::string> said_, folders_;
    std::map<std::string, SheetPtr> sheets_;
    std::set<std::string> open_;
    std::map<std::string, int, std::less<>> load_path_;  ///< entries that are set, and how often
    std::map<std::string, Seen> seen_;                   ///< by path: as it was when it was read
    std::map<FolderId, int> entered_;                    ///< by how many names
    std::map<std::string, std::string> real_;            ///< names through links to real ones
    size_t said_files_ = 0;                              ///< of load paths, as last counted

    // What follows from it, made when somebody asks.
    mutable DiskSource disk_;
    mutable LoadPaths load_paths_{disk_};
    mutable bool arranged_ = false;
    mutable std::vector<Path> paths_;
    mutable std::map<std::string, std::vector<size_t>> paths_of_;  ///< by file
    mutable std::map<std::vector<size_t>, View> views_;
};

/// The include path a folder is meant for where no file in or above a template's folder says one: a
/// load path file in the folder or in a folder directly below it; otherwise the folder itself.
std::vector<std::string> guess_include_path(const std::string& folder);

}  // namespace weft::compiler::lsp
