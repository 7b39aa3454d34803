// SPDX-License-Identifier: GPL-3.0-or-later
// Samples from folders of ONNX test data: test_data_set_K/input_0.pb, output_0.pb, ... as TensorProto.
#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <optional>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/half.h"
#include "core/data/detail/elements.h"
#include "core/data/detail/source.h"

namespace vernier {
namespace fs = std::filesystem;
namespace {

/// Copies one of TensorProto's typed lists into the storage type.
template <class To, class List>
std::vector<std::byte> packed(const List& list) {
    std::vector<std::byte> bytes(static_cast<std::size_t>(list.size()) * sizeof(To));
    auto* out = reinterpret_cast<To*>(bytes.data());
    for (int i = 0; i < list.size(); ++i) out[i] = static_cast<To>(list[i]);
    return bytes;
}

std::vector<std::byte> typed_bytes(const onnx::TensorProto& proto, ElementType type) {
    switch (type) {
        case ElementType::float32: return packed<float>(proto.float_data());
        case ElementType::float64: return packed<double>(proto.double_data());
        case ElementType::int64: return packed<std::int64_t>(proto.int64_data());
        case ElementType::uint32: return packed<std::uint32_t>(proto.uint64_data());
        case ElementType::uint64: return packed<std::uint64_t>(proto.uint64_data());
        case ElementType::float16: return packed<std::uint16_t>(proto.int32_data());
        default: break;
    }
    std::vector<std::byte> bytes;
    visit_element(type, [&](auto sample) { bytes = packed<decltype(sample)>(proto.int32_data()); });
    return bytes;
}

Tensor read_tensor(const fs::path& file) {
    const MappedFile mapped(file);
    onnx::TensorProto proto;
    const auto bytes = mapped.bytes();
    const auto fail = [&](const std::string& what) { throw Error(ErrorKind::bad_data, what, {.file = file.string()}); };
    if (bytes.size() > static_cast<std::size_t>(INT32_MAX) || !proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        fail("is not an ONNX tensor");
    mapped.check_whole();
    Tensor tensor;
    tensor.type = static_cast<ElementType>(proto.data_type());
    tensor.dims.assign(proto.dims().begin(), proto.dims().end());
    if (tensor.type != ElementType::float16 && !visit_element(tensor.type, [](auto) {}))
        fail(fmt::format("holds {} elements, which cannot be fed to a model here", name(tensor.type)));
    if (proto.data_location() == onnx::TensorProto::EXTERNAL) fail("keeps its elements in another file, which test data may not");
    if (proto.has_raw_data()) {
        const auto raw = std::as_bytes(std::span(proto.raw_data().data(), proto.raw_data().size()));
        tensor.bytes.assign(raw.begin(), raw.end());
    } else {
        tensor.bytes = typed_bytes(proto, tensor.type);
    }
    if (tensor.bytes.size() != byte_size(tensor.type, tensor.count())) fail("has a shape that does not match its number of elements");
    return tensor;
}

/// Class of the largest score of a [1, classes] or [classes] tensor; nothing for any other shape.
std::optional<std::int64_t> arg_max(const Tensor& scores) {
    const bool one_sample = scores.dims.size() == 1 || (scores.dims.size() > 1 && scores.dims[0] == 1);
    if (!one_sample || scores.bytes.empty()) return std::nullopt;
    std::int64_t best = 0;
    double largest = -std::numeric_limits<double>::infinity();
    const auto look = [&](std::int64_t i, double value) {
        if (value > largest) {
            largest = value;
            best = i;
        }
    };
    if (scores.type == ElementType::float16) {
        const auto values = scores.as<std::uint16_t>();
        for (std::size_t i = 0; i < values.size(); ++i) look(static_cast<std::int64_t>(i), half_to_float(values[i]));
        return best;
    }
    visit_element(scores.type, [&](auto sample) {
        const auto values = scores.as<decltype(sample)>();
        for (std::size_t i = 0; i < values.size(); ++i) look(static_cast<std::int64_t>(i), static_cast<double>(values[i]));
    });
    return best;
}

struct TestSet {
    fs::path folder;
    std::string name;
    std::int64_t label = -1;
};

std::string input_file(std::size_t k) { return fmt::format("input_{}.pb", k); }

class OnnxTestDataset final : public SourceDataset {
public:
    OnnxTestDataset(DatasetInfo info, std::vector<TestSet> sets) : SourceDataset(std::move(info)), sets_(std::move(sets)) {}

    [[nodiscard]] std::uint64_t total() const override { return sets_.size(); }
    [[nodiscard]] std::string preprocessing() const override { return "none (tensors as the model takes them)"; }

protected:
    [[nodiscard]] Sample load_sample(std::uint64_t number) const override {
        const TestSet& set = sets_[static_cast<std::size_t>(number)];
        Sample sample;
        for (std::size_t k = 0; k < info_.inputs.size(); ++k) sample.inputs[info_.inputs[k].name] = read_tensor(set.folder / input_file(k));
        return sample;
    }
    [[nodiscard]] std::int64_t label(std::uint64_t number) const override { return sets_[static_cast<std::size_t>(number)].label; }
    [[nodiscard]] std::string sample_name(std::uint64_t number) const override { return sets_[static_cast<std::size_t>(number)].name; }
    [[nodiscard]] std::string identity() const override {
        std::string all = "onnx_test_data";
        for (const TestSet& set : sets_)
            for (std::size_t k = 0; k < info_.inputs.size(); ++k) all += fmt::format("\n{} {} {}", set.name, k, sha256_of_file(set.folder / input_file(k)));
        return all;
    }

private:
    std::vector<TestSet> sets_;
};

TestSet open_set(const fs::path& folder, const std::string& name) {
    if (!fs::is_directory(folder)) throw Error(ErrorKind::not_found, "no such folder", {.file = folder.string()});
    TestSet set{folder, name, -1};
    if (const fs::path output = folder / "output_0.pb"; fs::exists(output))
        if (const auto label = arg_max(read_tensor(output))) set.label = *label;
    return set;
}

/// Number K of "test_data_set_K", so that 10 comes after 9.
std::uint64_t set_number(const fs::path& folder) {
    const std::string name = folder.filename().string();
    return std::strtoull(name.substr(name.find_last_of('_') + 1).c_str(), nullptr, 10);
}

std::vector<fs::path> test_sets_in(const fs::path& folder) {
    std::vector<fs::path> sets;
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.is_directory() && entry.path().filename().string().starts_with("test_data_set_")) sets.push_back(entry.path());
    std::sort(sets.begin(), sets.end(), [](const fs::path& a, const fs::path& b) { return std::pair(set_number(a), a) < std::pair(set_number(b), b); });
    return sets;
}

}  // namespace

bool is_onnx_folder(const fs::path& folder) { return fs::exists(folder / input_file(0)) || !test_sets_in(folder).empty(); }

SourcePtr open_onnx_source(Fields& top, DatasetInfo info) {
    std::vector<TestSet> sets;
    std::map<std::string, std::uint64_t> numbers;  // a folder that both splits name is one sample
    Splits splits;
    Fields given = top.object("splits");
    for (const char* key : {"calibration", "validation"}) {
        if (!given.has(key)) continue;
        Fields split = given.object(key);
        const Json& list = split.need("folders");
        if (!list.is_array()) split.fail("folders", "is not a list");
        auto& target = key == std::string_view("calibration") ? splits.calibration : splits.validation;
        for (const Json& item : list) {
            if (!item.is_string()) split.fail("folders", "holds something that is not a text");
            const auto name = item.get<std::string>();
            const fs::path folder = split.inside("folders", name);
            const auto [at, is_new] = numbers.emplace(folder.lexically_normal().string(), sets.size());
            if (is_new) sets.push_back(open_set(folder, name));
            target.push_back(at->second);
        }
        split.note_unknown(info.findings);
    }
    given.note_unknown(info.findings);
    if (top.has("preprocess")) top.fail("preprocess", "is not possible for onnx_test_data, whose tensors are fed as they are");
    top.note_unknown(info.findings);
    auto dataset = std::make_shared<OnnxTestDataset>(std::move(info), std::move(sets));
    dataset->finish(std::move(splits));
    return dataset;
}

SourcePtr open_onnx_folder(DatasetInfo info) {
    std::vector<TestSet> sets;
    if (fs::exists(info.path / input_file(0)))
        sets.push_back(open_set(info.path, info.name));
    else
        for (const fs::path& folder : test_sets_in(info.path)) sets.push_back(open_set(folder, folder.filename().string()));
    Splits splits = fixed_splits(sets.size(), info.findings);
    auto dataset = std::make_shared<OnnxTestDataset>(std::move(info), std::move(sets));
    dataset->finish(std::move(splits));
    return dataset;
}

}  // namespace vernier
