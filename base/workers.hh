// Threads that do what would keep the loop waiting, in the order asked; what is urgent before the
// rest.
#pragma once
#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace weft {

class Workers {
public:
    /// What a job throws, whatever it is, ends that job only: it is given to `on_error`, on the
    /// job's thread.
    Workers(int threads, std::function<void(const std::exception&)> on_error)
        : on_error_(std::move(on_error)) {
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
    void submit(std::function<void()> job, Urgency urgency = usual) {
        {
            std::lock_guard hold(lock_);
            jobs_[urgency].push_back(std::move(job));
        }
        wake_.notify_one();
    }
    size_t queued() const {
        std::lock_guard hold(lock_);
        return jobs_[urgent].size() + jobs_[usual].size();
    }
    /// Drop what is queued and has not begun.
    void forget() {
        decltype(jobs_) dropped;  // destroyed without the lock
        std::lock_guard hold(lock_);
        jobs_.swap(dropped);
    }

private:
    void work() {
        std::unique_lock hold(lock_);
        auto first = [&] {
            return std::find_if(jobs_.begin(), jobs_.end(),
                                [](auto& queue) { return !queue.empty(); });
        };
        for (;;) {
            wake_.wait(hold, [&] { return ending_ || first() != jobs_.end(); });
            auto queue = first();
            if (queue == jobs_.end())
                return;
            auto job = std::move(queue->front());
            queue->pop_front();
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
    mutable std::mutex lock_;
    std::condition_variable wake_;
    std::array<std::deque<std::function<void()>>, 2> jobs_;  // by urgency
    bool ending_ = false;
    std::vector<std::jthread> threads_;
};

}  // namespace weft
