// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/sensitivity.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <mutex>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/layers/sensitivity_state.h"

namespace vernier {
namespace {

constexpr std::uint64_t kRankSamples = 16, kFewestSamples = 4;
/// Multiply-accumulates that ranking may take: some minutes of two processors. Above, regions are ranked on fewer samples.
constexpr double kMostWork = 1e13;

std::uint64_t rank_samples_of(const Model& model, std::size_t regions) {
    double macs = 0;
    for (const Node& node : model.nodes()) macs += static_cast<double>(node.macs);
    const double work = 2 * macs * static_cast<double>(std::max<std::size_t>(regions, 1));
    if (!(work * static_cast<double>(kRankSamples) > kMostWork)) return kRankSamples;
    return std::clamp(static_cast<std::uint64_t>(kMostWork / work), kFewestSamples, kRankSamples);
}

constexpr std::size_t kMostLeftOut = 16;
/// The whole is explained by the sum of its parts up to this factor.
constexpr double kFarAbove = 2;
constexpr double kNoError = 1e-4;  // 40 dB: no one asks where it comes from

bool is_far_above(double all, double sum) { return all > kNoError && all > kFarAbove * sum; }

std::string factor_text(double factor) {
    return factor < 10 ? fmt::format("{:.2g}", factor) : factor < 1e6 ? fmt::format("{:.0f}", factor) : fmt::format("{:.2g}", factor);
}

/// What brings an error that was seen on few samples to its size on many.
double factor_of(double many, double few) { return many > 0 && few > 0 ? std::clamp(many / few, 0.1, 10.0) : 1; }

/// Why chosen nodes of a region did not get their method: that of its core first.
std::string reason_of(const Plan& plan, const Region& region) {
    std::string why;
    for (const NodeId id : region.nodes) {
        const NodePlan& node = plan.nodes[static_cast<std::size_t>(id)];
        if (node.chosen.method == Method::fp32 || node.applied != Method::fp32 || node.why.empty()) continue;
        if (why.empty() || id == region.core) why = node.why;
    }
    return why;
}

/// One analysis: what is measured fills a Sensitivity.
class Analysis {
public:
    Analysis(Candidates& candidates, const Regions& regions, const SensitivityOptions& options, const Job& job)
        : candidates_(candidates), regions_(regions), options_(options), job_(job), state_(options.state, candidates) {
        found_.regions.resize(regions.list.size());
        for (std::size_t i = 0; i < regions.list.size(); ++i) found_.regions[i].region = static_cast<int>(i);
        found_.size_samples = candidates.samples();
        found_.parts = candidates.output_parts();
        const std::uint64_t rank =
            options.rank_samples != 0 ? options.rank_samples : rank_samples_of(*candidates.source().canonical->model, regions.list.size());
        found_.rank_samples = std::min<std::uint64_t>(rank, found_.size_samples);
        note_samples();
    }

    Sensitivity run() {
        try {
            measure_all();
            done_ = 0;
            parallel_for(regions_.list.size(), 0, [&](std::size_t i) { measure_region(regions_.list[i]); });
            rank();
            measure_apart();
            measure_without();
        } catch (...) {
            state_.save_now();
            throw;
        }
        state_.save_now();
        rank();
        return found_;
    }

private:
    void note_samples() {
        if (state_.was_stale())
            found_.findings.push_back(
                {Severity::info,
                 "state-stale",
                 kNone,
                 {},
                 {},
                 fmt::format("What '{}' held is of another model, recipe, dataset or machine, and was not used.", options_.state.string()),
                 {}});
        if (options_.rank_samples == 0 && found_.rank_samples < kRankSamples && found_.rank_samples < found_.size_samples)
            found_.findings.push_back(
                {Severity::info,
                 "few-rank-samples",
                 kNone,
                 {},
                 {},
                 fmt::format("Regions were ranked on {} samples instead of {}, because the model is large.", found_.rank_samples, kRankSamples),
                 "Give --samples for more."});
    }

    void measure_all() {
        const Candidate all = candidates_.plan({.choices = candidates_.choices()}, job_);
        all_ = all.plan;
        const TrialError many = candidates_.measure(all, 0, job_), few = candidates_.measure(all, found_.rank_samples, job_);
        found_.all = many.error;
        found_.all_kl = many.kl;
        factor_ = factor_of(many.error, few.error);
        kl_factor_ = many.kl && few.kl ? factor_of(*many.kl, *few.kl) : 1;
    }

