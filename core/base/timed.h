// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/finding.h"

namespace vernier {

/// Some findings rest on a short timing that was made while the model was quantized. They say so in their last sentence, which
/// this makes, so that a later and better figure can take its place.

/// A time of such a timing, and of what it is: {"this way", 0.342}, {"as opened", 0.485}.
struct TimedPart {
    std::string_view what;
    double ms = 0;
};

/// "0.12 ms", and "9.5 µs" below 0.1 ms.
[[nodiscard]] std::string time_text(double ms);

/// " Timed while quantizing, on one thread: 0.342 ms this way, 0.485 ms as opened."
[[nodiscard]] std::string timing_sentence(const std::vector<TimedPart>& parts);

[[nodiscard]] bool has_timing(const Finding& finding);
/// The finding's text without that sentence.
[[nodiscard]] std::string without_timing(const Finding& finding);

/// A timing of a file that more nodes left afterwards is not one of the file that was written: of several timings the last
/// speaks, and none where nodes went back to float after it.
void keep_last_timing(std::vector<Finding>& findings);

}  // namespace vernier
