// SPDX-License-Identifier: GPL-3.0-or-later
// Fused and folded cards in the real window.
#include <QApplication>
#include <QMenu>
#include <QProxyStyle>
#include <QTest>

#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <map>

#include "tests/layout/nets.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"
#include "tests/ui/small_session.h"
#include "ui/graph/graph_canvas.h"
#include "ui/session/queue.h"
#include "ui/shell/graph_panel.h"
#include "ui/shell/main_window.h"

namespace vernier::ui {
namespace {

using test::Attr;
using test::wait_until;

/// Conv, Relu, Conv, Sigmoid, Mul (ids 0 to 4), then three blocks of Conv, Relu, Softmax.
std::string write_blocks(const test::TempDir& folder) {
    test::ModelBuilder b;
    b.input("x", ElementType::float32, {1, 4, 8, 8});
    b.initializer("w", test::random_floats(16, 1), {4, 4, 1, 1});
    b.node("Conv", {"x", "w"}, {"a"}, {}, "/first/Conv");
    b.node("Relu", {"a"}, {"b"}, {}, "/first/Relu");
    b.node("Conv", {"b", "w"}, {"c"}, {}, "/second/Conv");
    b.node("Sigmoid", {"c"}, {"d"}, {}, "/second/Sigmoid");
    b.node("Mul", {"c", "d"}, {"t0"}, {}, "/second/Mul");
    for (int i = 0; i < 3; ++i) {
        const std::string scope = "/layers/layers." + std::to_string(i), n = std::to_string(i), next = std::to_string(i + 1);
        b.node("Conv", {"t" + n, "w"}, {"u" + n}, {}, scope + "/Conv");
        b.node("Relu", {"u" + n}, {"v" + n}, {}, scope + "/Relu");
        b.node("Softmax", {"v" + n}, {"t" + next}, {}, scope + "/Softmax");
    }
    b.output("t3", ElementType::float32, {1, 4, 8, 8});
    return folder.write("blocks.onnx", b.bytes()).string();
}

class GraphFoldingTest : public ::testing::Test {
protected:
    GraphFoldingTest() : window_(session_, appearance_) {
        appearance_.useMode(Appearance::Mode::light);
        window_.canvas()->setMotion(false);
        window_.resize(1400, 900);
        window_.show();
        QApplication::setActiveWindow(&window_);  // keys go to the newest window
    }
    ~GraphFoldingTest() override { session_.close(); }
    void open(const std::string& path) {
        window_.openPath(QString::fromStdString(path));
        ASSERT_TRUE(wait_until([this] { return session_.plan() && window_.graphPanel()->ready(); })) << session_.error().toStdString();
        window_.canvas()->fitAll();
    }
    [[nodiscard]] QRectF rect(int node) const { return window_.canvas()->rectOf(node); }
    void click(int node) { QTest::mouseClick(window_.canvas()->viewport(), Qt::LeftButton, {}, rect(node).center().toPoint()); }
    void doubleClick(int node) { QTest::mouseDClick(window_.canvas()->viewport(), Qt::LeftButton, {}, rect(node).center().toPoint()); }
    bool drawn(const std::function<bool()>& condition) { return wait_until(condition, 20000); }