    /// The error of a variant, brought to size.
    TrialError measure(const Candidate& candidate) {
        TrialError error = candidates_.measure(candidate, found_.rank_samples, job_, 1);
        error.error *= factor_;
        for (double& part : error.parts) part *= factor_;
        if (error.kl)
            *error.kl *= kl_factor_;
        else if (found_.all_kl && candidate.applied.empty())
            error.kl = 0;
        return error;
    }

    void measure_region(const Region& region) {
        job_.check();
        RegionErrors errors;
        errors.region = region.id;
        try {
            fill(region, errors);
            errors.measured = true;
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::bad_model) throw;
            errors.why = fmt::format("ONNX Runtime refuses it when it is the only one: {}", error.what());
        }
        const std::lock_guard guard(mutex_);
        found_.regions[static_cast<std::size_t>(region.id)] = std::move(errors);
        state_.save();
        tell();
        job_.step("regions", ++done_, regions_.list.size());
    }

    void fill(const Region& region, RegionErrors& errors) {
        const std::vector<Choice> choices = candidates_.only(region.nodes);
        if (std::all_of(region.nodes.begin(), region.nodes.end(), [&](NodeId id) { return choices[static_cast<std::size_t>(id)].method == Method::fp32; })) {
            errors.why = "the recipe keeps it in FP32";
            return;
        }
        {
            const Candidate alone = candidates_.plan({.choices = choices}, job_);
            const TrialError error = measure(alone);
            errors.applied = alone.applied;
            errors.alone = error.error;
            errors.alone_kl = error.kl;
            errors.why = reason_of(alone.plan, region);
        }
        const Candidate whole = candidates_.plan({.choices = candidates_.only_whole(region.nodes), .whole = true}, job_);
        const TrialError error = measure(whole);
        errors.applied_whole = whole.applied;
        errors.whole = error.error;
        errors.whole_kl = error.kl;
        errors.parts = error.parts;
        const bool changes = std::any_of(whole.applied.begin(), whole.applied.end(),
                                         [&](NodeId id) { return all_.nodes[static_cast<std::size_t>(id)].applied != Method::fp32; });
        if (!changes && !whole.applied.empty()) errors.stays = reason_of(all_, region);
    }

    /// Weights and activations of the worst, each without the other. Only static INT8 has both.
    void measure_apart() {
        std::vector<int> worst;
        for (const int id : found_.worst_first)
            if (worst.size() < options_.apart && found_.regions[static_cast<std::size_t>(id)].whole > 0 &&
                is_static(regions_.list[static_cast<std::size_t>(id)]))
                worst.push_back(id);
        done_ = 0;
        parallel_for(worst.size(), 0, [&](std::size_t i) {
            const auto at = static_cast<std::size_t>(worst[i]);
            const auto part = [&](StaticParts parts) {
                return measure(candidates_.plan({.choices = candidates_.only_whole(regions_.list[at].nodes), .whole = true, .parts = parts}, job_)).error;
            };
            const double weights = part(StaticParts::weights), activations = part(StaticParts::activations);
            const std::lock_guard guard(mutex_);
            found_.regions[at].weights = weights;
            found_.regions[at].activations = activations;
            state_.save();
            job_.step("weights and activations", ++done_, worst.size());
        });
    }

    /// Where all lose far more than the sum of each, regions break each other: which ones shows when one is left out of all.
    void measure_without() {
        if (!is_far_above(found_.all, found_.sum)) return;
        std::vector<int> some;
        for (const int id : found_.worst_first)
            if (some.size() < kMostLeftOut && !found_.regions[static_cast<std::size_t>(id)].applied_whole.empty()) some.push_back(id);
        done_ = 0;
        parallel_for(some.size(), 0, [&](std::size_t i) {
            const auto at = static_cast<std::size_t>(some[i]);
            std::vector<Choice> choices = candidates_.choices();
            for (const NodeId node : regions_.list[at].nodes) choices[static_cast<std::size_t>(node)] = Choice{Method::fp32, true, -1};
            const double without = measure(candidates_.plan({.choices = choices}, job_)).error;
            const std::lock_guard guard(mutex_);
            found_.regions[at].without = without;
            state_.save();
            job_.step("all but one", ++done_, some.size());
        });
    }

    [[nodiscard]] bool is_static(const Region& region) const {
        return std::any_of(region.nodes.begin(), region.nodes.end(), [&](NodeId id) {
            const Method method = candidates_.choices()[static_cast<std::size_t>(id)].method;
            return is_integer(method) && row(method).needs_calibration;
        });
    }

    void rank() { rank(found_); }

