// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/flow/data_compare.h"
#include "core/flow/open.h"
#include "core/flow/split_alarm.h"

namespace vernier {

struct DataRequest {
    std::filesystem::path data, model;
    std::filesystem::path dump;    ///< an .npz to write; empty: none
    std::filesystem::path theirs;  ///< an .npz of somebody else's; empty: none
    std::uint64_t samples = 100;   ///< of each split that are looked at
    SizeChoices sizes = {};
};

/// What the model gets at one input, over the samples that were looked at.
struct LookedInput {
    std::string name, type;           ///< as the model declares it
    std::vector<std::int64_t> shape;  ///< of the first sample
    double min = 0, max = 0, mean = 0, deviation = 0;
    std::vector<double> channel_means = {};  ///< of pictures: one a channel
};

struct LookedSplit {
    std::uint64_t samples = 0, looked = 0;
    std::map<std::int64_t, std::uint64_t> labels = {};  ///< how often each class is the label, of those
    std::vector<LookedInput> inputs = {};
    std::optional<double> top1 = {};  ///< of the model on those looked at, in percent
};

/// What a dataset is, as the model gets it.
struct LookedData {
    DatasetPtr data;
    LookedSplit calibration, validation;
    std::optional<SplitReach> reach = {};  ///< of activations on validation samples, against those on calibration samples
    std::vector<ComparedInput> compared = {};
    std::uint64_t dumped = 0;  ///< samples
    std::vector<Finding> findings = {};
};

/// Opens a dataset as the model takes it, looks at samples of both splits, runs the model on them and says what is amiss (docs/cli.md, data). Throws
/// Error{usage, not_found, bad_data, bad_model, cannot_write, cancelled}.
[[nodiscard]] LookedData look_at_data(const RuntimePtr& runtime, const DataRequest& request, const Job& job);

[[nodiscard]] Json to_json(const LookedData& looked);

}  // namespace vernier