    test::TempDir folder_;
    Appearance appearance_;
    Session session_;
    MainWindow window_;
};

TEST_F(GraphFoldingTest, AClickOnAFusedCardSelectsItsHeadAndAKeyChoosesForAllOfIt) {
    open(write_blocks(folder_));
    EXPECT_EQ(rect(2), rect(4));  // Conv, Sigmoid, Mul on one card
    EXPECT_NE(rect(0), rect(2));
    click(4);
    EXPECT_EQ(session_.selection().nodes(), QVector<int>{2});
    QTest::keyClick(&window_, Qt::Key_2);
    for (const int node : {2, 3, 4}) {
        EXPECT_EQ(session_.nodeState(node).chosen, Method::fp16) << node;
    }
    EXPECT_EQ(session_.nodeState(1).chosen, Method::fp32);
    QTest::keyClick(&window_, Qt::Key_Z, Qt::ControlModifier);
    EXPECT_EQ(session_.nodeState(3).chosen, Method::fp32);
    // A member that the table selects alone is chosen alone, and its card is the one that shows it.
    session_.selection().setOne(3);
    EXPECT_TRUE(QRectF(window_.canvas()->viewport()->rect()).contains(rect(3)));
    QTest::keyClick(&window_, Qt::Key_2);
    EXPECT_EQ(session_.nodeState(3).chosen, Method::fp16);
    EXPECT_EQ(session_.nodeState(2).chosen, Method::fp32);
    EXPECT_EQ(rect(3), rect(2));
}

/// Says how long motion may take; 0 is what a system that asks for less motion gets.
class MotionStyle : public QProxyStyle {
public:
    explicit MotionStyle(int milliseconds) : milliseconds_(milliseconds) {}
    int styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget, QStyleHintReturn* data) const override {
        return hint == SH_Widget_Animation_Duration ? milliseconds_ : QProxyStyle::styleHint(hint, option, widget, data);
    }

private:
    int milliseconds_;
};

TEST_F(GraphFoldingTest, UnfoldingMovesUnlessTheSystemAsksForLessMotion) {
    open(write_blocks(folder_));
    window_.canvas()->setMotion(true);
    for (const int milliseconds : {200, 0}) {
        MotionStyle style(milliseconds);
        window_.canvas()->setStyle(&style);
        bool moved = false;
        const bool apart = rect(2) != rect(4);
        doubleClick(2);
        ASSERT_TRUE(drawn([&] {
            moved = moved || window_.canvas()->isFolding();
            return (rect(2) != rect(4)) != apart;
        }));
        moved = moved || window_.canvas()->isFolding();
        EXPECT_EQ(moved, milliseconds > 0);
        EXPECT_FALSE(window_.canvas()->grab().isNull());
        EXPECT_TRUE(wait_until([this] { return !window_.canvas()->isFolding(); }, 2000));
        window_.canvas()->setStyle(nullptr);
    }
}

TEST_F(GraphFoldingTest, ADoubleClickTakesACardApartAndPutsItTogether) {
    open(write_blocks(folder_));
    const QPointF before = rect(2).topLeft();
    doubleClick(2);
    ASSERT_TRUE(drawn([this] { return rect(2) != rect(4); }));
    EXPECT_LT((rect(2).topLeft() - before).manhattanLength(), 1.0);  // what was clicked stays where it was
    EXPECT_EQ(rect(0), rect(1));
    click(4);
    EXPECT_EQ(session_.selection().nodes(), QVector<int>{4});
    doubleClick(3);
    ASSERT_TRUE(drawn([this] { return rect(2) == rect(4); }));
}

TEST_F(GraphFoldingTest, TheGraphHasItsRoomBeforeItIsDrawn) {
    // The drawing may be there before the event loop has sized the panels: what is placed then must not move afterwards.
    int width = 0;
    QObject::connect(&session_, &Session::stateChanged, &window_, [&] {
        if (session_.state() == Session::State::open) {
            width = window_.graphPanel()->width();
        }
    });
    open(write_blocks(folder_));
    QApplication::processEvents();
    EXPECT_GT(width, 0);
    EXPECT_EQ(window_.graphPanel()->width(), width);
}

TEST_F(GraphFoldingTest, TheMenuSwitchesFusingForAllCards) {
    open(write_blocks(folder_));
    QAction* fuse = window_.action(QStringLiteral("fuse"));
    EXPECT_TRUE(fuse->isChecked());
    fuse->trigger();
    ASSERT_TRUE(drawn([this] { return rect(0) != rect(1); }));
    EXPECT_FALSE(fuse->isChecked());
    session_.selection().setOne(2);
    QTest::keyClick(&window_, Qt::Key_2);
    EXPECT_EQ(session_.nodeState(3).chosen, Method::fp32);  // its own card now
    fuse->trigger();
    ASSERT_TRUE(drawn([this] { return rect(0) == rect(1); }));
}

TEST_F(GraphFoldingTest, RepeatedBlocksFoldToOneCardAndBack) {
    open(write_blocks(folder_));
    QAction* fold = window_.action(QStringLiteral("fold"));
    EXPECT_FALSE(fold->isChecked());  // calm enough as it is
    EXPECT_NE(rect(5), rect(8));
    fold->trigger();
    ASSERT_TRUE(drawn([this] { return rect(5) == rect(13); }));
    EXPECT_TRUE(fold->isChecked());
    click(5);
    EXPECT_EQ(session_.selection().nodes().size(), 9);
    QTest::keyClick(&window_, Qt::Key_2);
    EXPECT_EQ(session_.nodeState(13).chosen, Method::fp16);
    QMenu menu;
    window_.graphPanel()->fillFoldMenu(menu, 6);
    ASSERT_FALSE(menu.actions().isEmpty());
    EXPECT_EQ(menu.actions().last()->text(), QStringLiteral("Unfold the 3 blocks"));
    doubleClick(5);
    ASSERT_TRUE(drawn([this] { return rect(5) != rect(13); }));
    EXPECT_EQ(session_.selection().nodes().size(), 9);  // folding selects and chooses nothing
}

TEST_F(GraphFoldingTest, OneCardShowsTheMethodsThatDiffer) {
    open(write_blocks(folder_));
    window_.canvas()->zoomTo(2);
    const auto colours = [this] {
        const QImage picture = window_.canvas()->viewport()->grab().toImage();
        const QRectF card = rect(2);
        return std::pair(picture.pixelColor(qRound(card.left()) + 3, qRound(card.top() + card.height() * 0.25)),
                         picture.pixelColor(qRound(card.left()) + 3, qRound(card.top() + card.height() * 0.75)));
    };
    EXPECT_EQ(colours().first, colours().second);
    Recipe recipe = session_.recipe();
    Rule& rule = recipe.rules.emplace_back();
    rule.select = "#2";  // the head alone: a choice in the window is for the whole card
    rule.method = Method::fp16;
    session_.document().setRecipe(recipe, QStringLiteral("head alone"));
    ASSERT_TRUE(drawn([this] { return session_.plan().has_value(); }));
    ASSERT_EQ(session_.nodeState(2).applied, Method::fp16);
    EXPECT_EQ(colours().first, Theme::light().method(u"fp16"));
    EXPECT_EQ(colours().second, Theme::light().method(u"fp32"));
}

TEST_F(GraphFoldingTest, TenThousandNodesAreOnTheScreenSoon) {
    const ModelPtr model = test::model_of(test::transformer_net(10'000));
    const std::string path = folder_.write("large.onnx", model->proto().SerializeAsString()).string();
    window_.openPath(QString::fromStdString(path));
    ASSERT_TRUE(wait_until([this] { return !window_.graphPanel()->openingTimes().isEmpty(); })) << session_.error().toStdString();
    const double after_reading = session_.document().sinceOpened() - session_.document().readTime();
    std::printf("  %s\n", qPrintable(window_.graphPanel()->openingTimes()));
    EXPECT_EQ(session_.queue().log().filter(QStringLiteral("# opened large.onnx in ")).size(), 1);
    EXPECT_LT(after_reading, 2.0) << "seconds from the model to the first frame";
}

}  // namespace
}  // namespace vernier::ui