    static void rank(Sensitivity& found) {
        double whole = 0;
        found.sum = 0;
        for (const RegionErrors& errors : found.regions) {
            whole += errors.whole;
            found.sum += errors.alone;
        }
        for (RegionErrors& errors : found.regions) errors.share = whole > 0 ? errors.whole / whole : 0;
        found.worst_first.resize(found.regions.size());
        std::iota(found.worst_first.begin(), found.worst_first.end(), 0);
        const auto of = [&](int id) -> const RegionErrors& { return found.regions[static_cast<std::size_t>(id)]; };
        std::stable_sort(found.worst_first.begin(), found.worst_first.end(),
                         [&](int a, int b) { return std::pair(of(a).whole, of(a).alone) > std::pair(of(b).whole, of(b).alone); });
    }

    /// Under the lock.
    void tell() {
        if (!options_.partial) return;
        const auto now = std::chrono::steady_clock::now();
        if (now - told_ < std::chrono::milliseconds(500)) return;
        told_ = now;
        Sensitivity now_known = found_;
        rank(now_known);
        options_.partial(now_known);
    }

    Candidates& candidates_;
    const Regions& regions_;
    const SensitivityOptions& options_;
    const Job& job_;
    SensitivityState state_;
    Plan all_;
    double factor_ = 1, kl_factor_ = 1;
    std::mutex mutex_;
    std::size_t done_ = 0;
    std::chrono::steady_clock::time_point told_{};
    Sensitivity found_;
};

std::string region_name(const Sensitivity& sensitivity, const Regions& regions, const Model& model, std::size_t rank) {
    return model.node(regions.list[static_cast<std::size_t>(sensitivity.worst_first[rank])].core).label;
}

/// "3 of 10 regions carry 81 % of the error: Conv_1, Conv_4 and 1 more."
std::string carriers(const Sensitivity& sensitivity, const Regions& regions, const Model& model) {
    constexpr double kMost = 0.6;
    constexpr std::size_t kNamed = 4;
    std::size_t count = 0;
    double share = 0;
    for (; count < sensitivity.worst_first.size() && share < kMost; ++count)
        share += sensitivity.regions[static_cast<std::size_t>(sensitivity.worst_first[count])].share;
    const auto can = std::count_if(sensitivity.regions.begin(), sensitivity.regions.end(), [](const RegionErrors& r) { return !r.applied_whole.empty(); });
    std::string names;
    for (std::size_t i = 0; i < std::min(count, kNamed); ++i) names += (i == 0 ? "" : ", ") + region_name(sensitivity, regions, model, i);
    if (count > kNamed) names += fmt::format(" and {} more", count - kNamed);
    return fmt::format("{} of {} regions {} {:.0f} % of the error: {}.", count, can, count == 1 ? "carries" : "carry", 100 * share, names);
}

std::string together(const Sensitivity& sensitivity, const Regions& regions, const Model& model) {
    std::vector<Involved> involved;
    for (std::size_t i = 0; i < sensitivity.worst_first.size(); ++i) {
        const RegionErrors& errors = sensitivity.regions[static_cast<std::size_t>(sensitivity.worst_first[i])];
        if (!errors.measured) return {};
        if (errors.without) involved.push_back({region_name(sensitivity, regions, model, i), errors.alone, *errors.without});
    }
    return together_sentence(sensitivity.all, sensitivity.sum, std::move(involved));
}

/// Where outputs or their channels differ: the worst of the worst region.
std::string worst_part(const Sensitivity& sensitivity, const Regions& regions, const Model& model) {
    const std::size_t count = sensitivity.parts.size();
    if (count < 2 || sensitivity.worst_first.empty()) return {};
    const std::vector<double>& parts = sensitivity.regions[static_cast<std::size_t>(sensitivity.worst_first[0])].parts;
    if (parts.size() != count) return {};
    const auto worst = static_cast<std::size_t>(std::max_element(parts.begin(), parts.end()) - parts.begin());
    const auto least = static_cast<std::size_t>(std::min_element(parts.begin(), parts.end()) - parts.begin());
    constexpr double kApart = 2;
    if (!(parts[worst] > kApart * parts[least])) return {};
    return fmt::format("{} breaks {} most ({:.2g}), and {} least ({:.2g}).", region_name(sensitivity, regions, model, 0), sensitivity.parts[worst].text(),
                       parts[worst], sensitivity.parts[least].text(), parts[least]);
}

/// The worst ones that are in FP32 where all are planned.
std::string kept_anyway(const Sensitivity& sensitivity, const Regions& regions, const Model& model) {
    for (std::size_t i = 0; i < sensitivity.worst_first.size(); ++i) {
        const RegionErrors& errors = sensitivity.regions[static_cast<std::size_t>(sensitivity.worst_first[i])];
        if (errors.share < 0.1) break;
        if (errors.stays.empty()) continue;
        const std::string name = region_name(sensitivity, regions, model, i);
        if (!errors.applied.empty()) return fmt::format("With all regions chosen, {} stays in FP32 even so: {}.", name, errors.stays);
        return fmt::format("Chosen alone or with all others, {} stays in FP32: {}. Its error here is with its inputs and outputs in INT8 too.", name,
                           errors.stays);
    }
    return {};
}

/// Regions of which a recipe that chooses nothing else makes nothing, while one that chooses all changes them.
std::string without_effect(const Sensitivity& sensitivity, const Regions& regions, const Model& model) {
    std::string first, why;
    std::size_t count = 0;
    for (std::size_t i = 0; i < sensitivity.worst_first.size(); ++i) {
        const RegionErrors& errors = sensitivity.regions[static_cast<std::size_t>(sensitivity.worst_first[i])];
        if (!errors.applied.empty() || errors.applied_whole.empty() || !errors.stays.empty()) continue;
        if (count++ == 0) {
            first = region_name(sensitivity, regions, model, i);
            why = errors.why;
        }
    }
    if (count == 0) return {};
    const std::string others = count == 1 ? "" : fmt::format(" The same holds for {} more.", count - 1);
    return fmt::format("Chosen alone, {} stays in FP32{}{}. Its error here is with its inputs and outputs in INT8 too.{}", first, why.empty() ? "" : ": ", why,
                       others);
}

}  // namespace

