// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <onnx/version_converter/convert.h>

#include "core/quant/passes/passes.h"

namespace vernier {

std::string upgrade_opset(GraphEdit& edit, std::int64_t target) {
    const std::int64_t from = edit.opset();
    if (from >= target) return {};
    onnx::ModelProto model = edit.build();
    if (model.functions_size() > 0)
        return fmt::format("opset {} is too old (INT8 needs {}) and the model has local functions, which the converter drops", from, target);
    try {
        edit.adopt(onnx::version_conversion::ConvertVersion(model, static_cast<int>(target)));
    } catch (const std::exception& error) {
        return fmt::format("opset {} is too old (INT8 needs {}) and could not be raised: {}", from, target, error.what());
    }
    return {};
}

}  // namespace vernier
