// A commit on its way through the pipeline. Private to it.
#pragma once
#include "cdb/landing.hh"
#include "cdb/pipeline.hh"
#include "cdb/store.hh"

namespace weft::cdb {

/// The newest tree, as the pipeline left it. Whoever works on top of it keeps it as it was.
struct Pipeline::Head {
    std::shared_ptr<const Tree> tree;
    std::vector<std::string> roots;            ///< its load path
    std::map<std::string, std::string> nodes;  ///< node -> object
};

struct Pipeline::Plan {
    Outcome out;
    Landing landing;
    std::shared_ptr<const Head> head;  ///< what it was made for
    std::shared_ptr<Tree> tree;        ///< that with the changes
    std::vector<std::string> roots;
    std::vector<std::pair<Hash, compiler::Text>> fresh;
    std::set<std::string> build, withdrawn;  ///< objects
    std::vector<std::string> changed_templates;
    bool unsure = false;  ///< what it left out could count in another tree
};

/// A compiler with what it has parsed, and the files it sees. One commit uses it at a time.
struct Pipeline::Bench {
    explicit Bench(Store& store) : source(store.contents) {}
    TreeSource source;
    std::unique_ptr<compiler::Compiler> compiler;
    std::vector<std::string> roots;
    std::mutex lock;
    std::vector<std::string> notes;

    compiler::Compiler& compiler_for(const std::vector<std::string>& roots, int jobs);
};

/// A bench of its own for as long as it lives; the one used last first, it knows most.
class Pipeline::Lease {
public:
    explicit Lease(Pipeline&);
    ~Lease();
    Lease(const Lease&) = delete;
    Bench* operator->() const { return bench_.get(); }
    Bench& operator*() const { return *bench_; }

private:
    Pipeline& all_;
    std::unique_ptr<Bench> bench_;
};

/// The template that a name leads to along the load path; empty: none.
std::string resolve(const Tree&, const std::vector<std::string>& roots, const std::string& name);

/// What an object needs, if this change of a file can change its value.
std::vector<Need> touched_by(const FileChange&);

}  // namespace weft::cdb