Sensitivity sensitivity(const CandidateSource& source, const Regions& regions, const SensitivityOptions& options, const Job& job) {
    Candidates candidates(source, std::max(options.size_samples, options.rank_samples), job);
    return Analysis(candidates, regions, options, job).run();
}

double anchored_sum(double sum, double sum_all, double error_all) {
    if (!(sum > 0)) return 0;
    if (!(sum_all > 0)) return sum;
    if (sum >= sum_all) return error_all;
    const double part = sum / sum_all;
    const double error = sum + (error_all - sum_all) * part * part;
    // Where the whole is less than half of the sum, the parabola rises above the whole and falls again.
    const double turn = error_all < sum_all ? sum_all * sum_all / (2 * (sum_all - error_all)) : sum_all;
    return sum >= turn ? error_all : error_all < sum_all / 2 ? std::min(error, error_all) : error;
}

std::string together_sentence(double all, double sum, std::vector<Involved> involved) {
    constexpr std::size_t kNamed = 3;
    constexpr double kMuch = 0.1;  // of the whole
    if (!is_far_above(all, sum)) return {};
    std::string text = sum > 0 ? fmt::format("All regions together lose {:.2g}, {} times the sum of what each loses alone: they break each other.", all,
                                             factor_text(all / sum))
                               : fmt::format("All regions together lose {:.2g}, though none loses anything alone.", all);
    const auto saves = [all](const Involved& region) { return all - region.without; };
    std::stable_sort(involved.begin(), involved.end(), [&](const Involved& a, const Involved& b) { return saves(a) > saves(b); });
    std::string named;
    for (std::size_t i = 0; i < std::min(involved.size(), kNamed); ++i) {
        const Involved& region = involved[i];
        if (saves(region) < kMuch * all || saves(region) < kFarAbove * region.alone) continue;
        named +=
            fmt::format("{} {} takes {:.0f} % away (alone it costs {:.2g})", named.empty() ? "" : ",", region.name, 100 * saves(region) / all, region.alone);
    }
    return named.empty() ? text : fmt::format("{} Left in FP32,{}.", text, named);
}

std::vector<std::string> sentences_of(const Sensitivity& sensitivity, const Regions& regions, const Model& model) {
    if (std::all_of(sensitivity.regions.begin(), sensitivity.regions.end(), [](const RegionErrors& r) { return r.applied_whole.empty(); }))
        return {"No region can have what was chosen: nothing would change."};
    std::vector<std::string> sentences;
    if (std::any_of(sensitivity.regions.begin(), sensitivity.regions.end(), [](const RegionErrors& r) { return r.whole > 0; }))
        sentences.push_back(carriers(sensitivity, regions, model));
    else
        sentences.emplace_back("No region changes the outputs.");
    if (std::string text = together(sensitivity, regions, model); !text.empty()) sentences.push_back(std::move(text));
    if (std::string text = worst_part(sensitivity, regions, model); !text.empty()) sentences.push_back(std::move(text));
    if (std::string text = kept_anyway(sensitivity, regions, model); !text.empty()) sentences.push_back(std::move(text));
    if (std::string text = without_effect(sensitivity, regions, model); !text.empty()) sentences.push_back(std::move(text));
    return sentences;
}

}  // namespace vernier
