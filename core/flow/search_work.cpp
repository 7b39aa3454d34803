// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/search_work.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/provenance.h"
#include "core/data/part.h"
#include "core/evidence/gate.h"
#include "core/evidence/metrics/measured.h"
#include "core/flow/open.h"
#include "core/flow/search_judge.h"
#include "core/flow/search_trial.h"
#include "core/flow/unrolled.h"
#include "core/layers/sensitivity.h"
#include "core/layers/times.h"
#include "core/quant/prepare.h"

namespace vernier {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kFewest = 16;         ///< validation samples below which all serve both to choose and to report
constexpr std::uint64_t kSelectionShare = 4;  ///< every fourth sample chooses
constexpr std::uint64_t kErrorSamples = 64;   ///< that bring errors to size
constexpr std::size_t kProbes = 6;            ///< sets of the front that are measured in memory before the search
constexpr double kReportTime = 2;             ///< times as long as a measurement that only chooses
constexpr int kFewRounds = 3;                 ///< of profiles in turns, for a file that was measured

void make_folder(const fs::path& folder) {
    std::error_code problem;
    fs::create_directories(folder, problem);
    if (!fs::is_directory(folder, problem))
        throw Error(ErrorKind::cannot_write, "is no folder, and none can be made there", {.file = folder.string()}, "Give another name with -o.");
}

/// What measurements depend on: for the same text they stand for each other.
std::string key_of(const SearchRequest& request, const Model& model, const Dataset& data, const Recipe& recipe, const Runtime& runtime) {
    const Json parts = {{"model", model.sha256()},
                        {"data", data.fingerprint()},
                        {"recipe", to_json(recipe)},
                        {"gate", gate_json(request.gate)},
                        {"seed", request.seed},
                        {"target", to_json(request.target)},
                        {"seconds", request.seconds},
                        {"sizes", sizes_text(model.sizes())},
                        {"most", {request.options.most_validations, request.options.most_reports}},
                        {"runtime", runtime.version()},
                        {"cpu", this_host().cpu},
                        {"state", 2},
                        {"vernier", VERNIER_VERSION}};
    return sha256(parts.dump());
}

void check_limits(const SearchRequest& request, const Dataset& data) {
    const Gate& gate = request.gate;
    if (!gate.max_drop_points && !gate.min_agreement && !gate.min_sqnr_db && leading_limit(gate) == nullptr)
        throw Error(ErrorKind::usage, "no limit on answers is set, so that all in the fastest method would do", {},
                    "Give --max-drop POINTS, --min-agreement P, --min-sqnr DB, or --gate with a metric ('map50 drop<=1').");
    if (gate.max_drop_points && !data.has_labels())
        throw Error(ErrorKind::usage, "the samples have no labels, so a drop of top-1 cannot be judged", {.file = data.path().string()},
                    "Give --min-agreement P or --min-sqnr DB instead.");
}

}  // namespace

SearchWork::SearchWork(RuntimePtr runtime, const SearchRequest& request, Job job) : runtime_(std::move(runtime)), request_(request), job_(std::move(job)) {
    open(request);
    check_limits(request, *data_);
    divide_samples();
    selection_runs_ = unrolled(selection_, {runtime_, model(), request_.target, recipe_.calibration.samples}, job_);
    find_pins();
    state_ = std::make_unique<SearchState>(request.out / "state.json", key_of(request, *model(), *data_, recipe_, *runtime_));
}

void SearchWork::open(const SearchRequest& request) {
    job_.step("open", 0, 0);
    const ModelPtr opened = open_for_work(runtime_, request.model, job_, request.sizes);
    data_ = open_data(request.data, *opened);
    if (data_ == nullptr) throw Error(ErrorKind::usage, "a search needs samples", {}, "Give --data: a folder of images, an .npz file or a .dataset.json.");
    if (data_->size(Split::validation) == 0) throw Error(ErrorKind::bad_data, "the dataset has no validation samples", {.file = data_->path().string()});
    make_folder(request.out);
    for (const char* file : {"model.onnx", "search.json", "state.json"}) {
        check_output(request.out / file, opened->files());
        check_output(request.out / file, data_->files());
    }
    canonical_ = canonical(opened);
    regions_ = regions(*canonical_);
    recipe_ = reanchored(request.recipe, *opened);
    // What computes in FP32, with weights of 8 bits too, saves no time, which is what a search is after.
    if (row(recipe_.default_method).computes == Arithmetic::floating) recipe_.default_method = Method::int8_static;
    method_ = recipe_.default_method;
    statistics_ = std::make_shared<Statistics>(canonical_);
    const DatasetPtr runs = unrolled(data_, {runtime_, opened, request_.target, recipe_.calibration.samples}, job_);
    recipe_ = with_chosen_ranges({runtime_, opened, recipe_, runs, {}, canonical_, statistics_}, job_);
    findings_ = data_->findings();
}

std::uint64_t SearchWork::selection_samples() const { return selection_->size(Split::validation); }
std::uint64_t SearchWork::report_samples() const { return report_->size(Split::validation); }

