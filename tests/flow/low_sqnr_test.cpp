// SPDX-License-Identifier: GPL-3.0-or-later
// A file that is not wrong, but keeps little of FP32: few guilty nodes go back to float, and what is left is said.
#include "core/flow/low_sqnr.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <cmath>
#include <cstring>
#include <map>
#include <memory>

#include "core/flow/mend.h"
#include "core/quant/method.h"
#include "tests/flow/product_chain.h"
#include "tests/support/made_dataset.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int kSize = 24;

class LowSqnr : public testing::Test {
protected:
    /// What is emitted has these factors on its layers, all of which are said to be INT8.
    Mended mend_with(const std::map<int, float>& factors, const std::set<int>& chosen = {}, bool with_data = true) {
        const ModelPtr model = open_model(folder_.write("model.onnx", chain(kSize).bytes()));
        Plan plan;
        plan.nodes.resize(model->nodes().size());
        for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
            plan.nodes[i].node = static_cast<NodeId>(i);
            if (i % 2 == 0) plan.nodes[i].applied = plan.nodes[i].chosen.method = method_;
            if (chosen.contains(static_cast<int>(i) / 2)) plan.nodes[i].chosen.rule = 0;
        }
        Emitting emitting{[&](const std::set<NodeId>& also) {
                              auto proto = std::make_shared<onnx::ModelProto>(model->proto());
                              for (const auto& [layer, factor] : factors)
                                  if (!also.contains(2 * layer) && !kept_.contains(2 * layer)) scale_weights(*proto, layer, factor);
                              return std::shared_ptr<const onnx::ModelProto>(proto);
                          },
                          [&] { return plan; },
                          [&](const std::set<NodeId>& nodes, const std::string&) {
                              for (const NodeId node : nodes) {
                                  kept_.insert(node);
                                  plan.nodes[static_cast<std::size_t>(node)].applied = Method::fp32;
                              }
                          }};
        emitting.noise = [&] { return noise_; };
        const auto data = std::make_shared<MadeDataset>(8, 0, [](Split, std::uint64_t index) {
            Sample sample;
            Tensor x{ElementType::float32, {1, kSize}, std::vector<std::byte>(kSize * sizeof(float))};
            const auto values = normal_floats(kSize, static_cast<unsigned>(index + 1));
            std::memcpy(x.bytes.data(), values.data(), x.bytes.size());
            sample.inputs["x"] = std::move(x);
            return sample;
        });
        Verifier verifier({{}, "", model, with_data ? data : nullptr, 1}, {});
        Mended mended = mend(emitting, verifier, *model, folder_ / "out.onnx", {});
        for (const Finding& finding : mended.findings)
            if (finding.code == "low-sqnr") said_.push_back(finding);
        return mended;
    }

    TempDir folder_;
    Method method_ = Method::int8_dynamic;
    std::set<NodeId> kept_;
    std::map<NodeId, double> noise_;
    std::vector<Finding> said_;
};

TEST_F(LowSqnr, OneGuiltyNodeGoesBackWhereverItStands) {
    const Mended mended = mend_with({{5, 0.82f}});  // 14.9 dB
    EXPECT_THAT(kept_, ElementsAre(10));
    EXPECT_EQ(mended.verified.outputs.at(0).sqnr_db(), 200);
    EXPECT_THAT(said_, IsEmpty());
    ASSERT_FALSE(mended.findings.empty());
    EXPECT_EQ(mended.findings[0].code, "kept-float");
    EXPECT_EQ(mended.findings[0].node_name, "mm5");
    EXPECT_THAT(mended.findings[0].text, HasSubstr("14.9 dB"));
    EXPECT_THAT(mended.findings[0].text, HasSubstr("\"y\""));
}

/// Codes of weights lose as much where nodes compute in float.
TEST_F(LowSqnr, WeightsInEightBitsAreEnough) {
    for (const MethodSpec& method : methods()) {
        if (method.weight_bits != 8 || method.computes != Arithmetic::floating) continue;
        method_ = method.method;
        (void)mend_with({{5, 0.82f}});
        EXPECT_THAT(kept_, ElementsAre(10)) << method.id;
    }
    EXPECT_NE(method_, Method::int8_dynamic) << "no method stores weights alone";
}

/// Four bits keep less of every layer: what eight lose by a fault is usual for them, and is said and left.
TEST_F(LowSqnr, FourBitsMayKeepLess) {
    method_ = *method_from_id("int4-weight-only");
    (void)mend_with({{5, 0.82f}});  // 14.9 dB
    EXPECT_THAT(kept_, IsEmpty());
    ASSERT_EQ(said_.size(), 1U);
    EXPECT_EQ(said_[0].severity, Severity::info);
    EXPECT_THAT(said_[0].remedy, HasSubstr("--block 16"));
    said_.clear();
    (void)mend_with({{5, 0.6f}});  // 8 dB
    EXPECT_THAT(kept_, IsEmpty());
    ASSERT_EQ(said_.size(), 1U);
    EXPECT_EQ(said_[0].severity, Severity::warning);
    (void)mend_with({{5, 0.2f}});  // 2 dB: broken
    EXPECT_THAT(kept_, ElementsAre(10));
}

TEST_F(LowSqnr, TheLoudestAreTriedFirst) {
    noise_ = {{12, 0.02}, {6, 0.01}};
    (void)mend_with({{3, 0.905f}, {6, 0.905f}});  // 14.9 dB; each alone keeps 20.4 dB
    EXPECT_THAT(kept_, ElementsAre(12));
}

TEST_F(LowSqnr, WhatAllNodesShareIsSaidAndNotTakenBack) {
    std::map<int, float> all;
    for (int layer = 0; layer < kLayers; ++layer) all[layer] = 0.98f;  // 15.6 dB together
    noise_ = {{8, 0.02}};
    (void)mend_with(all);
    EXPECT_THAT(kept_, IsEmpty());
    ASSERT_EQ(said_.size(), 1U);
    EXPECT_EQ(said_[0].severity, Severity::warning);
    EXPECT_EQ(said_[0].tensor, "y");
    EXPECT_THAT(said_[0].text, HasSubstr("15.6 dB"));
    EXPECT_THAT(said_[0].text, HasSubstr("most is lost at: mm4"));
    EXPECT_THAT(said_[0].remedy, HasSubstr("FP32"));
}

TEST_F(LowSqnr, WhatWasChosenStaysAndIsSaid) {
    (void)mend_with({{5, 0.82f}}, {5});
    EXPECT_THAT(kept_, IsEmpty());
    ASSERT_EQ(said_.size(), 1U);
    EXPECT_EQ(said_[0].severity, Severity::warning);
}

TEST_F(LowSqnr, ALittleBelowUsualIsOnlySaid) {
    (void)mend_with({{5, 0.93f}});  // 23.1 dB
    EXPECT_THAT(kept_, IsEmpty());
    ASSERT_EQ(said_.size(), 1U);
    EXPECT_EQ(said_[0].severity, Severity::info);
}

TEST_F(LowSqnr, MadeInputsAreNoReason) {
    (void)mend_with({{5, 0.82f}}, {}, false);
    EXPECT_THAT(kept_, IsEmpty());
    ASSERT_EQ(said_.size(), 1U);
    EXPECT_THAT(said_[0].remedy, HasSubstr("--data"));
}

TEST_F(LowSqnr, AFileThatKeepsEnoughIsNotMentioned) {
    (void)mend_with({{5, 0.97f}});  // 30 dB
    EXPECT_THAT(kept_, IsEmpty());
    EXPECT_THAT(said_, IsEmpty());
}

}  // namespace
}  // namespace vernier::test
