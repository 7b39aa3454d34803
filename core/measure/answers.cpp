// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "core/measure/metrics.h"
#include "core/measure/tally.h"

namespace vernier {
namespace {

constexpr std::size_t kKeptScoreBytes = std::size_t{64} << 20;

/// The samples of one run.
struct Round {
    std::vector<AskedSample> asked;
    std::uint64_t batch = 1;
};

using Values = std::map<std::string, OutputValues>;

/// The output that holds the scores: the dataset's choice, else the first of the first model.
std::string scores_output(const Opened& first, const std::string& wanted, const std::filesystem::path& file) {
    if (wanted.empty()) return first.outputs.empty() ? std::string() : first.outputs.front().name;
    const auto same = [&](const OutputPort& port) { return port.name == wanted; };
    if (std::none_of(first.outputs.begin(), first.outputs.end(), same))
        throw Error(ErrorKind::bad_data, "the model has no output with the name that the dataset gives for the scores",
                    {.file = file.string(), .tensor = wanted});
    return wanted;
}

/// Gathers what one model answers; the first model of a call is the reference of all.
class Collector {
public:
    Collector(const Answering& model, const Opened& first, std::string scores, const std::vector<OutputSums>& sums)
        : model_(model), scores_(std::move(scores)) {
        is_first_ = &model.subject->opened() == &first;
        const std::vector<OutputPort>& own = model.subject->opened().outputs;
        for (const OutputPort& port : first.outputs) {
            OutputTally& tally = tallies_.emplace_back(port.name, sums);
            names_.push_back(port.name);
            const auto found = std::find_if(own.begin(), own.end(), [&](const OutputPort& other) { return other.name == port.name; });
            if (found == own.end())
                tally.fail("missing");
            else if (!port.other.empty() || !found->other.empty())
                tally.fail("a " + (port.other.empty() ? found->other : port.other) + ", which is not compared");
        }
        for (const OutputPort& port : own) {
            if (std::find(names_.begin(), names_.end(), port.name) != names_.end()) continue;
            tallies_.emplace_back(port.name).fail("not in the baseline");
            names_.push_back(port.name);
        }
    }

    void ask(const std::map<std::string, Tensor>& inputs) const {
        naming_file(model_.result->model, [&] { model_.subject->ask(inputs); });
    }

    /// Takes the answer to a round; reference holds the first model's, and is filled by it.
    void take(const Round& round, Values& reference, AnswerSink* sink, std::size_t model) {
        const auto outputs = naming_file(model_.result->model, [&] { return model_.subject->answer(); });
        Values own;
        for (const auto& [name, tensor] : outputs) own.emplace(name, values_of(tensor));
        if (is_first_) reference = own;
        if (sink != nullptr) sink->take(model, round.asked, outputs, round.batch);
        const auto scores = outputs.find(scores_);
        take_scores(scores == outputs.end() ? nullptr : &scores->second, round);
        for (std::size_t i = 0; i < round.asked.size(); ++i) take_outputs(own, reference, i, round.batch);
    }

    void finish(bool said_to_classify) {
        Measurement& result = *model_.result;
        Answers& answers = result.answers;
        result.scores_output = scores_;
        if (!only_classes_) {
            answers.classes = 0;
            std::fill(answers.predicted.begin(), answers.predicted.end(), -1);
            std::fill(answers.in_top5.begin(), answers.in_top5.end(), false);
        }
        if (!any_whole_) answers.whole_equal.clear();
        if (kept_ > kKeptScoreBytes || (!only_classes_ && !only_single_)) answers.scores.clear();
        for (const OutputTally& tally : tallies_) result.outputs.push_back(tally.figures());
        result.classes = answers.classes;
        result.classifies = said_to_classify && answers.classes > 1;
        result.samples = answers.sample.size();
    }

private:
    void take_scores(const Tensor* scores, const Round& round) {
        Answers& answers = model_.result->answers;
        const bool classes = scores != nullptr && is_class_scores(*scores, round.batch);
        const bool single = scores != nullptr && is_single_score(*scores, round.batch);
        only_classes_ = only_classes_ && classes;
        only_single_ = only_single_ && single;
        const std::vector<float> values = scores == nullptr ? std::vector<float>() : scores_of(*scores);
        const std::size_t each = classes || single ? values.size() / round.batch : 0;
        for (std::size_t i = 0; i < round.asked.size(); ++i) {
            const auto own = std::span(values).subspan(i * each, each);
            const bool nan = std::any_of(own.begin(), own.end(), [](float score) { return std::isnan(score); });
            answers.sample.push_back(round.asked[i].index);
            answers.label.push_back(static_cast<std::int32_t>(round.asked[i].label));
            // An answer with NaN is none: it is neither right nor the same as another.
            answers.predicted.push_back(own.empty() || nan ? -1 : arg_max(own));
            answers.in_top5.push_back(!nan && in_top(own, round.asked[i].label, 5));
            answers.classes = std::max<std::uint64_t>(answers.classes, own.size());
            kept_ += own.size_bytes();
            if (kept_ <= kKeptScoreBytes) answers.scores.emplace_back(own.begin(), own.end());
        }
    }

    void take_outputs(const Values& own, const Values& reference, std::size_t i, std::uint64_t batch) {
        bool whole_equal = true;
        for (std::size_t k = 0; k < tallies_.size(); ++k) {
            const auto before = reference.find(names_[k]);
            const auto after = own.find(names_[k]);
            if (before == reference.end()) continue;
            any_whole_ = any_whole_ || !before->second.floating();
            if (after == own.end())
                whole_equal = whole_equal && before->second.floating();
            else if (is_first_)
                tallies_[k].add(after->second, i, batch);
            else
                whole_equal = tallies_[k].add(before->second, after->second, i, batch) && whole_equal;
        }
        model_.result->answers.whole_equal.push_back(whole_equal);
    }

    Answering model_;
    std::string scores_;
    bool is_first_ = false, only_classes_ = true, only_single_ = true, any_whole_ = false;
    std::vector<OutputTally> tallies_;
    std::vector<std::string> names_;
    std::size_t kept_ = 0;
};

}  // namespace

void collect_answers(std::vector<Answering>& models, const Dataset& dataset, const std::vector<std::uint64_t>& samples, const MeasureOptions& options,
                     const Job& job) {
    const Opened& first = models.front().subject->opened();
    const std::string scores = scores_output(first, dataset.output(), models.front().result->model);
    if (options.sink != nullptr) options.sink->begin(scores);
    std::vector<Collector> collectors;
    for (const Answering& model : models) collectors.emplace_back(model, first, scores, options.sums);
    Round round{{}, dataset.batch()};
    std::vector<Sample> run;
    std::size_t done = 0;
    for_each_sample(dataset, {Split::validation, samples}, 1, job, [&](std::uint64_t index, Sample& sample) {
        round.asked.push_back({index, sample.label, sample.name, std::move(sample.target)});
        run.push_back(std::move(sample));
        if (run.size() < round.batch && done + run.size() < samples.size()) return;
        job.step("answers", done, samples.size());
        done += run.size();
        const auto inputs = stack_samples(std::move(run), round.batch);
        for (const Collector& collector : collectors) collector.ask(inputs);
        Values reference;
        for (std::size_t model = 0; model < collectors.size(); ++model) collectors[model].take(round, reference, options.sink, model);
        run.clear();
        round.asked.clear();
    });
    if (options.sink != nullptr) options.sink->finish();
    for (Collector& collector : collectors) collector.finish(dataset.classifies());
    job.step("answers", samples.size(), samples.size());
}

}  // namespace vernier
