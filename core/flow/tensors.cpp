// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/tensors.h"

#include <atomic>
#include <unordered_map>

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/model/weights.h"
#include "core/quant/near_names.h"

namespace vernier {
namespace {

bool is_float(ElementType type) {
    return type == ElementType::float32 || type == ElementType::float64 || type == ElementType::float16 || type == ElementType::bfloat16;
}

/// Who reads a constant as a weight, and along which axis its channels lie.
struct Reader {
    NodeId node = kNone;
    int axis = 0;
};

std::unordered_map<const Initializer*, Reader> readers_of(const Model& model) {
    std::unordered_map<const Initializer*, Reader> readers;
    for (const Node& node : model.nodes())
        for (const Weight& weight : weights_of(model, node.id)) readers.emplace(weight.tensor, Reader{node.id, weight.channel_axis});
    return readers;
}

std::vector<const Initializer*> chosen(const Model& model, const std::string& only) {
    std::vector<const Initializer*> tensors;
    std::vector<std::string> names;
    for (const Initializer& tensor : model.initializers()) {
        if (!is_float(tensor.type) || tensor.count() == 0) continue;
        names.push_back(tensor.name);
        if (only.empty() || tensor.name == only) tensors.push_back(&tensor);
    }
    if (tensors.empty() && !only.empty())
        throw Error(ErrorKind::usage, "no float constant is called \"" + only + "\"", {model.path().string()}, did_you_mean(near_names(only, names)));
    return tensors;
}

}  // namespace

std::vector<TensorReport> tensor_reports(const Model& model, const std::string& only, int bins, const Job& job) {
    const std::vector<const Initializer*> tensors = chosen(model, only);
    const auto readers = readers_of(model);
    std::vector<TensorReport> reports(tensors.size());
    std::atomic<std::uint64_t> done = 0;
    parallel_for(tensors.size(), 0, [&](std::size_t i) {
        job.check();
        const Initializer& tensor = *tensors[i];
        TensorReport& report = reports[i];
        report.tensor = tensor.name;
        report.type = tensor.type;
        report.dims = tensor.dims;
        int axis = 0;
        if (const auto reader = readers.find(&tensor); reader != readers.end()) {
            report.node = reader->second.node;
            report.node_label = model.node(report.node).label;
            axis = reader->second.axis;
        }
        std::vector<float> storage;
        const std::span<const float> values = view_floats(tensor, storage);
        report.stats = compute_stats(values, tensor.dims, axis, bins);
        report.errors = format_errors(values, tensor.dims, axis);
        job.step("stats", ++done, tensors.size());
    });
    return reports;
}

Json to_json(const TensorReport& report, bool with_histogram) {
    Json json = {{"tensor", report.tensor}, {"type", name(report.type)}, {"dims", report.dims}, {"node", nullptr}, {"node_name", report.node_label}};
    if (report.node != kNone) json["node"] = report.node;
    Json stats = to_json(report.stats);
    if (!with_histogram)
        for (const char* key : {"histogram", "channel_min", "channel_max"}) stats.erase(key);
    json["stats"] = stats;
    json["formats"] = Json::array();
    for (const FormatError& error : report.errors) json["formats"].push_back(to_json(error));
    return json;
}

}  // namespace vernier
