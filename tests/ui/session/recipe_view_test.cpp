// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/recipe_view.h"

#include <QSignalSpy>

#include <gtest/gtest.h>

#include "tests/ui/compared.h"
#include "tests/ui/small_session.h"

namespace vernier::ui {
namespace {

using test::SmallSession;
using test::wait_until;

/// The small model with the runs 1 (INT8 static) and 2 (FP16).
class RecipeViewTest : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(test::open_compared(small_, test::simulated_comparison()));
        ASSERT_TRUE(wait_until([this] { return small_.session.plan().has_value(); }));
    }
    [[nodiscard]] Session& session() { return small_.session; }
    [[nodiscard]] RecipeView& view() { return small_.session.recipeView(); }

    SmallSession small_;
};

TEST_F(RecipeViewTest, ShowsTheRecipeOfARunAndLeavesThePresentOne) {
    EXPECT_FALSE(view().active());
    const Recipe before = session().recipe();
    const QSignalSpy changed(&view(), &RecipeView::changed);
    view().show(2);
    EXPECT_TRUE(view().active());
    EXPECT_FALSE(view().compares());
    EXPECT_EQ(changed.size(), 1);
    ASSERT_EQ(view().states().size(), 6U);
    EXPECT_EQ(view().states()[0].applied, Method::fp16);
    EXPECT_EQ(session().recipe(), before);
    EXPECT_EQ(session().nodeState(0).chosen, Method::int8_static);
    EXPECT_TRUE(view().sentence().contains(QStringLiteral("“FP16”"))) << view().sentence().toStdString();
    view().clear();
    EXPECT_FALSE(view().active());
    EXPECT_TRUE(view().sentence().isEmpty());
}

TEST_F(RecipeViewTest, NamesTheNodesThatDiffer) {
    view().compare(1, 2);
    ASSERT_EQ(view().differences().size(), 6U) << "all of them";
    EXPECT_EQ(view().differences()[2].node, 2);
    EXPECT_EQ(view().differences()[2].from.applied, Method::int8_static);
    EXPECT_EQ(view().differences()[2].to.applied, Method::fp16);
    EXPECT_TRUE(view().sentence().startsWith(QStringLiteral("6 of 6 nodes differ between “all static” and “FP16”: 6 INT8 static → FP16.")))
        << view().sentence().toStdString();
    view().compare(1, 1);
    EXPECT_TRUE(view().differences().empty());
    EXPECT_TRUE(view().sentence().startsWith(QStringLiteral("No node differs"))) << view().sentence().toStdString();
}

TEST_F(RecipeViewTest, FollowsThePresentRecipe) {
    view().compare(2, RecipeView::kPresent);
    session().choose({5}, Method::fp16);
    ASSERT_TRUE(wait_until([this] { return session().plan().has_value() && session().nodeState(5).applied == Method::fp16; }));
    EXPECT_EQ(view().difference(5), nullptr) << "FP16 in both";
    ASSERT_NE(view().difference(0), nullptr);
    EXPECT_EQ(view().difference(0)->to.applied, session().nodeState(0).applied);
}

TEST_F(RecipeViewTest, OneScaleForATensorIsADifference) {
    Recipe coarse = session().recipe();
    coarse.per_channel = false;
    session().document().setRecipe(coarse, QStringLiteral("test"));
    ASSERT_TRUE(wait_until([this] { return session().plan().has_value() && !session().nodeState(0).per_channel; }));
    view().compare(1, RecipeView::kPresent);
    ASSERT_NE(view().difference(0), nullptr) << "a convolution has weights";
    EXPECT_TRUE(view().sentence().contains(QStringLiteral("INT8 static → INT8 static, per tensor"))) << view().sentence().toStdString();
}

TEST_F(RecipeViewTest, EndsWithTheRunAndWithTheModel) {
    view().compare(1, 2);
    session().trials().removeRun(2);
    EXPECT_FALSE(view().active());
    view().show(1);
    session().close();
    EXPECT_FALSE(view().active());
}

TEST_F(RecipeViewTest, AFileMadeElsewhereHasNoRecipe) {
    const int id = session().trials().addCandidate(QString::fromStdString(test::write_small_net(small_.folder, "other.onnx")));
    EXPECT_FALSE(view().hasRecipe(id));
    view().show(id);
    EXPECT_FALSE(view().active());
}

}  // namespace
}  // namespace vernier::ui
