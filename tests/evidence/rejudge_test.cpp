// SPDX-License-Identifier: GPL-3.0-or-later
// Judging again (after a JSON round trip, a change of limit, a removed candidate) equals judging afresh.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/evidence/compare.h"
#include "core/evidence/metrics/measured.h"
#include "core/measure/latency.h"
#include "core/report/documents.h"
#include "core/report/evidence.h"
#include "core/report/verdict.h"
#include "tests/measure/simulated.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::Random;

bool one_in(Random& random, int n) { return random.unit() * n < 1; }

double odd_number(Random& random, double usual) {
    if (one_in(random, 12)) return std::numeric_limits<double>::quiet_NaN();
    if (one_in(random, 12)) return std::numeric_limits<double>::infinity();
    if (one_in(random, 12)) return -std::numeric_limits<double>::infinity();
    return usual;
}

OutputFigures random_output(Random& random, const std::string& name, std::uint64_t n) {
    OutputFigures output;
    output.name = name;
    output.samples = n;
    output.type = one_in(random, 4) ? ElementType::int64 : ElementType::float32;
    if (output.type == ElementType::int64)
        output.equal = odd_number(random, 100 * random.unit());
    else {
        const double sqnr = 60 * random.unit();
        output.sqnr_db = odd_number(random, sqnr);
        output.sqnr_interval = {odd_number(random, sqnr - random.unit()), odd_number(random, sqnr + random.unit())};
        output.cosine = odd_number(random, random.unit());
    }
    if (one_in(random, 5)) output.nan = static_cast<std::uint64_t>(random.unit() * static_cast<double>(n));
    if (one_in(random, 5)) output.lost = static_cast<std::uint64_t>(random.unit() * static_cast<double>(n));
    if (one_in(random, 8)) output.other_shape = 1;
    if (one_in(random, 8)) output.problem = "missing";
    return output;
}

Measurement random_measurement(Random& random, std::size_t n, bool labels, std::uint64_t classes) {
    Measurement m;
    m.model = "m.onnx";
    m.size_bytes = 1 + static_cast<std::uint64_t>(random.unit() * 1000);
    m.samples = n;
    for (std::size_t i = 0; i < n; ++i) {
        m.answers.sample.push_back(i);
        m.answers.label.push_back(labels ? 0 : -1);
        m.answers.predicted.push_back(classes < 2 || one_in(random, 10) ? -1 : one_in(random, 5) ? 1 : 0);
        m.answers.in_top5.push_back(one_in(random, 2));
        if (classes < 2) m.answers.whole_equal.push_back(!one_in(random, 6));
    }
    if (n > 0) {
        m.outputs = {random_output(random, "y", n), random_output(random, "z", n)};
        m.scores_output = "y";
        m.classes = m.answers.classes = classes;
        m.classifies = classes > 1 && labels;
        if (m.classifies) m.accuracy = accuracy_of(m.answers);
    }
    return m;
}

Gate random_gate(Random& random) {
    Gate gate;
    if (one_in(random, 2)) gate.max_drop_points = 5 * random.unit();
    if (one_in(random, 2)) gate.min_agreement = 60 + 40 * random.unit();
    if (one_in(random, 2)) gate.min_sqnr_db = 40 * random.unit();
    if (one_in(random, 2)) gate.min_speedup = 2 * random.unit();
    if (one_in(random, 2)) gate.limits = {{"macro_f1", -2 * random.unit()}, {"ece", random.unit()}, {"mae", random.unit()}};
    if (one_in(random, 2))
        gate.more = {{"p99", GateLimit::Of::value, random.unit()}, {"macro_f1", GateLimit::Of::drop, random.unit()}, {"ece", GateLimit::Of::rise, 1}};
    if (one_in(random, 5)) gate.more.push_back({"of a later version", GateLimit::Of::value, 1});
    return gate;
}

