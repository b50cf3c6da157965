// The repositories of the profile as the package tools of the system have them, for whoever calls
// yum, dnf or apt by hand.
#pragma once
#include "ncm/component.hh"

namespace weft::ncm {

/// Files of yum or dnf: a .repo for each repository, and the lines of the main file.
///   settings   of component spma
///   with_dnf   dnf.conf, and no list of packages beside each repository
void write_yum_files(Run&, View settings, View repositories, bool with_dnf);

/// Files below /etc/apt/sources.list.d.
void write_apt_files(Run&, View settings, View repositories);

/// All that the above have written go.
void remove_repository_files(Run&);

}  // namespace weft::ncm
