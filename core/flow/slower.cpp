// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/slower.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <map>
#include <optional>

#include "core/base/number_text.h"
#include "core/base/timed.h"
#include "core/measure/statistics.h"
#include "core/model/weights.h"

namespace vernier {
namespace {

constexpr double kGlance = 0.02;  ///< seconds of processor time of the first look
constexpr double kScreen = 0.04;  ///< of a file in float against the opened one
constexpr double kProof = 0.2;    ///< of what decides, at most: it ends when the answer is clear
constexpr double kLeastProof = 0.05;
constexpr double kSlower = 1.05;        ///< times the opened file
constexpr double kLeastMs = 0.05;       ///< and slower by at least this: below, other things decide
constexpr double kLeastClearMs = 0.02;  ///< the same for twice the time, and where no size is saved
constexpr double kTwice = 2;
constexpr double kTinyMs = 0.05;  ///< a model that takes less is not judged by a few per cent
constexpr double kMostGain = 1.5;
constexpr double kGain = 0.97;        ///< times the opened file: what takes more saves no time
constexpr double kLittle = 1.05;      ///< a file that grows by less than this gives up no size
constexpr double kNoSmaller = 0.98;   ///< of the opened file's size
constexpr double kLeastSearch = 0.2;  ///< seconds
constexpr double kShare = 0.2;        ///< of the time that quantizing took
constexpr double kMoreWhereFarSlower = 3;
constexpr std::size_t kMostGroups = 6;

using Nodes = std::set<NodeId>;

/// INT8 nodes that nobody chose explicitly, by what they have in common; the most work first.
std::vector<Nodes> groups_of(const Plan& plan, const Model& model) {
    std::map<std::string, Nodes> by_kind;
    for (const NodePlan& node : plan.nodes) {
        if (!is_integer(node.applied) || node.chosen.explicit_choice() || node.absorbed) continue;
        const std::vector<Weight> weights = weights_of(model, node.node);
        if (weights.empty()) continue;
        std::string kind = model.node(node.node).op_type;
        for (const std::int64_t dim : weights.front().tensor->dims) kind += fmt::format(" {}", dim);
        by_kind[kind].insert(node.node);
    }
    std::vector<Nodes> groups;
    for (auto& [kind, nodes] : by_kind) groups.push_back(std::move(nodes));
    std::stable_sort(groups.begin(), groups.end(), [](const Nodes& a, const Nodes& b) { return a.size() > b.size(); });
    if (groups.size() > kMostGroups) groups.resize(kMostGroups);
    return groups;
}

Nodes all_of(const Plan& plan) {
    Nodes nodes;
    for (const NodePlan& node : plan.nodes)
        if (is_integer(node.applied) && !node.chosen.explicit_choice()) nodes.insert(node.node);
    return nodes;
}

Nodes without(const Nodes& all, const Nodes& some) {
    Nodes rest;
    std::set_difference(all.begin(), all.end(), some.begin(), some.end(), std::inserter(rest, rest.end()));
    return rest;
}

/// A file that could be written, and how long it takes.
struct Timed {
    double ms = 0, fp32_ms = 0;
    TimeRatio to_fp32;  ///< against the opened file
    double bytes = 1, fp32_bytes = 1;
    [[nodiscard]] bool saves_size() const { return bytes < kNoSmaller * fp32_bytes; }
};

bool is_slower(const Timed& file) {
    const double more = file.ms - file.fp32_ms;
    const bool is_clear = file.to_fp32.ratio > kTwice || !file.saves_size();
    return file.to_fp32.ratio > kSlower && (more > kLeastMs || (is_clear && more > kLeastClearMs));
}

/// It is no smaller than the opened file, and not known to be faster.
bool saves_nothing(const Timed& file) { return !file.saves_size() && file.fp32_ms > kTinyMs && file.to_fp32.interval.hi > kGain; }

bool is_worse(const Timed& file) { return is_slower(file) || saves_nothing(file); }

class Search {
public:
    Search(const Emitting& emitting, Verifier& verifier, const Model& model, const StagedModel& written, const Job& job)
        : emitting_(emitting), verifier_(verifier), model_(model), written_(written), job_(job) {}

