// SPDX-License-Identifier: GPL-3.0-or-later
// Thousands of nodes in the real window; bench/scale/window_bench shows how fast it answers.
#include <QAction>
#include <QApplication>
#include <QTest>

#include <gtest/gtest.h>

#include "tests/ui/chain.h"
#include "tests/ui/small_session.h"
#include "ui/choose/filter_line.h"
#include "ui/choose/nodes_panel.h"
#include "ui/shell/graph_panel.h"
#include "ui/shell/main_window.h"

namespace vernier::ui {
namespace {

constexpr int kNodes = 5000;

TEST(LargeGraph, FilterKeyAndUndoReachEveryNode) {
    const test::TempDir folder;
    Session session;
    Appearance appearance;
    MainWindow window(session, appearance);
    window.resize(1400, 900);
    window.show();
    QApplication::setActiveWindow(&window);
    window.openPath(QString::fromStdString(test::write_chain(folder, kNodes)));
    ASSERT_TRUE(test::wait_until([&] { return session.plan() && window.graphPanel()->ready(); }, 300000)) << session.error().toStdString();
    QApplication::processEvents();
    window.panel<NodesPanel>()->filterLine()->setText(QStringLiteral("conv"));
    EXPECT_EQ(session.filter().count(), kNodes / 2);
    window.action(QStringLiteral("filter"))->trigger();
    QTest::keyClick(window.panel<NodesPanel>()->filterLine(), Qt::Key_End);  // the command marks the text, and marked text is meant itself
    QTest::keyClick(window.panel<NodesPanel>()->filterLine(), Qt::Key_A, Qt::ControlModifier);
    ASSERT_EQ(session.selection().nodes().size(), kNodes / 2);
    QTest::keyClick(&window, Qt::Key_2);
    EXPECT_TRUE(session.nodeState(0).own);
    EXPECT_EQ(session.nodeState(kNodes - 2).chosen, Method::fp16);
    QTest::keyClick(&window, Qt::Key_Z, Qt::ControlModifier);
    EXPECT_FALSE(session.nodeState(0).own);
    window.panel<NodesPanel>()->filterLine()->clear();
    ASSERT_TRUE(test::wait_until([&] { return session.plan().has_value(); }, 300000));
    session.close();
}

}  // namespace
}  // namespace vernier::ui
