// What ncm-file, ncm-edit and ncm-service share: how a file shall be left, and what follows when it
// changed.
#pragma once
#include <vector>

#include "base/program.hh"
#include "ncm/component.hh"

namespace weft::ncm {

/// An action on a service.
struct Request {
    std::string service, action;
};
/// From a component it is told to the runner; by hand it is done.
void ask(Run&, const Request&);

/// -n, --mode, --owner, --group, --backup, --sensitive, --service, --changed.
std::vector<Option> file_options();
/// As they were given; Error(64) for a mode or a --service that is none. To be called before
/// anything is changed.
FileSpec file_spec(const Args&);
/// Ask for the services when something changed; the exit status: 1 with --changed when nothing did.
int finish(Run&, const Args&, bool changed);
/// "/etc/motd"; Error(64) for a path that is not absolute.
std::string absolute(const std::string& path);

}  // namespace weft::ncm
