// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/inspect/activation_facts.h"

#include <QLabel>
#include <QTabBar>
#include <QTabWidget>
#include <QTableWidget>

#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include "tests/support/model_builder.h"
#include "tests/ui/small_session.h"
#include "ui/inspect/activations_tab.h"
#include "ui/inspect/error_bars.h"
#include "ui/inspect/inspector_panel.h"

namespace vernier::ui {
namespace {

using test::ModelBuilder;
using test::wait_until;

/// x -> Relu -> a -> Sigmoid -> b -> Tanh -> y
ModelPtr original() {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 4});
    b.node("Relu", {"x"}, {"a"}, {}, "one");
    b.node("Sigmoid", {"a"}, {"b"}, {}, "two");
    b.node("Tanh", {"b"}, {"y"}, {}, "three");
    b.output("y", ElementType::float32, {1, 4});
    return make_model(b.build());
}

/// The same with x as U8 behind its pair, b as S8 before its pair, and a left in float.
ModelBuilder quantizedNet() {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 4});
    b.initializer("sx", std::vector<float>{0.5F}, {});
    b.initializer(test::tensor_proto("zx", ElementType::uint8, std::string(1, '\x80'), {}));
    b.initializer("sb", std::vector<float>{0.01F}, {});
    b.initializer(test::tensor_proto("zb", ElementType::int8, std::string(1, '\xFF'), {}));
    b.node("QuantizeLinear", {"x", "sx", "zx"}, {"x_q"});
    b.node("DequantizeLinear", {"x_q", "sx", "zx"}, {"x_dq"});
    b.node("Relu", {"x_dq"}, {"a"}, {}, "one");
    b.node("Sigmoid", {"a"}, {"b_raw"}, {}, "two");
    b.node("QuantizeLinear", {"b_raw", "sb", "zb"}, {"b_q"});
    b.node("DequantizeLinear", {"b_q", "sb", "zb"}, {"b"});
    b.node("Tanh", {"b"}, {"y"}, {}, "three");
    b.output("y", ElementType::float32, {1, 4});
    return b;
}

TEST(ActivationFacts, AreNamedAsInTheOriginal) {
    const auto ranges = activationRanges(*make_model(quantizedNet().build()), *original());
    ASSERT_EQ(ranges.size(), 2U);
    EXPECT_DOUBLE_EQ(ranges.at("x").least(), -64);     // (0 - 128) * 0.5
    EXPECT_DOUBLE_EQ(ranges.at("x").most(), 63.5);     // (255 - 128) * 0.5
    EXPECT_NEAR(ranges.at("b").least(), -1.27, 1e-6);  // (-128 + 1) * 0.01
    EXPECT_NEAR(ranges.at("b").most(), 1.28, 1e-6);    // (127 + 1) * 0.01
    EXPECT_EQ(ranges.count("a"), 0U);
}

TEST(ActivationFacts, AFloatModelHasNone) { EXPECT_TRUE(activationRanges(*original(), *original()).empty()); }

TEST(ActivationsTab, InvitesToCalibrateThenShowsWhatTheCandidateCovers) {
    test::TempDir folder;
    Session session;
    const std::string path = folder.write("net.onnx", original()->proto().SerializeAsString()).string();
    session.open(QString::fromStdString(path));
    ASSERT_TRUE(wait_until([&] { return session.plan().has_value(); }));
    ActivationsTab tab(session);
    tab.resize(300, 300);
    tab.show();
    tab.showNode(1);
    EXPECT_TRUE(tab.findChild<QLabel*>()->text().contains(QStringLiteral("quantize with INT8 static")));
    session.trials().setCurrentRun(session.trials().addCandidate(QString::fromStdString(folder.write("made.onnx", quantizedNet().bytes()).string())));
    const auto* table = tab.findChild<QTableWidget*>();
    ASSERT_TRUE(wait_until([&] { return table->rowCount() == 2; }));
    EXPECT_EQ(table->item(0, 0)->text(), QStringLiteral("in  a"));
    EXPECT_EQ(table->item(0, 1)->text(), QStringLiteral("float"));
    EXPECT_EQ(table->item(1, 0)->text(), QStringLiteral("out b"));
    EXPECT_EQ(table->item(1, 1)->text(), QStringLiteral("-1.27 … 1.28"));
    EXPECT_EQ(table->item(1, 2)->text(), QStringLiteral("0.01"));
    session.close();
}

TEST(InspectorPanel, ShowsTheTitlesOfAllTabsInItsLeastWidth) {
    test::SmallSession small;
    ASSERT_TRUE(small.opened);
    InspectorPanel panel(small.session);
    panel.show();
    panel.resize(panel.minimumWidth(), 300);  // so low that it scrolls
    small.session.selection().setOne(0);
    QCoreApplication::processEvents();
    const auto* tabs = panel.findChild<QTabWidget*>();
    QStringList titles;
    for (int i = 0; i < tabs->count(); ++i) {
        titles << tabs->tabText(i);
    }
    EXPECT_EQ(titles.join(QLatin1Char(' ')), QStringLiteral("Weights Activations Channels Values Attributes"));
    EXPECT_LE(tabs->tabBar()->sizeHint().width(), tabs->width());
    small.session.close();
}

TEST(InspectorPanel, ShowsTheErrorBarsWithoutScrollingInALowWindow) {
    test::SmallSession small;
    ASSERT_TRUE(small.opened);
    InspectorPanel panel(small.session);
    panel.show();
    panel.resize(300, 320);  // what a window of 1100x700 leaves beside the comparison
    const auto* bars = panel.findChild<ErrorBars*>();
    small.session.selection().setOne(0);
    EXPECT_TRUE(bars->isVisibleTo(&panel)) << "their place is kept while the weights are read";
    ASSERT_TRUE(wait_until([&] { return !bars->accessibleDescription().isEmpty(); }));
    QCoreApplication::processEvents();
    EXPECT_GT(bars->height(), 0);
    EXPECT_LE(bars->mapTo(&panel, QPoint(0, bars->height())).y(), panel.height());
    small.session.selection().setOne(1);
    EXPECT_FALSE(bars->isVisibleTo(&panel)) << "a Relu has no weights";
    small.session.close();
}

}  // namespace
}  // namespace vernier::ui
