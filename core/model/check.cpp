// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <onnx/checker.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <unordered_set>

#include "core/base/error.h"
#include "core/model/declared.h"
#include "core/model/detail/steps.h"
#include "core/model/weights.h"

namespace vernier {
namespace {

constexpr std::uint64_t kScanBytes = std::uint64_t{256} << 20;  // weights looked through for NaN while opening
constexpr std::uint64_t kHugeBytes = std::uint64_t{8} << 30;    // of one value
constexpr std::size_t kLongName = 4096;

/// onnx's checker asks inputs and outputs for a shape, ONNX Runtime does not. Gives them one for a while.
class ShapesFilledIn {
public:
    explicit ShapesFilledIn(onnx::ModelProto& model) { visit(*model.mutable_graph()); }
    ~ShapesFilledIn() {
        for (onnx::TypeProto_Tensor* type : filled_) type->clear_shape();
    }
    ShapesFilledIn(const ShapesFilledIn&) = delete;
    ShapesFilledIn& operator=(const ShapesFilledIn&) = delete;

private:
    void visit(onnx::GraphProto& graph) {
        for (auto* list : {graph.mutable_input(), graph.mutable_output()})
            for (onnx::ValueInfoProto& info : *list) {
                if (!info.type().has_tensor_type() || info.type().tensor_type().has_shape()) continue;
                filled_.push_back(info.mutable_type()->mutable_tensor_type());
                filled_.back()->mutable_shape();
            }
        for (onnx::NodeProto& node : *graph.mutable_node())
            for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
                if (attribute.has_g()) visit(*attribute.mutable_g());
                for (onnx::GraphProto& body : *attribute.mutable_graphs()) visit(body);
            }
    }

    std::vector<onnx::TypeProto_Tensor*> filled_;
};

class Oddities {
public:
    explicit Oddities(Model::Parts& parts) : parts_(parts) {}

    void run() {
        of_file();
        of_domains();
        of_functions();
        of_names();
        of_weights();
        of_scales();
        of_sizes();
        of_axes();
    }

private:
    void add(Severity severity, std::string code, std::string text, std::string remedy, const Node* node = nullptr, std::string tensor = {}) {
        Finding& finding = parts_.findings.emplace_back();
        finding.severity = severity;
        finding.code = std::move(code);
        finding.text = std::move(text);
        finding.remedy = std::move(remedy);
        finding.tensor = std::move(tensor);
        if (node == nullptr) return;
        finding.node = node->id;
        finding.node_name = node->label;
    }

    void of_file() {
        if (!parts_.sorted)
            add(Severity::info, "unsorted-nodes", "Nodes are not topologically sorted.", "ONNX Runtime sorts them itself; other tools may refuse the file");
        for (const Opset& opset : parts_.opsets)
            if (opset.domain.empty() && opset.version < 7)
                add(Severity::warning, "old-opset", fmt::format("Opset {} is older than what ONNX Runtime supports (7).", opset.version),
                    "Export the model again with a newer opset");
        if (parts_.source->proto.ir_version() < 4) return;
        const auto overridable = std::count_if(parts_.values.begin(), parts_.values.end(),
                                               [](const Value& value) { return value.graph == 0 && value.graph_input && value.is_constant(); });
        if (overridable > 0)
            add(Severity::warning, "weights-as-inputs",
                fmt::format("{} initializers are also graph inputs; the runtime cannot treat them as constants.", overridable),
                "Take them out of the inputs unless a caller really sets them; quantizing one makes it a constant");
    }

    void of_domains() {
        std::unordered_set<std::string> known = {
            "", "ai.onnx.ml", "com.microsoft", "com.microsoft.nchwc", "ai.onnx.training", "ai.onnx.preview", "ai.onnx.preview.training"};
        for (const onnx::FunctionProto& function : parts_.source->proto.functions()) known.insert(function.domain());
        const auto imports = [&](const std::string& domain) {
            return std::any_of(parts_.opsets.begin(), parts_.opsets.end(), [&](const Opset& o) { return o.domain == domain; });
        };
        for (const Node& node : parts_.nodes) {
            if (known.insert(node.domain).second)
                add(Severity::warning, "unknown-domain", fmt::format("Operators of the domain '{}' are not part of ONNX Runtime.", printable(node.domain)),
                    "The model runs only with the library that brings them", &node);
            else if (node.domain == "com.microsoft" && !missing_import_ && !imports(node.domain)) {
                missing_import_ = true;
                add(Severity::info, "domain-not-imported", "The domain com.microsoft is used but not imported.",
                    "ONNX Runtime knows it even so; other tools may refuse the file", &node);
            }
        }
    }

    void of_functions() {
        const onnx::ModelProto& model = parts_.source->proto;
        for (const onnx::FunctionProto& function : model.functions())
            if (is_of_other_opset(function, model))
                add(Severity::info, "function-opset",
                    fmt::format("The function {} is written for another opset than the model, so its nodes are not looked into.", printable(function.name())),
                    "They stay as they are; export the model again to quantize them");
    }

    static bool odd(const std::string& name) {
        return name.size() > kLongName || std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
    }

    void of_names() {
        const auto value = std::find_if(parts_.values.begin(), parts_.values.end(), [](const Value& v) { return odd(v.name); });
        const auto node = std::find_if(parts_.nodes.begin(), parts_.nodes.end(), [](const Node& n) { return odd(n.name); });
        if (value != parts_.values.end() || node != parts_.nodes.end())
            add(Severity::info, "odd-name", "A name has control characters or is very long; it is shown shortened.", "", nullptr,
                value != parts_.values.end() ? printable(value->name) : printable(node->name));
        std::unordered_set<std::string_view> names;
        for (const Node& n : parts_.nodes)
            if (!n.name.empty() && !names.insert(n.name).second) {
                add(Severity::warning, "duplicate-node-name", "Nodes have the same name.",
                    "Nodes are told apart by their number; ONNX Runtime may refuse the file", &n);
                return;
            }
    }

