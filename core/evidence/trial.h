// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/evidence/metrics/class_precision.h"
#include "core/evidence/origin.h"
#include "core/measure/measure.h"

namespace vernier {

/// A model that was measured: what it is called, how it was made, and what was measured of it.
struct Trial {
    int id = 0;                         ///< by which its keeper finds it again, such as a run of the window; 0: nobody keeps it
    std::string title = {};             ///< what people call it; empty: by its file
    std::optional<Origin> origin = {};  ///< of a file that Vernier made
    Measurement measurement = {};
    std::vector<ClassPrecision> per_class = {};  ///< of a detector (fill_classes)
    std::string precision = {};                  ///< what the file computes in: "fp32", "int8-static", ... (core/model/precision.h); empty: not known

    /// Of the file that was measured. A file with another hash is another trial.
    [[nodiscard]] const std::string& hash() const { return measurement.sha256; }
};

/// What people call a measured file: its name without folder and ".onnx"; a trial by its title, where it has one.
[[nodiscard]] std::string title_of(const Measurement& measurement);
[[nodiscard]] std::string title_of(const Trial& trial);

/// Trials of files of which nothing else is known.
[[nodiscard]] std::vector<Trial> trials_of(std::vector<Measurement> measurements);

}  // namespace vernier
