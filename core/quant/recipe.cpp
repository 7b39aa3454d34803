// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/recipe.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/json_file.h"
#include "core/quant/calibration/table.h"
#include "core/quant/methods/roundings.h"
#include "core/quant/near_names.h"
#include "core/quant/passes/passes.h"
#include "core/quant/selector.h"

namespace vernier {
namespace {

constexpr std::int64_t kVersion = 1;
constexpr std::size_t kLargestFile = std::size_t{64} << 20;

[[noreturn]] void fail(const std::string& what, const std::string& remedy = {}) { throw Error(ErrorKind::bad_data, "recipe: " + what, {}, remedy); }

/// Reads one object of the document: known keys only, and each of its type.
class Fields {
public:
    Fields(const Json& json, std::string where, const std::vector<std::string>& names) : json_(json), where_(std::move(where)) {
        if (!json.is_object()) fail(fmt::format("{} must be an object {{...}}", where_));
        for (const auto& [key, value] : json.items())
            if (std::find(names.begin(), names.end(), key) == names.end()) {
                std::string remedy = did_you_mean(near_names(key, names));
                if (remedy.empty()) remedy = fmt::format("Known keys are {}", fmt::join(names, ", "));
                fail(fmt::format("unknown key \"{}\" in {}", key, where_), remedy);
            }
    }

    [[nodiscard]] const Json* find(const std::string& key) const {
        const auto found = json_.find(key);
        return found == json_.end() ? nullptr : &*found;
    }

    void read(const std::string& key, std::string& into) const {
        if (const Json* value = find(key)) {
            if (!value->is_string()) wrong(key, "a text");
            into = value->get<std::string>();
        }
    }

    template <class Flag>
    void read_flag(const std::string& key, Flag& into) const {
        if (const Json* value = find(key)) {
            if (!value->is_boolean()) wrong(key, "true or false");
            into = value->get<bool>();
        }
    }

    void read_count(const std::string& key, std::uint64_t& into) const {
        if (const Json* value = find(key)) {
            if (!value->is_number_unsigned()) wrong(key, "a whole number");
            into = value->get<std::uint64_t>();
        }
    }

    template <class MethodLike>
    void read_method(const std::string& key, MethodLike& into) const {
        std::string id;
        read(key, id);
        if (!find(key)) return;
        const auto method = method_from_id(id);
        if (!method) {
            std::vector<std::string> known;
            for (const MethodSpec& candidate : methods()) known.emplace_back(candidate.id);
            std::string remedy = did_you_mean(near_names(id, known));
            if (remedy.empty()) remedy = fmt::format("Known methods are {}", fmt::join(known, ", "));
            fail(fmt::format("unknown method \"{}\" in {}", id, where_), remedy);
        }
        into = *method;
    }

