// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QItemSelectionModel>
#include <QLabel>
#include <QTableView>
#include <QTest>

#include <gtest/gtest.h>

#include "core/base/file.h"
#include "core/base/json.h"
#include "tests/ui/compared.h"
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
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    EXPECT_EQ(model.rowCount(), 0);
    const test::TempDir folder;
    session.open(QString::fromStdString(test::write_small_net(folder)));
    ASSERT_TRUE(wait_until([&] { return session.plan().has_value(); }));
    EXPECT_EQ(model.rowCount(), 6);
    session.choose({1}, Method::fp16);
    session.filter().setText(QStringLiteral("op:Conv"));
    EXPECT_EQ(model.rowCount(), 2);
    EXPECT_EQ(model.nodeCount(), 6);
    EXPECT_EQ(model.nodeOf(1), 2);
    EXPECT_EQ(model.rowOf(2), 1);
    EXPECT_EQ(model.rowOf(1), -1);
    session.filter().setText({});
    EXPECT_EQ(model.rowCount(), 6);
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

TEST(NodeTableModel, SortsNumbersAsNumbersAndWordsWithoutCase) {
    SmallSession small;
    NodeTableModel model(small.session);
    const auto nodes = [&model] {
        std::vector<int> ids;
        for (int row = 0; row < model.rowCount(); ++row) {
            ids.push_back(model.index(row, 0).data(NodeTableModel::NodeRole).toInt());
        }
        return ids;
    };
    model.sort(NodeTableModel::Size, Qt::DescendingOrder);
    EXPECT_EQ(nodes(), (std::vector<int>{2, 0, 5, 1, 3, 4}));  // 8x8x3x3, 8x3x3x3, the head; equal ones as in the file
    model.sort(NodeTableModel::Name, Qt::AscendingOrder);
    EXPECT_EQ(nodes(), (std::vector<int>{1, 0, 4, 5, 3, 2}));  // act first flat head pool second
    small.session.filter().setText(QStringLiteral("op:Conv"));
    EXPECT_EQ(nodes(), (std::vector<int>{0, 2}));
    model.sort(NodeTableModel::Id, Qt::DescendingOrder);
    EXPECT_EQ(nodes(), (std::vector<int>{2, 0}));
}

TEST(NodeTableModel, SaysWhereOneScaleServesAWholeTensor) {
    SmallSession small;
    NodeTableModel model(small.session);
    small.session.document().chooseWholeModel(Method::int8_dynamic);
    small.session.choose({5}, Method::int8_dynamic);
    small.session.document().chooseGranularity({5}, false);
    ASSERT_TRUE(wait_until([&] { return small.session.plan().has_value(); }));
    EXPECT_EQ(small.session.nodeState(5).applied, Method::int8_dynamic);
    EXPECT_EQ(model.index(5, NodeTableModel::MethodColumn).data().toString(), QStringLiteral("tensor"));
    EXPECT_TRUE(model.index(5, NodeTableModel::MethodColumn).data(Qt::ToolTipRole).toString().contains(QStringLiteral("per tensor")));
    small.session.document().chooseGranularity({5}, true);
    EXPECT_EQ(model.index(5, NodeTableModel::MethodColumn).data().toString(), QString());
}

/// The same session with a run of its recipe whose document says what is run.
void open_with_executed(SmallSession& small) {
    ASSERT_TRUE(test::open_compared(small, test::simulated_comparison()));
    Json document = Json::parse(read_file(small.folder / "s.vernier"));
    Json nodes = Json::array();
    for (int id = 0; id < 6; ++id) {
        nodes.push_back({{"id", id}, {"applied", "int8-static"}, {"why", ""}, {"executed", {{"as", "int8"}, {"op", "QLinearConv"}}}});
    }
    nodes[1]["executed"] = {{"as", "fused"}, {"op", "QLinearConv"}};
    nodes[5]["executed"] = {{"as", "float"}, {"op", "Gemm"}, {"why", "the runtime has no INT8 kernel for it here"}};
    document["runs"][0]["quantized"] = {{"nodes", nodes}, {"size_bytes", 1234}};
    write_file(small.folder / "made.vernier", document.dump());
    small.session.open(QString::fromStdString((small.folder / "made.vernier").string()));
    ASSERT_TRUE(wait_until([&] { return small.session.knowsExecuted(); }));
}

