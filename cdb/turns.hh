// Whose turn it is: commits compile beside each other and are written one after another, in the
// order they came.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>

namespace weft::cdb {

class Turns {
public:
    enum Kind {
        beside,   ///< waits for nobody: a check
        ordered,  ///< wait() returns when everyone ordered that came before has gone: a commit
        alone,    ///< begins when all commits that came before have gone, and keeps the later ones
                  ///< out: looking after the store. Checks read what no such thing takes away
    };

    /// One who has come, until it goes out of scope.
    class Turn {
    public:
        Turn(Turns& all, Kind kind) : all_(all) {
            std::unique_lock hold(all_.lock_);
            number_ = ++all_.last_;
            all_.here_.emplace(number_, kind);
            all_.gone_.wait(hold, [&] {
                return kind == beside || (!all_.before(number_, alone) &&
                                          (kind == ordered || !all_.before(number_, ordered)));
            });
        }
        ~Turn() {
            std::lock_guard hold(all_.lock_);
            all_.here_.erase(number_);
            all_.gone_.notify_all();
        }
        Turn(const Turn&) = delete;
        void wait() {
            std::unique_lock hold(all_.lock_);
            all_.gone_.wait(hold, [&] { return !all_.before(number_, ordered); });
        }

    private:
        Turns& all_;
        uint64_t number_;
    };

private:
    bool before(uint64_t number, Kind kind) const {
        for (auto it = here_.begin(); it != here_.end() && it->first < number; ++it)
            if (it->second == kind)
                return true;
        return false;
    }
    std::mutex lock_;
    std::condition_variable gone_;
    uint64_t last_ = 0;
    std::map<uint64_t, Kind> here_;
};

}  // namespace weft::cdb
