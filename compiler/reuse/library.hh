// Everything the objects of one compiler share: parsed files, where names lead to, objects that
// others wait for.
#pragma once
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/compile.hh"
#include "compiler/evaluate/object.hh"
#include "compiler/reuse/load_path.hh"

namespace weft::compiler {

/// A file after parsing, good or bad.
struct File {
    std::string path;
    Text text;
    TemplatePtr tpl;  ///< nullptr: see errors
    std::vector<TemplateError> errors;
    std::vector<std::string> warnings;
    TemplateKind kind = TemplateKind::ordinary;
    std::string name;
};
using FilePtr = std::shared_ptr<const File>;

/// Where a name leads to.
struct Found {
    std::string path;                        ///< empty: nowhere
    std::string root;                        ///< the path without /NAME.ext, with '/' at the end
    const Dependency* dependency = nullptr;  ///< on all this
};

/// Where names are looked for; objects with the same one find the same.
struct Search {
    std::string file;  ///< what says so; empty: the options
    std::vector<std::string> folders;
    uint32_t number = 0;
};

struct Origins::Inside {
    mutable std::shared_mutex lock;
    struct Entry {
        uint32_t first;
        TemplatePtr tpl;
    };
    std::vector<Entry> entries;  ///< ascending by first
    uint32_t next = 1;
};

class Library {
public:
    Library(Source&, Options);

    const Options& options() const { return options_; }
    const Element& initial_data() const { return initial_; }

    /// Through include path and load path (pan-language 2.4); remembered for the build.
    const Found& find_template(const Search&, std::string_view name,
                               const std::vector<std::string>& load_path);
    /// A template that exists and whose name is one mistake away; empty when there is none.
    std::string near_template(const Search&, std::string_view name,
                              const std::vector<std::string>& load_path);
    const Found& find_text(const Search&, std::string_view name,
                           const std::vector<std::string>& load_path);
    /// That of the object template in a file.
    const Search& search_of(const std::string& file);
    Text read_text(const std::string& path);

    /// Parsed at most once a build, and only when the text is another than last time. nullptr: no
    /// such file.
    FilePtr load(const std::string& path);

    /// The finished tree of another object, built now if it is not; nullptr when there is no such
    /// object.
    ///   waiting   the object that needs it; while it executes, a circle of waiting objects is an
    ///   error in, at    the expression that needs it
    const Element* tree_of(const Object& waiting, const std::string& name, bool checks_cycle,
                           const Template* in, const Span& at);

    /// A file that holds the object template, wherever it is; nullptr: none was looked at.
    FilePtr file_with(const std::string& object);

    void print(std::string_view lines);
    /// The template and its line and column behind an origin; nullptr when unknown.
    std::pair<TemplatePtr, std::pair<uint32_t, uint32_t>> place_of(uint32_t origin) const;
    /// The one copy of it, which lives as long as the library.
    const Dependency* intern(Dependency);

    std::vector<Result> build(const std::vector<std::string>& names,
                              const std::function<void(const Result&)>& on_result,
                              const Compiler::ObjectFiles& files = {});
    Compiler::Files build_files(const std::vector<std::string>& paths,
                                const std::function<void(const Result&)>& on_result,
                                bool syntax_only, const std::vector<std::string>& objects);
    void begin();
    Compiler::Statistics statistics;
    std::shared_ptr<Origins> origins;
    std::set<std::string> load_path_warnings;

private:
    struct Slot {  ///< a file of this build
        std::mutex lock;
        FilePtr file;
        bool done = false;
    };
    /// One object of this build.
    struct Job {
        enum State : uint8_t { waiting, running, built, dropped } state = waiting;
        std::string name;
        std::string waits_for;               ///< the object whose tree it needs now
        const Template* waits_in = nullptr;  ///< ... and the expression that does
        Span waits_at;
        bool failed = false, invalid = false, validated = false, validating = false,
             complete = false, referenced = false, asked = false;
        std::unique_ptr<Object> object;
        Element root;
        std::vector<TemplateError> errors;
        std::vector<const Dependency*> dependencies;
        std::set<std::string> references;
        std::string file;               ///< where it is found by its name
        std::set<std::string> holders;  ///< files that hold it, found or not
        int64_t finished = 0;
        std::shared_ptr<const std::vector<Result::Derivation>> derivations;
        std::shared_ptr<const std::set<std::string>> records, links;
        Result result;
    };
    const Found& remember(std::unordered_map<std::string, Found>& names, std::string key,
                          Dependency);
    const Search& intern_search(std::string file, const std::vector<std::string>& folders);
    const Search& locate(Job&);
    std::string shown(const std::string& path) const;
    void note_second(const Search&, size_t first, const Dependency&, std::string_view below);
    Job& job(const std::string& name);  ///< lock held
    [[noreturn]] void fail_circle(std::vector<std::string> names);
    void make_tree(Job&, Memo*);
    void validate(Job&, Memo*);
    void work(const std::function<void(const Result&)>& on_result);
    bool settle(Job&, const std::function<void(const Result&)>& on_result, bool last);
    Job* take_job();
    void finish(Job&, Memo*, const std::function<void(const Result&)>& on_result);
    void run_threads(size_t count, const std::function<void()>& work);

    Source& source_;
    Options options_;
    Element initial_;

    std::shared_mutex names_lock_;
    std::unordered_map<std::string, Found> names_, texts_;
    std::mutex files_lock_;
    std::unordered_map<std::string, std::unique_ptr<Slot>> files_;  ///< of this build
    std::unordered_map<std::string, FilePtr> parsed_;               ///< of all builds
    std::mutex intern_lock_;
    std::set<Dependency> interned_;
    std::mutex load_paths_lock_;
    LoadPaths load_paths_;
    std::map<std::pair<std::string, std::vector<std::string>>, Search> searches_;
    std::mutex print_lock_;

    std::mutex jobs_lock_;
    std::condition_variable jobs_changed_;
    std::unordered_map<std::string, std::unique_ptr<Job>> jobs_;
    std::vector<Job*> order_, queue_;
    size_t next_ = 0, active_ = 0;
    bool stopped_ = false;  ///< by what is no mistake of a template
    bool reuse_ = false;    ///< in this build: threads that do and others would not agree on marks
};

}  // namespace weft::compiler