    struct NotFinite {
        std::uint64_t nan = 0;
        std::uint64_t inf = 0;
    };

    /// Whether any of the bit patterns has all bits of the exponent set: Inf or NaN.
    template <class Bits>
    static bool any_not_finite(std::span<const std::byte> data, Bits exponent) {
        unsigned found = 0;
        const std::size_t count = data.size() / sizeof(Bits);
        for (std::size_t i = 0; i < count; ++i) {
            Bits bits = 0;
            std::memcpy(&bits, data.data() + i * sizeof(Bits), sizeof(Bits));
            found |= static_cast<unsigned>((bits & exponent) == exponent);
        }
        return found != 0;
    }

    static bool has_not_finite(const Initializer& tensor) {
        switch (tensor.type) {
            case ElementType::float32: return any_not_finite<std::uint32_t>(tensor.data, 0x7F800000U);
            case ElementType::float16: return any_not_finite<std::uint16_t>(tensor.data, 0x7C00U);
            case ElementType::bfloat16: return any_not_finite<std::uint16_t>(tensor.data, 0x7F80U);
            case ElementType::float64: return any_not_finite<std::uint64_t>(tensor.data, 0x7FF0000000000000ULL);
            default: return false;
        }
    }

    void of_weights() {
        std::uint64_t scanned = 0;
        for (const Value& value : parts_.values) {
            if (!value.is_constant()) continue;
            const Initializer& tensor = parts_.initializers[static_cast<std::size_t>(value.initializer)];
            if (scanned += tensor.data.size(); scanned > kScanBytes) return;
            if (tensor.data.size() <= 8 || !has_not_finite(tensor)) continue;  // a lone -inf is a usual mask
            NotFinite count;
            for (const float x : to_floats(tensor)) {
                count.nan += std::isnan(x) ? 1 : 0;
                count.inf += std::isinf(x) ? 1 : 0;
            }
            const Node* reader = value.consumers.empty() ? nullptr : &parts_.nodes[static_cast<std::size_t>(value.consumers[0])];
            add(count.nan > 0 ? Severity::serious : Severity::warning, "not-finite-weight",
                fmt::format("A constant holds {} NaN and {} Inf.", count.nan, count.inf), "Check the export; quantization leaves such a tensor in float",
                reader, printable(value.name));
        }
    }

    void of_scales() {
        std::unordered_set<std::int32_t> seen;  // one scale may serve many nodes
        for (const Node& node : parts_.nodes) {
            const bool quantizer = node.op_type == "QuantizeLinear" || node.op_type == "DequantizeLinear";
            if (!quantizer || node.inputs.size() < 2 || node.inputs[1] == kNone) continue;
            const Value& value = parts_.values[static_cast<std::size_t>(node.inputs[1])];
            if (!value.is_constant() || !seen.insert(value.initializer).second) continue;
            const std::vector<float> scales = to_floats(parts_.initializers[static_cast<std::size_t>(value.initializer)]);
            const bool bad = std::any_of(scales.begin(), scales.end(), [](float s) { return !std::isfinite(s) || s <= 0; });
            if (bad)
                add(Severity::serious, "bad-scale", fmt::format("{} has a scale that is not a positive number.", node.op_type),
                    "Quantize the model again from its float original", &node, printable(value.name));
        }
    }

    void of_sizes() {
        for (const Value& value : parts_.values) {
            const std::uint64_t count = value.type.count().value_or(0);
            const std::uint64_t bytes = multiply(count, static_cast<std::uint64_t>(bits(value.type.element))) / 8;
            if (bytes < kHugeBytes) continue;
            const Node* producer = value.producer == kNone ? nullptr : &parts_.nodes[static_cast<std::size_t>(value.producer)];
            add(Severity::serious, "huge-value", fmt::format("A value needs {} GB of memory when the model runs.", bytes >> 30),
                "Look at it, but do not run it", producer, printable(value.name));
        }
    }

    /// Sizes that no axis has, where the file declares them.
    void of_axes() {
        std::size_t count = 0;
        std::string first;
        const auto look = [&](const onnx::ValueInfoProto& info) {
            for (const auto& dim : info.type().tensor_type().shape().dim()) {
                if (!dim.has_dim_value() || is_axis_size(dim.dim_value()) || count++ > 0) continue;
                first = fmt::format("{} declares an axis of size {}", printable(info.name()), dim.dim_value());
            }
        };
        const onnx::GraphProto& graph = parts_.source->proto.graph();
        for (const auto* list : {&graph.input(), &graph.value_info(), &graph.output()})
            for (const onnx::ValueInfoProto& info : *list) look(info);
        if (count > 0)
            add(Severity::info, "odd-size", fmt::format("{}{}; it counts as open.", count > 1 ? fmt::format("(the first of {}) ", count) : "", first),
                "Export the model with a name for an axis that is open");
    }

    Model::Parts& parts_;
    bool missing_import_ = false;
};

}  // namespace

void check_model_rules(Model::Parts& parts, onnx::ModelProto& scratch) {
    const ShapesFilledIn filled(scratch);
    try {
        onnx::checker::check_model(scratch);
    } catch (const std::exception& error) {
        std::string text = one_line(error.what());
        while (text.ends_with('.')) text.pop_back();
        note_damage(parts, Error(ErrorKind::bad_model, fmt::format("is not a valid ONNX model: {}", text), {}, "Export the model again"));
    }
}

void find_oddities(Model::Parts& parts) { Oddities(parts).run(); }

}  // namespace vernier
