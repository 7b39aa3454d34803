// SPDX-License-Identifier: GPL-3.0-or-later
// Embedding: a vector a sample. Held against the first model's vectors and their neighbours; where targets are [pair, score], pairs of samples are
// held against the scores that are given for them.
#include "core/evidence/tasks/embedding.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <span>
#include <utility>

#include "core/evidence/tasks/kind.h"
#include "core/measure/tally.h"

namespace vernier {
namespace {

constexpr std::size_t kMostRanked = 2000;                    // each is held against all others
constexpr std::size_t kMostNumbers = std::size_t{8} << 20U;  // of all vectors of a model together
constexpr std::size_t kHead = 3;                             // of a record before it is gathered: whether it has a pair, the pair, the score

bool fits(const FirstAnswer& first) {
    const auto found = first.outputs.all.find(first.scores);
    if (!first.chosen || found == first.outputs.all.end() || !is_floating(found->second.type)) return false;
    const Tensor part = sample_part(found->second, 0, first.outputs.batch);
    const bool vector = std::count_if(part.dims.begin(), part.dims.end(), [](std::int64_t dim) { return dim != 1; }) == 1;
    return vector && (!first.target.values || first.target.values->count() == 2);
}

SampleTarget answer(const RunOutputs& outputs, std::size_t i, const Reading& reading) {
    return {.values = sample_part(output_named(outputs, reading.scores), i, outputs.batch)};
}

/// Of length 1; a vector of zeros stays one.
std::vector<double> unit_of(const Tensor& tensor) {
    std::vector<double> vector = numbers_of(tensor);
    const double length = std::sqrt(std::inner_product(vector.begin(), vector.end(), vector.begin(), 0.0));
    if (length == 0) return vector;
    for (double& each : vector) each /= length;
    return vector;
}

double dot(std::span<const double> a, std::span<const double> b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

SampleRecord held(const SampleTarget& truth, const SampleTarget& own, const Reading& /*reading*/) {
    if (!own.values) return {};
    SampleRecord record = {0, 0, 0};
    if (truth.values) {
        const std::vector<double> pair = numbers_of(*truth.values);
        record = {1, pair.at(0), pair.at(1)};
    }
    const std::vector<double> vector = unit_of(*own.values);
    record.insert(record.end(), vector.begin(), vector.end());
    return record;
}

SampleRecord against(const SampleTarget& first, const SampleTarget& own, const SampleTarget& /*truth*/, const Reading& /*reading*/) {
    if (!first.values || !own.values) return {};
    const std::vector<double> before = unit_of(*first.values), after = unit_of(*own.values);
    if (before.size() != after.size()) return {};
    const bool zeros = dot(before, before) == 0 && dot(after, after) == 0;
    return record_of(EmbeddingMatch{zeros ? 1 : std::clamp(dot(before, after), -1.0, 1.0)});
}

/// The vectors of the samples that are ranked: so many at the front, while all are there, finite and of one length.
std::vector<std::vector<double>> ranked_vectors(const std::vector<SampleRecord>& records) {
    std::vector<std::vector<double>> vectors;
    for (const SampleRecord& record : records) {
        if (vectors.size() >= kMostRanked || (vectors.size() + 1) * record.size() > kMostNumbers) break;
        if (record.size() <= kHead || (!vectors.empty() && record.size() - kHead != vectors.front().size())) return {};
        vectors.emplace_back(record.begin() + kHead, record.end());
        if (!std::all_of(vectors.back().begin(), vectors.back().end(), [](double each) { return std::isfinite(each); })) return {};
    }
    return vectors;
}

void rank(TaskRecords& own, const TaskRecords& first) {
    const auto before = neighbours_of(ranked_vectors(first.records)), after = neighbours_of(ranked_vectors(own.records));
    for (std::size_t i = 0; i < std::min(before.size(), own.against.size()); ++i) {
        if (own.against[i].empty() || before[i].empty()) continue;
        EmbeddingMatch match = embedding_match_of(own.against[i]);
        match.ranked = true;
        match.recall = match.ndcg = std::numeric_limits<double>::quiet_NaN();
        if (i < after.size() && after[i].size() == before[i].size()) {
            double found = 0, gained = 0, most = 0;
            for (std::size_t r = 0; r < after[i].size(); ++r) {
                const double gain = 1 / std::log2(static_cast<double>(r) + 2);
                const bool same = std::find(before[i].begin(), before[i].end(), after[i][r]) != before[i].end();
                found += same ? 1 : 0;
                gained += same ? gain : 0;
                most += gain;
            }
            match.recall = found / static_cast<double>(before[i].size());
            match.ndcg = gained / most;
        }
        own.against[i] = record_of(match);
    }
}

/// A pair stands at its second sample; all others say nothing. Samples without their other half in what was asked count in no pair.
std::vector<SampleRecord> paired(const std::vector<SampleRecord>& records) {
    std::vector<SampleRecord> pairs(records.size());
    std::map<double, std::size_t> open;
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (records[i].size() <= kHead || records[i][0] == 0) continue;
        const auto [other, alone] = open.try_emplace(records[i][1], i);
        if (alone) continue;
        const auto one = std::span(records[other->second]).subspan(kHead), two = std::span(records[i]).subspan(kHead);
        if (one.size() == two.size()) pairs[i] = record_of(ScoredPair{dot(one, two), records[i][2]});
        open.erase(other);
    }
    return pairs;
}

void gather(TaskRecords& own, const TaskRecords& first) {
    if (!own.against.empty()) rank(own, first);
    own.records = paired(own.records);
}

}  // namespace

std::vector<std::vector<std::uint32_t>> neighbours_of(const std::vector<std::vector<double>>& vectors) {
    std::vector<std::vector<std::uint32_t>> all;
    if (vectors.size() < 2) return all;
    const std::size_t count = std::min(kNeighbours, vectors.size() - 1);
    std::vector<double> near(vectors.size());
    std::vector<std::uint32_t> order(vectors.size());
    for (std::size_t i = 0; i < vectors.size(); ++i) {
        for (std::size_t k = 0; k < vectors.size(); ++k) near[k] = k == i ? -std::numeric_limits<double>::infinity() : dot(vectors[i], vectors[k]);
        std::iota(order.begin(), order.end(), 0U);
        std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                          [&](std::uint32_t a, std::uint32_t b) { return near[a] != near[b] ? near[a] > near[b] : a < b; });
        all.emplace_back(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count));
    }
    return all;
}

SampleRecord record_of(const EmbeddingMatch& match) { return {match.cosine, match.recall, match.ndcg, match.ranked ? 1.0 : 0.0}; }

EmbeddingMatch embedding_match_of(const SampleRecord& record) { return {record.at(0), record.at(1), record.at(2), record.at(3) > 0}; }

SampleSums neighbours_percent(const SampleRecord* record, double EmbeddingMatch::*share) {
    if (record == nullptr) return {};
    const EmbeddingMatch match = embedding_match_of(*record);
    if (!match.ranked) return {};
    return {{100 * (match.*share)}, 1};
}

SampleRecord record_of(const ScoredPair& pair) { return {pair.cosine, pair.score}; }

ScoredPair scored_pair_of(const SampleRecord& record) { return {record.at(0), record.at(1)}; }

extern const TaskKind kEmbeddingKind = {.task = Task::embedding,
                                        .wants = "a floating output with one vector a sample, and no targets, or targets of two numbers: a pair, and its score",
                                        .fits = fits,
                                        .answer = answer,
                                        .held = held,
                                        .against = against,
                                        .gather = gather};

}  // namespace vernier
