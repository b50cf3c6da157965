// Real compiles behind the editor's back: what only shows when an object is built, told as findings
// in files.
#pragma once
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "compiler/compile.hh"

namespace weft::compiler::lsp {

/// The disk, with some files as an editor has them.
class OverlaySource : public compiler::Source {
public:
    explicit OverlaySource(std::map<std::string, Text> files = {}) : files_(std::move(files)) {}
    void put(std::map<std::string, Text> files) {
        files_ = std::move(files);
    }  ///< not during a build
    Text read(const std::string& path) override;
    bool exists(const std::string& path) override;
    bool folder(const std::string& path) override { return disk_.folder(path); }
    bool rooted() const override { return false; }
    void refresh() override { disk_.refresh(); }

private:
    std::map<std::string, Text> files_;
    DiskSource disk_;
};

/// Builds a few objects at a time on a thread of its own.
class Checker {
public:
    struct Outcome {
        std::vector<std::string> objects;                           ///< what was built
        std::vector<std::pair<std::string, TemplateError>> errors;  ///< by object
        std::map<std::string, std::vector<std::string>>
            used;  ///< by object: the files that went into it, its own last
        double seconds = 0;
    };
    /// Objects and their files, by the include path that counts where no file says a load path.
    using Wanted = std::map<std::vector<std::string>, Compiler::ObjectFiles>;
    /// `done` is called on that thread.
    ///   per_folder   files beside the templates can say load paths
    Checker(bool per_folder, std::function<void(Outcome)> done);
    ~Checker();
    /// Build these; answers false when the last ones are not finished yet.
    bool start(Wanted, std::map<std::string, Text> open_files);
    bool busy() const;

private:
    void work();
    std::function<void(Outcome)> done_;
    OverlaySource source_;
    bool per_folder_;
    /// By include path. They keep every text they parsed: now and then new ones take their places.
    std::map<std::vector<std::string>, Compiler> compilers_;
    size_t builds_ = 0;
    mutable std::mutex lock_;
    std::condition_variable changed_;
    Wanted wanted_;
    bool busy_ = false, stop_ = false;
    std::thread thread_;
};

}  // namespace weft::compiler::lsp
