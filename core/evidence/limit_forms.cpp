// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/limit_forms.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/evidence/gate_text.h"
#include "core/evidence/limits.h"
#include "core/evidence/metrics/table.h"
#include "core/evidence/tasks/kind.h"

namespace vernier {
namespace {

bool in_points(const Figure& figure) { return needs_samples(figure) && !figure.relative && figure.against != nullptr; }

LimitForm form_of(const Figure& figure, std::string_view of) {
    if (of.empty()) return {std::string(figure.id), of, figure.better == Better::higher, figure.unit};
    if (of == "ratio") return {std::string(figure.id), of, is_least(figure), is_least(figure) ? "x" : "of the baseline's"};
    return {std::string(figure.id), of, false, unit_of_change(figure)};
}

const Figure* find(const std::string& id) {
    const auto all = figures();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Figure& each) { return each.id == id; });
    return found == all.end() ? nullptr : &*found;
}

/// Of Gate::limits.
SetLimit against_baseline(const Figure& figure, double bound) {
    if (figure.relative) return {form_of(figure, ""), bound};
    if (!in_points(figure)) return {form_of(figure, "ratio"), bound};
    return is_least(figure) ? SetLimit{form_of(figure, "drop"), -bound} : SetLimit{form_of(figure, "rise"), bound};
}

SetLimit told(const GateLimit& limit) {
    const std::string_view of = limit.of == GateLimit::Of::drop ? "drop" : limit.of == GateLimit::Of::rise ? "rise" : "";
    const Figure* figure = find(limit.figure);
    return {{limit.figure, of, limit.least, figure == nullptr ? "" : of.empty() ? figure->unit : unit_of_change(*figure)}, limit.bound};
}

}  // namespace

std::string_view unit_of_change(const Figure& figure) { return figure.form == Form::percent ? "points" : figure.unit; }

std::string LimitForm::text(double bound) const { return fmt::format("{}{}{}{}{}", figure, of.empty() ? "" : " ", of, least ? ">=" : "<=", bound); }

std::vector<LimitForm> limit_forms(const Figure& figure) {
    std::vector<LimitForm> forms = {form_of(figure, "")};
    if (in_points(figure)) forms.push_back(form_of(figure, figure.better == Better::higher ? "drop" : "rise"));
    if (!needs_samples(figure) && figure.against != nullptr) forms.push_back(form_of(figure, "ratio"));
    return forms;
}

LimitForm form_against_baseline(const Figure& figure) {
    const std::vector<LimitForm> forms = limit_forms(figure);
    return forms.back();
}

std::vector<const Figure*> figures_to_limit(const TrialViews& trials, Task task) {
    const Tasks asked = task == Task::none ? only(Task::classification) | only(Task::decision) : only(task);
    std::vector<const Figure*> offered;
    for (const Figure& each : figures()) {
        const auto all = metrics();
        const auto metric = std::find_if(all.begin(), all.end(), [&](const Metric* row) { return row->figure.id == each.id; });
        const bool fits = metric == all.end() || (*metric)->sums != nullptr || ((*metric)->of & asked) != 0;
        if (fits || is_told(each, trials)) offered.push_back(&each);
    }
    return offered;
}

const Figure& lead_figure(Task task) {
    for (const Metric* metric : metrics()) {
        const bool answers = metric->of_answer != nullptr || metric->of_answers != nullptr;
        if (answers && !metric->figure.relative && (metric->of & only(task)) != 0) return figure(metric->figure.id);
    }
    return figure("top1");
}

const Figure* alike_figure(Task task) {
    for (const Metric* metric : metrics())
        if (metric->to_first && (metric->of & only(task)) != 0) return &figure(metric->figure.id);
    const TaskKind* kind = kind_of(task);
    return kind == nullptr || kind->same != nullptr ? &figure("agreement") : nullptr;
}

Task task_of(TargetForm form) { return form == TargetForm::boxes ? Task::detection : form == TargetForm::text ? Task::ctc : Task::none; }

std::vector<SetLimit> limits_of(const Gate& gate) {
    std::vector<SetLimit> limits;
    if (gate.max_drop_points) limits.push_back({form_of(figure("top1"), "drop"), *gate.max_drop_points});
    if (gate.min_agreement) limits.push_back({form_of(figure("agreement"), ""), *gate.min_agreement});
    if (gate.min_sqnr_db) limits.push_back({form_of(figure("sqnr"), ""), *gate.min_sqnr_db});
    if (gate.min_speedup) limits.push_back({form_of(figure("p50"), "ratio"), *gate.min_speedup});
    for (const Figure& each : figures())
        if (const auto set = gate.limits.find(std::string(each.id)); set != gate.limits.end()) limits.push_back(against_baseline(each, set->second));
    for (const GateLimit& limit : gate.more) limits.push_back(told(limit));
    return limits;
}

Gate without_limit(const Gate& gate, std::size_t index) {
    Gate rest = gate;
    std::size_t i = 0;
    for (auto* field : {&rest.max_drop_points, &rest.min_agreement, &rest.min_sqnr_db, &rest.min_speedup})
        if (*field && i++ == index) field->reset();
    for (const Figure& each : figures())
        if (rest.limits.contains(std::string(each.id)) && i++ == index) rest.limits.erase(std::string(each.id));
    if (index >= i && index - i < rest.more.size()) rest.more.erase(rest.more.begin() + static_cast<std::ptrdiff_t>(index - i));
    return rest;
}

namespace {

std::optional<std::size_t> place_of(const LimitForm& form, const std::vector<SetLimit>& limits) {
    const auto found = std::find_if(limits.begin(), limits.end(), [&](const SetLimit& each) { return each.form == form; });
    return found == limits.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - limits.begin()));
}

}  // namespace

std::optional<double> bound_of(const Gate& gate, const LimitForm& form) {
    const std::vector<SetLimit> limits = limits_of(gate);
    const auto place = place_of(form, limits);
    return place ? std::optional(limits[*place].bound) : std::nullopt;
}

Gate with_bound(const Gate& gate, const LimitForm& form, std::optional<double> bound) {
    const auto place = place_of(form, limits_of(gate));
    Gate changed = place ? without_limit(gate, *place) : gate;
    if (bound) add_limit(changed, form.text(*bound));
    return changed;
}

}  // namespace vernier
