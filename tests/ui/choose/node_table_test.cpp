// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QItemSelectionModel>
#include <QLabel>
#include <QTableView>
#include <QTest>

#include <gtest/gtest.h>

#include "tests/ui/small_session.h"
#include "ui/choose/badge.h"
#include "ui/choose/filter_line.h"
#include "ui/choose/node_table_model.h"
#include "ui/choose/nodes_panel.h"

namespace vernier::ui {
namespace {

using test::SmallSession;
using test::wait_until;

TEST(NodeTableModel, HoldsTheRulesOfItemModels) {
    Session session;
    NodeTableModel model(session);
    NodeProxy proxy(session);
    proxy.setSourceModel(&model);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    QAbstractItemModelTester proxyTester(&proxy, QAbstractItemModelTester::FailureReportingMode::Fatal);
    EXPECT_EQ(model.rowCount(), 0);
    const test::TempDir folder;
    session.open(QString::fromStdString(test::write_small_net(folder)));
    ASSERT_TRUE(wait_until([&] { return session.plan().has_value(); }));
    EXPECT_EQ(model.rowCount(), 6);
    session.choose({1}, Method::fp16);
    session.filter().setText(QStringLiteral("op:Conv"));
    EXPECT_EQ(proxy.rowCount(), 2);
    session.filter().setText({});
    EXPECT_EQ(proxy.rowCount(), 6);
    session.close();
    EXPECT_EQ(model.rowCount(), 0);
}

TEST(NodeTableModel, ShowsMethodsAndNumbers) {
    SmallSession small;
    NodeTableModel model(small.session);
    const auto cell = [&model](int row, int column, int role = Qt::DisplayRole) { return model.index(row, column).data(role); };
    EXPECT_EQ(cell(0, NodeTableModel::Name).toString(), QStringLiteral("first"));
    EXPECT_EQ(cell(0, NodeTableModel::Op).toString(), QStringLiteral("Conv"));
    EXPECT_EQ(cell(0, NodeTableModel::Size).toString(), QStringLiteral("864 B"));
    EXPECT_EQ(cell(1, NodeTableModel::Size).toString(), QString());
    EXPECT_FALSE(cell(0, NodeTableModel::MethodColumn, OwnRole).toBool());
    small.session.choose({0}, Method::fp32);
    EXPECT_TRUE(cell(0, NodeTableModel::MethodColumn, OwnRole).toBool());
    EXPECT_EQ(cell(0, NodeTableModel::MethodColumn, MethodRole).toInt(), static_cast<int>(Method::fp32));
}

TEST(NodeProxy, SortsNumbersAsNumbers) {
    SmallSession small;
    NodeTableModel model(small.session);
    NodeProxy proxy(small.session);
    proxy.setSourceModel(&model);
    proxy.sort(NodeTableModel::Size, Qt::DescendingOrder);
    EXPECT_EQ(proxy.index(0, 0).data(NodeTableModel::NodeRole).toInt(), 2);   // 8x8x3x3
    EXPECT_EQ(proxy.index(1, 0).data(NodeTableModel::NodeRole).toInt(), 0);   // 8x3x3x3
    EXPECT_EQ(proxy.index(2, 0).data(NodeTableModel::NodeRole).toInt(), 5);
}

TEST(NodesPanel, TableAndSelectionFollowEachOther) {
    SmallSession small;
    NodesPanel panel(small.session);
    panel.resize(420, 400);
    panel.show();
    QTest::mouseClick(panel.table()->viewport(), Qt::LeftButton, {}, panel.rowRect(2).center());
    EXPECT_EQ(small.session.selection().nodes(), QVector<int>{2});
    QTest::mouseClick(panel.table()->viewport(), Qt::LeftButton, Qt::ControlModifier, panel.rowRect(4).center());
    EXPECT_EQ(small.session.selection().nodes(), (QVector<int>{2, 4}));
    small.session.selection().set({0, 5}, 5);
    EXPECT_EQ(panel.table()->selectionModel()->selectedRows().size(), 2);
    EXPECT_EQ(panel.table()->currentIndex().data(NodeTableModel::NodeRole).toInt(), 5);
}

TEST(FilterLine, TypingFiltersTheTable) {
    SmallSession small;
    NodesPanel panel(small.session);
    panel.show();
    QTest::keyClicks(panel.filterLine(), QStringLiteral("op:Gemm"));
    EXPECT_EQ(small.session.filter().count(), 1);
    EXPECT_EQ(panel.table()->model()->rowCount(), 1);
    panel.filterLine()->setText(QStringLiteral("op:Gemm and ("));
    EXPECT_FALSE(small.session.filter().error().isEmpty());
    EXPECT_TRUE(panel.filterLine()->property("wrong").toBool());
    const auto labels = panel.findChildren<QLabel*>();
    EXPECT_TRUE(std::any_of(labels.begin(), labels.end(), [](const QLabel* label) {
        return label->isVisible() && label->text().startsWith(QStringLiteral("Column "));
    })) << "what is wrong stands below the line";
}

}  // namespace
}  // namespace vernier::ui
