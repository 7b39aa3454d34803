// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/inspect/layer_advice.h"

#include <QApplication>
#include <QLabel>

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/ui/layers/analysed.h"
#include "ui/inspect/inspector_panel.h"

namespace vernier::ui {
namespace {

using test::SmallSession;
using test::wait_until;

TEST(LayerAdvice, SaysWhatANodeBreaksAndWhatFp32Costs) {
    SmallSession small;
    EXPECT_FALSE(layerAdvice(small.session, 2).has_value()) << "not analysed yet";
    EXPECT_TRUE(layerFacts(small.session, 2).empty());
    small.session.document().chooseWholeModel(Method::int8_static);
    ASSERT_TRUE(test::analyse(small, to_json(test::small_layers())));
    ASSERT_TRUE(wait_until([&] { return small.session.plan().has_value(); }));
    ASSERT_EQ(small.session.nodeState(2).applied, Method::int8_static);
    const auto worst = layerAdvice(small.session, 2);
    ASSERT_TRUE(worst.has_value());
    EXPECT_TRUE(worst->text.contains(QStringLiteral("60 % of the output error"))) << worst->text.toStdString();
    EXPECT_TRUE(worst->text.contains(QStringLiteral("0.200 ms more"))) << worst->text.toStdString();
    EXPECT_EQ(worst->action, NodeAdvice::Action::useOther);
    EXPECT_EQ(worst->instead, Method::fp32);
    const auto head = layerAdvice(small.session, 5);
    ASSERT_TRUE(head.has_value());
    EXPECT_TRUE(head->text.contains(QStringLiteral("saves no time"))) << head->text.toStdString();
    EXPECT_TRUE(head->text.contains(QStringLiteral("Keep it in FP32.")));
    EXPECT_TRUE(layerAdvice(small.session, QVector<int>{0, 1})->text.contains(QStringLiteral("10 % of the output error"))) << "of a whole region";
    EXPECT_FALSE(layerAdvice(small.session, QVector<int>{0, 2}).has_value()) << "of two regions";
    small.session.choose({2}, Method::fp32);
    EXPECT_FALSE(layerAdvice(small.session, 2).has_value()) << "it is in FP32";
    const auto facts = layerFacts(small.session, 2);
    ASSERT_EQ(facts.size(), 3U);
    EXPECT_EQ(facts[0].second, QStringLiteral("FP32 0.300 ms → quantized 0.100 ms"));
    EXPECT_EQ(facts[1].second, QStringLiteral("60 % of all (NMSE 0.00600)"));
    EXPECT_EQ(facts[2].second, QStringLiteral("SQNR 12.4 dB here"));
}

TEST(LayerAdvice, StandsInTheInspectorWithItsAction) {
    SmallSession small;
    InspectorPanel panel(small.session);
    panel.resize(400, 800);
    panel.show();
    small.session.document().chooseWholeModel(Method::int8_static);
    small.session.selection().setOne(2);
    ASSERT_TRUE(test::analyse(small, to_json(test::small_layers())));
    ASSERT_TRUE(wait_until([&] { return small.session.plan().has_value(); }));
    QApplication::processEvents();
    const auto labels = panel.findChildren<QLabel*>();
    const auto advice =
        std::find_if(labels.begin(), labels.end(), [](const QLabel* label) { return label->text().contains(QStringLiteral("60 % of the output error")); });
    ASSERT_NE(advice, labels.end());
    EXPECT_TRUE((*advice)->text().contains(QStringLiteral("Keep in FP32")));
    emit(*advice)->linkActivated(QStringLiteral("act"));
    EXPECT_EQ(small.session.nodeState(2).chosen, Method::fp32);
}

}  // namespace
}  // namespace vernier::ui
