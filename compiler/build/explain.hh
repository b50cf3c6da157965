// Where a value comes from: every assignment that touched a path, in order, and the types it was
// checked by.
#pragma once
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/error.hh"
#include "base/noun/path.hh"
#include "compiler/build/watch.hh"
#include "compiler/compile.hh"

namespace weft::compiler {

class Explain : public Watch {
public:
    explicit Explain(Path path) : path_(std::move(path)) {}

    void assign(Object&, const Template&, const Statement&, bool begins) override;
    void filled(Object&, bool begins) override;
    void checked(Object&, const std::string& failure) override;

    /// The object's story, for a person; ends with a line end.
    std::string text(const Result&) const;
    /// The same as one JSON object in one line; ends with a line end.
    std::string json(const Result&) const;

private:
    struct Event {
        const char* what;   ///< "set", "changed", "kept", "removed", "default", ...
        std::string value;  ///< at the path, after it; empty: nothing is there
        Where where;
        std::string line;  ///< of the template
        std::vector<Error::Frame> trace;
        uint32_t origin = 0;  ///< of the value
    };
    struct Step {
        std::string what;
        Where where;
    };
    struct Check {
        Path path;
        std::string failure;  ///< of the object; empty: accepted
        Where where;
        std::vector<Step> steps;
    };
    struct Story {
        bool was = false;  ///< before the running statement there was:
        Element before;
        std::vector<Event> events;
        std::vector<Check> checks;
        std::string failure;
    };
    const Element* there(Object&) const;
    void remember(Object&);
    void descend(Object&, const FullType&, size_t term, std::vector<Step>&) const;

    Path path_;
    mutable std::mutex lock_;
    std::map<std::string, Story> stories_;
};

}  // namespace weft::compiler
