// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/rounding/moments.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <utility>

#include "core/quant/attributes.h"
#include "core/quant/methods/tap_share.h"

namespace vernier {
namespace {

constexpr std::size_t kLarge = 96;  ///< columns from which the runtime's product is worth its call

/// The i-th of `count` positions of `all`, spread evenly from seed on.
std::size_t spread(std::size_t i, std::size_t count, std::size_t all, double seed) {
    return std::min(all - 1, static_cast<std::size_t>((static_cast<double>(i) + seed) * static_cast<double>(all) / static_cast<double>(count)));
}

/// Rows of a MatMul or Gemm: the last axis.
void append_vectors(const WeightWalk& walk, std::span<const float> values, std::size_t count, double seed, std::vector<float>& rows) {
    const std::size_t columns = walk.inputs, all = values.size() / columns;
    for (std::size_t i = 0; all > 0 && i < std::min(count, all); ++i) {
        const auto row = values.subspan(spread(i, std::min(count, all), all, seed) * columns, columns);
        rows.insert(rows.end(), row.begin(), row.end());
    }
}

/// The input of a Conv, and where its windows lie.
struct Image {
    std::span<const float> values;
    std::size_t channels = 1, plane = 1;
    std::vector<ConvAxis> axes;
    bool transposed = false;  ///< axes are those of the Conv that is turned around

