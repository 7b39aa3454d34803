// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <ostream>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/model/detail/parts.h"
#include "core/model/detail/steps.h"
#include "core/model/staged.h"

namespace vernier {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t kSplitLimit = 1'900'000'000;  // protobuf cannot hold 2^31 bytes
constexpr std::size_t kKeptInline = 1024;             // small tensors stay, shape inference reads them
constexpr std::uint64_t kAlignment = 64;

StagedFile staged_proto(const onnx::ModelProto& proto, const fs::path& path) {
    return StagedFile(path, [&](std::ostream& stream) {
        // A stream that fails is told by StagedFile, which knows why.
        if (!proto.SerializeToOstream(&stream) && stream)
            throw Error(ErrorKind::cannot_write, "cannot be written", {.file = path.string()}, "Choose another folder or free some space");
    });
}

void point_to(onnx::TensorProto& tensor, const std::string& file, std::uint64_t offset) {
    const auto add = [&](const char* key, const std::string& value) {
        onnx::StringStringEntryProto& entry = *tensor.add_external_data();
        entry.set_key(key);
        entry.set_value(value);
    };
    tensor.clear_external_data();
    add("location", file);
    add("offset", std::to_string(offset));
    add("length", std::to_string(tensor.raw_data().size()));
    tensor.set_data_location(onnx::TensorProto_DataLocation_EXTERNAL);
    tensor.clear_raw_data();
}

/// Writes the bytes of large initializers to a stream and makes the proto refer to them.
void move_out(onnx::GraphProto& graph, const std::string& file, std::uint64_t& offset, std::ostream& stream) {
    for (onnx::TensorProto& tensor : *graph.mutable_initializer()) {
        if (tensor.raw_data().size() <= kKeptInline) continue;
        const std::uint64_t aligned = (offset + kAlignment - 1) / kAlignment * kAlignment;
        stream << std::string(aligned - offset, '\0');
        stream.write(tensor.raw_data().data(), static_cast<std::streamsize>(tensor.raw_data().size()));
        offset = aligned + tensor.raw_data().size();
        point_to(tensor, file, aligned);
    }
    for (onnx::NodeProto& node : *graph.mutable_node())
        for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
            if (attribute.has_g()) move_out(*attribute.mutable_g(), file, offset, stream);
            for (onnx::GraphProto& body : *attribute.mutable_graphs()) move_out(body, file, offset, stream);
        }
}

/// Every dense tensor of both graphs at the same place.
template <class Visit>
void each_pair(const onnx::GraphProto& from, onnx::GraphProto& to, const Visit& visit) {
    for (int i = 0; i < from.initializer_size(); ++i) visit(from.initializer(i), *to.mutable_initializer(i));
    for (int n = 0; n < from.node_size(); ++n)
        for (int a = 0; a < from.node(n).attribute_size(); ++a) {
            const onnx::AttributeProto& attribute = from.node(n).attribute(a);
            onnx::AttributeProto& other = *to.mutable_node(n)->mutable_attribute(a);
            if (attribute.has_t()) visit(attribute.t(), *other.mutable_t());
            if (attribute.has_g()) each_pair(attribute.g(), *other.mutable_g(), visit);
            for (int g = 0; g < attribute.graphs_size(); ++g) each_pair(attribute.graphs(g), *other.mutable_graphs(g), visit);
        }
}

}  // namespace

struct StagedModel::Files {
    fs::path target;
    std::optional<StagedFile> constants, model;
};

StagedModel::StagedModel(const onnx::ModelProto& proto, const fs::path& path, std::uint64_t split_above) : files_(std::make_unique<Files>()) {
    files_->target = path;
    if (proto.ByteSizeLong() <= split_above) {
        files_->model.emplace(staged_proto(proto, path));
        return;
    }
    fs::path data = path;
    data += ".data";
    onnx::ModelProto split = proto;
    files_->constants.emplace(data, [&](std::ostream& stream) {
        std::uint64_t offset = 0;
        move_out(*split.mutable_graph(), data.filename().string(), offset, stream);
    });
    if (split.ByteSizeLong() > kSplitLimit)
        throw Error(ErrorKind::cannot_write, "is too large for one file even without its initializers", {.file = path.string()},
                    "Store large constants as initializers");
    files_->model.emplace(staged_proto(split, path));
}

StagedModel::StagedModel(const onnx::ModelProto& proto, const fs::path& path) : StagedModel(proto, path, kSplitLimit) {}
StagedModel::~StagedModel() = default;
StagedModel::StagedModel(StagedModel&&) noexcept = default;
StagedModel& StagedModel::operator=(StagedModel&&) noexcept = default;

fs::path StagedModel::readable() const { return files_->constants ? fs::path() : files_->model->readable(); }

const fs::path& StagedModel::target() const { return files_->target; }

void StagedModel::put_in_place() {
    if (files_->constants) files_->constants->put_in_place();
    files_->model->put_in_place();
}

void save_split_above(const onnx::ModelProto& proto, const fs::path& path, std::uint64_t limit) { StagedModel(proto, path, limit).put_in_place(); }

void save_model(const onnx::ModelProto& proto, const fs::path& path) { save_split_above(proto, path, kSplitLimit); }

onnx::ModelProto inlined_proto(const Model& model) {
    onnx::ModelProto copy = model.proto();
    const auto& tensors = model.parts().tensors;
    each_pair(model.proto().graph(), *copy.mutable_graph(), [&](const onnx::TensorProto& from, onnx::TensorProto& to) {
        const auto found = tensors.find(&from);
        if (found == tensors.end() || from.data_location() != onnx::TensorProto_DataLocation_EXTERNAL) return;
        const std::span<const std::byte> data = model.initializers()[static_cast<std::size_t>(found->second)].data;
        to.clear_data_location();
        to.clear_external_data();
        to.set_raw_data(data.data(), data.size());
    });
    return copy;
}

}  // namespace vernier
