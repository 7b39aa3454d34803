// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/true_half.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <fstream>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/model/domain.h"
#include "core/quant/attributes.h"
#include "core/quant/schema.h"
#include "core/runtime/true_half.h"

namespace vernier {
namespace {

constexpr int kHalf = onnx::TensorProto::FLOAT16;

class HalfTensors {
public:
    explicit HalfTensors(const onnx::ModelProto& model) {
        for (const auto& import : model.opset_import())
            if (is_standard_domain(import.domain())) opset_ = static_cast<int>(import.version());
        walk(model.graph());
    }

    [[nodiscard]] std::set<std::string> computed() const { return computed_; }
    [[nodiscard]] std::set<std::string> all() const { return {half_.begin(), half_.end()}; }

private:
    void walk(const onnx::GraphProto& graph) {
        for (const auto& tensor : graph.initializer())
            if (tensor.data_type() == kHalf) half_.insert(tensor.name());
        for (const auto& input : graph.input()) declare(input);
        for (const auto& info : graph.value_info()) declare(info);
        for (const auto& output : graph.output()) declare(output);
        for (const onnx::NodeProto& node : graph.node()) {
            for (const auto& attribute : node.attribute()) {
                if (attribute.has_g()) walk(attribute.g());
                for (const auto& body : attribute.graphs()) walk(body);
            }
            for (int slot = 0; slot < node.output_size(); ++slot) take_output(node, slot);
        }
    }

    void declare(const onnx::ValueInfoProto& info) {
        if (info.type().has_tensor_type() && info.type().tensor_type().elem_type() == kHalf) half_.insert(info.name());
    }

    void take_output(const onnx::NodeProto& node, int slot) {
        const std::string& name = node.output(slot);
        if (name.empty() || (!half_.contains(name) && !makes_half(node, slot))) return;
        half_.insert(name);
        if (node.op_type() != "Constant") computed_.insert(name);
    }

    [[nodiscard]] bool reads_half(const onnx::NodeProto& node, int slot) const { return slot < node.input_size() && half_.contains(node.input(slot)); }

    [[nodiscard]] bool makes_half(const onnx::NodeProto& node, int slot) const {
        if (!is_standard(node)) return false;
        const std::string& op = node.op_type();
        if (op == "Cast") return is_half(find_attribute(node, "to"));
        if (op == "CastLike") return reads_half(node, 1);
        if (op == "Constant" || op == "ConstantOfShape") {
            const auto* value = find_attribute(node, "value");
            return value != nullptr && value->t().data_type() == kHalf;
        }
        if (const auto* type = find_attribute(node, "dtype")) return is_half(type);  // random numbers, EyeLike
        if (op == "If") return body_gives_half(find_attribute(node, "then_branch"), slot);
        if (op == "Loop") return body_gives_half(find_attribute(node, "body"), slot + 1);
        if (op == "Scan") return body_gives_half(find_attribute(node, "body"), slot);
        return shares_half(node, slot);
    }

    static bool is_half(const onnx::AttributeProto* type) { return type != nullptr && type->i() == kHalf; }

    [[nodiscard]] bool body_gives_half(const onnx::AttributeProto* body, int slot) const {
        return body != nullptr && slot < body->g().output_size() && half_.contains(body->g().output(slot).name());
    }

    /// An output has the type of the inputs that share its type parameter.
    [[nodiscard]] bool shares_half(const onnx::NodeProto& node, int slot) const {
        const auto* schema = onnx::OpSchemaRegistry::Schema(node.op_type(), opset_, "");
        const auto* output = schema == nullptr ? nullptr : formal_parameter(schema->outputs(), slot);
        if (output == nullptr) return false;
        for (int input = 0; input < node.input_size(); ++input) {
            const auto* parameter = formal_parameter(schema->inputs(), input);
            if (parameter != nullptr && parameter->GetTypeStr() == output->GetTypeStr() && reads_half(node, input)) return true;
        }
        return false;
    }

    int opset_ = 1;
    std::unordered_set<std::string> half_;
    std::set<std::string> computed_;
};

std::shared_ptr<const onnx::ModelProto> read(const std::filesystem::path& file) {
    auto proto = std::make_shared<onnx::ModelProto>();
    std::ifstream in(file, std::ios::binary);
    if (!proto->ParseFromIstream(&in)) throw Error(ErrorKind::bad_model, "this file cannot be read", {.file = file.string()});
    return proto;
}

}  // namespace

std::set<std::string> half_tensors(const onnx::ModelProto& model, bool all) {
    const HalfTensors tensors(model);
    return all ? tensors.all() : tensors.computed();
}

std::unique_ptr<Session> open_in_true_half(const RuntimePtr& runtime, const std::filesystem::path& file, const std::filesystem::path& fp32,
                                           const Target& target) {
    return open_in_true_half(runtime, read(file), fp32, target);
}

std::unique_ptr<Session> open_in_true_half(const RuntimePtr& runtime, const std::shared_ptr<const onnx::ModelProto>& model, const std::filesystem::path& fp32,
                                           const Target& target) {
    std::set<std::string> tensors = half_tensors(*model);
    if (tensors.empty()) return nullptr;
    for (const std::string& name : half_tensors(*read(fp32), true)) tensors.erase(name);
    return tensors.empty() ? nullptr : open_in_true_half(runtime, model, target, tensors);
}

}  // namespace vernier
