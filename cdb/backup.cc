// A backup: copied while the store is in use, opened and proved before it is called one.
#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.hh"
#include "base/file.hh"
#include "cdb/database.hh"
#include "cdb/revisions.hh"
#include "cdb/store.hh"

namespace weft::cdb {

namespace fs = std::filesystem;

static void flush_to_disk(const fs::path& path) {
    Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file || fsync(file.get()))
        throw system_error("cannot write '" + path.string() + "' to the disk");
}

/// Opened, recovered from its own logs, every record compared; Error(74) when anything is wrong.
static uint64_t prove_copy(const std::string& dir, uint64_t at_least) {
    uint64_t head = 0;
    {
        Store copy(
            dir,
            {.cache = size_t(16) << 20, .reserve = 0, .keep_room = false, .catastrophic = true});
        head = copy.revisions.head();
        if (head < at_least)
            throw Error(exit_io, fmt::format("the copy ends at revision {}, the store was at {}",
                                             head, at_least));
        if (auto wrong = copy.verify(); !wrong.empty())
            throw Error(exit_io, "the copy is damaged: " + wrong[0], {},
                        "'cdb verify' says whether the store is");
        copy.database.env().checkpoint();
    }
    fs::remove(dir + "/lock");
    for (auto& f : fs::directory_iterator(dir + "/data"))
        flush_to_disk(f.path());
    flush_to_disk(dir + "/data");
    flush_to_disk(dir);
    return head;
}

uint64_t Store::backup(const std::string& dir, uint64_t rate) {
    std::unique_lock alone(database.backup_lock(), std::try_to_lock);
    if (!alone)
        throw Error(exit_try_later, "another backup is being made");
    if (fs::exists(dir))
        throw Error(exit_data, fmt::format("there is a '{}' already", dir), {},
                    "give the backup another name, or move that one away");
    std::string partial = dir + ".partial";
    fs::remove_all(partial);  // of a server that was killed meanwhile
    try {
        uint64_t head = revisions.head();
        database.env().backup(partial + "/data", rate);
        head = prove_copy(partial, head);
        fs::rename(partial, dir);
        flush_to_disk(fs::path(dir).parent_path());
        return head;
    } catch (...) {
        std::error_code ignored;
        fs::remove_all(partial, ignored);
        throw;
    }
}

}  // namespace weft::cdb
