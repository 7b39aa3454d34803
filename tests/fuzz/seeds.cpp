// SPDX-License-Identifier: GPL-3.0-or-later
// Writes the first inputs of each fuzz target: fuzz_seeds FOLDER makes FOLDER/TARGET/...
#include <zip.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <utility>

#include "core/base/wire.h"
#include "core/evidence/compare.h"
#include "core/measure/wire.h"
#include "core/quant/recipe.h"
#include "tests/fuzz/small_models.h"
#include "tests/support/function_model.h"

namespace vernier::fuzz {
namespace {

namespace fs = std::filesystem;

fs::path root;

void seed(const std::string& target, const std::string& name, const std::string& bytes) {
    fs::create_directories(root / target);
    std::ofstream(root / target / name, std::ios::binary) << bytes;
}

std::string bytes_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

onnx::ModelProto branches() {
    test::ModelBuilder then_branch, else_branch, b;
    then_branch.initializer("tw", std::vector<float>(4, 0.5F), {2, 2}).node("MatMul", {"x", "tw"}, {"t"}).output("t", ElementType::float32, {"N", 2});
    else_branch.node("Relu", {"x"}, {"e"}).output("e", ElementType::float32, {"N", 2});
    b.input("x", ElementType::float32, {"N", 2}).input("c", ElementType::boolean, {});
    b.node("If", {"c"}, {"y"}, {{"then_branch", then_branch.graph()}, {"else_branch", else_branch.graph()}}).output("y", ElementType::float32, {"N", 2});
    return b.build();
}

onnx::ModelProto quantized() {
    test::ModelBuilder b;
    b.input("x", ElementType::float32, {"N", 2})
        .initializer("s", std::vector<float>{0.1F}, {})
        .initializer(test::tensor_proto("z", ElementType::uint8, std::string(1, '\x80'), {}));
    b.initializer(test::tensor_proto("w", ElementType::int8, "\x01\x02\x03\x04", {2, 2}));
    b.node("QuantizeLinear", {"x", "s", "z"}, {"q"}).node("DequantizeLinear", {"q", "s", "z"}, {"d"}).node("DequantizeLinear", {"w", "s"}, {"wd"});
    b.node("MatMul", {"d", "wd"}, {"y"}).output("y", ElementType::float32, {"N", 2});
    return b.build();
}

onnx::ModelProto loop() {
    test::ModelBuilder body, b;
    body.input("i", ElementType::int64, {}).input("go", ElementType::boolean, {}).input("h", ElementType::float32, {1, 2});
    body.node("MatMul", {"h", "w"}, {"next"}).node("Identity", {"go"}, {"on"});
    body.output("on", ElementType::boolean, {}).output("next", ElementType::float32, {1, 2});
    b.input("x", ElementType::float32, {1, 2}).initializer("w", std::vector<float>(4, 0.5F), {2, 2}).initializer("n", std::vector<std::int64_t>{3}, {});
    b.node("Loop", {"n", "", "x"}, {"y"}, {{"body", body.graph()}}).output("y", ElementType::float32, {1, 2});
    return b.build();
}

/// Constants that are computed, sizes that are followed, a recurrent layer.
onnx::ModelProto folded() {
    test::ModelBuilder b;
    b.input("x", ElementType::float32, {"T", 1, 2}).initializer("a", std::vector<float>(8, 0.5F), {4, 2}).initializer("two", std::vector<float>{2}, {});
    b.initializer("r", std::vector<float>(4, 0.5F), {1, 1, 4})
        .initializer("axes", std::vector<std::int64_t>{0}, {1})
        .initializer("one", std::vector<std::int64_t>{1}, {1});
    b.node("Mul", {"a", "two"}, {"m"}).node("Unsqueeze", {"m", "axes"}, {"w"}).node("Transpose", {"r"}, {"rt"}, {{"perm", {0, 2, 1}}});
    b.node("LSTM", {"x", "w", "rt"}, {"l"}, {{"hidden_size", 1}}).node("Squeeze", {"l", "one"}, {"s"}).node("Shape", {"s"}, {"size"});
    b.node("Slice", {"size", "axes", "one"}, {"t"}).node("ConstantOfShape", {"t"}, {"z"}).node("Expand", {"z", "t"}, {"e"});
    b.node("Softmax", {"s"}, {"y"}).output("y", ElementType::float32, {"T", 1, 1}).output("e", ElementType::float32, {"T"});
    return b.build();
}

void seed_models() {
    onnx::ModelProto external = picture_proto();
    onnx::TensorProto& tensor = *external.mutable_graph()->mutable_initializer(0);
    tensor.clear_raw_data();
    tensor.set_data_location(onnx::TensorProto_DataLocation_EXTERNAL);
    auto& entry = *tensor.add_external_data();
    entry.set_key("location");
    entry.set_value("model.onnx");
    const std::pair<const char*, onnx::ModelProto> models[] = {{"cnn", picture_proto()}, {"if", branches()},           {"qdq", quantized()},  {"loop", loop()},
                                                               {"folded", folded()},     {"calls", test::two_calls()}, {"external", external}};
    for (const char* target : {"model", "look"})
        for (const auto& [name, model] : models) seed(target, name, model.SerializeAsString());
}

/// x.npy and y.npy in one archive, deflated.
void seed_npz() {
    fs::create_directories(root / "npz");
    zip_t* archive = zip_open((root / "npz" / "two").c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
    for (const char* name : {"x.npy", "y.npy"}) zip_file_add(archive, name, zip_source_file(archive, (root / name).c_str(), 0, -1), ZIP_FL_OVERWRITE);
    if (zip_close(archive) != 0) std::cerr << "no npz seed\n";
}

void seed_data() {
    write_arrays(root);
    seed("npy", "x", bytes_of(root / "x.npy"));
    seed("npy", "y", bytes_of(root / "y.npy"));
    seed_npz();
    fs::remove(root / "x.npy");
    fs::remove(root / "y.npy");
    seed("dataset", "npy", R"({"version": 1, "name": "n", "source": "npy", "arrays": {"image": "x.npy"}, "labels": "y.npy",
        "preprocess": {"image": {"scale": 0.5, "mean": [0.5, 0.4, 0.3], "std": [1, 2, 3], "layout_in": "NCHW", "layout_out": "NCHW", "dtype": "float32"}},
        "metric": "top1", "splits": {"calibration": {"range": [0, 4]}, "validation": {"indices": [5, 6, 9]}}})");
    seed("dataset", "images", R"({"version": 1, "source": "images", "folder": "pictures", "input": "image",
        "preprocess": {"image": {"resize": {"mode": "shortest", "size": 4, "filter": "bicubic"}, "crop": {"mode": "center", "width": 4, "height": 4}, "colour": "RGB"}},
        "splits": {"validation": {"items": [{"file": "a.png", "label": 3}]}, "calibration": {"items": [{"file": "b.png", "label": 0}]}}})");
    seed("jsonl", "rows", "{\"inputs\": {\"ids\": [[1, 2, 3]]}, \"label\": 0}\n{\"inputs\": {\"ids\": [3, 2, 1]}, \"label\": 1, \"text\": \"b\"}\n");
}

void seed_choices() {
    Recipe recipe;
    recipe.default_method = Method::int8_static;
    recipe.rules = {{"op:Gemm", Method::fp32, {}}, {"#0", Method::fp16, false}};
    seed("recipe", "rules", to_json(anchored(recipe, *picture_model())).dump(2));
    int n = 0;
    for (const char* text : {"op:Conv,Gemm and not #3..9", "name:\"stem.*\" or up:(#2)", "weight>1MB macs>1M params>10k", "down:(block:head) depthwise",
                             "method:int8-static", "all"})
        seed("selector", std::to_string(n++), text);
}

void seed_results() {
    Measurement baseline;
    baseline.model = "a.onnx";
    baseline.sha256 = "00";
    baseline.latency.launches.assign(4, Launch{4, 1, 1000, {{1, 2, 3}, {1, 2, 2}}, {5}});
    baseline.answers.sample = {0, 1};
    baseline.answers.label = {0, 1};
    Measurement candidate = baseline;
    candidate.model = "b.onnx";
    try {
        seed("comparison", "two", to_json(compare({baseline, candidate}, {}), true).dump());
    } catch (const std::exception& error) {
        std::cerr << "no comparison seed: " << error.what() << "\n";
    }
    SubjectRequest request;
    request.model = "a.onnx";
    request.inputs["x"] = {.type = ElementType::float32, .dims = {1, 2}, .bytes = std::vector<std::byte>(8)};
    const auto cbor = [](const Json& json) {
        const auto bytes = Json::to_cbor(json);
        return std::string(bytes.begin(), bytes.end());
    };
    seed("wire", "request", cbor(wire_json(request)));
    std::string framed = cbor(wire_json(request.inputs));
    const std::uint64_t length = framed.size();
    framed.insert(0, reinterpret_cast<const char*>(&length), sizeof length);
    seed("wire", "framed", framed + framed);
    seed("wire", "opened", cbor(wire_json(Opened{})));
    seed("wire", "error", cbor(wire_json(Error(ErrorKind::bad_model, "what", {"file", "node", "tensor"}, "remedy"))));
    seed("session", "small",
         R"({"vernier_session": 1, "model": {"path": "m.onnx", "sha256": ")" + picture_model()->sha256() +
             R"("}, "recipe": {"vernier_recipe": 1, "default": {"method": "fp32", "per_channel": true}, "rules": []}, "dataset": {"path": "d.npz"},
        "gate": {"max_drop_points": 0.5, "min_speedup": null}, "measure": {"threads": 1, "seconds": 4, "samples": 0}, "baseline": null, "runs": [], "comparison": null})");
}

}  // namespace
}  // namespace vernier::fuzz

int main(int count, char** words) {
    if (count != 2) return 64;
    vernier::fuzz::root = words[1];
    std::filesystem::create_directories(vernier::fuzz::root);
    vernier::fuzz::seed_models();
    vernier::fuzz::seed_data();
    vernier::fuzz::seed_choices();
    vernier::fuzz::seed_results();
    return 0;
}
