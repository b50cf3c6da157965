// Plans for people and for programs.
#pragma once
#include <string>

#include "spm/plan.hh"

namespace weft::spm {

/// One line an operation, "replace ntp-2-1.x86_64 < ntp-1-1.x86_64 (upgrade): wanted by line 3 of
/// the target"; then why a reboot will be needed, and what the guards say; `kept`: also what stays
/// and why.
std::string plan_text(const Plan&, bool kept = false);
/// The same as an object: operations, kept, refused, overridden, reboot, summary.
std::string plan_json(const Plan&);
/// "2 to install, 1 to replace, nothing to erase"
std::string plan_summary(const Plan&);

/// Packages whose change asks for a reboot: kernels, the C library, the service manager.
std::vector<std::string> reboot_reasons(const std::vector<Operation>&);
/// Keeps the reasons of a run below `statedir` until the next boot.
void remember_reboot(const std::string& statedir, const std::vector<std::string>& reasons);
/// Those of all runs since this boot, and what packages themselves left in /run/reboot-required
/// below `root`.
std::vector<std::string> pending_reboot(const std::string& statedir, const std::string& root);

}  // namespace weft::spm
