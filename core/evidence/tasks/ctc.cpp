// SPDX-License-Identifier: GPL-3.0-or-later
// Texts by connectionist temporal classification (A. Graves et al., 2006), read greedily: the best class of each step, repeats taken once, blanks
// left out. Outputs are scores [N,T,C], [T,N,C] or [N,C,T], or the best classes themselves (integers [N,T]).
#include "core/evidence/tasks/ctc.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <utility>

#include "core/base/error.h"
#include "core/data/letters.h"
#include "core/evidence/tasks/kind.h"
#include "core/measure/metrics.h"
#include "core/measure/tally.h"

namespace vernier {
namespace {

/// Classes that an alphabet makes of outputs: its letters and blank, which it may name too.
bool is_class_count(std::int64_t count, const TaskSpec& spec) {
    const auto letters = static_cast<std::int64_t>(spec.alphabet.size());
    if (letters == 0) return count > 1;
    return count == letters + 1 || (count == letters && spec.blank < letters);
}

/// Where an output has its samples and its classes; classes are not found where no axis has as many.
struct Axes {
    std::size_t samples = 0;
    bool classes_last = true;
    bool found = false;
};

Axes axes_of(const std::vector<std::int64_t>& dims, std::uint64_t batch, const TaskSpec& spec) {
    const auto n = static_cast<std::int64_t>(batch);
    Axes axes;
    if (dims.size() != 3) return axes;
    const bool first = dims[0] == n, second = dims[1] == n;
    if (is_class_count(dims[2], spec) && (first || second)) return {first ? 0U : 1U, true, true};
    if (!spec.alphabet.empty() && is_class_count(dims[1], spec) && first) return {0, false, true};
    return axes;
}

bool is_steps(const Tensor& output, std::uint64_t batch) {
    return is_integer_or_bool(output.type) && output.dims.size() == 2 && output.dims[0] == static_cast<std::int64_t>(batch);
}

bool fits(const FirstAnswer& first) {
    const auto found = first.outputs.all.find(first.scores);
    if (found == first.outputs.all.end() || first.spec == nullptr) return false;
    const Tensor& output = found->second;
    const bool steps = is_steps(output, first.outputs.batch);
    if (!steps && !(is_floating(output.type) && axes_of(output.dims, first.outputs.batch, *first.spec).found)) return false;
    if (first.form == TargetForm::text) return !first.spec->alphabet.empty();
    return first.chosen && !first.target.known();
}

void settle(const FirstAnswer& first, Reading& reading) {
    const Tensor& output = output_named(first.outputs, first.scores);
    const Axes axes = axes_of(output.dims, first.outputs.batch, reading.spec);
    reading.samples_axis = axes.found ? axes.samples : 0;
    reading.channels_last = axes.classes_last;
}

/// Best class of each step of one sample; steps by classes.
std::vector<std::int64_t> best_classes(const Tensor& part, bool classes_last) {
    if (part.dims.size() != 2) throw Error(ErrorKind::bad_data, fmt::format("an output of shape {} has no steps and classes", shape_text(part)));
    const auto steps = static_cast<std::size_t>(part.dims[classes_last ? 0 : 1]), classes = static_cast<std::size_t>(part.dims[classes_last ? 1 : 0]);
    const std::vector<float> scores = scores_of(part);
    std::vector<std::int64_t> best;
    std::vector<float> own(classes);
    for (std::size_t t = 0; t < steps; ++t) {
        for (std::size_t c = 0; c < classes; ++c) own[c] = scores[classes_last ? t * classes + c : c * steps + t];
        best.push_back(arg_max(own));
    }
    return best;
}

/// Without an alphabet classes are told by their numbers.
std::string letter_of(std::int64_t index, std::int64_t classes, const TaskSpec& spec) {
    if (spec.alphabet.empty()) return fmt::format("{} ", index);
    const auto letters = static_cast<std::int64_t>(spec.alphabet.size());
    const bool names_blank = classes == letters;
    const std::int64_t at = !names_blank && index > spec.blank ? index - 1 : index;
    return at >= 0 && at < letters ? spec.alphabet[static_cast<std::size_t>(at)] : "\xEF\xBF\xBD";
}

SampleTarget answer(const RunOutputs& outputs, std::size_t i, const Reading& reading) {
    const Tensor& output = output_named(outputs, reading.scores);
    const Tensor part = sample_part(output, i, outputs.batch, reading.samples_axis);
    const bool steps = is_integer_or_bool(part.type);
    const std::vector<std::int64_t> best = steps ? values_of(part).whole : best_classes(part, reading.channels_last);
    const std::int64_t classes = steps ? 0 : part.dims[reading.channels_last ? 1 : 0];
    std::string text;
    std::int64_t before = -1;
    for (const std::int64_t each : best) {
        if (each != before && each != reading.spec.blank) text += letter_of(each, classes, reading.spec);
        before = each;
    }
    return {.text = std::move(text)};
}

SampleRecord held(const SampleTarget& truth, const SampleTarget& own, const Reading& /*reading*/) {
    if (!truth.text || !own.text) return {};
    return record_of(text_errors(*truth.text, *own.text));
}

constexpr std::string_view kSpace = " \t\r\n";

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(kSpace);
    return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    for (std::size_t at = text.find_first_not_of(kSpace); at != std::string_view::npos; at = text.find_first_not_of(kSpace, at)) {
        const std::size_t end = std::min(text.find_first_of(kSpace, at), text.size());
        words.emplace_back(text.substr(at, end - at));
        at = end;
    }
    return words;
}

}  // namespace

std::size_t edit_distance(std::span<const std::string> from, std::span<const std::string> to) {
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < from.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t k = 0; k < to.size(); ++k) {
            const std::size_t replaced = diagonal + (from[i] == to[k] ? 0U : 1U);
            diagonal = row[k + 1];
            row[k + 1] = std::min({replaced, row[k] + 1, diagonal + 1});
        }
    }
    return row.back();
}

TextErrors text_errors(const std::string& truth, const std::string& answer) {
    const auto letters = letters_of(trimmed(truth)), words = words_of(truth);
    return {static_cast<double>(edit_distance(letters, letters_of(trimmed(answer)))), static_cast<double>(letters.size()),
            static_cast<double>(edit_distance(words, words_of(answer))), static_cast<double>(words.size()), trimmed(truth) == trimmed(answer)};
}

SampleRecord record_of(const TextErrors& errors) { return {errors.letter_edits, errors.letters, errors.word_edits, errors.words, errors.exact ? 1.0 : 0.0}; }

TextErrors text_errors_of(const SampleRecord& record) { return {record.at(0), record.at(1), record.at(2), record.at(3), record.at(4) > 0}; }

extern const TaskKind kCtcKind = {
    .task = Task::ctc,
    .wants =
        "an output [N,T,C], [T,N,C] or [N,C,T] of scores, or [N,T] of classes, and \"alphabet\" in the .dataset.json with as many letters as "
        "there are classes but for blank",
    .fits = fits,
    .settle = settle,
    .answer = answer,
    .held = held,
    .same = [](const SampleRecord& against) { return text_errors_of(against).exact; }};

}  // namespace vernier
