// A commit on its way through the pipeline. Private to it.
#pragma once
#include "cdb/landing.hh"
#include "cdb/lookup.hh"
#include "cdb/pipeline.hh"
#include "cdb/store.hh"

namespace weft::cdb {

/// The newest tree, as the pipeline left it. Whoever works on top of it keeps it as it was.
struct Pipeline::Head {
    std::shared_ptr<const Tree> tree;
    std::shared_ptr<const Lookup> lookup;      ///< in it
    std::map<std::string, std::string> nodes;  ///< node -> object
};

struct Pipeline::Plan {
    Outcome out;
    Landing landing;
    std::shared_ptr<const Head> head;  ///< what it was made for
    std::shared_ptr<Tree> tree;        ///< that with the changes
    std::shared_ptr<const Lookup> lookup;
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
    std::mutex lock;
    std::vector<std::string> notes;

    compiler::Compiler& the_compiler(int jobs);
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

/// What an object needs, if this change of a file can change its value.
std::vector<Need> touched_by(const FileChange&);

}  // namespace weft::cdb
