// The last look at a plan: what an administrator would want to be asked about first.
#pragma once
#include "spm/plan.hh"

namespace weft::spm {

/// Fill plan.refused, or plan.overridden when the policy gives a reason. An empty target for a
/// system that is all ours is refused whatever the reason.
void guard_plan(Plan&, const std::vector<Installed>&, const Target&, const Policy&);

}  // namespace weft::spm
