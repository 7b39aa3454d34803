// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "core/data/dataset.h"

namespace vernier {
namespace {

using namespace std::chrono_literals;

/// Samples that were loaded ahead, at most `depth` at a time, so that memory does not grow with the dataset.
class Prefetch {
public:
    Prefetch(const Dataset& dataset, Split split, const std::vector<std::uint64_t>& indices, std::size_t threads)
        : dataset_(dataset), split_(split), indices_(indices), slots_(2 * threads + 1) {
        for (std::size_t i = 0; i < std::min(threads, indices.size()); ++i) workers_.emplace_back([this] { work(); });
    }
    ~Prefetch() {
        {
            const std::lock_guard guard(mutex_);
            stopped_ = true;
        }
        changed_.notify_all();
    }
    Prefetch(const Prefetch&) = delete;
    Prefetch& operator=(const Prefetch&) = delete;

    /// The next sample in order; throws what its loading threw, or Error{cancelled}.
    Sample take(const Job& job) {
        std::unique_lock lock(mutex_);
        Slot& slot = slots_[taken_ % slots_.size()];
        while (!slot.sample && !slot.error) {
            job.check();
            changed_.wait_for(lock, 50ms);
        }
        if (slot.error) std::rethrow_exception(slot.error);
        Sample sample = std::move(*slot.sample);
        slot.sample.reset();
        ++taken_;
        lock.unlock();
        changed_.notify_all();
        return sample;
    }

private:
    struct Slot {
        std::optional<Sample> sample;
        std::exception_ptr error;
    };

    void work() {
        std::unique_lock lock(mutex_);
        while (true) {
            changed_.wait(lock, [&] { return stopped_ || claimed_ == indices_.size() || claimed_ < taken_ + slots_.size(); });
            if (stopped_ || claimed_ == indices_.size()) return;
            const std::size_t mine = claimed_++;
            lock.unlock();
            Slot filled;
            try {
                filled.sample = dataset_.load(split_, indices_[mine]);
            } catch (...) {
                filled.error = std::current_exception();
            }
            lock.lock();
            slots_[mine % slots_.size()] = std::move(filled);
            changed_.notify_all();
        }
    }

    const Dataset& dataset_;
    const Split split_;
    const std::vector<std::uint64_t>& indices_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Slot> slots_;
    std::size_t claimed_ = 0;  ///< next position that a worker begins
    std::size_t taken_ = 0;    ///< next position that is handed out
    bool stopped_ = false;
    std::vector<std::jthread> workers_;  // last, so that they end before what they use
};

}  // namespace

void for_each_sample(const Dataset& dataset, const Picked& picked, int threads, const Job& job, const std::function<void(std::uint64_t, Sample&)>& consume) {
    const std::size_t workers = threads > 0 ? static_cast<std::size_t>(threads) : std::max(1U, std::thread::hardware_concurrency());
    Prefetch ahead(dataset, picked.split, picked.indices, workers);
    for (const std::uint64_t index : picked.indices) {
        job.check();
        Sample sample = ahead.take(job);
        consume(index, sample);
    }
}

std::vector<std::uint64_t> pick_samples(const Dataset& dataset, Split split, std::uint64_t n) {
    const std::uint64_t size = dataset.size(split);
    if (n == 0 || n > size) n = size;
    std::vector<std::uint64_t> picked;
    picked.reserve(static_cast<std::size_t>(n));
    // position i of n lies at floor(i * size / n), written so that the product cannot overflow
    for (std::uint64_t i = 0; i < n; ++i) picked.push_back(i * (size / n) + i * (size % n) / n);
    return picked;
}

}  // namespace vernier