/// Metrics of answers and their changes, whatever they may come to.
void add_metrics(Random& random, Comparison& comparison) {
    for (const char* id : {"macro_f1", "ece", "one of a later version"}) {
        if (one_in(random, 3)) continue;
        comparison.baseline.measurement.metrics[id] = {odd_number(random, 90), Interval{odd_number(random, 88), odd_number(random, 92)}, 100};
        for (CandidateComparison& candidate : comparison.candidates) {
            candidate.measurement.metrics[id] = {odd_number(random, 89), one_in(random, 3) ? std::nullopt : std::optional(Interval{87, 91}), 100};
            if (one_in(random, 4)) continue;
            candidate.changes[id] = {odd_number(random, -1), Interval{odd_number(random, -2), odd_number(random, 0)}};
            if (one_in(random, 4)) candidate.changes[id].interval.reset();
        }
    }
    for (CandidateComparison& candidate : comparison.candidates)
        for (OutputFigures& output : candidate.measurement.outputs)
            if (one_in(random, 2)) output.metrics["mae"] = {odd_number(random, 0.5), Interval{odd_number(random, 0.4), odd_number(random, 0.6)}, 9};
}

Comparison there_and_back(const Comparison& comparison) { return comparison_from_json(Json::parse(to_json(comparison).dump())); }

TEST(Rejudging, EqualsJudgingAfreshForRandomComparisons) {
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        Random random(seed);
        const std::size_t n = one_in(random, 6) ? 0 : 1 + static_cast<std::size_t>(300 * random.unit());
        const bool labels = one_in(random, 2);
        const std::uint64_t classes = one_in(random, 3) ? 1 : 10;
        std::vector<Measurement> all;
        for (int i = 0; i < 4; ++i) all.push_back(random_measurement(random, n, labels, classes));
        const Gate first = random_gate(random), second = random_gate(random);
        Comparison again = compare(all, first);
        add_metrics(random, again);
        for (CandidateComparison& candidate : again.candidates) {  // whatever a figure of time may come to
            candidate.speedup = odd_number(random, candidate.speedup);
            candidate.speedup_interval = {odd_number(random, 0.9), odd_number(random, 1.1)};
        }
        Comparison afresh = again;
        judge_again(afresh, second);
        again = there_and_back(again);
        judge_again(again, second);
        EXPECT_EQ(to_json(there_and_back(again)), to_json(afresh)) << "seed " << seed;

        afresh.candidates.erase(afresh.candidates.begin() + 1);
        again.candidates.erase(again.candidates.begin() + 1);
        judge_again(again, first);
        judge_again(afresh, first);
        EXPECT_EQ(to_json(there_and_back(again)), to_json(afresh)) << "seed " << seed;

        all.erase(all.begin() + 2);
        Comparison other = compare(all, first), same = there_and_back(compare(all, second));
        judge_again(same, first);
        EXPECT_EQ(to_json(same), to_json(other)) << "seed " << seed;
    }
}

/// The file of a comparison that was made with some limits, judged by others, says what one with the others would have said.
TEST(Rejudging, AFileSaysWhatComparingWithTheseLimitsWouldHave) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        Random random(1000 + seed);
        const std::size_t n = one_in(random, 6) ? 0 : 1 + random.below(300);
        std::vector<Measurement> all;
        for (int i = 0; i < 3; ++i) all.push_back(random_measurement(random, n, seed % 2 == 0, one_in(random, 3) ? 1 : 10));
        const Gate then = one_in(random, 4) ? Gate{} : random_gate(random), now = one_in(random, 4) ? Gate{} : random_gate(random);
        ComparedFiles written{compare(all, then), {}}, compared{compare(all, now), {}};
        for (auto* each : {&written, &compared}) {
            Random same(seed);
            add_metrics(same, each->comparison);
            judge_again(*each, each->comparison.gate);
            each->findings.push_back({.severity = Severity::warning, .code = "busy-machine", .text = "Other work was running."});
        }
        const bool samples = one_in(random, 2);
        ComparedFiles read = evidence_from(to_json(written, samples).dump(), "e.json");
        EXPECT_EQ(to_json(read, samples), to_json(written, samples)) << "seed " << seed;
        judge_again(read, now);
        EXPECT_EQ(to_json(read, samples), to_json(compared, samples)) << "seed " << seed;
        EXPECT_EQ(worst_outcome(read.comparison), worst_outcome(compared.comparison)) << "seed " << seed;
        EXPECT_EQ(verdict_of(read.comparison).text, verdict_of(compared.comparison).text) << "seed " << seed;
    }
}

