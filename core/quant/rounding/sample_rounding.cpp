// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/rounding/sample_rounding.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/quant/rounding/compensate.h"

namespace vernier {
namespace {

constexpr float kMostCode = 127;

bool is_depthwise(const WeightWalk& walk) { return walk.inputs == 1 && walk.groups == walk.channels; }

/// The same weight, but for channels of zeros behind its own.
bool has_grown_from(const WeightWalk& now, const WeightWalk& then) {
    const bool groups = now.groups == then.groups || (is_depthwise(now) && is_depthwise(then));
    return groups && now.inner == then.inner && now.channels >= then.channels && now.inputs >= then.inputs;
}

/// Where the weights of one group lie: rows of a matrix [rows, columns].
struct Group {
    std::size_t first = 0, rows = 0, columns = 0;
    const WeightWalk& walk;

    [[nodiscard]] std::size_t at(std::size_t row, std::size_t column) const { return walk.at(first + row, column / walk.inner) + column % walk.inner; }
};

std::vector<float> matrix_of(std::span<const float> values, const Group& group) {
    std::vector<float> matrix(group.rows * group.columns);
    for (std::size_t row = 0; row < group.rows; ++row)
        for (std::size_t column = 0; column < group.columns; ++column) matrix[row * group.columns + column] = values[group.at(row, column)];
    return matrix;
}

/// Rows whose error on the held-out samples the second of two roundings lowers.
std::vector<bool> improved(std::span<const float> weights, std::span<const float> nearest, std::span<const float> rounded, const std::vector<double>& h,
                           std::size_t columns) {
    const auto before = output_errors(weights, nearest, h, columns), after = output_errors(weights, rounded, h, columns);
    std::vector<bool> better(before.size());
    for (std::size_t row = 0; row < before.size(); ++row) better[row] = after[row] < before[row];
    return better;
}

/// One group of an INT8 weight.
void round_group(const Group& group, const std::vector<float>& values, const Compensation& by, const std::vector<double>& held_out, Int8Weight& weight) {
    const std::vector<float> matrix = matrix_of(values, group);
    const auto scale = [&](std::size_t row) { return weight.scales[weight.scales.size() == 1 ? 0 : group.first + row]; };
    std::vector<float> nearest(matrix.size()), rounded(matrix.size());
    for (std::size_t row = 0; row < group.rows; ++row)
        for (std::size_t i = 0; i < group.columns; ++i) nearest[row * group.columns + i] = scale(row) * weight.codes[group.at(row, i)];
    std::vector<std::int8_t> codes(matrix.size());
    const auto round = [&](std::size_t row, std::size_t i, float adjusted) {
        const float code = std::clamp(std::nearbyint(adjusted / scale(row)), -kMostCode, kMostCode);
        codes[row * group.columns + i] = static_cast<std::int8_t>(code);
        return rounded[row * group.columns + i] = code * scale(row);
    };
    compensate(matrix, by, {.round = round});
    const auto better = improved(matrix, nearest, rounded, held_out, group.columns);
    for (std::size_t row = 0; row < group.rows; ++row)
        for (std::size_t i = 0; better[row] && i < group.columns; ++i) weight.codes[group.at(row, i)] = codes[row * group.columns + i];
}

/// Codes in blocks, by the place of an element in the weight.
struct Flat {
    BlockCodes& codes;

