// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/recipe_import.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "core/base/error.h"
#include "core/base/json_file.h"
#include "core/layers/quant_range.h"
#include "core/layers/twins.h"
#include "core/model/precision.h"

namespace vernier {
namespace {

Finding note(Severity severity, std::string code, std::string text, std::string remedy = {}) {
    return {severity, std::move(code), kNone, {}, {}, std::move(text), std::move(remedy)};
}

/// The method whose nodes become what a node of another file is; nothing where no method writes that.
std::optional<Method> method_of(Precision precision) {
    if (precision == Precision::int8_weights) return method_from_id("int8-weight-only");
    if (precision == Precision::int4_weights) return method_from_id("int4-weight-only");
    return method_from_id(id(precision));
}

/// What the nodes of the model became, by NodeId; nothing for those of which no node of the other file tells it.
std::vector<std::optional<Method>> methods_of(const Model& quantized, const Twins& twins) {
    std::vector<std::optional<Method>> became;
    for (const Twin& twin : twins.nodes)
        became.push_back(twin.node() == kNone || twin.kind == Twin::Kind::constant ? std::nullopt : method_of(precision_of(quantized, twin.node())));
    return became;
}

/// The one that most nodes with weights have, so that rules name the fewest.
Method usual(const Model& model, const std::vector<std::optional<Method>>& became) {
    std::map<Method, std::uint64_t> counts;
    for (const Node& node : model.nodes())
        if (const auto& method = became[static_cast<std::size_t>(node.id)]; method && node.op_type != "Constant")
            counts[*method] += node.weight_bytes > 0 ? 1000 : 1;
    const auto most = std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == counts.end() ? Method::fp32 : most->first;
}

/// Codes that hold zero: Vernier's ranges always do.
std::optional<Range> usable(const std::optional<QuantRange>& range) {
    if (!range || !(range->low <= 0 && range->high >= 0 && range->low < range->high)) return {};
    return Range{static_cast<float>(range->low), static_cast<float>(range->high)};
}

std::map<std::string, Range> ranges_of(const Model& model, const Model& quantized, const Twins& twins) {
    std::map<std::string, Range> ranges;
    for (const TensorPair& pair : twins.tensors)
        if (const auto range = usable(output_range(quantized, pair.quantize))) ranges[model.value(pair.reference).name] = *range;
    for (const Node& node : quantized.nodes()) {
        if (node.op_type != "QuantizeLinear" || node.inputs.empty() || node.inputs[0] == kNone) continue;
        const std::string& name = quantized.value(carried(quantized, node.inputs[0])).name;
        const auto input = std::find_if(model.inputs().begin(), model.inputs().end(), [&](ValueId id) { return model.value(id).name == name; });
        if (input == model.inputs().end()) continue;
        if (const auto range = usable(output_range(quantized, node.id))) ranges[name] = *range;
    }
    return ranges;
}

/// One scale a channel somewhere, or one a tensor everywhere; nothing where no weight is stored in codes.
std::optional<bool> is_per_channel(const Model& quantized) {
    std::optional<bool> channels;
    for (const Node& node : quantized.nodes())
        for (const int slot : {0, 1})
            if (const StoredCodes stored = stored_codes(quantized, node, slot); stored.codes != nullptr && stored.codes->dims.size() > 1)
                channels = channels.value_or(false) || (stored.scale != nullptr && stored.scale->count() > 1);
    return channels;
}

/// Reads settings of onnxruntime.quantization into a recipe.
class Settings {
public:
    Settings(const ModelPtr& model, const Json& json) : model_(*model), json_(json) { result_.model = model; }

