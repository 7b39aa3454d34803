// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/placement.h"

#include <gtest/gtest.h>

namespace vernier {
namespace {

const std::string kCpu = "CPUExecutionProvider", kOther = "OpenVINOExecutionProvider";

TEST(Placement, SaysWhatRanWhereAndForHowLong) {
    const std::vector<ProfileEvent> profile = {{"cast", "Cast", kCpu, 10, 9, "int64"},
                                               {kOther + "_OpenVINO-EP-subgraph_1_0", "OpenVINO-EP-subgraph_1", kOther, 50, 9, "float"},
                                               {kOther + "_OpenVINO-EP-subgraph_2_1", "OpenVINO-EP-subgraph_2", kOther, 25, 9, "float"},
                                               {"shape", "Shape", kCpu, 15, 9, "float"},
                                               {"shape2", "Shape", kCpu, 0, 9, "float"}};
    const std::vector<Placed> placed = placement(profile);
    ASSERT_EQ(placed.size(), 2U);
    EXPECT_EQ(placed[0], (Placed{"OpenVINO", 2, 0, 0.75, {}}));
    EXPECT_EQ(placed[1], (Placed{"CPU", 0, 3, 0.25, {"Cast", "Shape"}}));
    EXPECT_EQ(text_of(placed), "2 parts on OpenVINO, 3 operators on CPU");
    EXPECT_EQ(to_json(placed).dump(),
              R"([{"provider":"OpenVINO","parts":2,"operators":0,"share":0.75},{"provider":"CPU","parts":0,"operators":3,"share":0.25}])");
}

TEST(Placement, AProviderMayRunSingleOperatorsBesideItsParts) {
    const std::string name = "TensorrtExecutionProvider";
    EXPECT_EQ(text_of(placement({{name + "_graph_0", "TRTKernel", name, 3, 1, ""}, {"conv", "Conv", name, 1, 1, "float"}})),
              "1 part and 1 operator on Tensorrt");
}

TEST(Placement, WithoutAProfileNothingIsKnown) {
    EXPECT_EQ(text_of(placement({})), "");
    EXPECT_TRUE(to_json(placement({})).is_null());
    EXPECT_EQ(placement({{"a", "Add", kCpu, 0, 1, ""}}).at(0).share, 0) << "times below a microsecond";
}

}  // namespace
}  // namespace vernier
