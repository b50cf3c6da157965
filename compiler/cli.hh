// The command line of panc, taken apart: its own options, and those of the compilers before it.
#pragma once
#include <string>
#include <vector>

#include "base/program.hh"
#include "compiler/compile.hh"
#include "compiler/messages/report.hh"
#include "compiler/output/output.hh"

namespace weft::compiler {

/// What panc is asked to do.
struct Command {
    Options options;
    std::vector<const Format*> formats;
    OutputOptions output;
    Shape shape = Shape::plain;
    std::vector<std::string> files;  ///< real paths, where there are such files
    bool incremental = false, why = false, stats = false;
    std::string ignore, why_object, explain, diff, log_types, log_file;
    size_t batch = 0;  ///< files built together; 0: all
};

extern const std::vector<Option> panc_options;

/// Error(64) for anything that makes no sense.
Command read_command(const Args&);

}  // namespace weft::compiler
