// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/launches.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <numeric>
#include <utility>

namespace vernier {
namespace {

constexpr std::size_t kTurnsOfAnOrder = 4;  ///< then the next model is the first: of many, each comes to each place

/// A small generator with a fixed algorithm, so that an order can be repeated on every machine (splitmix64).
std::uint64_t next_random(std::uint64_t& state) {
    state += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

class Launcher {
public:
    Launcher(const std::vector<Start>& models, const LaunchPlan& plan, std::uint64_t seed, const Job& job)
        : models_(models), plan_(plan), job_(job), random_(seed), order_(models.size()), out_(models.size()) {
        std::iota(order_.begin(), order_.end(), std::size_t{0});
        shuffle();
        in_turns_ = order_;
    }

    std::vector<std::vector<Launch>> run() {
        for (int launch = 0; launch < plan_.launches; ++launch) {
            start(launch);
            for (int round = 0; round < plan_.rounds; ++round) {
                next_order(round);
                time_round();
            }
            for (int pause = 0; pause < plan_.pauses; ++pause) call_after_pause(launch * plan_.pauses + pause);
            subjects_.clear();
        }
        job_.step("latency", total(), total());
        return std::move(out_);
    }

private:
    [[nodiscard]] std::uint64_t total() const { return static_cast<std::uint64_t>(plan_.launches) * static_cast<std::uint64_t>(plan_.rounds) * models_.size(); }

    void shuffle() {
        for (std::size_t i = order_.size(); i > 1; --i) std::swap(order_[i - 1], order_[next_random(random_) % i]);
    }

    /// A random order, and in the next round the same one backwards, so that each model is first as often as last.
    void next_order(int round) {
        if (round % 2 == 0) {
            shuffle();
        } else {
            std::reverse(order_.begin(), order_.end());
        }
    }

    /// What is done once a launch may be slower or faster for the one that comes first. Drawn by lot, one model may come first in seven
    /// of eight launches, and since the seed is the same, always the same one: a difference that t over launches takes for the
    /// model's. So two models take turns in the pattern ABBA, which is as even in every second turn (a launch's processors) as in all.
    [[nodiscard]] std::vector<std::size_t> order_of(int turn) const {
        std::vector<std::size_t> order = in_turns_;
        const auto number = static_cast<std::size_t>(turn);
        std::rotate(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(number / kTurnsOfAnOrder % std::max<std::size_t>(order.size(), 1)), order.end());
        if (std::popcount(number) % 2 != 0) std::reverse(order.begin(), order.end());
        return order;
    }

    [[nodiscard]] std::vector<int> cpus(int launch) const {
        if (plan_.cpus.empty()) return {};
        return plan_.cpus[static_cast<std::size_t>(launch) % plan_.cpus.size()];
    }

    void start(int launch) {
        subjects_.resize(models_.size());
        for (const std::size_t model : order_of(launch)) {
            job_.step("latency", done_, total());
            // They stay there: on a busy machine the first runs after a move are slower, for one model more than for the other.
            subjects_[model] = models_[model](cpus(launch));
            const Opened& opened = subjects_[model]->opened();
            out_[model].push_back({opened.session_start_ms, opened.first_run_ms, opened.peak_rss_bytes, {}, {}});
            if (plan_.warm_up) (void)subjects_[model]->warm_up();
        }
    }

    void time_round() {
        for (const std::size_t model : order_) {
            job_.step("latency", done_++, total());
            std::vector<double> times = subjects_[model]->block(plan_.runs[model]);
            times.erase(times.begin(), times.begin() + plan_.dropped[model]);
            out_[model].back().blocks.push_back(std::move(times));
        }
    }

    void call_after_pause(int turn) {
        for (const std::size_t model : order_of(turn)) {
            job_.check();
            const std::vector<double> times = subjects_[model]->first_calls(1);
            std::vector<double>& all = out_[model].back().after_pause_ms;
            all.insert(all.end(), times.begin(), times.end());
        }
    }

    const std::vector<Start>& models_;
    const LaunchPlan& plan_;
    const Job& job_;
    std::uint64_t random_;
    std::uint64_t done_ = 0;
    std::vector<std::size_t> order_;     ///< of the blocks of a round
    std::vector<std::size_t> in_turns_;  ///< the first order of starts and of first calls
    std::vector<std::unique_ptr<Subject>> subjects_;
    std::vector<std::vector<Launch>> out_;
};

}  // namespace

std::vector<std::vector<Launch>> run_launches(const std::vector<Start>& models, const LaunchPlan& plan, std::uint64_t seed, const Job& job) {
    return Launcher(models, plan, seed, job).run();
}

}  // namespace vernier
