// Threads that do what would keep the loop waiting, in the order asked.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace weft::cdb {

class Workers {
public:
    explicit Workers(int threads) {
        for (int i = 0; i < threads; i++) threads_.emplace_back([this] { work(); });
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
    /// From any thread. The job must not throw.
    void submit(std::function<void()> job) {
        {
            std::lock_guard hold(lock_);
            jobs_.push_back(std::move(job));
        }
        wake_.notify_one();
    }
    size_t queued() const {
        std::lock_guard hold(lock_);
        return jobs_.size();
    }

private:
    void work() {
        std::unique_lock hold(lock_);
        for (;;) {
            wake_.wait(hold, [&] { return ending_ || !jobs_.empty(); });
            if (jobs_.empty()) return;
            auto job = std::move(jobs_.front());
            jobs_.pop_front();
            hold.unlock();
            job();
            job = nullptr;
            hold.lock();
        }
    }
    mutable std::mutex lock_;
    std::condition_variable wake_;
    std::deque<std::function<void()>> jobs_;
    bool ending_ = false;
    std::vector<std::jthread> threads_;
};

}  // namespace weft::cdb
