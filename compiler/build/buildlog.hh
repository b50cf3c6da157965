// The log of a build, for the scripts that read the classic compiler's (pan-language 9.4).
#pragma once
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>

#include "compiler/build/watch.hh"

namespace weft::compiler {

/// One record a line: MILLISECONDS THREAD TAG ARGS...
class BuildLog : public Watch {
public:
    /// "task,include": which records; all, none, memory and call are the other words. Error(64) for
    /// another.
    ///   path   of the file, which is begun anew; empty: standard error
    BuildLog(std::string_view types, const std::string& path);
    /// Is there anything to log?
    bool wanted() const { return tasks_ || includes_ || calls_ || memory_; }

    void phase(Phase, const std::string& name, bool begins) override;
    void enter(Frame::Kind, const Expr* at, const Template* into) override;
    void leave() override;

private:
    void line(const std::string& text);

    bool tasks_ = false, includes_ = false, calls_ = false, memory_ = false;
    std::mutex lock_;
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

}  // namespace weft::compiler
