// The values of a profile that not everybody who may read the node's cache may see: what
// /system/secrets names.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "base/noun/element.hh"

namespace weft::ncm {

/// What stands for a secret wherever it is not asked for by somebody who may know it.
constexpr std::string_view hidden_value = "***";

/// The strings that the profile's list /system/secrets means, by path. Each entry is a path in
/// which `*` is any one step; a resource means every string below it. Error(65) when the list is
/// none or an entry is no path.
std::map<std::string, std::string> secrets_of(const Element& profile);

/// The tree for sums: each secret replaced by a keyed sum of it, so that a change shows and a guess
/// cannot be tried.
Element sealed(const Element& profile, const std::map<std::string, std::string>& secrets,
               std::string_view key);

/// The key of a cache's sums, `secret.key` (mode 0600). Made when it is missing and `make` says so;
/// Error(74) else.
std::string secret_key(const std::string& cache_root, bool make);

/// The file `secrets` of a profile: a JSON object, path to value.
std::string write_secrets(const std::map<std::string, std::string>&);
std::map<std::string, std::string> read_secrets(std::string_view text, const std::string& name);

}  // namespace weft::ncm
