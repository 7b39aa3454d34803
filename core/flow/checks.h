// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/json.h"
#include "core/base/tensor.h"
#include "core/runtime/runtime.h"

namespace vernier {

/// A file as it is now, by whatever path. Never that of a later one.
struct FileId {
    std::uint64_t device = 0, inode = 0, bytes = 0;
    std::int64_t changed_ns = 0;  ///< 0: there is no file
    bool operator==(const FileId&) const = default;
};

/// What a check worker does with the runtime, and what it keeps between messages: the samples and FP32's outputs.
class Checks {
public:
    /// runtime: one that is loaded already; without it, it is loaded when first needed.
    explicit Checks(RuntimePtr runtime = nullptr) : runtime_(std::move(runtime)) {}

    /// Answers one message {"do": ..., "ort": ..., ...}:
    ///   fp32     model, samples, target, seconds, free_shapes: runs FP32 on as many samples as the time allows, but a few -> samples
    ///   more     seconds: runs FP32 on further samples while this time allows -> samples
    ///   verify   model: a file held against FP32 with all and (off: true) with no optimizations, and in
    ///            true half precision -> outputs (OutputCheck). graph: true keeps what the runtime makes of it for "audit"
    ///   beyond-half  tensors: names of FP32's tensors -> those with values that half precision makes infinite
    ///   audit    model -> how each node runs (audit_executed where its graph was kept, else audit_nodes)
    ///   time     models, seconds, clear (TimeLine) -> for each, milliseconds of processor time of one run in each round; they run
    ///            in turns, until time is over or it is clear on which side of each line they are
    ///   open     bytes, folder, target -> milliseconds
    ///   blame    see core/flow/blame.h
    ///   memory   -> the process's peak in bytes
    [[nodiscard]] Json answer(const Json& message);
    /// The answer to "verify" for a model in memory, which may exceed what one file holds. After "fp32".
    [[nodiscard]] Json verify(const std::shared_ptr<const onnx::ModelProto>& model, bool off) const;

private:
    using Outputs = std::vector<Tensor>;
    void load(const std::string& ort);
    Json run_fp32(const Json& message);
    Json run_more(const Json& message);
    Json verify_file(const Json& message);
    Json beyond_half(const Json& message) const;
    Json audit(const Json& message) const;
    Json time(const Json& message);
    /// A file opened and run on samples while time allows; no outputs where it lacks one of FP32's.
    struct Ran {
        std::unique_ptr<Session> session;
        std::vector<Port> ports;
        std::vector<Outputs> outputs;
    };
    /// What is run, however it is opened.
    struct Subject {
        std::function<std::unique_ptr<Session>(const Target& target)> open;
        std::function<std::unique_ptr<Session>(const Target& target)> open_in_true_half;
        bool small = false;  ///< two sessions of it may be held at once
    };
    struct Patience;
    /// All that a file is run for.
    struct Runs {
        Ran all, off, half;
    };
    [[nodiscard]] Subject subject_of(const std::filesystem::path& file) const;
    /// The same, whose session with all optimizations leaves its graph in graph.
    [[nodiscard]] Subject subject_with_graph(const std::filesystem::path& file, std::string& graph) const;
    /// What FP32 gives in a further run of the session that it has: random operators start a new session with the same numbers.
    /// Nothing where there is no session, or it refuses.
    [[nodiscard]] std::optional<std::vector<Outputs>> run_fp32_again();
    [[nodiscard]] Ran run_all(const Subject& subject, GraphLevel level, const Patience& patience) const;
    [[nodiscard]] Ran run_samples(std::unique_ptr<Session> session, const Patience& patience) const;
    /// Runs the samples that ran has no outputs of yet.
    void go_on(Ran& ran, std::size_t samples, const Patience& patience) const;
    /// No outputs where the subject computes nothing in half precision that FP32 does not.
    [[nodiscard]] Ran run_in_true_half(const Subject& subject, GraphLevel level) const;
    /// Two at the same time where the subject is small, else one after the other.
    [[nodiscard]] Runs run_for(const Subject& subject, bool off) const;
    [[nodiscard]] Json hold_against_fp32(const Runs& runs, bool off) const;
    /// The session of a file that is open already; null: there is none.
    [[nodiscard]] Session* open_already(const std::filesystem::path& file) const;

    RuntimePtr runtime_;
    Target target_;
    double seconds_ = 0;
    bool free_shapes_ = false;
    std::filesystem::path fp32_file_;
    std::vector<Port> ports_;  ///< FP32's outputs that are tensors of numbers
    std::vector<std::map<std::string, Tensor>> samples_;
    std::vector<Outputs> fp32_;                 ///< of the first samples, in the order of ports_
    std::unique_ptr<Session> fp32_session_;     ///< for timing and further samples; null for large models
    FileId checked_;                            ///< the file that was verified last
    FileId graph_of_;                           ///< the file whose executed graph was kept
    std::string graph_;                         ///< that graph
    std::unique_ptr<Session> checked_session_;  ///< its session with all optimizations, for timing; null for large models
};

}  // namespace vernier
