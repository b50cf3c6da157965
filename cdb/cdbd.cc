// cdbd - the configuration database: validated commits, history, profiles over HTTPS, notification
//                                                                                     page:
//                                                                                     man/cdbd.8
#include <memory>

#include "base/daemon.hh"
#include "cdb/server.hh"

using namespace weft;

static std::unique_ptr<cdb::Server> server;  // from on_start to the end of on_stop

int main(int argc, char** argv) {
    return serve(
        {
            .name = "cdbd",
            .usage =
                "cdbd [-dnv] [-f file] [--detach] [--pidfile file] [--ready-fd n] [--root dir]",
            .about = "Serve the configuration database: commits, profiles and notification of the "
                     "nodes.",
            .config_file = "/etc/weft/cdbd.conf",
            .settings = cdb::settings(),
            .threads = true,
            .stop_seconds = 80,  // less than a service manager's usual 90
            .on_start = [](Service& s) { server = std::make_unique<cdb::Server>(s); },
            .on_reload = [](Service&) { server->reload(); },
            .on_stop =
                [](Service& s, std::function<void()> done) {
                    server->stop([&s, done] {
                        s.loop.post([done] {
                            server.reset();
                            done();
                        });
                    });
                },
        },
        argc, argv);
}
