// SPDX-License-Identifier: GPL-3.0-or-later
#include <QPushButton>
#include <QSignalSpy>
#include <QTableWidget>
#include <QTest>

#include <gtest/gtest.h>

#include "tests/ui/small_session.h"
#include "ui/choose/rules_panel.h"

namespace vernier::ui {
namespace {

using test::SmallSession;

TEST(RulesPanel, GroupsOwnChoicesByMethodBehindTheRules) {
    SmallSession small;
    small.session.choose({0, 2}, Method::fp32);
    small.session.choose({5}, Method::fp16);
    small.session.document().chooseByOp(QStringLiteral("Relu"), Method::int8_static);
    const auto rows = ruleRows(small.session);
    ASSERT_EQ(rows.size(), 4U);
    EXPECT_EQ(rows[0].text, QStringLiteral("default"));
    EXPECT_EQ(rows[1].text, QStringLiteral("op:Relu"));
    EXPECT_EQ(rows[2].text, QStringLiteral("#0 #2"));
    EXPECT_EQ(rows[2].count, 2);
    EXPECT_EQ(rows[3].method, Method::fp16);
    EXPECT_EQ(rows[0].count, 2);
}

TEST(RulesPanel, ManyOverridesAreCountedAndNamedInTheTip) {
    SmallSession small;
    small.session.choose({0, 2}, Method::fp32);
    small.session.choose({1, 3, 5}, Method::int8_static);
    small.session.choose({1, 3, 5}, Method::fp32);
    small.session.choose({1, 3}, std::nullopt);
    small.session.choose({4}, std::nullopt);
    auto rows = ruleRows(small.session);
    EXPECT_EQ(rows.back().text, QStringLiteral("#0 #2 #5"));
    Recipe recipe;
    for (int node : {0, 2, 4}) {
        recipe.rules.push_back({.select = "#" + std::to_string(node), .method = Method::fp16, .per_channel = std::nullopt});
    }
    recipe.rules.push_back({.select = "#1", .method = Method::fp16, .per_channel = std::nullopt});
    small.session.document().setRecipe(recipe, QStringLiteral("test"));
    rows = ruleRows(small.session);
    EXPECT_EQ(rows.back().text, QStringLiteral("#0 #2 #4 +1"));
    EXPECT_EQ(rows.back().tip, QStringLiteral("Overrides: #0 #2 #4 #1"));
    EXPECT_EQ(rows.back().count, 4);
}

TEST(RulesPanel, SaysWhereMoreNodesThanTheSelectedTakeAMethod) {
    SmallSession small;
    QStringList told;
    QObject::connect(&small.session, &Session::told, &small.session, [&](const QString& what) { told << what; });
    small.session.document().setCards({{0, 1}, {2}});
    small.session.choose({2, 3}, Method::fp16);
    EXPECT_TRUE(told.isEmpty()) << "as many as were selected";
    small.session.choose({0, 2}, Method::int8_static);
    ASSERT_EQ(told.size(), 1);
    EXPECT_EQ(told.first(), QStringLiteral("INT8 static for 3 nodes: the 2 selected and 1 fused with them"));
}

TEST(RulesPanel, SaysPerTensorInTheRow) {
    SmallSession small;
    Recipe recipe;
    recipe.per_channel = false;
    recipe.rules.push_back({.select = "op:Gemm", .method = Method::int8_dynamic, .per_channel = false});
    recipe.rules.push_back({.select = "#0", .method = Method::fp16, .per_channel = std::nullopt});
    recipe.rules.push_back({.select = "#2", .method = Method::fp16, .per_channel = true});
    small.session.document().setRecipe(recipe, QStringLiteral("test"));
    const auto rows = ruleRows(small.session);
    ASSERT_EQ(rows.size(), 4U);
    EXPECT_EQ(rows[0].text, QStringLiteral("default · per tensor"));
    EXPECT_EQ(rows[1].text, QStringLiteral("op:Gemm · per tensor"));
    EXPECT_EQ(rows[1].select, QStringLiteral("op:Gemm"));
    EXPECT_EQ(rows[2].text, QStringLiteral("#0"));
    EXPECT_EQ(rows[3].text, QStringLiteral("#2 · per channel"));
}

TEST(RulesPanel, ShowsRowsAndAsksForDataWhereItIsMissing) {
    SmallSession small;
    RulesPanel panel(small.session);
    panel.show();
    small.session.document().chooseWholeModel(Method::int8_static);
    EXPECT_EQ(panel.table()->rowCount(), 1);
    QSignalSpy data(&panel, &RulesPanel::dataRequested);
    QSignalSpy quantize(&panel, &RulesPanel::quantizeRequested);
    QTest::mouseClick(panel.quantizeButton(), Qt::LeftButton);
    EXPECT_EQ(data.count(), 1);
    EXPECT_EQ(quantize.count(), 0);
    small.session.document().chooseWholeModel(Method::int8_dynamic);
    QTest::mouseClick(panel.quantizeButton(), Qt::LeftButton);
    EXPECT_EQ(quantize.count(), 1);
}

}  // namespace
}  // namespace vernier::ui