    ImportedRecipe read() {
        static const std::vector<std::string> kKnown = {"nodes_to_exclude",     "nodes_to_quantize", "op_types_to_quantize", "per_channel",
                                                        "TensorQuantOverrides", "extra_options",     "calibrate_method"};
        if (!json_.is_object()) fail("must be an object {...}");
        const bool only_overrides =
            !json_.empty() && std::all_of(json_.begin(), json_.end(), [](const Json& value) { return value.is_array() && is_entry(value); });
        result_.recipe.default_method = Method::int8_static;
        if (only_overrides) {
            overrides(json_);
            return finish();
        }
        for (const auto& [key, value] : json_.items())
            if (std::find(kKnown.begin(), kKnown.end(), key) == kKnown.end()) left_out_.push_back(key);
        nodes();
        if (json_.contains("per_channel")) result_.recipe.per_channel = flag("per_channel");
        if (json_.contains("calibrate_method")) method(json_["calibrate_method"]);
        if (json_.contains("TensorQuantOverrides")) overrides(json_["TensorQuantOverrides"]);
        if (json_.contains("extra_options") && json_["extra_options"].is_object())
            for (const auto& [key, value] : json_["extra_options"].items()) key == "TensorQuantOverrides" ? overrides(value) : left_out_.push_back(key);
        return finish();
    }

private:
    [[noreturn]] static void fail(const std::string& what) { throw Error(ErrorKind::bad_data, "settings: " + what); }

    static bool is_entry(const Json& list) { return list.size() > 0 && list[0].is_object(); }

    bool flag(const char* key) const {
        if (!json_[key].is_boolean()) fail(fmt::format("\"{}\" must be true or false", key));
        return json_[key].get<bool>();
    }

    std::vector<std::string> names(const char* key) const {
        if (!json_.contains(key) || json_[key].is_null()) return {};
        std::vector<std::string> list;
        if (!json_[key].is_array()) fail(fmt::format("\"{}\" must be a list of names", key));
        for (const Json& name : json_[key]) {
            if (!name.is_string()) fail(fmt::format("\"{}\" must be a list of names", key));
            list.push_back(name.get<std::string>());
        }
        return list;
    }

    void add_rule(std::string select, Method method) {
        Rule rule;
        rule.select = std::move(select);
        rule.method = method;
        result_.recipe.rules.push_back(std::move(rule));
    }

    std::string rule_for(const std::string& name) const {
        for (const Node& node : model_.nodes())
            if (node.name == name || node.label == name) return fmt::format("#{}", node.id);
        throw Error(ErrorKind::bad_data, fmt::format("settings: the model has no node '{}'", name), {}, "Give the model that the settings were written for.");
    }

    void nodes() {
        const auto ops = names("op_types_to_quantize"), only = names("nodes_to_quantize");
        if (!ops.empty() || !only.empty()) result_.recipe.default_method = Method::fp32;
        for (const std::string& op : ops) add_rule("op:" + op, Method::int8_static);
        for (const std::string& name : only) add_rule(rule_for(name), Method::int8_static);
        for (const std::string& name : names("nodes_to_exclude")) add_rule(rule_for(name), Method::fp32);
    }

    void method(const Json& json) {
        static const std::map<std::string, std::string> kMethods = {{"MinMax", "minmax"}, {"Entropy", "entropy"}, {"Percentile", "percentile"}};
        const auto found = json.is_string() ? kMethods.find(json.get<std::string>()) : kMethods.end();
        if (found == kMethods.end())
            left_out_.push_back("calibrate_method");
        else
            result_.recipe.calibration.method = found->second;
    }

    void overrides(const Json& json) {
        if (!json.is_object()) fail("\"TensorQuantOverrides\" must be an object of lists");
        for (const auto& [tensor, entries] : json.items()) {
            if (!entries.is_array() || !is_entry(entries)) fail(fmt::format("the override of '{}' must be a list of objects", tensor));
            if (model_.find_value(tensor) == kNone) {
                throw Error(ErrorKind::bad_data, fmt::format("settings: the model has no tensor '{}'", tensor), {},
                            "Give the model that the settings were written for.");
            }
            const auto range = model_.constant(model_.find_value(tensor)) == nullptr && entries.size() == 1 ? range_of(entries[0]) : std::nullopt;
            if (range)
                result_.recipe.calibration.given[tensor] = *range;
            else
                left_out_.push_back("override of " + tensor);
        }
    }

    static std::optional<double> number(const Json& entry, const char* key) {
        return entry.contains(key) && entry[key].is_number() ? std::optional(entry[key].get<double>()) : std::nullopt;
    }

