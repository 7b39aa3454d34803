// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "app/cli/size_options.h"
#include "core/measure/measure.h"

namespace vernier::cli {

class OptionSet;

/// The options that measure and compare share.
struct RunChoices {
    std::string data, metric_command, task;
    SizeOptions sizes;
    std::optional<std::uint64_t> samples, threads;
    std::optional<double> seconds;
    bool raw = false;

    void declare(OptionSet& options);
    [[nodiscard]] MeasureOptions read() const;
};

}  // namespace vernier::cli
