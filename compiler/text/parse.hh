// Template text to syntax tree, with every static rule checked and constants folded.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "compiler/compile.hh"
#include "compiler/text/ast.hh"

namespace weft::compiler {

struct Parsed {
    std::shared_ptr<const Template> tpl;  ///< nullptr when there are errors
    std::shared_ptr<const Template>
        read;  ///< what was understood in any case; for tools, not to be run
    std::vector<TemplateError> errors;           ///< parse errors first
    std::vector<std::string> warnings;           ///< of old syntax, whole messages
    TemplateKind kind = TemplateKind::ordinary;  ///< as far as it was read
    std::string name;
};

/// A whole file. The path must end in the template's name plus its extension.
///   first_origin   origins of values set here are numbered from this, fewer than max_origins(text)
Parsed parse_template(const std::string& path, Text text, const Options&, uint32_t first_origin);
uint32_t max_origins(const std::string& text);

/// One DML expression, as the option --initial-data has it: its constant value.
Element parse_constant(const std::string& text, const std::string& shown_as, const Options&);

/// The source line a message talks about, fit for a terminal: no control characters, not endless.
std::string source_line(std::string_view text, int line);
void add_line(TemplateError&, std::string_view text);

/// Can debug() print in this template?
bool debug_enabled(const Options&, const std::string& template_name);

}  // namespace weft::compiler
