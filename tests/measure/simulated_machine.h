// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/measure/launches.h"

namespace vernier::test {

/// What a simulated machine does to the runs on it.
struct MachineKind {
    double launch_sd = 0;               ///< a process is slower or faster than another with the same file, for good (logarithm)
    double wander = 0;                  ///< slow changes of speed, AR(1) (logarithm)
    double two_speeds = 0;              ///< the slow state is slower by this share; each lasts some 150 runs
    std::vector<double> cpus = {1, 1};  ///< cost of a run on each processor
    bool pinned = true;                 ///< false: a process stays on one processor, drawn at its start
};

/// A machine on which time passes only by runs, and processes that run models of a given cost on it.
class SimulatedMachine {
public:
    SimulatedMachine(MachineKind kind, std::uint64_t seed);
    ~SimulatedMachine();
    /// Starts processes of a model whose run costs so many ms.
    [[nodiscard]] Start model(double cost);
    /// The processors in turn; empty when the kind is not pinned.
    [[nodiscard]] std::vector<std::vector<int>> cpus() const;

    struct State;

private:
    std::shared_ptr<State> state_;
};

}  // namespace vernier::test
