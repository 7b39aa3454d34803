// SPDX-License-Identifier: GPL-3.0-or-later
// What a model is made of: the numbers, and the panel that shows, sorts and copies them.
#include "ui/inspect/summary_panel.h"

#include <QApplication>
#include <QClipboard>
#include <QGuiApplication>
#include <QImage>
#include <QLocale>
#include <QScrollBar>
#include <QTableWidget>
#include <QTest>

#include <utility>

#include <onnx/onnx_pb.h>

#include <gtest/gtest.h>

#include "tests/support/model_builder.h"
#include "tests/support/random.h"
#include "tests/ui/small_session.h"
#include "ui/theme/theme.h"

namespace vernier::ui {
namespace {

using test::random_floats;
using test::SmallSession;

QString fact(const ModelSummary& summary, const QString& label) {
    for (const auto& [what, value] : summary.facts) {
        if (what == label) {
            return value;
        }
    }
    return {};
}

TEST(ModelSummary, CountsOperatorsParametersAndWork) {
    const test::TempDir folder;
    const ModelPtr model = open_model(test::write_small_net(folder));
    const ModelSummary summary = summaryOf(*model);
    ASSERT_EQ(summary.operators.size(), 5U);
    const ModelSummary::Operator& conv = summary.operators.front();
    EXPECT_EQ(conv.type, QStringLiteral("Conv"));
    EXPECT_EQ(conv.nodes, 2U);
    EXPECT_EQ(conv.parameters, 8U * 27 + 8U * 72);
    EXPECT_EQ(conv.bytes, 4U * (8 * 27 + 8 * 72));
    EXPECT_EQ(conv.macs, 8U * 64 * 27 + 8U * 64 * 72);
    EXPECT_EQ(conv.first, 0);
    ASSERT_EQ(summary.tensors.size(), 4U);
    EXPECT_EQ(summary.tensors[0].name, QStringLiteral("w1"));
    EXPECT_EQ(summary.tensors[0].shape, QStringLiteral("8 × 8 × 3 × 3"));
    EXPECT_EQ(summary.tensors[0].bytes, 4U * 576);
    EXPECT_EQ(summary.tensors[0].reader, 2);
    EXPECT_EQ(summary.tensors[3].name, QStringLiteral("b2"));
    EXPECT_EQ(fact(summary, QStringLiteral("Parameters")), QLocale().toString(828) + QStringLiteral(" (3.31 kB)"));
    EXPECT_TRUE(fact(summary, QStringLiteral("Nodes")).startsWith(QStringLiteral("6, of 5")));
    EXPECT_TRUE(fact(summary, QStringLiteral("Inputs")).startsWith(QStringLiteral("x ")));
}

TEST(ModelSummary, NamesOpsetsAndMetadataAndLeavesOutConstantNodes) {
    test::ModelBuilder builder;
    builder.input("x", ElementType::float32, {1, 4});
    builder.initializer("w", random_floats(16, 1), {4, 4});
    builder.node("MatMul", {"x", "w"}, {"y"}).output("y", ElementType::float32, {1, 4});
    onnx::ModelProto proto = builder.build();
    proto.set_producer_name("maker");
    auto* entry = proto.add_metadata_props();
    entry->set_key("stage");
    entry->set_value("two\nlines");
    auto* constant = proto.mutable_graph()->add_node();
    constant->set_op_type("Constant");
    constant->add_output("c");
    auto* value = constant->add_attribute();
    value->set_name("value_float");
    value->set_type(onnx::AttributeProto::FLOAT);
    value->set_f(1.0F);
    const ModelSummary summary = summaryOf(*make_model(std::move(proto)));
    ASSERT_EQ(summary.operators.size(), 1U);
    EXPECT_EQ(summary.operators[0].macs, 16U);
    EXPECT_TRUE(fact(summary, QStringLiteral("Opsets")).startsWith(QStringLiteral("ai.onnx ")));
    EXPECT_TRUE(fact(summary, QStringLiteral("Producer")).contains(QStringLiteral("maker")));
    EXPECT_EQ(fact(summary, QStringLiteral("stage")), QStringLiteral("two lines"));
}

class SummaryPanelTest : public ::testing::Test {
protected:
    SummaryPanelTest() {
        panel_.resize(1200, 260);
        panel_.show();
        QApplication::processEvents();
    }
    ~SummaryPanelTest() override { applyTheme(*qApp, false); }

