// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/provider_options.h"
#include "app/cli/size_options.h"
#include "core/measure/measure.h"

namespace vernier::cli {

class OptionSet;

/// The options that measure and compare share.
struct RunChoices {
    std::string data, metric_command, task;
    SizeOptions sizes;
    ProviderOptions provider;
    std::optional<std::uint64_t> samples, threads;
    std::optional<double> seconds;
    bool raw = false;

    void declare(OptionSet& options);
    [[nodiscard]] MeasureOptions read() const;
    /// Files, and what each of them runs on.
    [[nodiscard]] std::vector<TargetedModel> read_models(const RuntimePtr& runtime, const std::vector<std::string>& words) const;
};

}  // namespace vernier::cli
