// SPDX-License-Identifier: GPL-3.0-or-later
// 50,000 nodes in the real window: what the user waits for after a key is the work of the window's own thread.
#include <QApplication>
#include <QTest>

#include <time.h>

#include <iostream>

#include <gtest/gtest.h>

#include "tests/support/model_builder.h"
#include "tests/support/random.h"
#include "tests/ui/small_session.h"
#include "ui/choose/filter_line.h"
#include "ui/choose/nodes_panel.h"
#include "ui/shell/graph_panel.h"
#include "ui/shell/main_window.h"

namespace vernier::ui {
namespace {

constexpr int kNodes = 50'000;

/// Conv, Relu, Conv, Relu, ... on shared weights.
std::string writeChain(const test::TempDir& folder) {
    test::ModelBuilder b;
    b.input("x0", ElementType::float32, {1, 4, 8, 8});
    b.initializer("w", test::random_floats(4 * 4, 1), {4, 4, 1, 1});
    for (int i = 0; i < kNodes; ++i) {
        const std::string in = "x" + std::to_string(i), out = "x" + std::to_string(i + 1);
        i % 2 == 0 ? b.node("Conv", {in, "w"}, {out}, {test::Attr("kernel_shape", {1, 1})}, "conv" + std::to_string(i))
                   : b.node("Relu", {in}, {out}, {}, "relu" + std::to_string(i));
    }
    b.output("x" + std::to_string(kNodes), ElementType::float32, {1, 4, 8, 8});
    return folder.write("chain.onnx", b.bytes()).string();
}

/// Seconds of this thread's own work: what others on the machine do does not count.
template <class Act>
double busy(const char* what, Act act) {
    const auto now = [] {
        timespec time{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
    };
    const double before = now();
    act();
    QApplication::processEvents();  // the painting too
    const double seconds = now() - before;
    std::cout << what << ": " << seconds << " s\n";
    return seconds;
}

TEST(LargeGraph, FilterKeyAndUndoAnswerAtOnce) {
    const test::TempDir folder;
    Session session;
    Appearance appearance;
    MainWindow window(session, appearance);
    window.resize(1400, 900);
    window.show();
    QApplication::setActiveWindow(&window);
    window.openPath(QString::fromStdString(writeChain(folder)));
    ASSERT_TRUE(test::wait_until([&] { return session.plan() && window.graphPanel()->ready(); }, 300000)) << session.error().toStdString();
    QApplication::processEvents();
    // The limits are those of an optimized build, times three for one that is not.
    constexpr double kFilter = 0.3 * 3, kKey = 0.2 * 3;
    EXPECT_LT(busy("filter", [&] { window.nodesPanel()->filterLine()->setText(QStringLiteral("conv")); }), kFilter);
    EXPECT_EQ(session.filter().count(), kNodes / 2);
    window.focusFilter();
    EXPECT_LT(busy("select", [&] { QTest::keyClick(window.nodesPanel()->filterLine(), Qt::Key_A, Qt::ControlModifier); }), kFilter);
    ASSERT_EQ(session.selection().nodes().size(), kNodes / 2);
    EXPECT_LT(busy("key", [&] { QTest::keyClick(&window, Qt::Key_2); }), kKey);
    EXPECT_TRUE(session.nodeState(0).own);
    EXPECT_EQ(session.nodeState(kNodes - 2).chosen, Method::fp16);
    EXPECT_LT(busy("undo", [&] { QTest::keyClick(&window, Qt::Key_Z, Qt::ControlModifier); }), kKey);
    EXPECT_FALSE(session.nodeState(0).own);
    EXPECT_LT(busy("no filter", [&] { window.nodesPanel()->filterLine()->clear(); }), kFilter);
    ASSERT_TRUE(test::wait_until([&] { return session.plan().has_value(); }, 300000));
    session.close();
}

}  // namespace
}  // namespace vernier::ui