    [[nodiscard]] std::size_t block(std::size_t at) const { return at / codes.columns * codes.blocks() + at % codes.columns / codes.block; }
    [[nodiscard]] float value(std::size_t at) const { return codes.value(at / codes.columns, at % codes.columns); }
    float round(std::size_t at, float adjusted) const {
        codes.codes[at] = block_code(adjusted, {codes.scales[block(at)], codes.zeros[block(at)]});
        return value(at);
    }
    void take(std::size_t at, const BlockCodes& other) const {
        codes.codes[at] = other.codes[at];
        codes.scales[block(at)] = other.scales[block(at)];
        codes.zeros[block(at)] = other.zeros[block(at)];
    }
};

/// An output channel reads what lies in one row of codes: then its blocks are its own.
bool has_own_blocks(const WeightWalk& walk, const BlockCodes& codes) {
    return walk.inputs * walk.inner == codes.columns && walk.channel_stride == codes.columns && (walk.inputs == 1 || walk.input_stride == walk.inner);
}

/// One group of an INT4 weight.
void round_group(const Group& group, const Int4Source& source, const Compensation& by, const std::vector<double>& held_out, BlockCodes& codes) {
    const std::vector<float> matrix = matrix_of(source.values, group);
    std::vector<float> nearest(matrix.size()), rounded(matrix.size());
    for (std::size_t row = 0; row < group.rows; ++row)
        for (std::size_t i = 0; i < group.columns; ++i) nearest[row * group.columns + i] = Flat{codes}.value(group.at(row, i));
    BlockCodes tried = codes;
    const Flat into{tried};
    BlockRounding how;
    how.round = [&](std::size_t row, std::size_t i, float adjusted) { return rounded[row * group.columns + i] = into.round(group.at(row, i), adjusted); };
    if (has_own_blocks(group.walk, codes)) {
        how.block = codes.block;
        how.begin = [&](std::size_t row, std::size_t first, std::span<const float> adjusted, std::span<const float> importance) {
            const BlockScale scale = fit_block(adjusted, importance, source.form);
            const std::size_t at = into.block(group.at(row, first));
            tried.scales[at] = scale.scale;
            tried.zeros[at] = scale.zero;
        };
    }
    compensate(matrix, by, how);
    const auto better = improved(matrix, nearest, rounded, held_out, group.columns);
    for (std::size_t row = 0; row < group.rows; ++row)
        for (std::size_t i = 0; better[row] && i < group.columns; ++i) Flat{codes}.take(group.at(row, i), tried);
}

/// Rounds each group of a weight: round(group, compensation, moments of the held-out samples).
template <class Round>
void each_group(const SeenInputs& seen, const WeightWalk& then, const WeightWalk& now, bool centered, const Round& round) {
    for (std::size_t g = 0; g < then.groups; ++g) {
        const Group group{g * (then.channels / then.groups), then.channels / then.groups, then.inputs * then.inner, now};
        const Compensation by = Compensation::of(seen.fit.matrix(g, centered), group.columns);
        if (by.columns > 0) round(group, by, seen.held_out.matrix(g, centered));
    }
}

}  // namespace

void SampleRounding::learn(int item, std::shared_ptr<const SeenInputs> seen, const WeightWalk& walk) {
    if (seen->fit.rows > 0 && seen->held_out.rows > 0) known_.insert_or_assign(item, Known{std::move(seen), walk});
}

const std::vector<double>& SampleRounding::mean(const std::string& tensor) const {
    static const std::vector<double> none;
    const auto found = means_.find(tensor);
    return found == means_.end() ? none : found->second;
}

void SampleRounding::round(int item, const std::vector<float>& values, const WeightWalk& walk, bool centered, Int8Weight& weight) const {
    const auto found = known_.find(item);
    if (found == known_.end() || !has_grown_from(walk, found->second.walk)) return;
    if (weight.scales.size() != 1 && weight.scales.size() != walk.channels) return;  // channels of several groups or directions share scales
    const std::lock_guard guard(mutex_);
    Int8Done& done = int8_[item];
    if (done.codes.empty() || done.before != weight || done.centered != centered) {
        done.before = weight;
        done.centered = centered;
        Int8Weight rounded = weight;
        each_group(*found->second.seen, found->second.walk, walk, centered,
                   [&](const Group& group, const Compensation& by, const std::vector<double>& held_out) { round_group(group, values, by, held_out, rounded); });
        done.codes = std::move(rounded.codes);
    }
    weight.codes = done.codes;
}

void SampleRounding::round(int item, const Int4Source& source, BlockCodes& codes) const {
    const auto found = known_.find(item);
    if (found == known_.end() || !has_grown_from(source.walk, found->second.walk)) return;
    const std::lock_guard guard(mutex_);
    Int4Done& done = int4_[item];
    if (!(done.before == codes) || done.centered != source.centered) {
        done = {codes, source.centered, codes};
        each_group(
            *found->second.seen, found->second.walk, source.walk, source.centered,
            [&](const Group& group, const Compensation& by, const std::vector<double>& held_out) { round_group(group, source, by, held_out, done.after); });
    }
    codes = done.after;
}

}  // namespace vernier
