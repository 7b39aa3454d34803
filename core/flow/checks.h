// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/json.h"
#include "core/base/tensor.h"
#include "core/runtime/runtime.h"

namespace vernier {

/// What a check worker does with the runtime, and what it keeps between messages: the samples and FP32's outputs.
class Checks {
public:
    /// runtime: one that is loaded already; without it, it is loaded when first needed.
    explicit Checks(RuntimePtr runtime = nullptr) : runtime_(std::move(runtime)) {}

    /// Answers one message {"do": ..., "ort": ..., ...}:
    ///   fp32     model, samples, threads, seconds, free_shapes: runs FP32 on as many samples as the time allows -> samples
    ///   verify   model: a file held against FP32 with all and (off: true) with no optimizations, and in
    ///            true half precision -> outputs (OutputCheck)
    ///   audit    model -> how each node runs (audit_nodes)
    ///   time     models, seconds -> for each, milliseconds of one run in each round; the models run in turns
    ///   open     bytes, folder, level -> milliseconds
    ///   blame    see core/flow/blame.h
    ///   memory   -> the process's peak in bytes
    [[nodiscard]] Json answer(const Json& message);

private:
    using Outputs = std::vector<Tensor>;
    void load(const std::string& ort);
    Json run_fp32(const Json& message);
    Json verify(const Json& message);
    Json audit(const Json& message) const;
    Json time(const Json& message);
    /// A file opened and run on samples while time allows; no outputs where it lacks one of FP32's.
    struct Ran {
        std::unique_ptr<Session> session;
        std::vector<Port> ports;
        std::vector<Outputs> outputs;
    };
    [[nodiscard]] Ran run_all(const std::filesystem::path& model, GraphLevel level, double seconds) const;
    [[nodiscard]] Ran run_samples(std::unique_ptr<Session> session, double seconds) const;
    /// With all and with no optimizations, at the same time unless the file is so large that one session is enough to hold.
    [[nodiscard]] std::pair<Ran, Ran> run_both_levels(const std::filesystem::path& model) const;
    /// No outputs where the file computes nothing in half precision that FP32 does not.
    [[nodiscard]] Ran run_in_true_half(const std::filesystem::path& model, GraphLevel level) const;

    RuntimePtr runtime_;
    int threads_ = 1;
    double seconds_ = 0;
    bool free_shapes_ = false;
    std::filesystem::path fp32_file_;
    std::vector<Port> ports_;                              ///< FP32's outputs that are tensors of numbers
    std::vector<std::map<std::string, Tensor>> samples_;
    std::vector<Outputs> fp32_;                            ///< by sample, in the order of ports_
    std::unique_ptr<Session> fp32_session_;                ///< for timing; null for large models
};

}  // namespace vernier
