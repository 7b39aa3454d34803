// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/data/dataset.h"
#include "core/model/model.h"
#include "core/quant/calibration/choose.h"
#include "core/quant/calibration/ranges.h"
#include "core/quant/plan.h"
#include "core/quant/prepare.h"
#include "core/quant/recipe.h"
#include "core/quant/statistics.h"
#include "core/runtime/runtime.h"

namespace vernier {

/// Median milliseconds of one run: of the opened file first, then of each model. Empty when they cannot be timed.
using Timer = std::function<std::vector<double>(std::vector<onnx::ModelProto> models)>;

struct DialectChoice;

struct QuantizeOptions {
    Target target = {};       ///< of every session: calibration, first layers, checks
    int threads = 0;          ///< samples of calibration that run at once; 0 = all processors
    bool time_prefix = true;  ///< what is slower in INT8 (first convolutions, groups) is found by timing and stays in float; false = nothing is timed
    Timer timer = {};         ///< empty: sessions in this process
};

/// What quantizing starts from.
struct QuantizeSource {
    RuntimePtr runtime;
    ModelPtr model;
    Recipe recipe;
    DatasetPtr dataset;  ///< null when nothing needs calibration
    QuantizeOptions options = {};
    CanonicalPtr canonical = {};                   ///< of this model, where it was made before
    std::shared_ptr<Statistics> statistics = {};   ///< of these samples, to read and to add to
    std::optional<RangeChoice> range_choice = {};  ///< made before, of this recipe and these samples
};

struct Quantized {
    std::shared_ptr<onnx::ModelProto> proto;
    Plan plan;  ///< as carried out: applied and why are final
    std::vector<Finding> findings;
    Ranges ranges;
    std::optional<RangeChoice> range_choice = {};              ///< where the recipe leaves it to what the samples answer
    std::shared_ptr<const DialectChoice> dialect_choice = {};  ///< where the recipe leaves it to what is timed
    double calibrate_seconds = 0;
    double quantize_seconds = 0;
};

/// A quantization in steps: what it emits can be checked, and emitted again with nodes taken back to float.
class Quantization {
public:
    /// Prepares, calibrates (only when a node needs it) and times float prefixes.
    /// Throws Error{usage} when calibration data are needed and there are none.
    Quantization(QuantizeSource source, const Job& job);

    [[nodiscard]] Plan plan() const;
    /// The model with these nodes in float too.
    [[nodiscard]] onnx::ModelProto emit(const std::set<NodeId>& also_float) const;
    /// Takes nodes back to float for good.
    void keep_float(const std::set<NodeId>& nodes, const std::string& why);
    [[nodiscard]] Quantized result() const;
    /// What static INT8 adds to the outputs of each node as a part of their power, by what calibration saw (static_noise).
    [[nodiscard]] std::map<NodeId, double> noise() const;
    /// How ranges are made, where trials chose it.
    [[nodiscard]] const std::optional<RangeChoice>& range_choice() const { return source_.range_choice; }
    /// The recipe's, or the one that timing chose.
    [[nodiscard]] Dialect dialect() const { return source_.recipe.dialect; }

private:
    void time_dialects(const Job& job);
    void choose_calibration(const Job& job);
    void time_prefix(const Job& job);
    void round_by_samples(const Job& job);
    [[nodiscard]] Prepared prepared_with(const Recipe& recipe) const;
    [[nodiscard]] Timer timer() const;
    [[nodiscard]] onnx::ModelProto emit(const Prepared& prepared, std::vector<Finding>& findings) const;

    QuantizeSource source_;
    Job job_;
    Prepared prepared_;
    Calibration calibration_;
    std::shared_ptr<const DialectChoice> dialect_choice_;
    mutable Ranges ranges_;  ///< those that a plan with more in float needs are added when it is emitted
    double calibrate_seconds_ = 0, prepare_seconds_ = 0;
};

/// The recipe with the ranges and the kind of integers that trials choose for it, where it leaves that to them: what is then calibrated once serves many
/// recipes.
[[nodiscard]] Recipe with_chosen_ranges(QuantizeSource source, const Job& job);

/// A model that the runtime refuses must never be written. Where it refuses the opened model too, that is what is wrong.
void check_it_loads(const RuntimePtr& runtime, const Target& target, const std::shared_ptr<const onnx::ModelProto>& quantized, const Model& model);

/// The whole way in this process: a quantization, and a check that the runtime loads it.
/// Throws Error{usage} when calibration data are needed and there are none.
[[nodiscard]] Quantized quantize(const QuantizeSource& source, const Job& job);

}  // namespace vernier
