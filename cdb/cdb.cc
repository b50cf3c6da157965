// cdb - the configuration database from the command line                               page:
// man/cdb.1
#include "cdb/client.hh"

using namespace weft;

int main(int argc, char** argv) {
    std::vector<Program> commands;
    for (auto group :
         {cdb::session_commands, cdb::change_commands, cdb::mark_commands, cdb::git_commands,
          cdb::stage_commands, cdb::look_commands, cdb::keep_commands})
        for (Program& p : group())
            commands.push_back(std::move(p));
    Program program{
        .name = "cdb",
        .usage =
            "cdb [-v] [-f file] [--server url] [--cert file] [--key file] [--ca file] [command "
            "[argument ...]]",
        .about = "Change, check and ask the configuration database. Without a command: one a line.",
        .options = {{'f', "config", "FILE",
                     "settings, instead of ~/.weft/cdb.conf or /etc/weft/cdb.conf"},
                    {0, "server", "URL", "where cdbd answers"},
                    {0, "cert", "FILE", "our certificate"},
                    {0, "key", "FILE", "its key"},
                    {0, "ca", "FILE", "who signed the server's certificate"},
                    {0, "session", "ID", "instead of the one opened last"},
                    {0, "json", nullptr, "print the server's answer as it is"}},
        .body = [&](const Args& args) { return cdb::shell(program, args); },
        .commands = std::move(commands)};
    return run(program, argc, argv);
}
