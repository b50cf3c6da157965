// A pipe between us and a child.
#pragma once
#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "base/error.hh"
#include "base/file.hh"

namespace weft {

/// Both ends are closed on exec, and neither has the number of a standard stream.
///   throws   Error when there are no descriptors left
struct Pipe {
    Fd read, write;
    Pipe() {
        int fd[2];
        if (pipe2(fd, O_CLOEXEC))
            throw system_error("cannot make a pipe");
        Fd first(fd[0]), second(fd[1]);
        read = above_streams(std::move(first));
        write = above_streams(std::move(second));
    }

private:
    /// With a standard stream closed a pipe gets its number, and dup2 in the child would leave it
    /// closed on exec, or overwrite another one.
    static Fd above_streams(Fd own) {
        if (own.get() > 2)
            return own;
        Fd moved(fcntl(own.get(), F_DUPFD_CLOEXEC, 3));
        if (!moved)
            throw system_error("cannot make a pipe");
        return moved;
    }
};

}  // namespace weft
