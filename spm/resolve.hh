// The plan meets the repositories: patterns get versions, packages get URLs and checksums, and what
// does not hold together is told before anything is fetched.
#pragma once
#include "spm/repository.hh"

namespace weft::spm {

/// Complete the plan. `dependencies` (report, add, ignore) says what happens to packages that are
/// needed and not planned, or needed in another version than is there. What is wrong becomes a
/// refusal "dependencies".
void resolve_plan(Plan&, const Target&, const Repositories&, solv::Universe&,
                  const std::string& dependencies, Format);

}  // namespace weft::spm
