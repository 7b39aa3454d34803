// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/findings_panel.h"

#include <gtest/gtest.h>

#include "tests/ui/small_session.h"

namespace vernier::ui {
namespace {

TEST(Findings, AreAboutTheNodeThatTheyName) {
    const test::SmallSession small;
    ASSERT_TRUE(small.opened);
    const Model& model = *small.session.model();
    Finding finding;
    EXPECT_EQ(nodeOf(finding, model), -1);
    finding.tensor = "c";
    EXPECT_EQ(nodeOf(finding, model), 2) << "it makes the tensor";
    finding.tensor = "w1";
    EXPECT_EQ(nodeOf(finding, model), 2) << "it takes the weights";
    finding.tensor = "nothing";
    EXPECT_EQ(nodeOf(finding, model), -1);
    finding.node_name = "head";
    EXPECT_EQ(nodeOf(finding, model), 5);
    finding.node = 1;
    EXPECT_EQ(nodeOf(finding, model), 1);
}

}  // namespace
}  // namespace vernier::ui
