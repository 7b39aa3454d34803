// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/unrolled.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/file.h"
#include "core/data/carried.h"
#include "core/measure/carried_run.h"

namespace vernier {
namespace {

constexpr std::uint64_t kValidation = 32;  ///< samples, of which 16 to 64 runs are looked at
constexpr std::size_t kMostRuns = 4096;
constexpr std::size_t kMostBytes = std::size_t{64} << 20;  ///< of states

/// One run of a sample.
struct Step {
    std::uint64_t sample = 0;
    std::size_t part = 0;
    std::map<std::string, Tensor> states = {};
    [[nodiscard]] std::size_t bytes() const {
        std::size_t bytes = 0;
        for (const auto& [name, tensor] : states) bytes += tensor.bytes.size();
        return bytes;
    }
};

/// Every n-th of what comes, with n as small as the room allows.
class Thinned {
public:
    void add(Step step) {
        if (seen_++ % stride_ != 0) return;
        bytes_ += step.bytes();
        steps_.push_back(std::move(step));
        while (steps_.size() > kMostRuns || (bytes_ > kMostBytes && steps_.size() > 1)) thin();
    }
    [[nodiscard]] std::vector<Step> take() { return std::move(steps_); }

private:
    void thin() {
        std::vector<Step> kept;
        for (std::size_t i = 0; i < steps_.size(); i += 2) kept.push_back(std::move(steps_[i]));
        steps_ = std::move(kept);
        stride_ *= 2;
        bytes_ = 0;
        for (const Step& step : steps_) bytes_ += step.bytes();
    }

    std::vector<Step> steps_;
    std::size_t seen_ = 0, stride_ = 1, bytes_ = 0;
};

class Unrolled final : public Dataset {
public:
    Unrolled(DatasetPtr whole, Unrolling unrolling, Job job) : whole_(std::move(whole)), unrolling_(std::move(unrolling)), job_(std::move(job)) {}

    [[nodiscard]] const std::string& name() const override { return whole_->name(); }
    [[nodiscard]] const std::filesystem::path& path() const override { return whole_->path(); }
    [[nodiscard]] std::vector<std::filesystem::path> files() const override { return whole_->files(); }
    [[nodiscard]] std::uint64_t size(Split split) const override { return steps(split).size(); }
    [[nodiscard]] const std::vector<std::string>& classes() const override { return whole_->classes(); }
    [[nodiscard]] bool has_labels() const override { return false; }
    [[nodiscard]] const TaskSpec& task() const override { return whole_->task(); }
    [[nodiscard]] bool classifies() const override { return whole_->classifies(); }
    [[nodiscard]] const std::string& output() const override { return whole_->output(); }
    [[nodiscard]] const std::vector<Finding>& findings() const override { return whole_->findings(); }
    [[nodiscard]] std::string fingerprint() const override {
        return sha256(fmt::format("{} unrolled {} {}", whole_->fingerprint(), unrolling_.model->sha256(), unrolling_.calibration));
    }
    [[nodiscard]] std::string preprocessing() const override { return whole_->preprocessing(); }

    [[nodiscard]] Sample load(Split split, std::uint64_t index) const override {
        const Step& step = steps(split).at(static_cast<std::size_t>(index));
        const std::shared_ptr<const Sample> whole = loaded(split, step.sample);
        Sample sample;
        sample.inputs = part_of_inputs(whole->inputs, carry_of(*whole_), step.part);
        for (const auto& [input, state] : step.states) sample.inputs.insert_or_assign(input, state);
        sample.name = fmt::format("{} part {}", whole->name, step.part);
        sample.text = whole->text;
        return sample;
    }

private:
    [[nodiscard]] const std::vector<Step>& steps(Split split) const {
        const std::lock_guard guard(unrolling_mutex_);
        auto& own = steps_.at(split == Split::calibration ? 0 : 1);
        if (!own) own = unroll(split);
        return *own;
    }

    [[nodiscard]] std::vector<Step> unroll(Split split) const {
        const std::uint64_t wanted = split == Split::calibration ? unrolling_.calibration : kValidation;
        const std::vector<std::uint64_t> picked = pick_samples(*whole_, split, wanted);
        if (picked.empty()) return {};
        const Carry& carry = carry_of(*whole_);
        const auto session = Session::open(unrolling_.runtime, std::make_shared<const onnx::ModelProto>(inlined_proto(*unrolling_.model)), unrolling_.target);
        std::vector<std::string> outputs;
        for (const auto& [input, output] : carry.states) outputs.push_back(output);
        if (outputs.empty()) outputs.push_back(session->outputs().front().name);
        Thinned thinned;
        for (std::size_t i = 0; i < picked.size(); ++i) {
            job_.step("states", i, picked.size());
            const Sample sample = whole_->load(split, picked[i]);
            static_cast<void>(run_parts(*session, {sample.inputs, carry, outputs}, job_, [&](std::size_t part, const auto& inputs) {
                Step step{picked[i], part, {}};
                for (const auto& [input, output] : carry.states) step.states.emplace(input, inputs.at(input));
                thinned.add(std::move(step));
            }));
        }
        return thinned.take();
    }

    /// Runs are asked for in order, so that the sample of the last one serves the next.
    [[nodiscard]] std::shared_ptr<const Sample> loaded(Split split, std::uint64_t index) const {
        const std::lock_guard guard(loading_mutex_);
        if (last_ == nullptr || last_split_ != split || last_index_ != index) {
            last_ = std::make_shared<const Sample>(whole_->load(split, index));
            last_split_ = split;
            last_index_ = index;
        }
        return last_;
    }

    DatasetPtr whole_;
    Unrolling unrolling_;
    Job job_;
    mutable std::mutex unrolling_mutex_, loading_mutex_;
    mutable std::array<std::optional<std::vector<Step>>, 2> steps_;
    mutable std::shared_ptr<const Sample> last_;
    mutable Split last_split_ = Split::calibration;
    mutable std::uint64_t last_index_ = 0;
};

}  // namespace

DatasetPtr unrolled(const DatasetPtr& data, Unrolling unrolling, const Job& job) {
    if (data == nullptr || !carry_of(*data).any()) return data;
    return std::make_shared<Unrolled>(data, std::move(unrolling), job);
}

}  // namespace vernier
