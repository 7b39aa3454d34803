// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/turns.h"

#include <algorithm>

#include "core/base/cpu_time.h"

namespace vernier {
namespace {

constexpr double kSlowMs = 50;   ///< a run that takes this long is not repeated
constexpr double kQuickMs = 1;   ///< one that takes less is repeated three times
constexpr double kPatience = 4;  ///< times the seconds, for the fewest rounds
constexpr std::size_t kFewestRounds = 3, kMostRounds = 60;

/// The smallest of a few runs. The first one warms the caches: another session ran before it.
double best_ms(Session& session) {
    double best = 1e300;
    const auto repeats = [&](int run) { return run < 1 || (run < 2 && best < kSlowMs) || (run < 4 && best < kQuickMs); };
    for (int run = 0; repeats(run); ++run) {
        const double begin = thread_cpu_seconds();
        session.run_bound();
        best = std::min(best, 1000 * (thread_cpu_seconds() - begin));
    }
    return best;
}

}  // namespace

std::vector<Rounds> rounds_in_turns(const std::vector<Session*>& sessions, double seconds, const std::vector<TimeLine>& lines) {
    std::vector<Rounds> times(sessions.size());
    const double start = thread_cpu_seconds();
    const auto goes_on = [&](std::size_t round) {
        const double spent = thread_cpu_seconds() - start;
        if (round == 0 || (round < kFewestRounds && spent < kPatience * seconds)) return true;
        return spent < seconds && !is_clear(times, lines);
    };
    for (std::size_t round = 0; round < kMostRounds && goes_on(round); ++round)
        for (std::size_t turn = 0; turn < sessions.size(); ++turn) {
            const std::size_t s = round % 2 == 0 ? turn : sessions.size() - 1 - turn;  // none always follows the same one
            times[s].push_back(best_ms(*sessions[s]));
        }
    return times;
}

Json to_json(const TimeLine& line) { return {line.above, line.below, line.ratio}; }

TimeLine time_line_from_json(const Json& json) { return {json.at(0).get<std::size_t>(), json.at(1).get<std::size_t>(), json.at(2).get<double>()}; }

}  // namespace vernier
