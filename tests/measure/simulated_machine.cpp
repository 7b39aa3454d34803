// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/measure/simulated_machine.h"

#include <cmath>

#include "tests/support/random.h"

namespace vernier::test {

struct SimulatedMachine::State {
    State(MachineKind what, std::uint64_t seed) : kind(std::move(what)), random(seed) {}

    /// The time of a run on a processor.
    double run(double cost, std::size_t cpu) {
        constexpr double kPhi = 0.995, kFlip = 1.0 / 150, kNoise = 0.006, kSpikes = 0.01;
        speed = kPhi * speed + kind.wander * std::sqrt(1 - kPhi * kPhi) * random.normal();
        if (random.unit() < kFlip) slow = !slow;
        const double spike = random.unit() < kSpikes ? 1.5 : 1.0;
        return cost * kind.cpus[cpu] * (slow ? 1 + kind.two_speeds : 1) * spike * std::exp(speed + kNoise * random.normal());
    }

    MachineKind kind;
    Random random;
    double speed = 0;
    bool slow = false;
};

namespace {

/// A process on the simulated machine.
class SimulatedProcess final : public Subject {
public:
    SimulatedProcess(std::shared_ptr<SimulatedMachine::State> machine, double cost, std::size_t cpu)
        : machine_(std::move(machine)), cost_(cost * std::exp(machine_->kind.launch_sd * machine_->random.normal())), cpu_(cpu) {
        opened_.session_start_ms = 10 * machine_->run(cost_, cpu_);
        opened_.first_run_ms = 5 * machine_->run(cost_, cpu_);
        opened_.peak_rss_bytes = 1'000'000;
    }
    [[nodiscard]] const Opened& opened() const override { return opened_; }
    void ask(const std::map<std::string, Tensor>& /*inputs*/) override {}
    [[nodiscard]] std::map<std::string, Tensor> answer() override { return {}; }
    [[nodiscard]] WarmRun warm_up() override { return {cost_, cost_}; }
    [[nodiscard]] std::vector<double> block(int runs) override { return times(runs, cost_); }
    [[nodiscard]] std::vector<double> first_calls(int count) override { return times(count, 3 * cost_); }
    [[nodiscard]] std::vector<ProfileEvent> profile() override { return {}; }

private:
    std::vector<double> times(int runs, double cost) {
        std::vector<double> out;
        for (int run = 0; run < runs; ++run) out.push_back(machine_->run(cost, cpu_));
        return out;
    }

    std::shared_ptr<SimulatedMachine::State> machine_;
    double cost_;
    std::size_t cpu_;
    Opened opened_;
};

}  // namespace

SimulatedMachine::SimulatedMachine(MachineKind kind, std::uint64_t seed) : state_(std::make_shared<State>(std::move(kind), seed)) {}
SimulatedMachine::~SimulatedMachine() = default;

Start SimulatedMachine::model(double cost) {
    return [state = state_, cost](const std::vector<int>& cpus) -> std::unique_ptr<Subject> {
        const std::size_t cpu = cpus.empty() ? state->random.below(state->kind.cpus.size()) : static_cast<std::size_t>(cpus.front());
        return std::make_unique<SimulatedProcess>(state, cost, cpu);
    };
}

std::vector<std::vector<int>> SimulatedMachine::cpus() const {
    std::vector<std::vector<int>> sets;
    for (std::size_t cpu = 0; state_->kind.pinned && cpu < state_->kind.cpus.size(); ++cpu) sets.push_back({static_cast<int>(cpu)});
    return sets;
}

}  // namespace vernier::test
