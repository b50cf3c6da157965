// Folders: inotify on the loop.
#include <sys/inotify.h>
#include <unistd.h>

#include "base/error.hh"
#include "base/file.hh"
#include "base/loop.hh"

namespace weft {

Watch Loop::watch_path(const std::string& dir, std::function<void(std::string_view)> f) {
    auto fd = std::make_shared<Fd>(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (!*fd)
        throw system_error("cannot watch folders");
    uint32_t what = IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
                    IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
    if (inotify_add_watch(fd->get(), dir.c_str(), what) < 0)
        throw system_error("cannot watch '" + dir + "'");
    int raw = fd->get();
    return on_readable(raw, [fd, f = std::move(f)] {
        alignas(inotify_event) char buf[8192];
        std::set<std::string, std::less<>>
            names;  // each once, however often it was touched meanwhile
        ssize_t n;
        while ((n = ::read(fd->get(), buf, sizeof buf)) > 0)
            for (const char* p = buf; p < buf + n;) {
                auto* e = reinterpret_cast<const inotify_event*>(p);
                p += sizeof *e + e->len;
                bool lost = e->mask & (IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT);
                if (lost)
                    names.emplace();
                else if (e->len)
                    names.emplace(e->name);
            }
        // Kept for itself: a handler may end this very watch.
        auto call = f;
        for (const std::string& name : names)
            call(name);
    });
}

}  // namespace weft
