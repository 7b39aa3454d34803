// SPDX-License-Identifier: GPL-3.0-or-later
// From "which node" to a recipe within the limit, on the demo: the real window, program and measurements, by mouse and keys.
#include <QApplication>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QPushButton>
#include <QTableView>
#include <QTest>

#include <gtest/gtest.h>

#include "tests/support/demo.h"
#include "tests/ui/built_cli.h"
#include "tests/ui/small_session.h"
#include "ui/charts/front_chart.h"
#include "ui/graph/graph_canvas.h"
#include "ui/layers/layers_model.h"
#include "ui/layers/layers_panel.h"
#include "ui/layers/search_panel.h"
#include "ui/session/layer_study.h"
#include "ui/session/queue.h"
#include "ui/session/recipe_search.h"
#include "ui/session/search_values.h"
#include "ui/shell/graph_panel.h"
#include "ui/shell/main_window.h"
#include "ui/shell/status_line.h"

namespace vernier::ui {
namespace {

using test::wait_until;

constexpr int kLong = 300'000;  ///< milliseconds, on a busy machine

class LayersInTheWindow : public ::testing::Test {
protected:
    LayersInTheWindow() : window_(session_, appearance_) {
        appearance_.useMode(Appearance::Mode::light);
        window_.resize(1600, 1000);
        window_.show();
        QApplication::setActiveWindow(&window_);
    }
    ~LayersInTheWindow() override { session_.close(); }
    void open() {
        ASSERT_TRUE(cli_.found());
        window_.openPath(QString::fromStdString(test::kDemo));
        ASSERT_TRUE(wait_until([this] { return session_.plan() && session_.dataset() && window_.graphPanel()->ready(); }))
            << session_.datasetError().toStdString();
    }
    [[nodiscard]] std::string problem() const { return session_.queue().problem() ? session_.queue().problem()->message.toStdString() : std::string(); }

    test::BuiltCli cli_;
    Appearance appearance_;
    Session session_;
    MainWindow window_;
};

TEST_F(LayersInTheWindow, TheWorstLayerOfTheDemoIsKeptInFp32ByOneKey) {
    open();
    session_.document().chooseWholeModel(Method::int8_static);
    window_.bringUp(QStringLiteral("layers"));
    QApplication::processEvents();
    auto& panel = *window_.panel<LayersPanel>();
    ASSERT_TRUE(panel.analyseButton()->isVisible());
    QTest::mouseClick(panel.analyseButton(), Qt::LeftButton);
    ASSERT_TRUE(wait_until([this] { return !session_.layers().busy(); }, kLong));
    ASSERT_NE(session_.layers().layers(), nullptr) << problem();
    QApplication::processEvents();
    QTableView& table = *panel.table();
    ASSERT_GT(table.model()->rowCount(), 3);
    EXPECT_FALSE(panel.sentence().isEmpty());
    EXPECT_TRUE(table.model()->index(0, LayersModel::Alone).data(LayersModel::ShareRole).isValid()) << "its error was measured";
    EXPECT_TRUE(window_.canvas()->hasColourMode(ColourMode::Error));
    window_.canvas()->setColourMode(ColourMode::Error);
    EXPECT_FALSE(window_.canvas()->grab().isNull());
    QTest::mouseClick(table.viewport(), Qt::LeftButton, {}, table.visualRect(table.model()->index(0, LayersModel::Name)).center());
    const int worst = table.model()->index(0, LayersModel::Name).data(LayersModel::HeadRole).toInt();
    EXPECT_EQ(session_.selection().current(), worst);
    QTest::keyClick(&window_, Qt::Key_1);
    EXPECT_EQ(session_.nodeState(worst).chosen, Method::fp32);
    EXPECT_TRUE(panel.staleText().contains(QStringLiteral("The recipe has changed")));
    ASSERT_TRUE(wait_until([this] { return session_.plan().has_value(); }));
    const QString estimate = window_.findChild<StatusLine*>()->estimate()->text();
    EXPECT_TRUE(estimate.contains(QStringLiteral("estimate"))) << estimate.toStdString();
    EXPECT_TRUE(estimate.contains(QStringLiteral("of all quantized"))) << estimate.toStdString();
    QTest::keyClick(&window_, Qt::Key_Z, Qt::ControlModifier);
    EXPECT_EQ(session_.nodeState(worst).chosen, Method::int8_static);
}

/// What the recipe answers is judged here. How fast it is says the machine, and other tests run beside: so the limit on its time cannot bind, the
/// budget does not end it, and where quantizing saves no time at all the window must say so.
TEST_F(LayersInTheWindow, ASearchFindsARecipeOfTheDemoThatPasses) {
    constexpr double kLeastSqnr = 30;  // one scale a tensor in all nodes is worse
    open();
    session_.setGate({.min_speedup = 0.01});
    Recipe perTensor;
    perTensor.default_method = Method::int8_static;
    perTensor.per_channel = false;
    session_.document().setRecipe(perTensor, QStringLiteral("test"));
    window_.bringUp(QStringLiteral("search"));
    QApplication::processEvents();
    auto& panel = *window_.panel<SearchPanel>();
    EXPECT_EQ(panel.limitBox()->currentData().toInt(), int(SearchLimit::Of::drop)) << "the demo has labels";
    panel.limitBox()->setCurrentIndex(panel.limitBox()->findData(int(SearchLimit::Of::sqnr)));
    panel.boundBox()->setValue(kLeastSqnr);
    panel.budgetBox()->setValue(panel.budgetBox()->maximum());
    QTest::mouseClick(panel.startButton(), Qt::LeftButton);
    ASSERT_TRUE(wait_until([this] { return !session_.search().busy(); }, kLong)) << session_.queue().stage().toStdString();
    const SearchValues* found = session_.search().values();
    ASSERT_NE(found, nullptr) << problem();
    if (found->front.empty()) {
        EXPECT_TRUE(panel.sentence().contains(QStringLiteral("would save time"))) << panel.sentence().toStdString();
        return;
    }
    ASSERT_GE(found->chosen, 0) << panel.sentence().toStdString();
    EXPECT_TRUE(panel.sentence().startsWith(QStringLiteral("Found: "))) << panel.sentence().toStdString();
    QApplication::processEvents();
    const FrontChart& front = *panel.front();
    const SearchDot& chosen = found->front[std::size_t(found->chosen)];
    const FrontDot& best = front.plot().dots[std::size_t(found->chosen)];
    ASSERT_TRUE(best.measured.has_value());
    EXPECT_TRUE(best.best);
    EXPECT_TRUE(best.measured->within);
    ASSERT_TRUE(chosen.reported.has_value()) << "it was judged on samples that chose nothing";
    EXPECT_EQ(chosen.reported->answers, QStringLiteral("passed"));
    EXPECT_GE(chosen.reported->metric.value(), kLeastSqnr);
    QTest::mouseClick(panel.front(), Qt::LeftButton, {}, layoutOf(front.plot(), front.rect()).at(best.measured->ms, best.measured->error).toPoint());
    EXPECT_GE(session_.search().taken(), 0);
    EXPECT_NE(session_.recipe(), perTensor);
    EXPECT_TRUE(panel.quantizeButton()->isEnabled());
    QTest::keyClick(&window_, Qt::Key_Z, Qt::ControlModifier);
    EXPECT_EQ(session_.recipe(), perTensor);
}

}  // namespace
}  // namespace vernier::ui
