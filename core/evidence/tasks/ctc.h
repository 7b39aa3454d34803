// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/measure/measure.h"

namespace vernier {

/// What a text adds to the metrics of texts: fewest insertions, deletions and replacements, of letters (code points) and of words.
struct TextErrors {
    double letter_edits = 0, letters = 0;
    double word_edits = 0, words = 0;
    bool exact = false;
};

/// Words are what white space parts; white space at both ends counts for no letters, as in jiwer.
[[nodiscard]] TextErrors text_errors(const std::string& truth, const std::string& answer);
[[nodiscard]] SampleRecord record_of(const TextErrors& errors);
[[nodiscard]] TextErrors text_errors_of(const SampleRecord& record);

/// Levenshtein's distance (V. Levenshtein, 1966).
[[nodiscard]] std::size_t edit_distance(std::span<const std::string> from, std::span<const std::string> to);

}  // namespace vernier
