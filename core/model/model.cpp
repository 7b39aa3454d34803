// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/model.h"

#include <algorithm>
#include <utility>

#include "core/model/detail/parts.h"
#include "core/model/detail/steps.h"
#include "core/model/sizes.h"

namespace vernier {

Model::Model(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Model::~Model() = default;

const std::filesystem::path& Model::path() const { return parts_->source->path; }
std::filesystem::path Model::folder() const { return parts_->source->folder; }
std::int64_t Model::ir_version() const { return parts_->source->proto.ir_version(); }
const std::vector<Opset>& Model::opsets() const { return parts_->opsets; }
const std::string& Model::producer() const { return parts_->source->producer; }
const std::vector<Node>& Model::nodes() const { return parts_->nodes; }
const std::vector<Value>& Model::values() const { return parts_->values; }
const std::vector<Initializer>& Model::initializers() const { return parts_->initializers; }
const std::vector<ValueId>& Model::inputs() const { return parts_->inputs; }
const std::vector<ValueId>& Model::outputs() const { return parts_->outputs; }
const std::vector<InputSize>& Model::sizes() const { return parts_->sizes; }
std::uint64_t Model::parameters() const { return parts_->parameters; }
std::uint64_t Model::weight_bytes() const { return parts_->weight_bytes; }
const std::vector<Finding>& Model::findings() const { return parts_->findings; }
const onnx::ModelProto& Model::proto() const { return parts_->source->proto; }

std::vector<std::filesystem::path> Model::files() const {
    std::vector<std::filesystem::path> files;
    if (!path().empty()) files.push_back(path());
    for (const auto& [name, file] : parts_->source->external) files.emplace_back(name);
    return files;
}

std::uint64_t Model::size_bytes() const {
    const Source& source = *parts_->source;
    std::uint64_t size = source.file ? source.file->bytes().size() : source.proto.ByteSizeLong();
    for (const auto& [path, file] : source.external) size += file->bytes().size();
    return size;
}

const std::string& Model::sha256() const {
    Source& source = *parts_->source;
    std::call_once(source.hashed, [&] {
        source.hash = source.file ? vernier::sha256(source.file->bytes()) : vernier::sha256(std::string_view(source.proto.SerializeAsString()));
    });
    return source.hash;
}

std::int64_t Model::opset() const {
    for (const Opset& opset : parts_->opsets)
        if (opset.domain.empty()) return opset.version;
    return 0;
}

ValueId Model::Parts::resolve(std::string_view name, GraphId graph) const {
    for (GraphId g = graph; g != kNone; g = graphs[static_cast<std::size_t>(g)].parent) {
        const auto& names = graphs[static_cast<std::size_t>(g)].names;
        if (const auto found = names.find(name); found != names.end()) return found->second;
    }
    return kNone;
}

ValueId Model::find_value(std::string_view name, GraphId graph) const {
    if (graph < 0 || static_cast<std::size_t>(graph) >= parts_->graphs.size()) return kNone;
    return parts_->resolve(name, graph);
}

const Initializer* Model::constant(ValueId id) const {
    const std::int32_t index = id == kNone ? kNone : parts_->constants[static_cast<std::size_t>(id)];
    return index == kNone ? nullptr : &parts_->initializers[static_cast<std::size_t>(index)];
}

const ValueType& sure_type(const Model& model, ValueId value) {
    const auto& inferred = model.parts().inferred;
    const auto found = inferred.find(value);
    return found == inferred.end() ? model.value(value).type : found->second;
}

ModelPtr with_types(const ModelPtr& model, const std::vector<NamedType>& types) {
    auto parts = std::make_unique<Model::Parts>(model->parts());
    parts->makeup = std::make_shared<Makeup>();  // types tell it
    for (const NamedType& entry : types) {
        const ValueId id = parts->resolve(entry.name, 0);
        if (id == kNone) continue;
        ValueType& type = parts->values[static_cast<std::size_t>(id)].type;
        const auto inferred = parts->inferred.find(id);
        if (inferred == parts->inferred.end()) {
            add_missing(type, entry.type);
            continue;
        }
        const ValueType declared = std::exchange(type, std::move(inferred->second));
        add_missing(type, entry.type);
        inferred->second = type;  // what the file declares comes last
        if (!add_missing(type, declared)) parts->inferred.erase(inferred);
    }
    count_macs(*parts);
    return std::make_shared<const Model>(std::move(parts));
}

ModelPtr with_known_sizes(const ModelPtr& model, const std::vector<NamedType>& types) {
    auto parts = std::make_unique<Model::Parts>(model->parts());
    for (const NamedType& entry : types) {
        const ValueId id = parts->resolve(entry.name, 0);
        if (id == kNone || !entry.type.has_shape) continue;
        auto& size = parts->values[static_cast<std::size_t>(id)].size;
        if (size && std::find(size->begin(), size->end(), -1) == size->end()) continue;
        size.emplace();
        for (const Dim& dim : entry.type.dims) size->push_back(dim.value);
    }
    count_macs(*parts);
    return std::make_shared<const Model>(std::move(parts));
}

ModelPtr with_sizes(const ModelPtr& model, std::vector<InputSize> sizes) {
    auto parts = std::make_unique<Model::Parts>(model->parts());
    parts->sizes = std::move(sizes);
    infer_sizes(*parts);
    return std::make_shared<const Model>(std::move(parts));
}

}  // namespace vernier
