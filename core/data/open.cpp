// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <new>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/data/detail/boxes.h"
#include "core/data/detail/carry.h"
#include "core/data/detail/source.h"
#include "core/data/detail/texts.h"
#include "core/model/feedable.h"

namespace vernier {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMaxDatasetFile = std::size_t{256} << 20;

bool has_ending(const fs::path& path, std::string_view ending) { return lower(path.filename().string()).ends_with(ending); }

/// The one dataset file in a folder, or nothing.
fs::path dataset_file_in(const fs::path& folder) {
    fs::path found;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (!has_ending(entry.path(), ".dataset.json") || !entry.is_regular_file()) continue;
        if (!found.empty()) return {};
        found = entry.path();
    }
    return found;
}

/// Name without folder and endings: "cats" for "pets/cats.dataset.json".
std::string plain_name(const fs::path& path) {
    std::string name = path.filename().empty() ? path.parent_path().filename().string() : path.filename().string();
    for (const std::string_view ending : {".json", ".dataset", ".npz", ".npy"})
        if (name.ends_with(ending) && name.size() > ending.size()) name.erase(name.size() - ending.size());
    return name;
}

std::string one_of(Fields& top, const std::string& key, const std::vector<std::string>& known) {
    const std::string value = top.text_if(key).value_or("");
    if (std::find(known.begin(), known.end(), value) != known.end()) return value;
    std::string names;
    for (const std::string& each : known) names += each.empty() ? "" : (names.empty() ? "" : ", ") + each;
    top.fail(key, fmt::format("is '{}', which is not known", value), "Known: " + names);
}

TaskSpec read_task(Fields& top) {
    TaskSpec spec;
    if (const auto task = top.text_if("task")) {
        spec.task = task_named(*task);
        if (!spec.task) top.fail("task", fmt::format("is '{}', which is not known", *task), "Known: " + task_names());
    }
    if (top.has("ignore")) spec.ignore = top.integer("ignore", INT32_MIN, INT32_MAX);
    if (top.has("alphabet")) spec.alphabet = parse_alphabet(top);
    if (top.has("blank")) spec.blank = top.integer("blank", 0, INT32_MAX);
    if (const auto threshold = top.number_if("threshold")) spec.threshold = *threshold;
    spec.head = one_of(top, "head", {"", "yolov5", "yolov8", "end-to-end", "batched", "boxes"});
    spec.box_format = one_of(top, "box_format", {"", "xyxy", "cxcywh", "xywh", "yxyx"});
    if (const auto confidence = top.number_if("confidence")) spec.confidence = *confidence;
    if (const auto most = top.number_if("nms_iou")) spec.nms_iou = *most;
    if (top.has("first_class")) spec.first_class = top.integer("first_class", 0, 1 << 20);
    return spec;
}

void read_shared_keys(Fields& top, const Model& model, DatasetInfo& info) {
    if (const Json& version = top.need("version"); version != 1)
        top.fail("version", fmt::format("is {}, but this build reads version 1", version.dump()), "Use a newer Vernier");
    info.name = top.text_if("name").value_or(info.name);
    static_cast<void>(top.text_if("model"));  // the caller says which model
    const auto metric = top.text_if("metric");
    if (metric && *metric != "top1") top.fail("metric", fmt::format("is '{}', which is not known", *metric), "Known: top1");
    info.has_metric = metric.has_value();
    info.task = read_task(top);
    if (top.has("batch")) static_cast<void>(top.integer("batch", 0, 1 << 20));
    info.output = top.text_if("output").value_or("");
    const auto& outputs = model.outputs();
    if (!info.output.empty() && std::none_of(outputs.begin(), outputs.end(), [&](ValueId id) { return model.value(id).name == info.output; }))
        top.fail("output", fmt::format("is '{}', which is not an output of the model", info.output));
    std::vector<std::string> names;
    for (const ValueId id : outputs) names.push_back(model.value(id).name);
    info.carry = read_carry(top, info.inputs, names);
    if (top.has("classes")) info.classes = read_lines(top.path("classes"));
}

SourcePtr open_dataset_file(const Model& model, DatasetInfo info) {
    const Json json = parse_json(read_file(info.path, kMaxDatasetFile), info.path.string());
    Fields top(json, info.path, "");
    read_shared_keys(top, model, info);
    const std::string source = top.text("source");
    if (source == "npz") return open_npz_source(top, std::move(info));
    if (source == "npy") return open_npy_source(top, std::move(info));
    if (source == "images") return open_images_source(top, std::move(info));
    if (source == "jsonl") return open_jsonl_source(top, std::move(info));
    if (source == "onnx_test_data") return open_onnx_source(top, std::move(info));
    if (source == "coco" || source == "yolo") return open_boxes_source(top, std::move(info), source == "coco");
    if (source == "wav") return open_sounds_source(top, std::move(info));
    top.fail("source", fmt::format("is '{}', which is not known", source), "Known: images, wav, coco, yolo, npz, npy, jsonl, onnx_test_data");
}

SourcePtr open_any(const fs::path& path, const Model& model) {
    if (!fs::exists(path)) throw Error(ErrorKind::not_found, "no such file or folder", {.file = path.string()});
    if (const Value* input = unfeedable_input(model))
        throw Error(ErrorKind::bad_data, "no samples can be given to this model: " + why_unfeedable(*input), {.file = path.string(), .tensor = input->name},
                    "Work without samples, or export the model without the part that reads this input");
    DatasetInfo info{.name = plain_name(path), .path = path, .output = {}, .classes = {}, .inputs = inputs_of(model), .findings = {}};
    if (fs::is_directory(path)) {
        if (const fs::path file = dataset_file_in(path); !file.empty()) {
            info.path = file;
            info.name = plain_name(file);
            return open_dataset_file(model, std::move(info));
        }
        if (is_onnx_folder(path)) return open_onnx_folder(std::move(info));
        if (is_sound_folder(path)) return open_sounds_folder(std::move(info));
        return is_yolo(path) ? open_yolo_folder(std::move(info)) : open_images_folder(std::move(info));
    }
    if (has_ending(path, ".npz")) return open_npz_path(std::move(info));
    if (has_ending(path, ".npy")) return open_npy_path(std::move(info));
    if (has_ending(path, ".json") && !has_ending(path, ".dataset.json") && is_coco(path)) return open_coco_path(std::move(info));
    if (has_ending(path, ".json")) return open_dataset_file(model, std::move(info));
    throw Error(ErrorKind::bad_data, "is not a kind of dataset that is known", {.file = path.string()},
                "Give a .dataset.json, a .npz or .npy file, a folder of pictures or a folder of ONNX test data");
}

}  // namespace

DatasetPtr open_dataset(const fs::path& path, const Model& model) {
    try {
        return open_any(path, model);
    } catch (const fs::filesystem_error& error) {
        throw Error(ErrorKind::bad_data, fmt::format("cannot be read: {}", error.code().message()),
                    {.file = error.path1().empty() ? path.string() : error.path1().string()});
    } catch (const std::bad_alloc&) {
        throw Error(ErrorKind::bad_data, "does not fit into this machine's memory", {.file = path.string()});
    }
}

}  // namespace vernier
