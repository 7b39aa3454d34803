// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/latency_findings.h"

#include <gmock/gmock.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vernier {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

Measurement measured(std::size_t launches, std::uint64_t runs) {
    Measurement measurement;
    measurement.model = "folder/net.onnx";
    measurement.session_start_ms = 1234;
    measurement.latency.launches.resize(launches);
    measurement.latency.n = runs;
    return measurement;
}

TEST(LatencyFindings, SayNothingOfAMeasurementThatIsWhole) {
    EXPECT_THAT(latency_findings({measured(8, 1000), measured(8, 5000)}), IsEmpty());
    EXPECT_THAT(latency_findings({}), IsEmpty());
}

TEST(LatencyFindings, NameAMachineWithTwoSpeeds) {
    Measurement slow_at_times = measured(8, 5000);
    slow_at_times.latency.two_speeds = Interval{0.223, 0.25};
    const auto findings = latency_findings({measured(8, 5000), slow_at_times});
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].code, "two-speeds");
    EXPECT_THAT(findings[0].text, HasSubstr("takes 0.223 ms or 0.25 ms"));
    EXPECT_EQ(findings[0].file, "folder/net.onnx");
}

TEST(LatencyFindings, NameWhatTheTimeDidNotGive) {
    const auto findings = latency_findings({measured(4, 5000), measured(4, 40)});
    ASSERT_EQ(findings.size(), 2U);
    EXPECT_EQ(findings[0].code, "few-launches");
    EXPECT_THAT(findings[0].text, HasSubstr("4 times instead of 8"));
    EXPECT_THAT(findings[0].text, HasSubstr("1234 ms"));
    EXPECT_EQ(findings[1].code, "few-runs");
    EXPECT_THAT(findings[1].text, HasSubstr("had 40 timed runs"));
    EXPECT_EQ(findings[1].file, "folder/net.onnx");
}

}  // namespace
}  // namespace vernier