    SmallSession small_;
    SummaryPanel panel_{small_.session};
};

TEST_F(SummaryPanelTest, TablesSortByTheirNumbers) {
    QTableWidget* table = panel_.operators();
    ASSERT_EQ(table->rowCount(), 5);
    EXPECT_EQ(table->item(0, 0)->text(), QStringLiteral("Conv"));
    table->sortByColumn(4, Qt::AscendingOrder);
    EXPECT_EQ(table->item(4, 0)->text(), QStringLiteral("Conv"));
    EXPECT_EQ(table->item(3, 0)->text(), QStringLiteral("Gemm"));
    EXPECT_EQ(table->item(0, 4)->text(), QStringLiteral("–"));
    EXPECT_EQ(panel_.tensors()->item(0, 0)->text(), QStringLiteral("w1"));
    panel_.tensors()->sortByColumn(3, Qt::AscendingOrder);
    EXPECT_EQ(panel_.tensors()->item(0, 0)->text(), QStringLiteral("b2"));
}

TEST_F(SummaryPanelTest, SelectedRowsAreCopiedWithTheirHeader) {
    QTableWidget* table = panel_.operators();
    table->selectRow(0);
    QTest::keyClick(table, Qt::Key_C, Qt::ControlModifier);
    const QStringList lines = QGuiApplication::clipboard()->text().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    ASSERT_EQ(lines.size(), 2);
    EXPECT_EQ(lines[0], QStringLiteral("Operator\tNodes\tParameters\tSize\tMACs"));
    EXPECT_TRUE(lines[1].startsWith(QStringLiteral("Conv\t2\t792\t3.17 kB\t")));
}

TEST_F(SummaryPanelTest, ReturnOnARowSelectsItsNode) {
    panel_.tensors()->setCurrentCell(0, 0);
    QTest::keyClick(panel_.tensors(), Qt::Key_Return);
    EXPECT_EQ(small_.session.selection().nodes(), QVector<int>{2});
}

TEST_F(SummaryPanelTest, OnANarrowSideTheTablesStandBelowEachOther) {
    const auto left = [this](const QWidget* table) { return table->mapTo(&panel_, QPoint()); };
    EXPECT_GT(left(panel_.operators()).x(), left(panel_.facts()).x());
    panel_.resize(360, 600);
    QApplication::processEvents();
    EXPECT_EQ(left(panel_.operators()).x(), left(panel_.facts()).x());
    EXPECT_GT(left(panel_.operators()).y(), left(panel_.facts()).y());
}

TEST_F(SummaryPanelTest, InASmallWindowNoNumberHasToBeScrolledFor) {
    for (const int width : {1076, 850}) {
        panel_.resize(width, 200);
        QTest::qWait(0);
        QApplication::processEvents();
        for (const QTableWidget* table : {panel_.facts(), panel_.operators(), panel_.tensors()}) {
            EXPECT_EQ(table->horizontalScrollBar()->maximum(), 0) << table->accessibleName().toStdString() << " at " << width;
            EXPECT_FALSE(table->isColumnHidden(table->columnCount() - 1));
        }
    }
}

TEST_F(SummaryPanelTest, ItTakesBothThemesAndEmptiesWithTheModel) {
    for (const bool dark : {true, false}) {
        applyTheme(*qApp, dark);
        QApplication::processEvents();
        const QImage picture = panel_.operators()->viewport()->grab().toImage();
        const QColor ground = picture.pixelColor(picture.width() - 2, picture.height() - 2);
        EXPECT_EQ(ground.lightness() < 128, dark);
    }
    small_.session.close();
    EXPECT_EQ(panel_.operators()->rowCount(), 0);
    EXPECT_FALSE(panel_.operators()->isVisible());
}

}  // namespace
}  // namespace vernier::ui