    Slower run() {
        const Plan plan = emitting_.plan();
        if (plan.count(Arithmetic::integer) == 0 || !look_at_written(kGlance)) return {};
        if (is_worse(now_) && look_at_written(proof()) && is_worse(now_)) try_groups(plan);
        if (now_.to_fp32.ratio > kGain) say_nothing_is_gained(plan);
        return std::move(result_);
    }

private:
    [[nodiscard]] const StagedModel& best() const { return best_ ? *best_ : written_; }

    /// What is left of the search's share of time, for one look.
    [[nodiscard]] double proof() const { return std::clamp(most() - spent(), kLeastProof, kProof); }
    [[nodiscard]] double spent() const { return verifier_.cpu_seconds() - start_; }
    [[nodiscard]] double most() const {
        return std::max(kLeastSearch, emitting_.seconds * kShare) * (now_.to_fp32.ratio > kMostGain ? kMoreWhereFarSlower : 1);
    }

    /// Times files in turns with the opened one (number 0) until the answers are clear; nothing when that cannot be done.
    std::vector<Rounds> rounds(const std::vector<const StagedModel*>& files, double seconds, const std::vector<TimeLine>& clear) {
        job_.step("time the model", 0, 0);
        std::vector<std::filesystem::path> paths;
        for (const StagedModel* file : files) paths.push_back(file->readable());
        std::vector<Rounds> rounds = verifier_.rounds(paths, seconds, clear);
        if (rounds.size() != files.size() + 1) rounds.clear();
        return rounds;
    }

    static double bytes_of(const StagedModel& file) {
        std::error_code ignored;
        const auto bytes = std::filesystem::file_size(file.readable(), ignored);
        return std::max(1.0, static_cast<double>(ignored ? 0 : bytes));
    }

    [[nodiscard]] Timed timed(const Rounds& rounds, const Rounds& fp32, const StagedModel& file) const {
        return {median(rounds), median(fp32), time_ratio(rounds, fp32), bytes_of(file), std::max(1.0, static_cast<double>(model_.size_bytes()))};
    }

    bool look_at_written(double seconds) {
        const auto seen = rounds({&written_}, seconds, {{1, 0, kGain}, {1, 0, kSlower}});
        if (!seen.empty()) now_ = timed(seen[1], seen[0], written_);
        return !seen.empty();
    }

    void try_groups(const Plan& plan) {
        const Nodes all = all_of(plan);
        Nodes kept;
        for (const Nodes& group : groups_of(plan, model_)) {
            if (!is_slower(now_) || spent() > most()) break;
            if (!may_pay(group)) continue;
            Nodes tried = kept;
            tried.insert(group.begin(), group.end());
            if (!is_better_with(tried, group, Bar::worthwhile)) continue;
            kept = tried;
        }
        const Nodes rest = without(all, kept);
        const bool may_go = !kept.empty() || saves_nothing(now_);
        if (!rest.empty() && (may_go || may_pay(rest))) (void)is_better_with(all, rest, may_go ? Bar::what_is_left : Bar::worthwhile);
    }

    /// Whether nodes in float could make up for their weights, if they were all that the opened file does better.
    [[nodiscard]] bool may_pay(const Nodes& nodes) const {
        constexpr double kShareSaved = 0.75;  // of four bytes a weight
        std::set<std::string> names;
        double bytes = 0;
        for (const NodeId id : nodes)
            for (const Weight& weight : weights_of(model_, id))
                if (names.insert(weight.tensor->name).second) bytes += static_cast<double>(weight.tensor->data.size());
        return now_.to_fp32.interval.hi > worthwhile_gain(1 + kShareSaved * bytes / now_.bytes);
    }

    enum class Bar { worthwhile, what_is_left };

