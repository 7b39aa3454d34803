// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/subject.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/base/error.h"
#include "core/measure/caches.h"
#include "core/measure/carried_run.h"
#include "core/measure/cast.h"
#include "core/measure/latency.h"
#include "core/measure/memory.h"

namespace vernier {
namespace {

double now() {
    static const Clock clock = steady_clock_ms();
    return clock();
}

Tensor zeros(const Port& port, const std::vector<InputSize>& sizes) {
    Tensor tensor;
    tensor.type = port.type.element;
    for (const Dim& dim : port.type.dims) tensor.dims.push_back(dim.value < 0 ? 1 : dim.value);
    for (const InputSize& size : sizes) {
        if (size.name != port.name) continue;
        tensor.dims.clear();
        for (const SizedAxis& axis : size.axes) tensor.dims.push_back(axis.size);
    }
    if (bits(tensor.type) == 0) {
        throw Error(ErrorKind::bad_model, fmt::format("inputs of type {} cannot be given, so the model cannot be run", port.type.text()), {.tensor = port.name},
                    "Export the model without the part that reads this input, and measure that.");
    }
    tensor.bytes.resize(byte_size(tensor.type, tensor.count()));
    return tensor;
}

/// Shapes that are known already, so that a launch need not open the model for them.
std::vector<InputSize> sizes_of(const SizeChoices& choices) {
    std::vector<InputSize> sizes;
    for (const auto& [name, shape] : choices.shapes) {
        InputSize& size = sizes.emplace_back(InputSize{name, {}});
        for (const std::int64_t axis : shape) size.axes.push_back({axis, SizeSource::declared, {}});
    }
    return sizes;
}

class SubjectHere final : public Subject {
public:
    SubjectHere(RuntimePtr runtime, SubjectRequest request, Job job) : runtime_(std::move(runtime)), request_(std::move(request)), job_(std::move(job)) {
        if (!request_.only_time) {
            const ModelPtr model = open_model(request_.model, job_);
            opened_.size_bytes = model->size_bytes();
            opened_.sha256 = model->sha256();
            if (request_.inputs.empty()) sizes_ = request_.sizes.empty() ? model->sizes() : input_sizes(*model, request_.sizes);
        } else if (request_.inputs.empty()) {
            sizes_ = sizes_of(request_.sizes);
        }
        const PeakMemory memory;
        session_ = Session::open(runtime_, request_.model, request_.run);
        opened_.session_start_ms = session_->start_ms();
        run_first(memory);
        opened_.outputs = output_ports();
        for (const OutputPort& port : opened_.outputs)
            if (port.other.empty()) wanted_.push_back(port.name);
    }

    [[nodiscard]] const Opened& opened() const override { return opened_; }

    void ask(const std::map<std::string, Tensor>& inputs) override {
        answers_.clear();
        if (wanted_.empty()) return;
        std::vector<Tensor> outputs = run_parts(*session_, {inputs, request_.carry, wanted_}, job_);
        for (std::size_t i = 0; i < outputs.size(); ++i) answers_.insert_or_assign(wanted_[i], std::move(outputs[i]));
    }

    [[nodiscard]] std::map<std::string, Tensor> answer() override { return std::exchange(answers_, {}); }

    [[nodiscard]] WarmRun warm_up() override {
        std::vector<double> times;
        const double begin = now();
        for (int i = 0; i < 20 && (i < 3 || now() - begin < 100); ++i) {
            job_.check();
            times.push_back(run_once());
        }
        // The first run of a session is not like the others.
        times.erase(times.begin());
        // The mean: threads that wait for a processor make a few runs so long that the median says nothing of the cost.
        once_ms_ = std::accumulate(times.begin(), times.end(), 0.0) / static_cast<double>(times.size());
        settle();
        return {once_ms_, *std::min_element(times.begin(), times.end())};
    }

    [[nodiscard]] std::vector<double> first_calls(int count) override {
        std::vector<double> times;
        for (int call = 0; call < count; ++call) {
            fill_caches();
            times.push_back(run_once());
            settle();
        }
        return times;
    }

    [[nodiscard]] std::vector<double> block(int runs) override {
        std::vector<double> times;
        times.reserve(static_cast<std::size_t>(runs));
        for (int run = 0; run < runs; ++run) times.push_back(run_once());
        settle();
        return times;
    }

    [[nodiscard]] std::vector<ProfileEvent> profile() override {
        const int runs = static_cast<int>(std::clamp(200 / std::max(once_ms_, 1e-3), 3.0, 20.0));
        return vernier::profile(runtime_, request_.model, request_.run, request_.inputs, runs);
    }

private:
    void run_first(const PeakMemory& memory) {
        const bool made = request_.inputs.empty();
        if (made)
            for (const Port& port : session_->inputs()) {
                const Tensor& tensor = request_.inputs.emplace(port.name, zeros(port, sizes_)).first->second;
                opened_.made.emplace(port.name, tensor.dims);
            }
        try {
            request_.inputs = fitted(session_->inputs(), request_.inputs);
            session_->bind(request_.inputs);
            opened_.first_run_ms = run_once();
        } catch (const Error& error) {
            if (!made || sizes_.empty() || error.kind() == ErrorKind::cancelled) throw;
            throw Error(error.kind(), error.what(), error.where(),
                        "It was run on zeros with " + sizes_text(sizes_) + ". Give samples (--data), or sizes that it takes (--shape, --dim).");
        }
        opened_.peak_rss_bytes = memory.added_bytes();
    }

    double run_once() {
        const double begin = now();
        session_->run_bound();
        return now() - begin;
    }

    void settle() const {
        if (request_.run.threads != 1) settle_pools();
    }

    [[nodiscard]] std::vector<OutputPort> output_ports() const {
        std::vector<OutputPort> ports;
        for (const Port& port : session_->outputs()) {
            const bool text = port.type.element == ElementType::string;
            ports.push_back({port.name, !port.type.other.empty() ? port.type.other : text ? "text" : ""});
        }
        return ports;
    }

    RuntimePtr runtime_;
    SubjectRequest request_;
    Job job_;
    Opened opened_;
    std::vector<InputSize> sizes_;  ///< of made inputs; empty when samples are given or no axis is open
    std::unique_ptr<Session> session_;
    std::vector<std::string> wanted_;
    std::map<std::string, Tensor> answers_;
    double once_ms_ = 0;  ///< one warm run, roughly
};

}  // namespace

std::unique_ptr<Subject> open_here(const RuntimePtr& runtime, SubjectRequest request, const Job& job) {
    return std::make_unique<SubjectHere>(runtime, std::move(request), job);
}

}  // namespace vernier
