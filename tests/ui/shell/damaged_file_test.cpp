// SPDX-License-Identifier: GPL-3.0-or-later
// What the window makes of files that do not hold together.
#include <QLabel>
#include <QPushButton>
#include <QTableView>
#include <QTest>

#include <gtest/gtest.h>

#include "tests/support/model_builder.h"
#include "tests/support/random.h"
#include "tests/ui/small_session.h"
#include "ui/choose/method_control.h"
#include "ui/choose/nodes_panel.h"
#include "ui/choose/rules_panel.h"
#include "ui/graph/graph_canvas.h"
#include "ui/session/queue.h"
#include "ui/session/trials.h"
#include "ui/shell/advice_bar.h"
#include "ui/shell/findings_panel.h"
#include "ui/shell/graph_panel.h"
#include "ui/shell/main_window.h"
#include "ui/shell/start_page.h"

namespace vernier::ui {
namespace {

using test::Attr;
using test::ModelBuilder;
using test::wait_until;

class DamagedFileTest : public ::testing::Test {
protected:
    DamagedFileTest() : window_(session_, appearance_) {
        window_.resize(1400, 900);
        window_.show();
    }
    ~DamagedFileTest() override { session_.close(); }

    void open(const std::string& bytes) {
        window_.openPath(QString::fromStdString(folder_.write("damaged.onnx", bytes).string()));
        ASSERT_TRUE(wait_until([this] { return session_.state() == Session::State::open && window_.graphPanel()->ready(); })) << session_.error().toStdString();
    }
    /// Whether a visible label of the window below this one says these words.
    static bool says(const QWidget* below, const QString& words) {
        const auto labels = below->findChildren<QLabel*>();
        return std::any_of(labels.begin(), labels.end(), [&](const QLabel* label) { return label->isVisible() && label->text().contains(words); });
    }

    test::TempDir folder_;
    Appearance appearance_;
    Session session_;
    MainWindow window_;
};

/// A convolution, and a node that reads a value which nothing makes.
std::string with_missing_input() {
    ModelBuilder b;
    b.input("x", ElementType::float32, {"N", 3, 8, 8});
    b.initializer("w", test::random_floats(8 * 3 * 3 * 3, 1), {8, 3, 3, 3});
    b.node("Conv", {"x", "w"}, {"c"}, {Attr("kernel_shape", {3, 3})}, "whole");
    b.node("Add", {"c", "ghost"}, {"y"}, {}, "torn");
    b.output("y", ElementType::float32, {"N", 8, 6, 6});
    return b.bytes();
}

TEST_F(DamagedFileTest, OpensToBeLookedAt) {
    open(with_missing_input());
    EXPECT_FALSE(session_.isSound());
    EXPECT_TRUE(session_.document().damage().contains(QStringLiteral("ghost"))) << session_.document().damage().toStdString();
    EXPECT_EQ(window_.panel<NodesPanel>()->table()->model()->rowCount(), 2);
    EXPECT_FALSE(window_.canvas()->rectOf(1).isNull());
    const auto* notice = window_.findChild<AdviceBar*>();
    ASSERT_TRUE(wait_until([&] { return notice->isVisible(); }));
    EXPECT_TRUE(says(notice, QStringLiteral("ghost")));
    EXPECT_TRUE(says(notice, QStringLiteral("cannot be quantized or measured")));
    EXPECT_TRUE(wait_until([this] { return window_.findChild<FindingsPanel*>()->count() >= 1; }));
    session_.selection().setOne(0);  // its weights are whole and can be read
    EXPECT_TRUE(wait_until([&] { return says(window_.docks()->panel(QStringLiteral("inspector")), QStringLiteral("8 × 3 × 3 × 3")); }));
    EXPECT_FALSE(window_.isWindowModified());
}

TEST_F(DamagedFileTest, CannotBeChosenForQuantizedOrMeasured) {
    open(with_missing_input());
    session_.selection().setOne(0);
    for (const char* id : {"choose-fp16", "all-int8-static", "baseline", "quantize", "measure-again", "pick-data", "save", "open-recipe"}) {
        const QAction* action = window_.action(QLatin1String(id));
        EXPECT_FALSE(action->isEnabled()) << id;
        EXPECT_EQ(action->toolTip(), session_.lookOnly()) << id;
    }
    EXPECT_TRUE(window_.action(QStringLiteral("fit-selection"))->isEnabled());
    EXPECT_FALSE(window_.panel<RulesPanel>()->quantizeButton()->isEnabled());
    EXPECT_EQ(window_.panel<RulesPanel>()->quantizeButton()->toolTip(), session_.lookOnly());
    EXPECT_FALSE(window_.docks()->panel(QStringLiteral("inspector"))->findChild<MethodControl*>()->isEnabled());
    session_.document().chooseWholeModel(Method::fp16);
    EXPECT_EQ(session_.undoStack().count(), 0);
    session_.trials().measureBaseline();
    EXPECT_FALSE(session_.queue().busy());
    ASSERT_TRUE(session_.queue().problem().has_value());
    EXPECT_EQ(session_.queue().problem()->message, session_.lookOnly());
}

TEST_F(DamagedFileTest, ASoundFileAfterItCanBeWorkedWith) {
    open(with_missing_input());
    window_.openPath(QString::fromStdString(test::write_small_net(folder_, "sound.onnx")));
    ASSERT_TRUE(wait_until([this] { return session_.plan() && window_.graphPanel()->ready(); }));
    EXPECT_TRUE(session_.isSound());
    EXPECT_TRUE(window_.action(QStringLiteral("baseline"))->isEnabled());
    EXPECT_NE(window_.action(QStringLiteral("baseline"))->toolTip(), session_.lookOnly());
    session_.selection().setOne(0);
    EXPECT_TRUE(window_.docks()->panel(QStringLiteral("inspector"))->findChild<MethodControl*>()->isEnabled());
}

TEST_F(DamagedFileTest, WithoutAnythingToLookAtThereIsOneReasonAndANextStep) {
    window_.openPath(QString::fromStdString(folder_.write("page.onnx", "<!DOCTYPE html><html></html>").string()));
    ASSERT_TRUE(wait_until([this] { return session_.state() == Session::State::failed; }));
    EXPECT_TRUE(window_.startPage()->isVisible());
    EXPECT_TRUE(says(window_.startPage(), QStringLiteral("page.onnx")));
    EXPECT_TRUE(says(window_.startPage(), QStringLiteral("Or open another file.")));
}

}  // namespace
}  // namespace vernier::ui