void SearchWork::divide_samples() {
    const std::uint64_t count = data_->size(Split::validation);
    if (count < kFewest) {
        selection_ = report_ = data_;
        findings_.push_back(
            {Severity::warning,
             "selection-shared",
             kNone,
             {},
             {},
             fmt::format("There are {} validation samples, so the same ones choose the recipe and judge it: the figures are a little too good.", count),
             fmt::format("Give at least {} validation samples.", kFewest)});
        return;
    }
    std::vector<std::uint64_t> chooses, reports;
    for (std::uint64_t i = 0; i < count; ++i) (i % kSelectionShare == request_.seed % kSelectionShare ? chooses : reports).push_back(i);
    selection_ = part_of(data_, std::move(chooses));
    report_ = part_of(data_, std::move(reports));
}

/// What the user's rules choose stands; what cannot have the method stays in float.
void SearchWork::find_pins() {
    const Plan plan = plan_of(vernier::prepare(*canonical_, recipe_, job_), *model());
    for (const NodePlan& node : plan.nodes)
        if (node.chosen.method == method_ && (node.applied == method_ || node.absorbed)) usable_.insert(node.node);
    const auto is_chosen = [&](const Choice& choice) {
        return choice.explicit_choice() && recipe_.rules[static_cast<std::size_t>(choice.rule)].method.has_value();
    };
    pins_.assign(regions_.list.size(), SearchUnit::Pin::none);
    for (const Region& region : regions_.list) {
        const Choice& core = plan.nodes[static_cast<std::size_t>(region.core)].chosen;
        SearchUnit::Pin& pin = pins_[static_cast<std::size_t>(region.id)];
        if (is_chosen(core)) pin = core.method == method_ ? SearchUnit::Pin::quantized : SearchUnit::Pin::in_float;
        if (!has_usable_node(region)) pin = SearchUnit::Pin::in_float;
    }
}

bool SearchWork::has_usable_node(const Region& region) const {
    return std::any_of(region.nodes.begin(), region.nodes.end(), [&](NodeId node) { return usable_.contains(node); });
}

UnitSet SearchWork::all() const {
    UnitSet set(pins_.size());
    for (std::size_t i = 0; i < set.size(); ++i) set[i] = pins_[i] != SearchUnit::Pin::in_float;
    return set;
}

Recipe SearchWork::recipe_of(const UnitSet& quantized) const {
    Recipe recipe = recipe_;
    recipe.default_method = Method::fp32;
    std::vector<Rule> rules;
    for (const Region& region : regions_.list) {
        if (!quantized[static_cast<std::size_t>(region.id)]) continue;
        for (const NodeId node : region.nodes)
            if (usable_.contains(node)) rules.push_back({fmt::format("#{}", node), method_, {}});
    }
    std::sort(rules.begin(), rules.end(),
              [](const Rule& a, const Rule& b) { return a.select.size() != b.select.size() ? a.select.size() < b.select.size() : a.select < b.select; });
    recipe.rules.insert(recipe.rules.begin(), rules.begin(), rules.end());
    return anchored(recipe, *model());
}

std::vector<NodeId> SearchWork::float_nodes(const UnitSet& quantized) const {
    std::vector<NodeId> nodes;
    for (const Region& region : regions_.list) {
        if (quantized[static_cast<std::size_t>(region.id)]) continue;
        for (const NodeId node : region.nodes)
            if (usable_.contains(node)) nodes.push_back(node);
    }
    std::sort(nodes.begin(), nodes.end());
    return nodes;
}

QuantizedFile SearchWork::write_model(const UnitSet& quantized, const fs::path& out, Calibrated calibrated, const Job& job) {
    QuantizeRequest request;
    request.model = request_.model;
    request.out = out;
    request.recipe = recipe_of(quantized);
    request.data = request_.data;
    request.options.target = request_.target.on_threads(1);
    request.options.time_prefix = false;
    request.sizes = request_.sizes;
    request.worker = request_.worker;
    request.canonical = canonical_;
    if (calibrated == Calibrated::before) request.statistics = statistics_;
    return quantize_file(runtime_, request, {job.stop(), {}});
}

/// Nodes that the runtime runs in float between two conversions gain nothing: no recipe quantizes them, but where a rule of the user does.
void SearchWork::leave_out_unexecuted() {
    if (!state_->unexecuted()) {
        const TrialFile trial(folder_.path());
        const QuantizedFile made = write_model(all(), trial.path(), Calibrated::before);
        std::vector<NodeId> nodes;
        for (std::size_t i = 0; i < std::min(made.executed.size(), made.plan.nodes.size()); ++i)
            if (made.plan.nodes[i].applied == method_ && made.executed[i].as == Executed::As::floating && row(method_).fuses)
                nodes.push_back(static_cast<NodeId>(i));
        state_->keep_unexecuted(nodes);
    }
    for (const NodeId node : state_->unexecuted().value_or(std::vector<NodeId>{})) usable_.erase(node);
    for (const Region& region : regions_.list)
        if (!has_usable_node(region)) pins_[static_cast<std::size_t>(region.id)] = SearchUnit::Pin::in_float;
}

