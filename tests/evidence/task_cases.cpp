// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/evidence/task_cases.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <map>
#include <span>
#include <utility>

#include "core/evidence/metrics/measured.h"
#include "core/evidence/tasks/meter.h"
#include "tests/support/made_dataset.h"
#include "tests/support/paths.h"

namespace vernier::test {
namespace {

template <class T>
Tensor tensor_of(ElementType type, const std::vector<std::int64_t>& dims, const std::vector<T>& values) {
    Tensor tensor{type, dims, std::vector<std::byte>(values.size() * sizeof(T))};
    if (!values.empty()) std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
    return tensor;
}

Tensor tensor_from(const Json& json) {
    const auto dims = json.at("dims").get<std::vector<std::int64_t>>();
    if (json.at("type") == "int64") return tensor_of(ElementType::int64, dims, json.at("values").get<std::vector<std::int64_t>>());
    return tensor_of(ElementType::float64, dims, json.at("values").get<std::vector<double>>());
}

SampleTarget target_from(const Json& json) {
    if (json.is_null()) return {};
    return json.is_string() ? SampleTarget{.text = json.get<std::string>()} : SampleTarget{.values = tensor_from(json)};
}

TargetForm form_of(const SampleTarget& target) {
    if (target.text) return TargetForm::text;
    if (!target.values) return TargetForm::none;
    return target.values->type == ElementType::int64 ? TargetForm::whole : TargetForm::numbers;
}

Asked asked_from(const Json& each) {
    Asked asked;
    asked.answers.resize(1);
    for (const Json& sample : each.at("samples")) {
        asked.targets.push_back(target_from(sample.at("target")));
        asked.answers[0].push_back(tensor_from(sample.at("output")));
        if (!sample.contains("other")) continue;
        asked.answers.resize(2);
        asked.answers[1].push_back(tensor_from(sample.at("other")));
    }
    asked.form = form_of(asked.targets.front());
    if (!each.contains("spec")) return asked;
    const Json& spec = each.at("spec");
    if (spec.contains("ignore")) asked.spec.ignore = spec.at("ignore").get<std::int64_t>();
    if (spec.contains("names")) asked.names = spec.at("names").get<std::vector<std::string>>();
    if (spec.contains("alphabet")) asked.spec.alphabet = spec.at("alphabet").get<std::vector<std::string>>();
    asked.spec.blank = spec.value("blank", std::int64_t{0});
    if (spec.contains("threshold")) asked.spec.threshold = spec.at("threshold").get<double>();
    return asked;
}

void expect_metrics(const Json& expected, const Measurement& found, const std::string& where, double tolerance) {
    for (const auto& [id, value] : expected.items()) {
        ASSERT_EQ(found.metrics.contains(id), !value.is_null()) << where << " " << id;
        if (value.is_null()) continue;
        const MetricValue& own = found.metrics.at(id);
        EXPECT_NEAR(own.value, value.get<double>(), tolerance * std::max(1.0, std::abs(value.get<double>()))) << where << " " << id;
        if (!own.interval) continue;
        EXPECT_LE(own.interval->lo, own.value + 1e-12) << where << " " << id;
        EXPECT_GE(own.interval->hi, own.value - 1e-12) << where << " " << id;
    }
}

}  // namespace

Tensor floats(const std::vector<std::int64_t>& dims, const std::vector<float>& values) { return tensor_of(ElementType::float32, dims, values); }

Tensor whole(const std::vector<std::int64_t>& dims, const std::vector<std::int64_t>& values) { return tensor_of(ElementType::int64, dims, values); }

std::vector<Measurement> judged(const Asked& asked) {
    MadeDataset dataset(0, asked.targets.size(), [](Split, std::uint64_t) { return Sample(); });
    dataset.set_target(asked.form);
    dataset.set_task(asked.spec);
    dataset.set_classes(asked.names);
    TaskMeter meter(dataset, {});
    meter.begin("y");
    for (std::size_t i = 0; i < asked.targets.size(); ++i)
        for (std::size_t model = 0; model < asked.answers.size(); ++model) {
            const std::map<std::string, Tensor> outputs = {{"y", asked.answers[model].at(i)}};
            meter.take(model, {{i, -1, "#" + std::to_string(i), asked.targets[i]}}, outputs, 1);
        }
    meter.finish();
    std::vector<Measurement> all(asked.answers.size());
    for (std::size_t model = 0; model < all.size(); ++model) {
        Measurement& each = all[model];
        for (std::size_t i = 0; i < asked.targets.size(); ++i) {
            each.answers.sample.push_back(i);
            each.answers.label.push_back(-1);
            each.answers.predicted.push_back(-1);
            each.answers.in_top5.push_back(false);
        }
        // As where outputs are read: a floating [N, K] may be scores of classes, whatever the task.
        if (const auto& dims = asked.answers[model].front().dims; dims.size() == 2 && dims[1] > 1) each.answers.classes = static_cast<std::uint64_t>(dims[1]);
        meter.fill(model, each);
        each.samples = asked.targets.size();
    }
    for (Measurement& each : all) fill_metrics(each, all.front().answers);
    return all;
}

void expect_reference(const std::string& task, double tolerance, const ReferenceCheck& more) {
    std::ifstream file(source_dir() + "/tests/data/reference/" + task + ".json");
    const Json document = Json::parse(file);
    ASSERT_GE(document.at("cases").size(), 20U);
    for (const Json& each : document.at("cases")) {
        const std::string where = each.at("name").get<std::string>();
        Asked asked = asked_from(each);
        asked.spec.task = task_named(task);
        if (task == "detection") asked.form = TargetForm::boxes;
        ASSERT_TRUE(asked.spec.task);
        const auto found = judged(asked);
        EXPECT_EQ(name(found[0].task), task) << where;
        expect_metrics(each.at("expected"), found[0], where, tolerance);
        if (found.size() > 1) expect_metrics(each.at("other"), found[1], where + ", the other model", tolerance);
        if (more) more(each, found);
    }
}

}  // namespace vernier::test
