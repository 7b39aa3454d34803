// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/chance.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>

namespace vernier {
namespace {

constexpr std::uint64_t kFewest = 20;  ///< samples, below which a good model may be unlucky

Finding finding(const char* code, std::string text, std::string remedy) { return {Severity::serious, code, kNone, {}, {}, std::move(text), std::move(remedy)}; }

/// Labels and answers of a classifier, counted.
struct Counts {
    std::map<std::int64_t, std::uint64_t> labels, answers, shifts;           ///< shifts: answer less label
    std::map<std::int64_t, std::map<std::int64_t, std::uint64_t>> by_label;  ///< answers to each label
    std::uint64_t samples = 0, right = 0;
    explicit Counts(const Answers& given) {
        for (std::size_t i = 0; i < given.label.size(); ++i) {
            const std::int64_t label = given.label[i], answer = given.predicted[i];
            if (label < 0) continue;
            ++samples;
            ++labels[label];
            if (answer < 0) continue;
            ++answers[answer];
            ++shifts[answer - label];
            ++by_label[label][answer];
            right += answer == label ? 1U : 0U;
        }
    }
    [[nodiscard]] double share(std::uint64_t count) const { return static_cast<double>(count) / static_cast<double>(samples); }
    /// Answers that are right if they know nothing of the labels (J. Cohen, 1960).
    [[nodiscard]] double by_chance() const {
        double sum = 0;
        for (const auto& [label, count] : labels)
            if (const auto same = answers.find(label); same != answers.end()) sum += share(count) * share(same->second);
        return sum;
    }
};

std::pair<std::int64_t, std::uint64_t> most(const std::map<std::int64_t, std::uint64_t>& counts) {
    std::pair<std::int64_t, std::uint64_t> best{0, 0};
    for (const auto& [key, count] : counts)
        if (count > best.second) best = {key, count};
    return best;
}

/// Each label has an answer of its own, which is another number.
std::optional<Finding> label_order(const Counts& counts) {
    constexpr double kFollows = 0.5;
    const auto [shift, shifted] = most(counts.shifts);
    if (shift != 0 && counts.share(shifted) >= kFollows && counts.labels.size() > 2 && shifted > 3 * counts.right)
        return finding(
            "label-order",
            fmt::format("Most answers are the label {} {} ({:.1f} % of {} samples; {:.1f} % are the label itself): classes are numbered otherwise than "
                        "the model's outputs.",
                        shift > 0 ? "plus" : "minus", std::abs(shift), 100 * counts.share(shifted), counts.samples, 100 * counts.share(counts.right)),
            "Give the model's own numbers as labels, or its order of names in classes.txt.");
    std::uint64_t followed = 0, seen = 0;
    std::map<std::int64_t, std::uint64_t> used;
    for (const auto& [label, answers] : counts.by_label) {
        if (counts.labels.at(label) < 2) continue;
        const auto [answer, count] = most(answers);
        followed += count;
        seen += counts.labels.at(label);
        ++used[answer];
    }
    const bool apart = 2 * used.size() > counts.labels.size() && used.size() > 2;  // not one answer to nearly all
    if (seen < counts.samples / 2 || !apart || counts.share(followed) < 0.7 || followed < 3 * counts.right) return std::nullopt;
    return finding(
        "label-order",
        fmt::format("Each label has an answer of its own ({:.1f} % of {} samples get the usual one of their label), but only {:.1f} % are the label itself: "
                    "classes are numbered otherwise than the model's outputs.",
                    100 * counts.share(followed), counts.samples, 100 * counts.share(counts.right)),
        "Give the model's own numbers as labels, or its order of names in classes.txt.");
}

constexpr const char* kRemedy =
    "The preprocessing (scale, mean, colours, layout, size) or the labels are wrong, or this output is not the one to be judged: vernier-cli data shows what "
    "the "
    "model gets.";

std::optional<Finding> of_classes(const Measurement& first) {
    const Counts counts(first.answers);
    if (counts.samples < kFewest || counts.labels.size() < 2) return std::nullopt;
    if (auto order = label_order(counts)) return order;
    const double chance = counts.by_chance(), right = counts.share(counts.right);
    if (right > chance + std::sqrt(chance * (1 - chance) / static_cast<double>(counts.samples))) return std::nullopt;
    return finding("at-chance",
                   fmt::format("The first model's answers say nothing of the labels: {:.1f} % of {} samples are right, and {:.1f} % would be by chance.",
                               100 * right, counts.samples, 100 * chance),
                   kRemedy);
}

/// A figure of a task, and from where on it says nothing.
struct Bound {
    Task task;
    std::string_view metric, title, unit;
    double bound;
    bool above = false;  ///< bad is above the bound
};

/// AUROC of 50 % is chance, an R2 of 0 the mean of the targets; the others are far below what any use could be made of.
constexpr std::array<Bound, 9> kBounds = {{{Task::decision, "auroc", "AUROC", " %", 50},
                                           {Task::steps, "auroc", "AUROC", " %", 50},
                                           {Task::regression, "r2", "R2", "", 0},
                                           {Task::enhancement, "si_sdr", "SI-SDR", " dB", -10},
                                           {Task::segmentation, "miou", "mIoU", " %", 5},
                                           {Task::detection, "map50", "mAP50", " %", 1},
                                           {Task::ctc, "char_error_rate", "CER", " %", 90, true},
                                           {Task::tokens, "token_accuracy", "accuracy", " %", 5},
                                           {Task::embedding, "spearman", "Spearman", "", 0}}};

std::optional<Finding> of_task(const Measurement& first) {
    for (const Bound& bound : kBounds) {
        if (bound.task != first.task) continue;
        const auto found = first.metrics.find(std::string(bound.metric));
        if (found == first.metrics.end() || found->second.n < kFewest) continue;
        const double value = found->second.value;
        if (!std::isfinite(value) || (bound.above ? value < bound.bound : value > bound.bound)) continue;
        return finding(
            "at-chance",
            fmt::format("The first model itself answers next to nothing right: {} is {:.4g}{} on {} samples.", bound.title, value, bound.unit, found->second.n),
            kRemedy);
    }
    return std::nullopt;
}

}  // namespace

std::optional<Finding> chance_finding(const Measurement& first) { return first.task == Task::classification ? of_classes(first) : of_task(first); }

}  // namespace vernier