SetError SearchWork::error_in_memory(const UnitSet& quantized) {
    if (const auto known = state_->error(quantized)) return *known;
    if (candidates_ == nullptr) {
        CandidateSource source{runtime_, canonical_, recipe_, selection_runs_, request_.target.on_threads(1)};
        candidates_ = std::make_unique<Candidates>(std::move(source), kErrorSamples, quiet());
    }
    Variant variant;
    variant.choices = resolve(recipe_of(quantized), *model());
    const TrialError measured = candidates_->measure(candidates_->plan(variant, quiet()), 0, quiet());
    const SetError error{measured.error, {measured.low, measured.high}};
    state_->keep_error(quantized, error);
    return error;
}

/// A few sets along the front, so that the sum of errors is brought to size where it is used.
void SearchWork::probe(SearchSource& source) {
    const std::vector<FrontPoint> points = front(source.graph);
    const std::size_t count = std::min(kProbes, points.size());
    for (std::size_t i = 0; i < count; ++i) {
        job_.step("errors of sets", i, count);
        const FrontPoint& point = points[count == 1 ? 0 : i * (points.size() - 1) / (count - 1)];
        if (point.error > 0) source.errors.measured(point.error, error_in_memory(point.quantized).error);
    }
}

SearchSource SearchWork::prepare() {
    job_.step("quantize all", 0, 0);
    leave_out_unexecuted();
    job_.step("time the nodes", 0, 0);
    const SearchTimes times = times_known_or_measured();
    CandidateSource candidates{runtime_, canonical_, recipe_, selection_runs_, request_.target.on_threads(1)};
    SensitivityOptions options;
    options.state = request_.out / "sensitivity.json";
    options.size_samples = kErrorSamples;
    options.apart = 0;
    const Sensitivity sensitivity = vernier::sensitivity(candidates, regions_, options, job_);
    std::vector<RegionEvidence> evidence;
    double sum = 0;
    for (std::size_t i = 0; i < regions_.list.size(); ++i) {
        const RegionErrors& errors = sensitivity.regions.at(i);
        // Alone, a Concat and its like stay in float: what they lose is seen where the whole region is quantized.
        const double error = errors.applied.empty() ? errors.whole : errors.alone;
        evidence.push_back({times.float_ms.at(i), times.quantized_ms.at(i), error, pins_[i]});
        sum += pins_[i] == SearchUnit::Pin::in_float || !std::isfinite(error) ? 0 : std::max(0.0, error);
    }
    error_all_ = sensitivity.all;
    SearchSource source;
    source.graph = search_graph(regions_, evidence, row(method_).fuses ? boundaries_of(*model(), regions_) : std::vector<RegionBoundary>{}, times.conversions);
    source.errors = ErrorModel(sensitivity.all, sum);
    source.base_ms = times.base_ms;
    source.timed = times.mixes;
    source.slowest_ms = times.fp32_ms / request_.gate.min_speedup.value_or(1);
    source.answers = answer_limit(request_.gate, report_samples());
    source.other_limits = request_.gate.min_sqnr_db.has_value() || std::any_of(request_.gate.more.begin(), request_.gate.more.end(), is_of_answers);
    probe(source);
    source.measure = [this](const UnitSet& set) { return validate(set, SearchState::On::selection); };
    source.report = [this](const UnitSet& set) { return validate(set, SearchState::On::report); };
    return source;
}

Validation SearchWork::validate(const UnitSet& quantized, SearchState::On samples) {
    if (const auto known = state_->validation(quantized, samples)) return *known;
    const Validation seen = measure(quantized, samples);
    state_->keep(quantized, samples, seen);
    return seen;
}

Validation SearchWork::measure(const UnitSet& quantized, SearchState::On samples) {
    const TrialFile trial(folder_.path());
    const bool reports = samples == SearchState::On::report;  // of the very file that is given
    try {
        const QuantizedFile made = write_model(quantized, trial.path(), reports ? Calibrated::anew : Calibrated::before);
        if (made.plan.count(method_) == 0) return {.trouble = "none of its nodes is quantized: they stay in float without their neighbours"};
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::internal) throw;  // what is wrong with the inputs is wrong for every recipe
        return {.trouble = error.what()};
    }
    MeasureOptions options;
    options.run = request_.target;
    options.seconds = request_.seconds * (reports ? kReportTime : 1);
    options.seed = request_.seed;
    options.sizes = request_.sizes;
    options.worker = request_.measurer;
    std::vector<Measurement> measured = measure_with_metrics(runtime_, {request_.model, trial.path()}, reports ? report_ : selection_, options, quiet());
    if (measured.front().sha256 != model()->sha256())
        throw Error(ErrorKind::bad_model, "the file changed during the search", {.file = request_.model.string()}, "Search again.");
    Validation seen = judged(compare(std::move(measured), request_.gate), fp32_ms_);
    const SetError error = error_in_memory(quantized);
    seen.error = error.error;
    seen.error_interval = error.interval;
    if (!reports) {
        FileTimes profile = std::move(profiled(trial.path(), kFewRounds).at(1));
        profile.scale_to(seen.ms);
        seen.units_ms = own_times(profile);
    }
    return seen;
}

}  // namespace vernier