template <class Visit>
void visit(Interval& interval, const Visit& each) {
    each(interval.lo);
    each(interval.hi);
}

/// Every number of a measurement that a document holds.
template <class Visit>
void visit(Measurement& m, const Visit& each) {
    for (double* number : {&m.session_start_ms, &m.first_run_ms, &m.latency.p50, &m.latency.mean, &m.latency.after_pause, &m.host.load}) each(*number);
    for (auto* number : {&m.latency.p90, &m.latency.p99})
        if (*number) each(**number);
    visit(m.latency.p50_interval, each);
    for (auto* interval : {&m.latency.p90_interval, &m.latency.p99_interval, &m.latency.mean_interval})
        if (*interval) visit(**interval, each);
    if (m.latency.two_speeds) visit(*m.latency.two_speeds, each);
    for (double& number : m.latency.quantiles) each(number);
    for (Launch& launch : m.latency.launches) {
        each(launch.session_start_ms);
        each(launch.first_run_ms);
        for (double& number : launch.after_pause_ms) each(number);
        for (auto& block : launch.blocks)
            for (double& number : block) each(number);
    }
    if (m.accuracy) {
        each(m.accuracy->top1);
        each(m.accuracy->top5);
        visit(m.accuracy->top1_interval, each);
    }
    for (auto& [id, metric] : m.metrics) {
        each(metric.value);
        if (metric.interval) visit(*metric.interval, each);
    }
    for (ProfileEvent& event : m.profile) each(event.microseconds);
    for (OutputFigures& output : m.outputs) {
        for (auto* number : {&output.sqnr_db, &output.cosine, &output.equal})
            if (*number) each(**number);
        if (output.sqnr_db) visit(output.sqnr_interval, each);
        for (auto& [id, metric] : output.metrics) {
            each(metric.value);
            if (metric.interval) visit(*metric.interval, each);
        }
        for (auto& [id, samples] : output.sums)
            for (SampleSums& sample : samples)
                for (double& sum : sample.sums) each(sum);
    }
}

template <class Visit>
void visit(CandidateComparison& candidate, const Visit& each) {
    visit(candidate.measurement, each);
    each(candidate.size_ratio);
    each(candidate.speedup);
    visit(candidate.speedup_interval, each);
    PairedFigures& paired = candidate.paired;
    for (auto* figure : {&paired.p50, &paired.p90, &paired.p99, &paired.mean, &paired.after_pause, &paired.session_start, &paired.first_run, &paired.cold_start,
                         &paired.memory}) {
        if (!*figure) continue;
        each((*figure)->ratio);
        visit((*figure)->interval, each);
    }
    for (auto* number : {&candidate.top1_delta_points, &candidate.agreement, &candidate.output_sqnr_db, &candidate.output_cosine})
        if (*number) each(**number);
    if (candidate.top1_delta_points) visit(candidate.top1_delta_interval, each);
    for (auto& [id, change] : candidate.changes) {
        each(change.delta);
        if (change.interval) visit(*change.interval, each);
    }
}

template <class Visit>
void visit(Comparison& comparison, const Visit& each) {
    visit(comparison.baseline.measurement, each);
    for (CandidateComparison& candidate : comparison.candidates) visit(candidate, each);
    for (auto* number : {&comparison.gate.max_drop_points, &comparison.gate.min_speedup, &comparison.gate.min_agreement, &comparison.gate.min_sqnr_db})
        if (*number) each(**number);
    for (auto& [figure, bound] : comparison.gate.limits) each(bound);
    for (GateLimit& limit : comparison.gate.more) each(limit.bound);
    each(comparison.noise_floor);
}

