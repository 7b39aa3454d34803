// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/report/comparison.h"

#include <cmath>

#include "core/evidence/metrics/table.h"

namespace vernier::test {

namespace {

bool is_of_answers(const Metric& metric) { return metric.sums == nullptr && !metric.figure.relative; }

}  // namespace

Measurement measured(const std::string& name, double p50, std::uint64_t bytes, double top1) {
    Measurement m;
    m.model = name;
    m.sha256 = std::string(64, 'a');
    m.size_bytes = bytes;
    m.session_start_ms = 5;
    m.first_run_ms = 2;
    m.latency = {.p50 = p50,
                 .p90 = p50 * 1.1,
                 .p99 = p50 * 1.3,
                 .mean = p50 * 1.02,
                 .n = 4000,
                 .p50_interval = {p50 * 0.99, p50 * 1.01},
                 .after_pause = p50 * 2,
                 .two_speeds = {},
                 .launches = {}};
    m.accuracy = Accuracy{top1, 99, 1000, {top1 - 1, top1 + 1}};
    for (const Metric* metric : metrics())
        if (is_of_answers(*metric)) m.metrics[std::string(metric->figure.id)] = {50, Interval{48, 52}, 1000};
    m.metrics["top5"] = {m.accuracy->top5, Interval{98.2, 99.5}, 1000};
    m.samples = 1000;
    m.scores_output = "scores";
    m.classes = 10;
    m.classifies = true;
    m.run.library.version = "1.2.3";
    m.vernier_version = "0.1.0";
    m.host.cpu = "A processor";
    return m;
}

ComparedFiles baseline_only() {
    ComparedFiles compared;
    compared.comparison.baseline.measurement = measured("net.onnx", 10, 1'000'000, 90);
    return compared;
}

CandidateComparison& add_candidate(ComparedFiles& compared, const std::string& name, double p50, std::uint64_t bytes, double top1) {
    const Measurement& base = compared.comparison.baseline.measurement;
    CandidateComparison candidate;
    candidate.measurement = measured(name, p50, bytes, top1);
    candidate.size_ratio = static_cast<double>(bytes) / static_cast<double>(base.size_bytes);
    candidate.speedup = base.latency.p50 / p50;
    candidate.speedup_interval = {candidate.speedup * 0.98, candidate.speedup * 1.02};
    candidate.latency_differs = std::abs(candidate.speedup - 1) > 0.02;
    candidate.top1_delta_points = top1 - base.accuracy->top1;
    candidate.top1_delta_interval = {*candidate.top1_delta_points - 0.5, *candidate.top1_delta_points + 0.5};
    candidate.flips = {890, 11, 10, 89};
    candidate.agreement = 98.5;
    candidate.same = 985;
    candidate.answered = 1000;
    candidate.output_sqnr_db = 31.4;
    candidate.output_cosine = 0.9996;
    OutputFigures scores;
    scores.name = "scores";
    scores.samples = 1000;
    scores.sqnr_db = 31.4;
    scores.sqnr_interval = {31.2, 31.6};
    scores.cosine = 0.9996;
    for (const Metric* metric : metrics())
        if (metric->sums != nullptr && metric->keep == nullptr) scores.metrics[std::string(metric->figure.id)] = {0.02, Interval{0.019, 0.021}};
    candidate.measurement.outputs = {scores};
    for (const Metric* metric : metrics())
        if (metric->to_first) candidate.measurement.metrics[std::string(metric->figure.id)] = {50, Interval{48, 52}, 1000};
    for (const Metric* metric : metrics())
        if (is_of_answers(*metric)) candidate.changes[std::string(metric->figure.id)] = {1, Interval{0.9, 1.1}};
    compared.comparison.candidates.push_back(candidate);
    return compared.comparison.candidates.back();
}

}  // namespace vernier::test
