// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <onnx/version_converter/convert.h>

#include "core/model/domain.h"
#include "core/quant/passes/passes.h"
#include "core/quant/passes/raise_opset.h"

namespace vernier {
namespace {

/// What is no matter of the opset stays as it was; the converter adds sizes of inner values that hold for some inputs only.
void restore(onnx::ModelProto& raised, const onnx::ModelProto& model) {
    auto& graph = *raised.mutable_graph();
    *graph.mutable_value_info() = model.graph().value_info();
    graph.set_name(model.graph().name());
    graph.set_doc_string(model.graph().doc_string());
    raised.set_producer_name(model.producer_name());
    raised.set_producer_version(model.producer_version());
    raised.set_domain(model.domain());
    raised.set_model_version(model.model_version());
    raised.set_doc_string(model.doc_string());
    *raised.mutable_metadata_props() = model.metadata_props();
}

bool has_scan(const GraphEdit& edit) {
    for (std::size_t i = 0; i < edit.size(); ++i)
        if (!edit.item(i).removed && is_standard(edit.item(i).proto) && edit.item(i).proto.op_type() == "Scan") return true;
    return false;
}

}  // namespace

std::string upgrade_opset(GraphEdit& edit, std::int64_t target) {
    constexpr std::int64_t kScan = 9, kResize = 11, kHardmax = 13;  // opsets in which they got another meaning
    const std::int64_t from = edit.opset();
    if (from >= target) return {};
    const auto failed = [&](const std::string& why) {
        return fmt::format("opset {} is too old (INT8 needs {}) and could not be raised: {}", from, target, why);
    };
    if (from < kScan && target >= kScan && has_scan(edit)) return failed("Scan of opset 8 has a batch axis, which later ones do not have");
    onnx::ModelProto model = edit.build();
    if (model.functions_size() > 0)
        return fmt::format("opset {} is too old (INT8 needs {}) and the model has local functions, which the converter drops", from, target);
    const bool named = use_plain_domain(model), hidden = hide_runtime_operators(model);
    if (from < kHardmax && target >= kHardmax) flatten_hardmax(*model.mutable_graph(), edit);
    try {
        onnx::ModelProto raised = onnx::version_conversion::ConvertVersion(model, static_cast<int>(target));
        for (auto& import : *raised.mutable_opset_import())
            if (named && import.domain().empty()) import.set_domain("ai.onnx");  // as it was written
        if (from < kResize && target >= kResize) {
            const std::string problem = keep_resize_places(*raised.mutable_graph());
            if (!problem.empty()) return failed(problem);
        }
        if (hidden) show_runtime_operators(raised);
        restore(raised, model);
        edit.adopt(std::move(raised));
    } catch (const std::exception& error) {
        return failed(converter_problem(error.what()));
    }
    return {};
}

}  // namespace vernier
