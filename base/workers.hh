// Threads that do what would keep the loop waiting: what is urgent first, and of the rest in turns
// for everybody who asks, so that one who asks for much waits for himself.
#pragma once
#include <sys/resource.h>

#include <array>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace weft {

/// Work of one class. Classes that must not wait for each other are Workers of their own.
class Workers {
public:
    /// What a job throws, whatever it is, ends that job only: it is given to `on_error`, on the
    /// job's thread.
    ///   nice   how much they stand back for the other threads of the machine, as nice(1)
    Workers(int threads, std::function<void(const std::exception&)> on_error, int nice = 0)
        : on_error_(std::move(on_error)), nice_(nice) {
        for (int i = 0; i < threads; i++)
            threads_.emplace_back([this] { work(); });
    }
    /// Finishes what is queued.
    ~Workers() {
        {
            std::lock_guard hold(lock_);
            ending_ = true;
        }
        wake_.notify_all();
        threads_.clear();
    }
    enum Urgency { urgent, usual };
    /// From any thread.
    ///   who   whose turn it takes: in the order asked for one, in turns among many
    void submit(std::function<void()> job, Urgency urgency = usual, const std::string& who = {}) {
        {
            std::lock_guard hold(lock_);
            Line& line = lines_[urgency];
            auto& own = line.jobs[who];
            if (own.empty())
                line.turns.push_back(who);
            own.push_back(std::move(job));
            queued_++;
        }
        wake_.notify_one();
    }
    size_t queued() const {
        std::lock_guard hold(lock_);
        return queued_;
    }
    /// How many of these wait.
    size_t queued(const std::string& who) const {
        std::lock_guard hold(lock_);
        size_t n = 0;
        for (auto& line : lines_)
            if (auto it = line.jobs.find(who); it != line.jobs.end())
                n += it->second.size();
        return n;
    }
    /// Drop what is queued and has not begun.
    void forget() {
        decltype(lines_) dropped;  // destroyed without the lock
        std::lock_guard hold(lock_);
        lines_.swap(dropped);
        queued_ = 0;
    }

private:
    struct Line {
        std::map<std::string, std::deque<std::function<void()>>> jobs;
        std::deque<std::string> turns;
        std::function<void()> take() {
            auto it = jobs.find(turns.front());
            turns.pop_front();
            auto job = std::move(it->second.front());
            it->second.pop_front();
            if (it->second.empty())
                jobs.erase(it);
            else
                turns.push_back(it->first);
            return job;
        }
    };
    void work() {
        if (nice_)
            setpriority(PRIO_PROCESS, 0, nice_);  // of this thread only
        std::unique_lock hold(lock_);
        for (;;) {
            wake_.wait(hold, [&] { return ending_ || queued_; });
            if (!queued_)
                return;
            queued_--;
            auto job = (lines_[urgent].turns.empty() ? lines_[usual] : lines_[urgent]).take();
            hold.unlock();
            try {
                job();
            } catch (const std::exception& e) {
                on_error_(e);
            }
            job = nullptr;
            hold.lock();
        }
    }
    std::function<void(const std::exception&)> on_error_;
    int nice_;
    mutable std::mutex lock_;
    std::condition_variable wake_;
    std::array<Line, 2> lines_;  // by urgency
    size_t queued_ = 0;
    bool ending_ = false;
    std::vector<std::jthread> threads_;
};

}  // namespace weft