    /// rmin and rmax, or what scale and zero_point of 8 bits can say.
    static std::optional<Range> range_of(const Json& entry) {
        if (const auto lo = number(entry, "rmin"), hi = number(entry, "rmax"); lo && hi) return usable(QuantRange{0, std::min(*lo, 0.0), std::max(*hi, 0.0)});
        const auto scale = number(entry, "scale"), zero = number(entry, "zero_point");
        const std::string type = entry.contains("quant_type") && entry["quant_type"].is_string() ? entry["quant_type"].get<std::string>() : "QUInt8";
        if (!scale || !zero || (type != "QUInt8" && type != "QInt8")) return {};
        const double least = type == "QInt8" ? -128 : 0;
        return usable(QuantRange{*scale, (least - *zero) * *scale, (least + 255 - *zero) * *scale});
    }

    ImportedRecipe finish() {
        result_.recipe = anchored(std::move(result_.recipe), model_);
        result_.findings.push_back(
            note(Severity::info, "recipe-taken",
                 fmt::format("{} rules and {} ranges were taken from the settings.", result_.recipe.rules.size(), result_.recipe.calibration.given.size())));
        std::string names;
        for (const std::string& each : left_out_) names += (names.empty() ? "" : ", ") + each;
        if (!names.empty()) result_.findings.push_back(note(Severity::warning, "settings-left-out", "A recipe has no place for: " + names + "."));
        return std::move(result_);
    }

    const Model& model_;
    const Json& json_;
    ImportedRecipe result_;
    std::vector<std::string> left_out_;
};

}  // namespace

ImportedRecipe recipe_of_file(const ModelPtr& model, const Model& quantized, const Job& job) {
    ImportedRecipe result{model, {}, {}};
    const Twins twins = pair_nodes(*model, quantized, job);
    const auto became = methods_of(quantized, twins);
    result.recipe.default_method = usual(*model, became);
    result.recipe.per_channel = is_per_channel(quantized).value_or(true);
    std::size_t unknown = 0;
    for (const Node& node : model->nodes()) {
        const auto& method = became[static_cast<std::size_t>(node.id)];
        if (node.op_type == "Constant") continue;
        unknown += method ? 0 : 1;
        if (method && *method != result.recipe.default_method) result.recipe.rules.push_back({fmt::format("#{}", node.id), *method, {}});
    }
    result.recipe.calibration.given = ranges_of(*model, quantized, twins);
    result.recipe = anchored(std::move(result.recipe), *model);
    result.findings.push_back(
        note(Severity::info, "recipe-taken",
             fmt::format("{} of {} nodes were found in the quantized file, and {} ranges of its scales were taken. {} by default, and {} rules.", twins.found,
                         twins.counted, result.recipe.calibration.given.size(), row(result.recipe.default_method).title, result.recipe.rules.size())));
    if (unknown > 0)
        result.findings.push_back(
            note(Severity::info, "recipe-open",
                 fmt::format("Of {} nodes the file does not say what they became (folded, removed, or not found): they get the default.", unknown)));
    return result;
}

ImportedRecipe recipe_of_settings(const ModelPtr& model, const Json& settings) { return Settings(model, settings).read(); }

ImportedRecipe import_recipe(const RuntimePtr& runtime, const std::filesystem::path& path, const std::filesystem::path& from, const Job& job) {
    const ModelPtr model = open_for_work(runtime, path, job);
    if (from.extension() == ".onnx") return recipe_of_file(model, *open_for_look(runtime, from, job), job);
    if (from.extension() != ".json") throw Error(ErrorKind::usage, fmt::format("'{}' is neither a quantized file (.onnx) nor settings (.json)", from.string()));
    constexpr std::size_t kLargestSettings = std::size_t{64} << 20;
    const Json settings = read_json(from, kLargestSettings);
    try {
        return recipe_of_settings(model, settings);
    } catch (const Error& error) {
        throw Error(error.kind(), error.what(), {.file = from.string()}, error.remedy());
    }
}

}  // namespace vernier
