// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/base/json.h"
#include "core/data/dataset.h"
#include "core/layers/twins.h"
#include "core/runtime/runtime.h"

namespace vernier {

/// How far a tensor of the quantized file is from the same tensor of the FP32 model, with all that went wrong before it.
struct TensorError {
    TensorPair pair;
    NodeId node = kNone;  ///< of the FP32 model: what makes the tensor; kNone for an input
    double sqnr_db = 0;   ///< of all its numbers; at most kExactDb
    /// Of the worst group of numbers: groups lie far apart in size (a mask of -1e9 and the scores beside it), and what is lost in the smaller
    /// one does not show in sqnr_db.
    double group_sqnr_db = 0;
    double group_share = 1;   ///< share of the numbers that are in that group
    double group_peak = 0;    ///< its largest magnitude in FP32
    double peak = 0;          ///< largest finite magnitude of all, in FP32
    double power = 0;         ///< mean square in FP32
    double error_power = 0;   ///< mean square of the difference
    double flushed = 0;       ///< share of the numbers that are not zero in FP32 and zero in the file
    double clipped = 0;       ///< share of the numbers that lie outside the range of the file's scale
    double clip_power = 0;    ///< mean square of what is cut off there
    bool not_finite = false;  ///< NaN or infinity where FP32 has a number
    bool constant = false;    ///< the file gives one and the same number, FP32 does not
    std::uint64_t count = 0;  ///< numbers compared
};
inline constexpr double kExactDb = 200;

/// A node at which the two files part.
struct Parting {
    NodeId node = kNone;     ///< of the FP32 model
    NodeId twin = kNone;     ///< of the quantized file
    std::size_t tensor = 0;  ///< index into OnTheWay::tensors: the node's output
    double before_db = 0;    ///< worst SQNR of what it reads
    double after_db = 0;     ///< of what it makes
    /// Noise over signal that the outputs of FP32 have with this alone; nothing where it was not measured (reach.h).
    std::optional<double> reach = {};
    /// Noise over signal that the node adds, at most 1.
    [[nodiscard]] double added() const;
    /// SQNR of the outputs with this alone, and a sentence of it: " Alone it leaves 12.3 dB at the outputs."; empty where it was not measured.
    [[nodiscard]] double outputs_db() const;
    [[nodiscard]] std::string reach_text() const;
    /// "from 30.1 dB to 7.2 dB of FP32"; where as much was lost in front of it, but reaches the outputs less, only what is left.
    [[nodiscard]] std::string loss_text() const;
};

struct OnTheWay {
    std::vector<TensorError> tensors;   ///< in the order of the FP32 model
    std::vector<std::int32_t> of_node;  ///< by NodeId of the FP32 model: index of the tensor that it makes; kNone where there is none
    std::vector<Parting> partings;      ///< nodes that add noise of their own, and some in front of them; those that weigh most first
    std::optional<Parting> first;       ///< the first place where the two part
    bool by_reach = false;              ///< places are ranked by what they do to the outputs; else by the noise that they add
    std::uint64_t samples = 0;

    [[nodiscard]] const TensorError* of(NodeId node) const;  ///< nullptr when the node's output was not compared
    /// By what places are ranked, 0 where it was not measured.
    [[nodiscard]] double weight(const Parting& parting) const { return by_reach ? parting.reach.value_or(0) : parting.added(); }
    /// Places that weigh at least half of the heaviest, and those that alone leave less than 20 dB at the outputs, in the order of the model.
    [[nodiscard]] std::vector<Parting> places() const;
};

/// What to hold against each other, on what.
struct OnTheWayRequest {
    const Model& reference;
    const Model& quantized;
    const Twins& twins;
    DatasetPtr data;
    std::uint64_t samples = 16;
    Target target = {};
    std::optional<Target> reference_target = {};           ///< of the FP32 model where it is another one
    bool same_file = false;                                ///< both are one file: what goes through codes is held against each other behind them
    std::uint64_t group_bytes = std::uint64_t{256} << 20;  ///< tensors of one sample that are held at the same time, of FP32
};

/// Runs both models on the same samples. Of the FP32 model's tensors one sample's are held at a time, in groups, of the file's none.
/// Throws Error{bad_model, bad_data, cancelled}.
[[nodiscard]] OnTheWay errors_on_the_way(const RuntimePtr& runtime, const OnTheWayRequest& request, const Job& job);

/// node, name, op, before_db, sqnr_db, outputs_db (null where it was not measured), text.
[[nodiscard]] Json to_json(const Parting& parting, const Model& reference);

}  // namespace vernier
