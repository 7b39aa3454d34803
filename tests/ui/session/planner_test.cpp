// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSignalSpy>

#include <gtest/gtest.h>

#include "core/model/model.h"
#include "tests/support/temp_dir.h"
#include "tests/ui/small_session.h"
#include "ui/session/planner.h"

namespace vernier::ui {
namespace {

using test::wait_until;

Recipe all(Method method) {
    Recipe recipe;
    recipe.default_method = method;
    return recipe;
}

class PlannerTest : public ::testing::Test {
protected:
    test::TempDir folder_;
    ModelPtr model_ = open_model(test::write_small_net(folder_));
    Planner planner_;
    QSignalSpy told_{&planner_, &Planner::changed};
};

TEST_F(PlannerTest, OnlyTheNewestWishIsHeardOf) {
    for (const Method method : {Method::fp32, Method::int8_dynamic, Method::fp32, Method::fp16}) {
        planner_.make(model_, all(method));
        EXPECT_FALSE(planner_.plan().has_value());
        EXPECT_TRUE(planner_.busy());
    }
    ASSERT_TRUE(wait_until([this] { return !planner_.busy(); }));
    ASSERT_TRUE(planner_.plan().has_value());
    EXPECT_EQ(planner_.plan()->nodes.at(0).applied, Method::fp16);
    EXPECT_TRUE(planner_.error().isEmpty());
    (void)wait_until([] { return false; }, 200);  // what comes late is dropped
    EXPECT_EQ(told_.count(), 1);
}

TEST_F(PlannerTest, WhatWasClearedIsNotHeardOf) {
    planner_.make(model_, all(Method::fp16));
    planner_.clear();
    EXPECT_FALSE(planner_.busy());
    (void)wait_until([] { return false; }, 200);
    EXPECT_EQ(told_.count(), 0);
    EXPECT_FALSE(planner_.plan().has_value());
}

TEST_F(PlannerTest, ARecipeThatCannotBeUsedHasAReasonAndTheNextOneNone) {
    Recipe wrong;
    wrong.rules.push_back({"op:(", Method::fp16, {}});
    planner_.make(model_, wrong);
    ASSERT_TRUE(wait_until([this] { return !planner_.busy(); }));
    EXPECT_FALSE(planner_.plan().has_value());
    EXPECT_FALSE(planner_.error().isEmpty());
    planner_.make(model_, all(Method::fp16));
    EXPECT_TRUE(planner_.error().isEmpty());
    ASSERT_TRUE(wait_until([this] { return planner_.plan().has_value(); }));
    EXPECT_EQ(told_.count(), 2);
}

}  // namespace
}  // namespace vernier::ui