    [[noreturn]] void wrong(const std::string& key, std::string_view wanted) const { fail(fmt::format("\"{}\" in {} must be {}", key, where_, wanted)); }

private:
    const Json& json_;
    std::string where_;
};

/// The options of all range methods, in the order of their table.
std::vector<RangeOption> range_options() {
    std::vector<RangeOption> options;
    for (const RangeMethod& method : range_methods()) options.insert(options.end(), method.options.begin(), method.options.end());
    return options;
}

void read_range_option(const Fields& fields, const RangeOption& option, Calibration& calibration) {
    const std::string key(option.name);
    const Json* json = fields.find(key);
    if (json == nullptr) return;
    if (!json->is_number()) fields.wrong(key, "a number");
    const auto value = json->get<double>();
    if (!(value > option.above && value <= option.at_most)) fields.wrong(key, fmt::format("above {} and at most {}", option.above, option.at_most));
    if (value != option.standard) calibration.options[key] = value;
}

/// {"tensor": [lo, hi], ...}: finite, and zero lies between.
std::map<std::string, Range> ranges_from_json(const Fields& fields) {
    std::map<std::string, Range> ranges;
    const Json* json = fields.find("ranges");
    if (json == nullptr) return ranges;
    if (!json->is_object()) fields.wrong("ranges", "an object {\"tensor\": [lo, hi], ...}");
    for (const auto& [tensor, pair] : json->items()) {
        const bool numbers = pair.is_array() && pair.size() == 2 && pair[0].is_number() && pair[1].is_number();
        const Range range = numbers ? Range{pair[0].get<float>(), pair[1].get<float>()} : Range{1, 1};
        if (!(range.lo <= 0 && range.hi >= 0 && range.lo < range.hi && std::isfinite(range.hi - range.lo)))
            fields.wrong("ranges", fmt::format("two numbers with zero between them, lowest first, for '{}'", tensor));
        ranges[tensor] = range;
    }
    return ranges;
}

Calibration calibration_from_json(const Json& json) {
    Calibration calibration;
    std::vector<std::string> known{"method"};
    for (const RangeOption& option : range_options()) known.emplace_back(option.name);
    known.emplace_back("samples");
    known.emplace_back("ranges");
    const Fields fields(json, "\"calibration\"", known);
    fields.read("method", calibration.method);
    if (find_range_method(calibration.method) == nullptr) {
        const std::vector<std::string> ids = range_method_ids();
        std::string remedy = did_you_mean(near_names(calibration.method, ids));
        if (remedy.empty()) remedy = fmt::format("Known are {}", fmt::join(ids, ", "));
        fail(fmt::format("unknown calibration method \"{}\"", calibration.method), remedy);
    }
    for (const RangeOption& option : range_options()) read_range_option(fields, option, calibration);
    fields.read_count("samples", calibration.samples);
    calibration.given = ranges_from_json(fields);
    return calibration;
}

WeightCodes weights_from_json(const Json& json) {
    WeightCodes weights;
    const Fields fields(json, "\"weights\"", {"rounding", "block", "zero_points"});
    fields.read("rounding", weights.rounding);
    if (find_rounding(weights.rounding) == nullptr) {
        const std::vector<std::string> ids = rounding_ids();
        std::string remedy = did_you_mean(near_names(weights.rounding, ids));
        if (remedy.empty()) remedy = fmt::format("Known are {}", fmt::join(ids, ", "));
        fail(fmt::format("unknown rounding \"{}\"", weights.rounding), remedy);
    }
    if (const Json* block = fields.find("block")) {
        if (!block->is_number_unsigned() || std::find(kBlocks.begin(), kBlocks.end(), block->get<std::uint64_t>()) == kBlocks.end())
            fields.wrong("block", fmt::format("one of {}", fmt::join(kBlocks, ", ")));
        weights.block = block->get<std::uint64_t>();
    }
    fields.read_flag("zero_points", weights.zero_points);
    return weights;
}

std::vector<std::string> skip_passes_from_json(const Json& json, const Fields& fields) {
    const std::vector<std::string> known = pass_names();
    std::vector<std::string> names;
    if (!json.is_array()) fields.wrong("skip_passes", "a list [...]");
    for (const Json& item : json) {
        if (!item.is_string()) fields.wrong("skip_passes", "a list of texts");
        const auto name = item.get<std::string>();
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            std::string remedy = did_you_mean(near_names(name, known));
            if (remedy.empty()) remedy = fmt::format("Known are {}", fmt::join(known, ", "));
            fail(fmt::format("unknown rewriting \"{}\" in \"skip_passes\"", name), remedy);
        }
        names.push_back(name);
    }
    return names;
}

template <class Choice, std::size_t Count>
void read_choice(const Fields& fields, const std::string& key, const std::array<DialectRow<Choice>, Count>& rows, Choice& into) {
    if (fields.find(key) == nullptr) return;
    std::string text;
    fields.read(key, text);
    const std::optional<Choice> choice = choice_in(rows, text);
    if (!choice) fail(fmt::format("unknown \"{}\": \"{}\"", key, text), fmt::format("Known are {}", ids_in(rows)));
    into = *choice;
}

Rule rule_from_json(const Json& json, std::size_t index) {
    Rule rule;
    const std::string where = fmt::format("rule {}", index + 1);
    const Fields fields(json, where, {"select", "method", "per_channel", "node"});
    if (!fields.find("select")) fail(where + " has no \"select\"");
    fields.read("select", rule.select);
    try {
        (void)Selector::parse(rule.select);
    } catch (const Error& error) {
        fail(fmt::format("{}: {}", where, error.what()), error.remedy());
    }
    fields.read_method("method", rule.method);
    fields.read_flag("per_channel", rule.per_channel);
    if (!rule.method && !rule.per_channel) fail(where + " chooses nothing", "Give it a \"method\" or \"per_channel\"");
    if (const Json* node = fields.find("node")) {
        const Fields anchor(*node, "\"node\" of " + where, {"name", "op", "hash", "place", "like"});
        anchor.read("name", rule.node_name);
        anchor.read("op", rule.node_op);
        anchor.read("hash", rule.node_hash);
        anchor.read_count("place", rule.node_place);
        anchor.read_count("like", rule.node_like);
    }
    return rule;
}

Json to_json(const Rule& rule) {
    Json json = {{"select", rule.select}};
    if (rule.method) json["method"] = id(*rule.method);
    if (rule.per_channel) json["per_channel"] = *rule.per_channel;
    if (rule.node_op.empty() && rule.node_hash.empty()) return json;
    json["node"] = {{"name", rule.node_name}, {"op", rule.node_op}, {"hash", rule.node_hash}};
    if (rule.node_like > 0) {
        json["node"]["place"] = rule.node_place;
        json["node"]["like"] = rule.node_like;
    }
    return json;
}

/// The numbers of every range method, chosen or not: who chooses another finds them.
Json to_json(const Calibration& calibration) {
    Json json = {{"method", calibration.method}};
    for (const RangeOption& option : range_options()) json[std::string(option.name)] = option_value(calibration, option);
    json["samples"] = calibration.samples;
    for (const auto& [tensor, range] : calibration.given) json["ranges"][tensor] = {range.lo, range.hi};
    return json;
}

Json to_json(const WeightCodes& weights) { return {{"rounding", weights.rounding}, {"block", weights.block}, {"zero_points", weights.zero_points}}; }

}  // namespace

