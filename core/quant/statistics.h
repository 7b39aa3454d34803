// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "core/quant/calibration/calibrate.h"
#include "core/quant/canonical.h"

namespace vernier {

/// What the samples showed of a model's own tensors: any recipe and any range method reads it. The rewritings of a recipe keep
/// these tensors, by their names, so that what was seen for one recipe serves another; a tensor that a recipe adds does not.
class Statistics {
public:
    /// Which tensors may be kept.
    explicit Statistics(CanonicalPtr canonical) : canonical_(std::move(canonical)) {}

    /// What is kept of these tensors, each as it was asked for.
    [[nodiscard]] Ranges find(const Watched& tensors) const;
    void keep(const Watched& tensors, const Ranges& ranges);
    /// How often the samples were run.
    [[nodiscard]] std::size_t runs() const { return runs_; }

private:
    CanonicalPtr canonical_;
    std::map<std::string, std::map<std::optional<int>, Observed>> seen_;  ///< by tensor and the channel axis that was asked for
    std::size_t runs_ = 0;
};

}  // namespace vernier