TEST(NodesPanel, ShowsWhatIsRunWhereARunTellsIt) {
    SmallSession small;
    NodesPanel panel(small.session);
    panel.resize(700, 400);
    panel.show();
    QTableView& table = *panel.table();
    EXPECT_TRUE(table.isColumnHidden(NodeTableModel::RunsAs)) << "there is no run yet";
    open_with_executed(small);
    ASSERT_TRUE(wait_until([&] { return !table.isColumnHidden(NodeTableModel::RunsAs); }));
    const auto cell = [&](int node, int role) { return table.model()->index(node, NodeTableModel::RunsAs).data(role).toString(); };
    EXPECT_EQ(cell(0, Qt::DisplayRole), QStringLiteral("INT8"));
    EXPECT_EQ(cell(1, Qt::ToolTipRole), QStringLiteral("fused into QLinearConv"));
    EXPECT_EQ(cell(5, Qt::DisplayRole), QStringLiteral("float"));
    EXPECT_TRUE(cell(5, Qt::ToolTipRole).contains(QStringLiteral("no INT8 kernel"))) << cell(5, Qt::ToolTipRole).toStdString();
    EXPECT_TRUE(table.model()->index(5, NodeTableModel::RunsAs).data(Qt::ForegroundRole).isValid()) << "marked";
    EXPECT_FALSE(table.model()->index(0, NodeTableModel::RunsAs).data(Qt::ForegroundRole).isValid());
    table.sortByColumn(NodeTableModel::RunsAs, Qt::AscendingOrder);
    EXPECT_EQ(table.model()->index(0, 0).data(NodeTableModel::NodeRole).toInt(), 5) << "what runs otherwise stands first";
    small.session.choose({5}, Method::fp32);
    EXPECT_TRUE(wait_until([&] { return table.isColumnHidden(NodeTableModel::RunsAs); })) << "another recipe: no run of it";
    panel.resize(220, 400);
    small.session.undoStack().undo();
    ASSERT_TRUE(wait_until([&] { return small.session.knowsExecuted(); }));
    QApplication::processEvents();
    EXPECT_TRUE(table.isColumnHidden(NodeTableModel::RunsAs)) << "in a narrow panel the names need the room";
}

TEST(NodesPanel, CopiesTheSelectedRowsWithTheirHeader) {
    SmallSession small;
    NodesPanel panel(small.session);
    panel.resize(700, 400);
    panel.show();
    small.session.selection().set({0, 2}, 0);
    QTest::keyClick(panel.table(), Qt::Key_C, Qt::ControlModifier);
    const QStringList lines = QGuiApplication::clipboard()->text().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    ASSERT_EQ(lines.size(), 3) << QGuiApplication::clipboard()->text().toStdString();
    EXPECT_TRUE(lines[0].startsWith(QStringLiteral("#\tname"))) << lines[0].toStdString();
    EXPECT_TRUE(lines[1].contains(QStringLiteral("first"))) << lines[1].toStdString();
    EXPECT_TRUE(lines[1].contains(QStringLiteral("FP32"))) << lines[1].toStdString();
    EXPECT_TRUE(lines[2].contains(QStringLiteral("second"))) << lines[2].toStdString();
}

TEST(NodesPanel, TheSelectionSurvivesTheFilter) {
    SmallSession small;
    NodesPanel panel(small.session);
    panel.show();
    small.session.selection().set({0, 2, 5}, 5);
    small.session.filter().setText(QStringLiteral("op:Conv"));
    EXPECT_EQ(small.session.selection().nodes(), (QVector<int>{0, 2, 5}));
    EXPECT_EQ(panel.table()->selectionModel()->selectedRows().size(), 2);
    small.session.filter().setText({});
    EXPECT_EQ(panel.table()->selectionModel()->selectedRows().size(), 3);
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

TEST(FilterLine, SelectAllReturnAndDownGoOnToTheTable) {
    SmallSession small;
    NodesPanel panel(small.session);
    panel.show();
    QApplication::setActiveWindow(&panel);
    panel.filterLine()->setFocus();
    QTest::keyClicks(panel.filterLine(), QStringLiteral("op:Conv"));
    QTest::keyClick(panel.filterLine(), Qt::Key_A, Qt::ControlModifier);
    EXPECT_EQ(small.session.selection().nodes(), (QVector<int>{0, 2}));
    EXPECT_EQ(panel.filterLine()->text(), QStringLiteral("op:Conv"));
    EXPECT_TRUE(panel.table()->hasFocus());
    for (const Qt::Key key : {Qt::Key_Down, Qt::Key_Return}) {
        small.session.selection().clear();
        panel.filterLine()->setFocus();
        QTest::keyClick(panel.filterLine(), key);
        EXPECT_TRUE(panel.table()->hasFocus()) << key;
        EXPECT_EQ(small.session.selection().nodes(), QVector<int>{0}) << "the first row that matches";
    }
    // A marked text, one that is wrong, or none, stays to be edited.
    small.session.selection().clear();
    panel.filterLine()->setFocus();
    panel.filterLine()->selectAll();
    QTest::keyClick(panel.filterLine(), Qt::Key_A, Qt::ControlModifier);
    EXPECT_TRUE(panel.filterLine()->hasFocus());
    EXPECT_TRUE(small.session.selection().nodes().isEmpty());
    QTest::keyClicks(panel.filterLine(), QStringLiteral("op:Relu"));
    EXPECT_EQ(panel.filterLine()->text(), QStringLiteral("op:Relu"));
    panel.filterLine()->setText(QStringLiteral("op:Conv and ("));
    panel.filterLine()->setFocus();
    QTest::keyClick(panel.filterLine(), Qt::Key_A, Qt::ControlModifier);
    EXPECT_TRUE(panel.filterLine()->hasSelectedText());
    EXPECT_TRUE(panel.filterLine()->hasFocus());
}

}  // namespace
}  // namespace vernier::ui
