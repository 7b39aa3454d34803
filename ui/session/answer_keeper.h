// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/tensor.h"

namespace vernier::ui {

/// What a metric command is started as (docs/metric-command.md) so that this program keeps the answers that it is given: a link to the
/// program, under a name of its own in the folder where they are kept. Throws Error{cannot_write}.
[[nodiscard]] QString answerKeeper(const QString& folder);

/// Where this process was started as such: keeps the batch, and gives the exit code. Nothing for any other start.
[[nodiscard]] std::optional<int> keptAnswers(int argc, char** argv);

/// What a model answered on one sample.
struct KeptAnswer {
    std::int64_t id = 0;                    ///< of the sample, in the validation split
    std::map<std::string, Tensor> outputs;  ///< without an axis that counts samples
};

/// All that is kept of a model (0: the first of the command), in the order of the samples. Throws Error{bad_data}.
[[nodiscard]] std::vector<KeptAnswer> readKeptAnswers(const std::filesystem::path& folder, int model);

}  // namespace vernier::ui