    /// Tries a file with all these nodes in float; where it is better, it is the best one from now on.
    bool is_better_with(const Nodes& in_float, const Nodes& added, Bar bar) {
        StagedModel file(*emitting_.emit(in_float), written_.target());
        if (file.readable().empty()) return false;
        if (bar == Bar::worthwhile && !is_promising(file)) return false;
        const double growth = bytes_of(file) / bytes_of(best());
        std::vector<TimeLine> clear = {{1, 2, worthwhile_gain(growth)}};
        if (bar == Bar::what_is_left && growth < kLittle) clear.push_back({1, 2, kGain});
        const auto seen = rounds({&best(), &file}, proof(), clear);
        if (seen.empty()) return false;
        const Timed before = timed(seen[1], seen[0], best()), after = timed(seen[2], seen[0], file);
        const TimeRatio gain = time_ratio(seen[1], seen[2]);
        const bool is_no_loss = growth < kLittle && gain.interval.hi > kGain;
        const bool pays = gain.interval.lo > worthwhile_gain(growth);
        if (!pays && !(bar == Bar::what_is_left && is_no_loss)) return false;
        say_taken_back(added, before, after, pays);
        now_ = after;
        best_.emplace(std::move(file));
        return true;
    }

    /// A short look, which spares most files the long one.
    bool is_promising(const StagedModel& file) {
        constexpr double kAlmost = 0.95;
        const double most = now_.to_fp32.ratio / (kAlmost * worthwhile_gain(bytes_of(file) / now_.bytes));  // times the opened file
        const auto seen = rounds({&file}, kScreen, {{1, 0, most}});
        return !seen.empty() && timed(seen[1], seen[0], file).to_fp32.ratio < most;
    }

    void say_taken_back(const Nodes& nodes, const Timed& before, const Timed& after, bool pays) {
        const Node& first = model_.node(*nodes.begin());
        const bool one = nodes.size() == 1;
        result_.take_back.emplace_back(nodes, pays ? "measured: slower in INT8 than in float" : "measured: INT8 here saves neither time nor size");
        result_.findings.push_back(
            {Severity::warning,
             "kept-float",
             first.id,
             first.label,
             {},
             fmt::format("{} node{} in float, where INT8 costs time or saves none. The file is {:.2f} times as large as with {} in INT8.{}",
                         grouped(nodes.size()), one ? " stays" : "s stay", after.bytes / before.bytes, one ? "it" : "them",
                         timing_sentence({{"this way", after.ms}, {one ? "with it in INT8" : "with them in INT8", before.ms}, {"as opened", after.fp32_ms}})),
             fmt::format("Choose INT8 for {} by a rule to have {} quantized even so.", one ? "it" : "them", one ? "it" : "them")});
    }

    void say_nothing_is_gained(const Plan& plan) {
        if (!result_.take_back.empty() && all_of(plan).size() == taken_back()) return;
        const bool smaller = now_.saves_size();
        std::string text = is_slower(now_) ? "INT8 is slower on this model." : "INT8 gains no time on this model.";
        if (smaller) text += fmt::format(" The file is {:.2f} of its size.", now_.bytes / now_.fp32_bytes);
        text += timing_sentence({{"this way", now_.ms}, {"as opened", now_.fp32_ms}});
        result_.findings.push_back({Severity::warning,
                                    "nothing-to-gain",
                                    kNone,
                                    {},
                                    {},
                                    text,
                                    smaller ? "Keep FP32 where time counts, or use FP16 for storage, unless the size is what you want." : "Keep FP32."});
    }

    [[nodiscard]] std::size_t taken_back() const {
        std::size_t count = 0;
        for (const auto& [nodes, why] : result_.take_back) count += nodes.size();
        return count;
    }

    const Emitting& emitting_;
    Verifier& verifier_;
    const Model& model_;
    const StagedModel& written_;
    const Job& job_;
    Slower result_;
    std::optional<StagedModel> best_;
    Timed now_;  ///< the best file so far
    double start_ = verifier_.cpu_seconds();
};

}  // namespace

double worthwhile_gain(double size_factor) { return std::clamp(std::sqrt(std::max(size_factor, 1.0)), kSlower, kMostGain); }

Slower find_slower(const Emitting& emitting, Verifier& verifier, const Model& model, const StagedModel& written, const Job& job) {
    return Search(emitting, verifier, model, written, job).run();
}

}  // namespace vernier