/// Every number as text, which tells NaN from none and -0 from 0.
std::vector<std::string> numbers_of(Comparison comparison) {
    std::vector<std::string> all;
    visit(comparison, [&](const double& number) { all.push_back(fmt::format("{}", number)); });
    return all;
}

void add_what_is_known_of_a_file(Random& random, Trial& trial) {
    Measurement& m = trial.measurement;
    m.latency.launches = test::simulated_launches(1, random.bits());
    m.latency = summarise(std::move(m.latency.launches));
    m.profile = {{"a", "Conv", "CPU", 12, 3, "float"}, {"b", "Relu", "CPU", 1, 3, "float"}};
    for (OutputFigures& output : m.outputs) {
        if (one_in(random, 2)) output.metrics["another"] = {random.unit(), one_in(random, 2) ? std::nullopt : std::optional(Interval{0, 1})};
        if (one_in(random, 2)) output.sums["distance"] = {{{1, 2, 3, 4}, 5}, {}, {{random.unit(), 0, 0, 0}, 1}};
    }
    if (one_in(random, 2)) m.latency.two_speeds = Interval{1, 2};
    if (one_in(random, 2)) trial.title = "run / of: all. \"things\"";
    if (one_in(random, 2)) trial.id = 1 + static_cast<int>(random.below(9));
    if (one_in(random, 2)) trial.precision = "int8-static";
    if (one_in(random, 2)) trial.origin = Origin{"0.1.0", "abc", Json::object(), "def", {{Method::int8_static, 3}}, "data", "fed", 100};
}

TEST(Rejudging, NothingOfAComparisonIsLostInItsDocument) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        Random random(seed);
        const std::size_t n = one_in(random, 6) ? 0 : 1 + random.below(40);
        std::vector<Trial> trials;
        for (int i = 0; i < 3; ++i) {
            add_what_is_known_of_a_file(random, trials.emplace_back(Trial{0, {}, {}, random_measurement(random, n, seed % 2 == 0, seed % 3 == 0 ? 1 : 10)}));
        }
        Gate gate = random_gate(random);
        if (one_in(random, 2)) gate.limits = {{"p90", 1.2}, {"size", 0.5}};
        Comparison comparison = compare(trials, gate);
        add_metrics(random, comparison);
        visit(comparison, [&](double& number) { number = odd_number(random, number); });
        const Json document = to_json(comparison, true);
        const Comparison back = comparison_from_json(Json::parse(document.dump()));
        EXPECT_EQ(numbers_of(back), numbers_of(comparison)) << "seed " << seed;
        EXPECT_EQ(to_json(back, true), document) << "seed " << seed;
        for (std::size_t i = 0; i < back.candidates.size(); ++i) {
            EXPECT_EQ(back.candidates[i].id, comparison.candidates[i].id);
            EXPECT_EQ(back.candidates[i].precision, comparison.candidates[i].precision);
            EXPECT_EQ(back.candidates[i].title, comparison.candidates[i].title);
            EXPECT_EQ(back.candidates[i].origin.has_value(), comparison.candidates[i].origin.has_value());
            EXPECT_EQ(back.candidates[i].measurement.answers.predicted, comparison.candidates[i].measurement.answers.predicted);
        }
    }
}

TEST(Rejudging, NumbersThatJsonDoesNotHaveComeBack) {
    std::vector<Measurement> all(2);
    Comparison comparison = compare(std::move(all), {});
    comparison.candidates[0].speedup = std::numeric_limits<double>::quiet_NaN();
    comparison.candidates[0].speedup_interval = {-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
    const Comparison back = there_and_back(comparison);
    EXPECT_TRUE(std::isnan(back.candidates[0].speedup));
    EXPECT_EQ(back.candidates[0].speedup_interval, comparison.candidates[0].speedup_interval);
}

}  // namespace
}  // namespace vernier
