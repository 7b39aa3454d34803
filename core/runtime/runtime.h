// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/tensor.h"
#include "core/model/model.h"
#include "core/runtime/target.h"

namespace vernier {

/// One loaded ONNX Runtime library. Never unloaded.
class Runtime {
public:
    /// Looks at: path (when not empty), the environment's VERNIER_ORT, beside the program (../lib/vernier) and the build's
    /// private prefix, the system; in that order. A path that was asked for by name (the first two) must work.
    /// Throws Error{runtime_missing} that says how to get it.
    [[nodiscard]] static std::shared_ptr<const Runtime> load(const std::filesystem::path& path = {});
    virtual ~Runtime() = default;
    [[nodiscard]] virtual const std::string& version() const = 0;  ///< "1.31.1"
    [[nodiscard]] virtual const std::filesystem::path& path() const = 0;
    [[nodiscard]] virtual std::vector<std::string> providers() const = 0;
};
using RuntimePtr = std::shared_ptr<const Runtime>;

struct Port {
    std::string name;
    ValueType type;
};

/// What observes a tensor while a session runs (calibration). Called from the thread that runs; several threads at once
/// are possible when run() is called from several threads.
using Observer = std::function<void(std::span<const float> values, std::span<const std::int64_t> dims)>;

struct ProfileEvent {
    std::string node;     ///< name of the node as it ran
    std::string op_type;  ///< "QLinearConv", "Conv", ...
    std::string provider;
    double microseconds = 0;  ///< of one run: mean of the middle half of all runs
    std::uint64_t runs = 0;
    std::string input_types;  ///< "uint8,int8,..." as the runtime reports them
};

/// A loaded model that can be run. run() is thread safe.
class Session {
public:
    /// Throws Error{bad_model} with the runtime's own words. Equal names of nodes, which ONNX allows and the runtime refuses, are made unique.
    static std::unique_ptr<Session> open(RuntimePtr runtime, const std::filesystem::path& model, const Target& target);
    /// Model bytes; external data is looked for in folder.
    static std::unique_ptr<Session> open(RuntimePtr runtime, std::span<const std::byte> model, const std::filesystem::path& folder, const Target& target);
    /// A model in memory, which the session keeps: large initializers are read where they lie. It may exceed 2 GB.
    static std::unique_ptr<Session> open(RuntimePtr runtime, std::shared_ptr<const onnx::ModelProto> model, const Target& target);
    /// A session in which each named float tensor is handed to its observer during each run, through a pass-through
    /// custom operator that shares its input's buffer. Keeps the model, as above.
    static std::unique_ptr<Session> open_observed(RuntimePtr runtime, std::shared_ptr<const onnx::ModelProto> model, const std::filesystem::path& folder,
                                                  const Target& target, const std::map<std::string, Observer>& observers);
    virtual ~Session() = default;
    [[nodiscard]] virtual const std::vector<Port>& inputs() const = 0;
    [[nodiscard]] virtual const std::vector<Port>& outputs() const = 0;
    /// Runs once. Outputs in the order of outputs(), or of wanted when it is not empty.
    /// Throws Error{bad_data} when an input is missing or has the wrong shape, Error{bad_model} when a kernel fails,
    /// Error{cancelled} when stop was requested (the runtime is told to terminate the run).
    virtual std::vector<Tensor> run(const std::map<std::string, Tensor>& inputs, const std::vector<std::string>& wanted = {}, std::stop_token stop = {}) = 0;
    /// Runs once on prepared inputs and drops the outputs: the latency harness' inner call; bind() first.
    virtual void bind(const std::map<std::string, Tensor>& inputs) = 0;
    virtual void run_bound() = 0;
    [[nodiscard]] virtual double start_ms() const = 0;  ///< how long opening took
};

/// The graph that the runtime really executes on a target, at its level, as a ModelProto's bytes.
[[nodiscard]] std::string optimized_model(const RuntimePtr& runtime, const onnx::ModelProto& model, const std::filesystem::path& folder, const Target& target);

/// Times every node over a number of runs (runtime profiler).
[[nodiscard]] std::vector<ProfileEvent> profile(const RuntimePtr& runtime, const std::filesystem::path& model, const Target& target,
                                                const std::map<std::string, Tensor>& inputs, int runs);

/// Element types and shapes of all values of the main graph, as ONNX Runtime infers them (a source of shapes where the
/// onnx library stops). Values whose type it does not tell are left out.
[[nodiscard]] std::vector<NamedType> infer_types(const RuntimePtr& runtime, const Model& model);
/// The same with the inputs' open axes fixed to Model::sizes().
[[nodiscard]] std::vector<NamedType> infer_sizes(const RuntimePtr& runtime, const Model& model);

}  // namespace vernier
