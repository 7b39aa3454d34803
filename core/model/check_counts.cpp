// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers of a file that its readers divide by, count up to or allocate by. onnx's checker does not look at them; its shape
// inference and ONNX Runtime trust them.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/model/detail/operands.h"
#include "core/model/detail/steps.h"
#include "core/model/domain.h"

namespace vernier {
namespace {

using Nodes = google::protobuf::RepeatedPtrField<onnx::NodeProto>;

constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();  // readers keep such numbers in 32 bits
constexpr std::int64_t kMostParts = 1 << 16;                              // of one Split
constexpr std::int64_t kMostAxes = 1024;                                  // that a tensor of sizes may name
constexpr std::int64_t kLongestStep = 1 << 30;                            // of a Slice

/// Least and most that an attribute may be, each of its numbers.
struct Bound {
    std::string_view attribute;
    std::int64_t least = 1;
    std::int64_t most = kMost;
};

constexpr std::array<std::string_view, 9> kWindowed = {"Conv",        "ConvTranspose", "ConvInteger", "QLinearConv", "MaxPool",
                                                       "AveragePool", "LpPool",        "DeformConv",  "MaxUnpool"};
constexpr std::array kWindow = {Bound{"group"},           Bound{"strides"},      Bound{"dilations"},
                                Bound{"kernel_shape"},    Bound{"pads", -kMost}, Bound{"output_padding", -kMost},
                                Bound{"output_shape", 0}, Bound{"offset_group"}};

struct OpBound {
    std::string_view op;
    Bound bound;
};
constexpr std::array kBounds = {
    OpBound{"DepthToSpace", {"blocksize"}},
    OpBound{"SpaceToDepth", {"blocksize"}},
    OpBound{"LSTM", {"hidden_size"}},
    OpBound{"GRU", {"hidden_size"}},
    OpBound{"RNN", {"hidden_size"}},
    OpBound{"GroupNormalization", {"num_groups"}},
    OpBound{"LRN", {"size"}},
    OpBound{"MatMulNBits", {"block_size"}},
    OpBound{"MatMulNBits", {"K"}},
    OpBound{"MatMulNBits", {"N"}},
    OpBound{"MatMulNBits", {"bits", 1, 64}},
    OpBound{"QuantizeLinear", {"block_size", 0}},
    OpBound{"DequantizeLinear", {"block_size", 0}},
};

/// Inputs that say a size, a count or a place an axis of what the node makes.
struct Sizes {
    std::string_view op;
    std::size_t slot;
};
constexpr std::array kSizes = {
    Sizes{"Expand", 1}, Sizes{"Reshape", 1},  Sizes{"ConstantOfShape", 0}, Sizes{"Tile", 1},          Sizes{"Pad", 1},        Sizes{"Resize", 2},
    Sizes{"Resize", 3}, Sizes{"Upsample", 1}, Sizes{"Col2Im", 1},          Sizes{"CenterCropPad", 1}, Sizes{"AffineGrid", 1},
};

class Counts {
public:
    explicit Counts(Model::Parts& parts) : parts_(parts) {}

    void of_attributes(const Nodes& nodes) {
        for (const onnx::NodeProto& node : nodes) {
            of_attributes(node);
            for (const onnx::AttributeProto& attribute : node.attribute()) {
                if (attribute.has_g()) of_attributes(attribute.g().node());
                for (const onnx::GraphProto& body : attribute.graphs()) of_attributes(body.node());
            }
        }
    }

    /// A tensor of sizes has as many numbers as the result has axes: readers make that many axes.
    void of_axes(const Node& node) {
        for (const Sizes& sizes : kSizes) {
            if (node.op_type != sizes.op || sizes.slot >= node.inputs.size() || node.inputs[sizes.slot] == kNone) continue;
            const Value& value = parts_.values[static_cast<std::size_t>(node.inputs[sizes.slot])];
            if (value.type.dims.size() != 1 || value.type.dims[0].value <= kMostAxes) continue;
            refuse(*node.proto, fmt::format("reads sizes of {} axes; at most {} are followed", value.type.dims[0].value, kMostAxes), printable(value.name));
        }
    }

    /// onnx follows slices of shapes with an index of 32 bits, which a longer step overruns.
    void of_steps(const Node& node) {
        constexpr std::size_t kSteps = 4;
        if (node.op_type != "Slice" || node.inputs.size() <= kSteps || node.inputs[kSteps] == kNone) return;
        const Value& value = parts_.values[static_cast<std::size_t>(node.inputs[kSteps])];
        if (!value.is_constant()) return;
        const Initializer& steps = parts_.initializers[static_cast<std::size_t>(value.initializer)];
        if (!detail::is_whole(steps.type) || steps.count() > kMostAxes || steps.data.size() != steps.size_bytes()) return;
        for (const std::int64_t step : detail::integers(steps))
            if (step == 0 || step > kLongestStep || step < -kLongestStep)
                return refuse(*node.proto, fmt::format("has a step of {}, which must not be 0 and at most {} long", step, kLongestStep), printable(value.name));
    }

private:
    void of_attributes(const onnx::NodeProto& node) {
        const std::string& op = node.op_type();
        const bool windowed = std::find(kWindowed.begin(), kWindowed.end(), op) != kWindowed.end();
        for (const onnx::AttributeProto& attribute : node.attribute()) {
            if (!attribute.ref_attr_name().empty()) continue;  // the call of the function says it
            if (windowed)
                for (const Bound& bound : kWindow) check(node, attribute, bound);
            for (const OpBound& row : kBounds)
                if (row.op == op) check(node, attribute, row.bound);
            if (!is_standard_domain(node.domain())) continue;
            if (op == "Scan") check(node, attribute, {"num_scan_inputs", 0, node.input_size()});
            if (op == "Split") check(node, attribute, {"num_outputs", node.output_size(), std::max<std::int64_t>(node.output_size(), kMostParts)});
        }
    }

    void check(const onnx::NodeProto& node, const onnx::AttributeProto& attribute, const Bound& bound) {
        if (attribute.name() != bound.attribute) return;
        if (attribute.ints().empty() && (attribute.has_i() || attribute.type() == onnx::AttributeProto::INT)) check(node, attribute.i(), bound);
        for (const std::int64_t value : attribute.ints()) check(node, value, bound);
    }

    void check(const onnx::NodeProto& node, std::int64_t value, const Bound& bound) {
        if (value >= bound.least && value <= bound.most) return;
        const bool low = value < bound.least;
        refuse(node, fmt::format("has {} {}, which must be at {} {}", bound.attribute, value, low ? "least" : "most", low ? bound.least : bound.most));
    }

    void refuse(const onnx::NodeProto& node, const std::string& what, std::string tensor = {}) {
        note_damage(parts_, Error(ErrorKind::bad_model, fmt::format("{} {}", printable(node.op_type(), 60), what),
                                  {.node = printable(node.name()), .tensor = std::move(tensor)}, "Export the model again"));
    }

    Model::Parts& parts_;
};

}  // namespace

void check_counts(Model::Parts& parts) {
    Counts counts(parts);
    const onnx::ModelProto& proto = parts.source->proto;
    counts.of_attributes(proto.graph().node());
    for (const onnx::FunctionProto& function : proto.functions()) counts.of_attributes(function.node());
    for (const Node& node : parts.nodes) {
        if (!node.domain.empty()) continue;
        counts.of_axes(node);
        counts.of_steps(node);
    }
}

void check_axes(Model::Parts& parts) {
    Counts counts(parts);
    for (const Node& node : parts.nodes)
        if (node.domain.empty()) counts.of_axes(node);
}

}  // namespace vernier
