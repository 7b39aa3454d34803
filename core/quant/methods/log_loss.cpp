// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/log_loss.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <vector>

#include "core/quant/operators.h"

namespace vernier {
namespace {

constexpr std::size_t kMostNodes = 200;  ///< looked at behind one tensor

/// What a spectrum is made by: nothing that networks have between their layers, else all that lies before a Log would count.
bool passes_on(const GraphEdit& edit, const onnx::NodeProto& node) {
    const std::string& op = node.op_type();
    if (op == "Mul") return node.input(0) == node.input(1) || edit.is_constant(node.input(0)) || edit.is_constant(node.input(1));
    float lo = 0, hi = 0;
    if (op == "Clip") return !clamp_bounds(edit, node, lo, hi) && lo > 0;  // a floor, and no activation
    static constexpr std::array kOps = {"Abs",      "Add",        "Cast",      "Concat",          "Conv",    "Div",   "Einsum", "Expand",
                                        "Gather",   "Gemm",       "Identity",  "MatMul",          "Max",     "Pad",   "Pow",    "ReduceL1",
                                        "ReduceL2", "ReduceMean", "ReduceSum", "ReduceSumSquare", "Reshape", "Slice", "Split",  "Sqrt",
                                        "Squeeze",  "Sub",        "Transpose", "Unsqueeze"};
    return std::find(kOps.begin(), kOps.end(), op) != kOps.end();
}

}  // namespace

bool goes_to_log(const GraphEdit& edit, const std::string& tensor) {
    std::vector<std::string> waiting{tensor};
    std::set<int> seen;
    while (!waiting.empty() && seen.size() < kMostNodes) {
        const std::string name = waiting.back();
        waiting.pop_back();
        for (const int reader : edit.readers(name)) {
            const onnx::NodeProto& node = edit.item(static_cast<std::size_t>(reader)).proto;
            if (!is_standard(node) || !seen.insert(reader).second) continue;
            if (node.op_type() == "Log") return true;
            if (!passes_on(edit, node)) continue;
            waiting.insert(waiting.end(), node.output().begin(), node.output().end());
        }
    }
    return false;
}

double relative_loss(const Observed& tensor, double step) {
    const double width = std::ldexp(2.0 / Observed::kBins, tensor.exponent), start = -std::ldexp(1.0, tensor.exponent), noise = step * step / 12;
    double lost = 0, used = 0;
    for (std::size_t b = 0; b < tensor.bins.size(); ++b) {
        const double centre = start + width * (double(b) + 0.5);
        const auto zeros = b == Observed::kBins / 2 ? std::min(tensor.zeros, tensor.bins[b]) : 0;
        const double count = double(tensor.bins[b] - zeros);
        lost += count * std::min(1.0, noise / (centre * centre));
        used += count;
    }
    return used > 0 ? lost / used : 0;
}

}  // namespace vernier
