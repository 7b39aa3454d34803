// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/provider_findings.h"

#include <gmock/gmock.h>

namespace vernier {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

const ProfileEvent kOnCpu = {"cast", "Cast", "CPUExecutionProvider", 25, 9, "int64"};
const ProfileEvent kOnOther = {"OpenVINOExecutionProvider_p_0", "p", "OpenVINOExecutionProvider", 75, 9, "float"};

Target target() {
    Target target;
    target.provider = "OpenVINO";
    return target;
}

TEST(ProviderFindings, NothingThatRanOnTheProviderIsAWarning) {
    const auto findings = provider_findings(target(), {kOnCpu}, "net.onnx");
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].code, "provider-unused");
    EXPECT_EQ(findings[0].severity, Severity::warning);
    EXPECT_EQ(findings[0].text, "ran nothing on OpenVINO: 1 operator on CPU.");
    EXPECT_EQ(findings[0].file, "net.onnx");
}

TEST(ProviderFindings, WhatIsLeftToTheCpuIsNamed) {
    const auto findings = provider_findings(target(), {kOnCpu, kOnOther}, "net.onnx");
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].code, "provider-partly");
    EXPECT_EQ(findings[0].text, "ran in part on OpenVINO: 1 part on OpenVINO, 1 operator on CPU; 25 % of the time is on the CPU (Cast).");
}

TEST(ProviderFindings, AllOfItIsSaidToo) {
    const auto findings = provider_findings(target(), {kOnOther}, "net.onnx");
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].code, "provider-whole");
    EXPECT_EQ(findings[0].severity, Severity::info);
}

TEST(ProviderFindings, OfTheCpuThereIsNothingToSay) {
    EXPECT_THAT(provider_findings({}, {kOnCpu}, "net.onnx"), IsEmpty());
    EXPECT_THAT(provider_findings(target(), {}, "net.onnx"), IsEmpty());
}

}  // namespace
}  // namespace vernier
