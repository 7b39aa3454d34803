// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "core/runtime/detail/ort.h"

namespace vernier::detail {
namespace {

TEST(ReadableMessage, LosesStatusPrefixSourceLocationAndSignature) {
    EXPECT_EQ(readable_message("[ONNXRuntimeError] : 1 : FAIL : Load model from a.onnx failed:"
                               "/onnxruntime_src/onnxruntime/core/graph/model_load_utils.h:55 void "
                               "onnxruntime::model_load_utils::ValidateOpsetForDomain(const std::unordered_map<std::"
                               "string, int>&, const onnxruntime::logging::Logger&, bool, const string&, int) "
                               "ONNX Runtime only guarantees support for models stamped with official released onnx "
                               "opset versions."),
              "ONNX Runtime only guarantees support for models stamped with official released onnx opset versions.");
}

TEST(ReadableMessage, KeepsPlainTextAndCollapsesSpaces) {
    EXPECT_EQ(readable_message("Invalid input name: x (rank 2)\n  expected y\n"), "Invalid input name: x (rank 2) expected y");
}

TEST(ReadableMessage, SaysWhichNodeFailed) {
    EXPECT_EQ(readable_message("Non-zero status code returned while running Expand node. Name:'e' Status Message: too large"),
              "the Expand node 'e' failed: too large");
    EXPECT_EQ(readable_message("Fatal error: a:B(-1) is not a registered function/op"), "a:B(-1) is not a registered function/op");
}

TEST(ReadableMessage, SurvivesOddTexts) {
    EXPECT_EQ(readable_message(""), "ONNX Runtime gave no reason");
    EXPECT_EQ(readable_message("/a/b.cc:12 unclosed(signature"), "unclosed(signature");
    EXPECT_EQ(readable_message("failed\nStacktrace:\n0 main"), "failed");
}

}  // namespace
}  // namespace vernier::detail