    [[nodiscard]] std::size_t positions(const ConvAxis& axis) const { return static_cast<std::size_t>(transposed ? axis.size : axis.positions()); }
};

/// Where a tap of an output position reads along an axis; -1 where it reads nothing.
std::int64_t place_of(const ConvAxis& axis, std::int64_t position, std::int64_t tap, bool transposed) {
    if (!transposed) {
        const std::int64_t at = position * axis.stride - axis.pad_begin + tap * axis.dilation;
        return at < axis.size ? std::max<std::int64_t>(at, -1) : -1;
    }
    const std::int64_t strides = position + axis.pad_begin - tap * axis.dilation;
    return strides >= 0 && strides % axis.stride == 0 && strides / axis.stride < axis.positions() ? strides / axis.stride : -1;
}

/// Where the window of an output position reads in a plane, tap by tap; -1 at the border of zeros, and between the strides of a ConvTranspose.
std::vector<std::int64_t> taps_of(const Image& image, std::size_t position) {
    const auto& axes = image.axes;
    std::vector<std::int64_t> places(axes.size());
    for (std::size_t a = axes.size(); a-- > 0;) {
        const std::size_t positions = image.positions(axes[a]);
        places[a] = static_cast<std::int64_t>(position % positions);
        position /= positions;
    }
    std::vector<std::int64_t> taps{0};
    for (std::size_t a = 0; a < axes.size(); ++a) {
        const std::int64_t size = image.transposed ? axes[a].positions() : axes[a].size;
        std::vector<std::int64_t> next;
        for (const std::int64_t before : taps) {
            for (std::int64_t tap = 0; tap < axes[a].taps; ++tap) {
                const std::int64_t at = place_of(axes[a], places[a], tap, image.transposed);
                next.push_back(before < 0 || at < 0 ? -1 : before * size + at);
            }
        }
        taps = std::move(next);
    }
    return taps;
}

void append_windows(const Image& image, std::size_t count, double seed, std::vector<float>& rows) {
    std::size_t positions = 1;
    for (const ConvAxis& axis : image.axes) positions *= image.positions(axis);
    const std::size_t images = image.values.size() / (image.channels * image.plane), all = images * positions;
    for (std::size_t i = 0; all > 0 && i < std::min(count, all); ++i) {
        const std::size_t place = spread(i, std::min(count, all), all, seed);
        const float* first = image.values.data() + place / positions * image.channels * image.plane;
        const std::vector<std::int64_t> taps = taps_of(image, place % positions);
        for (std::size_t channel = 0; channel < image.channels; ++channel)
            for (const std::int64_t tap : taps) rows.push_back(tap < 0 ? 0.f : first[channel * image.plane + static_cast<std::size_t>(tap)]);
    }
}

onnx::ModelProto gram_model() {
    onnx::ModelProto model;
    model.set_ir_version(8);
    model.add_opset_import()->set_version(13);
    auto& graph = *model.mutable_graph();
    graph.set_name("gram");
    const std::string input = "x", output = "y";
    const auto declare = [](onnx::ValueInfoProto& info, const std::string& name) {
        info.set_name(name);
        auto& type = *info.mutable_type()->mutable_tensor_type();
        type.set_elem_type(onnx::TensorProto::FLOAT);
        for (const char* axis : {"a", "b"}) type.mutable_shape()->add_dim()->set_dim_param(name + axis);
    };
    declare(*graph.add_input(), input);
    declare(*graph.add_output(), output);
    auto& node = *graph.add_node();
    node.set_op_type("Gemm");
    for (int i = 0; i < 2; ++i) node.add_input(input);
    node.add_output(output);
    set_attribute(node, "transA", 1);
    return model;
}

void add_small(const float* row, std::size_t columns, double* gram) {
    for (std::size_t i = 0; i < columns; ++i) {
        if (row[i] == 0) continue;
        for (std::size_t j = 0; j < columns; ++j) gram[i * columns + j] += double(row[i]) * row[j];
    }
}

}  // namespace

Moments::Moments(std::size_t group_count, std::size_t column_count)
    : groups(group_count), columns(column_count), sum(group_count * column_count, 0.0), gram(group_count * column_count * column_count, 0.0) {}

std::vector<double> Moments::matrix(std::size_t group, bool centered) const {
    const auto begin = gram.begin() + static_cast<std::ptrdiff_t>(group * columns * columns);
    std::vector<double> result(begin, begin + static_cast<std::ptrdiff_t>(columns * columns));
    const double* sums = sum.data() + group * columns;
    for (std::size_t i = 0; centered && rows > 0 && i < columns; ++i)
        for (std::size_t j = 0; j < columns; ++j) result[i * columns + j] -= sums[i] * sums[j] / static_cast<double>(rows);
    return result;
}

void append_rows(const RowSource& source, std::span<const float> values, std::span<const std::int64_t> dims, std::size_t count, double seed,
                 std::vector<float>& rows) {
    const auto& weight_dims = source.weight_dims;
    if (dims.empty() || values.empty()) return;
    const bool transposed = source.node.op_type() == "ConvTranspose";
    if (source.node.op_type() != "Conv" && !transposed) {
        if (dims.back() == static_cast<std::int64_t>(source.walk.inputs)) append_vectors(source.walk, values, count, seed, rows);
        return;
    }
    if (dims.size() != weight_dims.size() || dims[1] != static_cast<std::int64_t>(source.walk.inputs * source.walk.groups)) return;
    Image image{values, static_cast<std::size_t>(dims[1]), 1, {}, transposed};
    for (std::size_t a = 2; a < dims.size(); ++a) image.plane *= static_cast<std::size_t>(dims[a]);
    const std::vector<std::int64_t> window(weight_dims.begin() + 2, weight_dims.end()), sizes(dims.begin() + 2, dims.end());
    image.axes = transposed ? transposed_axes(source.node, window, sizes) : conv_axes(source.node, window, sizes);
    if (image.axes.size() + 2 == dims.size()) append_windows(image, count, seed, rows);
}

void MomentAdder::add(std::span<const float> rows, Moments& moments) {
    const std::size_t width = moments.groups * moments.columns, count = rows.size() / width;
    moments.rows += count;
    for (std::size_t row = 0; row < count; ++row)
        for (std::size_t i = 0; i < width; ++i) moments.sum[i] += rows[row * width + i];
    if (moments.groups == 1 && moments.columns >= kLarge) return add_large(rows, count, moments);
    for (std::size_t row = 0; row < count; ++row)
        for (std::size_t group = 0; group < moments.groups; ++group)
            add_small(rows.data() + row * width + group * moments.columns, moments.columns, moments.gram.data() + group * moments.columns * moments.columns);
}

void MomentAdder::add_large(std::span<const float> rows, std::size_t count, Moments& moments) {
    if (count == 0) return;
    if (!session_) session_ = Session::open(runtime_, std::make_shared<const onnx::ModelProto>(gram_model()), Target{});
    Tensor x{ElementType::float32, {static_cast<std::int64_t>(count), static_cast<std::int64_t>(moments.columns)}, {}};
    x.bytes.assign(std::as_bytes(rows).begin(), std::as_bytes(rows).end());
    std::map<std::string, Tensor> inputs;
    inputs.emplace("x", std::move(x));
    const auto outputs = session_->run(inputs);
    const auto product = outputs.at(0).as<float>();
    for (std::size_t i = 0; i < product.size(); ++i) moments.gram[i] += product[i];
}

}  // namespace vernier