Json to_json(const Recipe& recipe) {
    Json rules = Json::array();
    for (const Rule& rule : recipe.rules) rules.push_back(to_json(rule));
    Json json = {{"vernier_recipe", kVersion},
                 {"default", {{"method", id(recipe.default_method)}, {"per_channel", recipe.per_channel}}},
                 {"rules", rules},
                 {"calibration", to_json(recipe.calibration)}};
    if (recipe.weights != WeightCodes{}) json["weights"] = to_json(recipe.weights);
    if (recipe.dialect != Recipe{}.dialect) json["dialect"] = id_in(kDialects, recipe.dialect);
    if (recipe.weight_range != Recipe{}.weight_range) json["weight_range"] = id_in(kWeightRanges, recipe.weight_range);
    if (!recipe.skip_passes.empty()) json["skip_passes"] = recipe.skip_passes;
    return json;
}

Recipe recipe_from_json(const Json& json) {
    const Fields fields(json, "the document", {"vernier_recipe", "default", "rules", "calibration", "weights", "dialect", "weight_range", "skip_passes"});
    const Json* version = fields.find("vernier_recipe");
    if (!version) fail("\"vernier_recipe\" is missing, so this is no recipe", "A recipe begins with {\"vernier_recipe\": 1, ...}");
    if (!version->is_number_integer() || version->get<std::int64_t>() != kVersion)
        fail(fmt::format("\"vernier_recipe\" is {}, and this program reads version {}", version->dump(), kVersion));
    Recipe recipe;
    if (const Json* defaults = fields.find("default")) {
        const Fields inner(*defaults, "\"default\"", {"method", "per_channel"});
        inner.read_method("method", recipe.default_method);
        inner.read_flag("per_channel", recipe.per_channel);
    }
    if (const Json* rules = fields.find("rules")) {
        if (!rules->is_array()) fields.wrong("rules", "a list [...]");
        for (std::size_t i = 0; i < rules->size(); ++i) recipe.rules.push_back(rule_from_json((*rules)[i], i));
    }
    if (const Json* calibration = fields.find("calibration")) recipe.calibration = calibration_from_json(*calibration);
    if (const Json* weights = fields.find("weights")) recipe.weights = weights_from_json(*weights);
    read_choice(fields, "dialect", kDialects, recipe.dialect);
    read_choice(fields, "weight_range", kWeightRanges, recipe.weight_range);
    if (const Json* skip = fields.find("skip_passes")) recipe.skip_passes = skip_passes_from_json(*skip, fields);
    return recipe;
}

Recipe read_recipe(const std::filesystem::path& path) {
    const Json json = read_json(path, kLargestFile);
    try {
        return recipe_from_json(json);
    } catch (const Error& error) {
        throw Error(error.kind(), error.what(), {.file = path.string()}, error.remedy());
    }
}

std::vector<Choice> resolve(const Recipe& recipe, const Model& model) {
    std::vector<Choice> choices(model.nodes().size(), Choice{recipe.default_method, recipe.per_channel, -1});
    std::vector<Method> methods(choices.size(), recipe.default_method);
    for (std::size_t i = 0; i < recipe.rules.size(); ++i) {
        const Rule& rule = recipe.rules[i];
        const Selector selector = Selector::parse(rule.select);
        bool any = false;
        const auto take = [&](std::size_t node) {
            any = true;
            if (rule.method) {
                choices[node].method = *rule.method;
                choices[node].rule = static_cast<std::int32_t>(i);
            }
            if (rule.per_channel) choices[node].per_channel = *rule.per_channel;
            methods[node] = choices[node].method;
        };
        if (const auto range = selector.id_range()) {
            // A click makes a rule a node: those must not look at all nodes each.
            const auto end = std::min<std::size_t>(choices.size(), static_cast<std::size_t>(range->second) + 1);
            for (auto node = static_cast<std::size_t>(range->first); node < end; ++node) take(node);
        } else {
            const std::vector<bool> flags = selector.match(model, methods);
            for (std::size_t node = 0; node < flags.size(); ++node)
                if (flags[node]) take(node);
        }
        if (!any) throw Error(ErrorKind::usage, fmt::format("selector '{}' matches no node", rule.select), {}, selector.suggestion(model));
    }
    return choices;
}

}  // namespace vernier
