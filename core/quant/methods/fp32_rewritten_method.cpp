// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/prepare.h"
#include "core/quant/workload.h"

/// FP32 rewritten: the same function in a form that the runtime is faster with, by the rewritings that are marked for it (passes/table.cpp). No number is
/// quantized: results differ by the rounding of FP32 only.
namespace vernier {
namespace {

bool takes(const onnx::NodeProto& /*node*/) { return false; }

/// Rewritings have run when a plan is made: what none of them took in stays as it is.
ItemOutcome outcome(const Prepared& prepared, std::size_t item) {
    if (prepared.rewritten.contains(prepared.edit.item(item).origin)) return {};
    return {.stays_float = true, .why = "no faster form of it is known"};
}

MethodFit fit(const Workload& /*work*/) { return {true, "Writes what exporters take apart in the forms that the runtime is fast with. Nothing is quantized."}; }

}  // namespace

extern const MethodSpec kFp32RewrittenMethod;
constinit const MethodSpec kFp32RewrittenMethod{
    .id = "fp32-rewritten",
    .title = "FP32 rewritten",
    .badge = "R32",
    .colour = "#F0E442",
    .key = '7',
    .light_colour = true,
    .any_kernel = true,
    .takes = takes,
    .outcome = outcome,
    .fit = fit,
};

}  // namespace vernier
