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
/// A file of one object.
struct Written {
    std::string format, path;  ///< "pan", "out/ns/lxb001.xml"
    bool differs = false;      ///< from what was there
};
/// The files an object gets, none of them written.
std::vector<Written> files_of(const std::string& object, const std::vector<const Format*>&,
                              const OutputOptions&);
/// Write one object's files, each in place of the old one at once, all with the same time.
std::vector<Written> write_result(const Result&, const std::vector<const Format*>&,
                                  const OutputOptions&);

}  // namespace weft::compiler
