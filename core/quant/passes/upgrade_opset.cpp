// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <onnx/version_converter/convert.h>

#include "core/model/domain.h"
#include "core/quant/passes/passes.h"

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

}  // namespace

std::string upgrade_opset(GraphEdit& edit, std::int64_t target) {
    const std::int64_t from = edit.opset();
    if (from >= target) return {};
    onnx::ModelProto model = edit.build();
    if (model.functions_size() > 0)
        return fmt::format("opset {} is too old (INT8 needs {}) and the model has local functions, which the converter drops", from, target);
    const bool named = use_plain_domain(model);
    try {
        onnx::ModelProto raised = onnx::version_conversion::ConvertVersion(model, static_cast<int>(target));
        for (auto& import : *raised.mutable_opset_import())
            if (named && import.domain().empty()) import.set_domain("ai.onnx");  // as it was written
        restore(raised, model);
        edit.adopt(std::move(raised));
    } catch (const std::exception& error) {
        return fmt::format("opset {} is too old (INT8 needs {}) and could not be raised: {}", from, target, error.what());
    }
    return {};
}

}  // namespace vernier
