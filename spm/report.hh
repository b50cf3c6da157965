// Plans for people and for programs.
#pragma once
#include <string>

#include "spm/plan.hh"

namespace weft::spm {

/// One line an operation, "replace ntp-2-1.x86_64 < ntp-1-1.x86_64 (upgrade): wanted by line 3 of the target"; then
/// what the guards say; `kept`: also what stays and why.
std::string plan_text(const Plan&, bool kept = false);
/// The same as an object: operations, kept, refused, overridden, summary.
std::string plan_json(const Plan&);
/// "2 to install, 1 to replace, nothing to erase"
std::string plan_summary(const Plan&);

}  // namespace weft::spm
