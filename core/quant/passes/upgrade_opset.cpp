// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <onnx/version_converter/convert.h>

#include "core/model/domain.h"
#include "core/quant/passes/passes.h"

namespace vernier {

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
        edit.adopt(std::move(raised));
    } catch (const std::exception& error) {
        return fmt::format("opset {} is too old (INT8 needs {}) and could not be raised: {}", from, target, error.what());
    }
    return {};
}

}  // namespace vernier
