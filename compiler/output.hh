// Profiles as files: the output formats of panc (pan-language 8).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "compiler/compile.hh"

namespace weft::compiler {

/// One output format: its key on the command line, the suffix of its files, what writes it.
struct Format {
    std::string_view key, suffix;
    void (*write)(const Result&, std::string& out);
    bool gzip = false;
};

/// "pan,dep" to formats; Error(64) for an unknown one. "none" is no format.
std::vector<const Format*> parse_formats(std::string_view list);

struct OutputOptions {
    std::string folder = ".";
    bool noaction = false;
};
/// Write one object's files, each in place of the old one at once, all with the same time. Answers how
/// many differ from what was there.
int write_result(const Result&, const std::vector<const Format*>&, const OutputOptions&);

}  // namespace weft::compiler
