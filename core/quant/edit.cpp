// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/edit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "core/base/error.h"
#include "core/model/domain.h"
#include "core/model/weights.h"
#include "core/quant/detail/protos.h"

namespace vernier {
namespace {

std::shared_ptr<onnx::TensorProto> made_tensor(const std::string& name, ElementType type, const std::vector<std::int64_t>& dims,
                                               std::span<const std::byte> bytes) {
    auto tensor = std::make_shared<onnx::TensorProto>();
    tensor->set_name(name);
    tensor->set_data_type(static_cast<int>(type));
    tensor->mutable_dims()->Add(dims.begin(), dims.end());
    tensor->set_raw_data(bytes.data(), bytes.size());
    return tensor;
}

}  // namespace

std::int64_t GraphEdit::opset() const {
    for (const auto& import : base_.opset_import())
        if (is_standard_domain(import.domain())) return import.version();
    return 0;
}

void GraphEdit::set_opset(std::string_view domain, std::int64_t version) {
    for (auto& import : *base_.mutable_opset_import())
        if (import.domain() == domain || (is_standard_domain(import.domain()) && is_standard_domain(domain))) return import.set_version(version);
    auto* import = base_.add_opset_import();
    import->set_domain(std::string(domain));
    import->set_version(version);
}

int GraphEdit::producer(const std::string& tensor) const {
    const auto found = producer_.find(tensor);
    return found == producer_.end() ? -1 : found->second;
}

std::vector<int> GraphEdit::readers(const std::string& tensor) const {
    const auto found = readers_.find(tensor);
    return found == readers_.end() ? std::vector<int>{} : found->second;
}

bool GraphEdit::is_output(const std::string& tensor) const { return outputs_.contains(tensor); }
bool GraphEdit::is_input(const std::string& tensor) const { return inputs_.contains(tensor); }

bool GraphEdit::has_outer_reads(const std::string& tensor) const {
    if (!has_bodies()) return false;
    const auto found = readers_.find(tensor);
    if (found == readers_.end()) return false;
    const GraphId home = home_of(tensor);
    return std::any_of(found->second.begin(), found->second.end(), [&](int reader) { return graph_of(reader) != home; });
}

int GraphEdit::only_reader(const std::string& tensor) const {
    if (is_output(tensor)) return -1;
    const auto found = readers_.find(tensor);
    if (found == readers_.end() || found->second.size() != 1) return -1;
    const int made_by = producer(tensor), reader = found->second[0];
    return made_by >= 0 && graph_of(made_by) != graph_of(reader) ? -1 : reader;
}

const onnx::TensorProto* GraphEdit::header(const std::string& tensor) const {
    const auto found = initializers_.find(tensor);
    return found == initializers_.end() ? nullptr : found->second.tensor.get();
}

const onnx::TensorProto* GraphEdit::initializer(const std::string& tensor) const {
    const auto found = initializers_.find(tensor);
    if (found == initializers_.end()) return nullptr;
    Constant& constant = found->second;
    if (!constant.outside.empty()) {
        constant.tensor = std::make_shared<const onnx::TensorProto>(with_bytes(*constant.tensor, constant.outside));
        constant.outside = {};
    }
    return constant.tensor.get();
}

bool GraphEdit::is_float_constant(const std::string& tensor) const {
    const auto* found = header(tensor);
    return found != nullptr && found->data_type() == onnx::TensorProto::FLOAT;
}

std::vector<float> GraphEdit::floats(const std::string& tensor) const {
    const auto found = initializers_.find(tensor);
    if (found == initializers_.end()) throw Error(ErrorKind::internal, "a constant was expected", {.tensor = tensor});
    Initializer view = as_initializer(*found->second.tensor);
    if (!found->second.outside.empty()) view.data = found->second.outside;
    return to_floats(view);
}

float GraphEdit::largest_magnitude(const std::string& tensor) const {
    constexpr std::uint32_t kSign = 0x80000000U, kInfinity = 0x7F800000U;
    const auto found = initializers_.find(tensor);
    if (found == initializers_.end() || !is_float_constant(tensor)) throw Error(ErrorKind::internal, "a float constant was expected", {.tensor = tensor});
    const std::string& raw = found->second.tensor->raw_data();
    const auto bytes = found->second.outside.empty() ? std::as_bytes(std::span(raw.data(), raw.size())) : found->second.outside;
    std::array<std::uint32_t, 4096> block;
    std::uint32_t largest = 0;  // magnitudes order as their bits do
    for (std::size_t at = 0; at + 4 <= bytes.size(); at += sizeof block) {
        const std::size_t count = std::min(block.size(), (bytes.size() - at) / 4);
        std::memcpy(block.data(), bytes.data() + at, count * 4);
        for (std::size_t i = 0; i < count; ++i) largest = std::max(largest, block[i] & ~kSign);
    }
    return std::bit_cast<float>(std::min(largest, kInfinity));
}

std::vector<std::int64_t> GraphEdit::ints(const std::string& tensor) const {
    const auto* found = initializer(tensor);
    if (found == nullptr) return {};
    const auto& raw = found->raw_data();
    std::vector<std::int64_t> values;
    if (found->data_type() == onnx::TensorProto::INT64) {
        values.resize(raw.size() / 8);
        std::memcpy(values.data(), raw.data(), values.size() * 8);
    } else if (found->data_type() == onnx::TensorProto::INT32) {
        std::vector<std::int32_t> narrow(raw.size() / 4);
        std::memcpy(narrow.data(), raw.data(), narrow.size() * 4);
        values.assign(narrow.begin(), narrow.end());
    }
    return values;
}

std::vector<std::int64_t> GraphEdit::dims(const std::string& tensor) const {
    const auto* found = header(tensor);
    if (found == nullptr) return {};
    return {found->dims().begin(), found->dims().end()};
}

ValueType GraphEdit::type(const std::string& tensor) const {
    if (const auto found = types_.find(tensor); found != types_.end()) return found->second;
    if (const auto* constant = header(tensor)) {
        ValueType type{static_cast<ElementType>(constant->data_type()), true, {}, {}};
        for (const auto dim : constant->dims()) type.dims.push_back({dim});
        return type;
    }
    return {};
}

int GraphEdit::rank(const std::string& tensor) const {
    const ValueType found = type(tensor);
    return found.has_shape ? static_cast<int>(found.dims.size()) : -1;
}

void GraphEdit::set_type(const std::string& tensor, ValueType type) {
    types_[tensor] = std::move(type);
    retyped_.insert(tensor);
}

std::string GraphEdit::fresh(std::string_view base) {
    std::string name(base);
    while (name.empty() || !names_.insert(name).second) name = fmt::format("{}_v{}", base, next_name_++);
    return name;
}

std::string GraphEdit::add_initializer(std::string_view base, ElementType type, const std::vector<std::int64_t>& dims, std::span<const std::byte> bytes) {
    const std::string name = fresh(base);
    initializers_[name].tensor = made_tensor(name, type, dims, bytes);
    initializer_order_.push_back(name);
    return name;
}

std::string GraphEdit::add_scalar(std::string_view base, float value) { return add_constant<float>(base, ElementType::float32, {}, {value}); }

void GraphEdit::replace_constant(const std::string& tensor, const std::vector<std::int64_t>& dims, const std::vector<float>& values) {
    // A new tensor: a copy of this edit may still read the old one.
    initializers_.at(tensor) = {made_tensor(tensor, ElementType::float32, dims, std::as_bytes(std::span(values))), {}};
    types_.erase(tensor);  // an initializer's type is its own
}

int GraphEdit::add(onnx::NodeProto proto, NodeId origin) {
    const auto graph = graph_of_origin_.find(origin);
    items_.push_back({std::move(proto), origin, false, graph == graph_of_origin_.end() ? 0 : graph->second});
    const int index = static_cast<int>(items_.size()) - 1;
    link(index);
    return index;
}

int GraphEdit::add(std::string_view op, std::vector<std::string> inputs, std::vector<std::string> outputs, std::string_view name, std::string_view domain,
                   NodeId origin) {
    onnx::NodeProto node;
    node.set_op_type(std::string(op));
    node.set_name(fresh(name));
    node.set_domain(std::string(domain));
    for (auto& input : inputs) *node.add_input() = std::move(input);
    for (auto& output : outputs) *node.add_output() = std::move(output);
    return add(std::move(node), origin);
}

void GraphEdit::remove(int index) {
    unlink(index);
    items_[static_cast<std::size_t>(index)].removed = true;
    for (std::size_t g = 1; g < graphs_.size(); ++g) {
        if (graphs_[g].holder != index) continue;
        for (std::size_t i = 0; i < items_.size(); ++i)
            if (!items_[i].removed && items_[i].origin != kNone && items_[i].graph == static_cast<GraphId>(g)) remove(static_cast<int>(i));
    }
}

void GraphEdit::set_input(int index, int slot, const std::string& tensor) {
    unlink(index);
    auto& node = items_[static_cast<std::size_t>(index)].proto;
    while (node.input_size() <= slot) node.add_input();
    node.set_input(slot, tensor);
    link(index);
}

void GraphEdit::set_output(int index, int slot, const std::string& tensor) {
    unlink(index);
    items_[static_cast<std::size_t>(index)].proto.set_output(slot, tensor);
    link(index);
}

void GraphEdit::replace_reads(const std::string& tensor, const std::string& by) {
    for (const int reader : readers(tensor)) {
        unlink(reader);
        for (auto& input : *items_[static_cast<std::size_t>(reader)].proto.mutable_input())
            if (input == tensor) input = by;
        link(reader);
    }
}

}  // namespace vernier
