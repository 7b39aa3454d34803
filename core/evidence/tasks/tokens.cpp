// SPDX-License-Identifier: GPL-3.0-or-later
// Tokens: a class of each token. Outputs are scores [N,T,C], or the classes themselves (integers [N,T]); targets are [T] class indices. Where the task
// is named, a single score of each step ([N,T], [N,T,1], [N,1,T]: speech or none) is yes (1) from the threshold on.
#include "core/evidence/tasks/tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/error.h"
#include "core/evidence/tasks/kind.h"
#include "core/measure/metrics.h"
#include "core/measure/tally.h"

namespace vernier {
namespace {

constexpr std::int64_t kUsualIgnore = -100;

bool is_sequence(const Tensor& target) {
    if (is_floating(target.type) || target.dims.empty() || target.count() == 0) return false;
    return static_cast<std::uint64_t>(*std::max_element(target.dims.begin(), target.dims.end())) == target.count();
}

/// A single score of each step.
bool is_single(const Tensor& output) {
    if (!is_floating(output.type) || output.dims.size() < 2 || output.dims.size() > 3) return false;
    return output.dims.size() == 2 || output.dims[1] == 1 || output.dims[2] == 1;
}

std::int64_t steps_of(const Tensor& output) { return output.dims.size() == 3 && output.dims[1] == 1 ? output.dims[2] : output.dims[1]; }

bool fits(const FirstAnswer& first) {
    const auto found = first.outputs.all.find(first.scores);
    if (found == first.outputs.all.end()) return false;
    const Tensor& output = found->second;
    const bool batched = !output.dims.empty() && output.dims[0] == static_cast<std::int64_t>(first.outputs.batch);
    const bool scores = is_floating(output.type) && output.dims.size() == 3 && output.dims[2] > 1;
    const bool classes = is_integer_or_bool(output.type) && output.dims.size() == 2;
    const bool single = first.chosen && !scores && is_single(output);
    if (!batched || (!scores && !classes && !single)) return false;
    if (!first.target.values) return first.chosen && first.form == TargetForm::none;
    const bool same = first.target.values->count() == static_cast<std::uint64_t>(single ? steps_of(output) : output.dims[1]);
    return first.form == TargetForm::whole && is_sequence(*first.target.values) && same && (first.chosen || output.dims[1] > 1);
}

void settle(const FirstAnswer& first, Reading& reading) {
    const Tensor& output = output_named(first.outputs, first.scores);
    const bool scores = is_floating(output.type) && output.dims.size() == 3 && output.dims[2] > 1;
    reading.classes = scores ? output.dims[2] : is_single(output) ? 1 : 0;
    if (reading.classes == 1) reading.threshold = reading.spec.threshold.value_or(usual_threshold(output));
}

Tensor sequence_of(const std::vector<std::int64_t>& classes) {
    Tensor sequence{ElementType::int64, {static_cast<std::int64_t>(classes.size())}, std::vector<std::byte>(classes.size() * sizeof(std::int64_t))};
    if (!classes.empty()) std::memcpy(sequence.bytes.data(), classes.data(), sequence.bytes.size());
    return sequence;
}

/// The largest score is the class, the lowest index wins a tie; a token with NaN has class -2, which is wrong.
SampleTarget answer(const RunOutputs& outputs, std::size_t i, const Reading& reading) {
    const Tensor part = sample_part(output_named(outputs, reading.scores), i, outputs.batch);
    if (is_integer_or_bool(part.type)) return {.values = sequence_of(values_of(part).whole)};
    if (reading.classes == 1) {
        std::vector<std::int64_t> decided;
        for (const float score : scores_of(part)) decided.push_back(std::isnan(score) ? -2 : score >= reading.threshold ? 1 : 0);
        return {.values = sequence_of(decided)};
    }
    if (part.dims.size() != 2) throw Error(ErrorKind::bad_data, fmt::format("an output of shape {} has no tokens and classes", shape_text(part)));
    const auto tokens = static_cast<std::size_t>(part.dims[0]), classes = static_cast<std::size_t>(part.dims[1]);
    const std::vector<float> scores = scores_of(part);
    std::vector<std::int64_t> best;
    for (std::size_t t = 0; t < tokens; ++t) {
        const auto own = std::span(scores).subspan(t * classes, classes);
        const bool nan = std::any_of(own.begin(), own.end(), [](float score) { return std::isnan(score); });
        best.push_back(nan ? -2 : arg_max(own));
    }
    return {.values = sequence_of(best)};
}

/// Whether a token of a target counts. Throws Error{bad_data} for a class that the output does not have.
bool counts(std::int64_t label, const Reading& reading) {
    if (label < 0 || label == reading.spec.ignore.value_or(kUsualIgnore)) return false;
    const std::int64_t classes = reading.classes == 1 ? 2 : reading.classes;
    if (classes > 0 && label >= classes)
        throw Error(ErrorKind::bad_data, fmt::format("the target holds the class {}, but there are {} (0 to {})", label, classes, classes - 1));
    return true;
}

SampleRecord held(const SampleTarget& truth, const SampleTarget& own, const Reading& reading) {
    if (!truth.values || !own.values) return {};
    const std::vector<std::int64_t> target = values_of(*truth.values).whole, answer = values_of(*own.values).whole;
    if (target.size() != answer.size()) throw Error(ErrorKind::bad_data, fmt::format("the target has {} tokens, the answer {}", target.size(), answer.size()));
    TokenCounts sums{.named = !reading.names.empty()};
    const auto tag_of = [&](std::int64_t index) {
        return index >= 0 && index < static_cast<std::int64_t>(reading.names.size()) ? reading.names[static_cast<std::size_t>(index)] : std::string("O");
    };
    std::vector<std::string> wanted, given;
    for (std::size_t t = 0; t < target.size(); ++t) {
        if (!counts(target[t], reading)) continue;
        sums.tokens += 1;
        sums.right += target[t] == answer[t] ? 1 : 0;
        wanted.push_back(tag_of(target[t]));
        given.push_back(tag_of(answer[t]));
    }
    if (sums.tokens == 0) return {};
    if (sums.named) {
        const std::vector<Entity> targets = entities_of(wanted), answers = entities_of(given);
        sums.targets = static_cast<double>(targets.size());
        sums.answered = static_cast<double>(answers.size());
        for (const Entity& each : targets) sums.both += std::find(answers.begin(), answers.end(), each) != answers.end() ? 1 : 0;
    }
    return record_of(sums);
}

/// Tokens that do not count in the truth count in no agreement.
SampleRecord against(const SampleTarget& first, const SampleTarget& own, const SampleTarget& truth, const Reading& reading) {
    if (!truth.values || !first.values || truth.values->count() != first.values->count()) return held(first, own, reading);
    const std::vector<std::int64_t> target = values_of(*truth.values).whole;
    std::vector<std::int64_t> classes = values_of(*first.values).whole;
    for (std::size_t t = 0; t < target.size(); ++t)
        if (!counts(target[t], reading)) classes[t] = kUsualIgnore;
    return held({.values = sequence_of(classes)}, own, reading);
}

/// "B-PER" as its letter and its kind; a tag without a letter is a kind that is always inside.
std::pair<char, std::string_view> parts_of(std::string_view tag) {
    if (tag == "O") return {'O', {}};
    const bool lettered = tag.size() > 1 && tag[1] == '-';
    return {lettered ? tag[0] : 'I', lettered ? tag.substr(2) : tag};
}

bool ends(char before, char letter, bool same_kind) {
    if (before == 'O') return false;
    if (before == 'E' || before == 'S') return true;
    return letter == 'B' || letter == 'S' || letter == 'O' || !same_kind;
}

bool begins(char before, char letter, bool same_kind) {
    if (letter == 'O') return false;
    if (letter == 'B' || letter == 'S') return true;
    return before == 'E' || before == 'S' || before == 'O' || !same_kind;
}

}  // namespace

std::vector<Entity> entities_of(std::span<const std::string> tags) {
    std::vector<Entity> entities;
    char before = 'O';
    std::string_view kind;
    std::size_t first = 0;
    for (std::size_t t = 0; t <= tags.size(); ++t) {
        const auto [letter, own] = t < tags.size() ? parts_of(tags[t]) : std::pair<char, std::string_view>{'O', {}};
        if (ends(before, letter, kind == own)) entities.push_back({std::string(kind), first, t - 1});
        if (begins(before, letter, kind == own)) first = t;
        before = letter;
        kind = own;
    }
    return entities;
}

SampleRecord record_of(const TokenCounts& counts) {
    return {counts.right, counts.tokens, counts.both, counts.answered, counts.targets, counts.named ? 1.0 : 0.0};
}

TokenCounts token_counts_of(const SampleRecord& record) { return {record.at(0), record.at(1), record.at(2), record.at(3), record.at(4), record.at(5) > 0}; }

SampleSums right_percent(const SampleRecord* record) {
    if (record == nullptr) return {};
    const TokenCounts counts = token_counts_of(*record);
    return {{100 * counts.right}, static_cast<std::uint64_t>(counts.tokens)};
}

extern const TaskKind kTokensKind = {.task = Task::tokens,
                                     .wants = "an output [N,T,C] of scores, [N,T] of classes or of single scores, and targets [T] of class indices",
                                     .fits = fits,
                                     .settle = settle,
                                     .answer = answer,
                                     .held = held,
                                     .against = against};

}  // namespace vernier
