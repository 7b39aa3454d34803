// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include <string>

#include "core/base/error.h"
#include "core/model/model.h"
#include "tests/support/model_builder.h"

namespace vernier::test {

/// The error that a model in memory is refused with; its message must hold a text.
inline Error refusal(const onnx::ModelProto& proto, const std::string& text) {
    try {
        (void)make_model(proto);
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::bad_model) << error.line();
        EXPECT_THAT(error.line(), testing::HasSubstr(text));
        return error;
    }
    ADD_FAILURE() << "was opened; expected: " << text;
    return Error(ErrorKind::internal, "");
}

inline bool has_finding(const Model& model, const std::string& code) {
    for (const Finding& finding : model.findings())
        if (finding.code == code) return true;
    return false;
}

/// MatMul with a weight, then Relu: x[N,8] -> y[N,4].
inline ModelBuilder small_model(int opset = 17, int ir_version = 8) {
    ModelBuilder b(opset, ir_version);
    b.input("x", ElementType::float32, {"N", 8});
    b.initializer("w", std::vector<float>(32, 0.5F), {8, 4});
    b.node("MatMul", {"x", "w"}, {"m"}, {}, "mm");
    b.node("Relu", {"m"}, {"y"}, {}, "relu");
    b.output("y", ElementType::float32, {"N", 4});
    return b;
}

}  // namespace vernier::test
