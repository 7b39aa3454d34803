// SPDX-License-Identifier: GPL-3.0-or-later
// The panel of layers with real mouse and keys, on the small model, with a script in vernier-cli's place.
#include "ui/layers/layers_panel.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QItemSelectionModel>
#include <QLabel>
#include <QPushButton>
#include <QTableView>
#include <QTest>

#include <filesystem>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/file.h"
#include "tests/ui/layers/analysed.h"
#include "ui/charts/depth_chart.h"
#include "ui/charts/interval_chart.h"
#include "ui/choose/badge.h"
#include "ui/layers/layers_model.h"
#include "ui/session/layer_study.h"
#include "ui/session/queue.h"
#include "ui/session/trials.h"

namespace vernier::ui {
namespace {

using test::ScriptedCli;
using test::SmallSession;
using test::wait_until;

class LayersPanelTest : public ::testing::Test {
protected:
    LayersPanelTest() : panel_(small_.session) {
        panel_.resize(1500, 420);
        panel_.show();
        QApplication::processEvents();
    }
    void analyse() {
        small_.session.document().chooseWholeModel(Method::int8_static);
        ASSERT_TRUE(test::analyse(small_, to_json(test::small_layers())));
        QApplication::processEvents();
    }
    [[nodiscard]] QString cell(int row, int column) const { return panel_.table()->model()->index(row, column).data().toString(); }
    /// Heads of the rows, from top to bottom.
    [[nodiscard]] std::vector<int> heads() const {
        std::vector<int> found;
        for (int row = 0; row < panel_.table()->model()->rowCount(); ++row) {
            found.push_back(panel_.table()->model()->index(row, 0).data(LayersModel::HeadRole).toInt());
        }
        return found;
    }
    void click(int row, Qt::KeyboardModifiers modifiers = {}) {
        QTableView& table = *panel_.table();
        QTest::mouseClick(table.viewport(), Qt::LeftButton, modifiers, table.visualRect(table.model()->index(row, LayersModel::Name)).center());
    }

    SmallSession small_;
    LayersPanel panel_;
};

TEST_F(LayersPanelTest, SaysWhatItIsForAndWhatIsMissing) {
    EXPECT_TRUE(panel_.emptyText().contains(QStringLiteral("Which layers break accuracy")));
    EXPECT_TRUE(panel_.emptyText().contains(QStringLiteral("Pick a dataset")));
    EXPECT_FALSE(panel_.analyseButton()->isEnabled());
    ASSERT_TRUE(test::open_samples(small_));
    EXPECT_FALSE(panel_.emptyText().contains(QStringLiteral("Pick a dataset")));
    EXPECT_TRUE(panel_.analyseButton()->isEnabled());
    small_.session.close();
    EXPECT_TRUE(panel_.emptyText().contains(QStringLiteral("Open a model")));
    EXPECT_FALSE(panel_.analyseButton()->isVisible());
}

TEST_F(LayersPanelTest, TheButtonAnalysesThePresentRecipeOnThePresentData) {
    ASSERT_TRUE(test::open_samples(small_));
    small_.session.document().chooseWholeModel(Method::int8_static);
    small_.session.choose({5}, Method::fp32);
    const ScriptedCli cli(small_.folder,
                          "cp \"$4\" '" + (small_.folder / "asked.json").string() + "'\n" + test::gives(small_.folder, to_json(test::small_layers())));
    QTest::mouseClick(panel_.analyseButton(), Qt::LeftButton);
    ASSERT_TRUE(wait_until([this] { return small_.session.layers().layers() != nullptr; })) << panel_.emptyText().toStdString();
    const std::string words = read_file(small_.folder / "words.txt");
    EXPECT_EQ(words.find("layers " + small_.model_path + " --recipe "), 0U) << words;
    EXPECT_NE(words.find("--data " + (small_.folder / "samples.npy").string()), std::string::npos) << words;
    EXPECT_EQ(read_recipe(small_.folder / "asked.json"), small_.session.recipe());
    EXPECT_TRUE(panel_.emptyText().isEmpty());
    EXPECT_TRUE(panel_.staleText().isEmpty()) << panel_.staleText().toStdString();
}

TEST_F(LayersPanelTest, ARecipeOfFp32OnlyIsAnalysedAsInt8Static) {
    ASSERT_TRUE(test::open_samples(small_));
    EXPECT_EQ(small_.session.layers().wanted().default_method, Method::int8_static);
    analyse();
    EXPECT_EQ(small_.session.layers().recipe().default_method, Method::int8_static);
}

TEST_F(LayersPanelTest, HoldsTheRulesOfItemModels) {
    QAbstractItemModelTester tester(panel_.table()->model(), QAbstractItemModelTester::FailureReportingMode::Fatal);
    analyse();
    panel_.table()->sortByColumn(LayersModel::Name, Qt::AscendingOrder);
    small_.session.choose({2}, Method::fp16);
    small_.session.close();
    EXPECT_EQ(panel_.table()->model()->rowCount(), 0);
}

TEST_F(LayersPanelTest, TheWorstStandsAtTheTop) {
    analyse();
    EXPECT_EQ(heads(), (std::vector<int>{2, 5, 0, 3})) << "60, 30, 10 %, and the pool that is in no region";
    EXPECT_EQ(panel_.sentence(), QStringLiteral("1 of 3 regions carries 60 % of the error. The head gains nothing in INT8."));
    EXPECT_EQ(cell(0, LayersModel::Name), QStringLiteral("second"));
    EXPECT_EQ(cell(0, LayersModel::Alone), QStringLiteral("60 %"));
    EXPECT_EQ(cell(0, LayersModel::OnTheWay), QStringLiteral("12.4"));
    EXPECT_EQ(cell(2, LayersModel::Name), QStringLiteral("first + 1"));
    EXPECT_EQ(cell(2, LayersModel::Fp32), QStringLiteral("0.500 ms")) << "with the Relu";
    EXPECT_EQ(cell(3, LayersModel::Alone), QStringLiteral("–"));
    EXPECT_EQ(cell(1, LayersModel::ExecutedColumn), QStringLiteral("float ⚠"));
    EXPECT_EQ(cell(1, LayersModel::Quantized), QStringLiteral("▲ 0.200 ms"));
    EXPECT_TRUE(panel_.table()->model()->index(1, LayersModel::Quantized).data(Qt::ToolTipRole).toString().contains(QStringLiteral("Keep it in FP32.")));
    EXPECT_DOUBLE_EQ(panel_.table()->model()->index(1, LayersModel::Alone).data(LayersModel::ShareRole).toDouble(), 0.5);
    panel_.table()->sortByColumn(LayersModel::Fp32, Qt::AscendingOrder);
    EXPECT_EQ(heads(), (std::vector<int>{3, 5, 2, 0}));
    panel_.table()->sortByColumn(LayersModel::Alone, Qt::AscendingOrder);
    EXPECT_EQ(heads(), (std::vector<int>{0, 5, 2, 3})) << "what is not known is last in either order";
}

TEST_F(LayersPanelTest, ARowABarAndADotSelectTheirRegion) {
    analyse();
    click(2);
    EXPECT_EQ(small_.session.selection().nodes(), (QVector<int>{0, 1}));
    EXPECT_EQ(small_.session.selection().current(), 0);
    EXPECT_EQ(panel_.depth()->marked(), QVector<int>{0});
    ASSERT_EQ(panel_.depth()->plot().points.size(), 4U);
    const DepthLayout layout = layoutOf(panel_.depth()->plot(), panel_.depth()->rect());
    QTest::mouseClick(panel_.depth(), Qt::LeftButton, {}, QPoint(int(layout.x(1)), int(layout.plot.center().y())));
    EXPECT_EQ(small_.session.selection().nodes(), QVector<int>{2});
    EXPECT_EQ(panel_.table()->selectionModel()->selectedRows().size(), 1);
    EXPECT_EQ(panel_.table()->selectionModel()->selectedRows().front().row(), 0);
    small_.session.selection().setOne(5);
    EXPECT_EQ(panel_.depth()->marked(), QVector<int>{3});
    ASSERT_EQ(panel_.times()->marked().size(), 1);
    EXPECT_EQ(panel_.times()->plot().rows[std::size_t(panel_.times()->marked().front())].label, QStringLiteral("head"));
    small_.session.selection().clear();
    EXPECT_TRUE(panel_.depth()->marked().isEmpty());
    EXPECT_TRUE(panel_.table()->selectionModel()->selectedRows().isEmpty());
}

TEST_F(LayersPanelTest, TheChartsMarkWhereTheModelsPartAndWhatIsSlower) {
    analyse();
    EXPECT_EQ(panel_.depth()->plot().marked, 1);
    EXPECT_EQ(panel_.depth()->plot().markedText, QStringLiteral("second: 39 → 12 dB"));
    const auto& rows = panel_.times()->plot().rows;
    ASSERT_EQ(rows.size(), 4U);
    EXPECT_EQ(rows[0].label, QStringLiteral("first + 1")) << "the longest first";
    EXPECT_DOUBLE_EQ(rows[0].before.value(), 0.5);
    EXPECT_FALSE(rows[0].best);
    EXPECT_TRUE(rows[2].best) << rows[2].label.toStdString();
    EXPECT_TRUE(rows[2].text.contains(QStringLiteral("▲")));
}

TEST_F(LayersPanelTest, KeepInFp32IsOneStepForTheSelectedRows) {
    analyse();
    EXPECT_FALSE(panel_.keepButton()->isEnabled()) << "nothing is selected";
    click(0);
    click(1, Qt::ControlModifier);
    EXPECT_EQ(panel_.keepButton()->text(), QStringLiteral("Keep 2 in FP32"));
    const int steps = small_.session.undoStack().index();
    QTest::mouseClick(panel_.keepButton(), Qt::LeftButton);
    EXPECT_EQ(small_.session.undoStack().index(), steps + 1);
    EXPECT_EQ(small_.session.nodeState(2).chosen, Method::fp32);
    EXPECT_EQ(small_.session.nodeState(5).chosen, Method::fp32);
    EXPECT_EQ(small_.session.nodeState(0).chosen, Method::int8_static);
    EXPECT_FALSE(panel_.keepButton()->isEnabled()) << "they are in FP32 now";
    small_.session.undoStack().undo();
    EXPECT_EQ(small_.session.nodeState(5).chosen, Method::int8_static);
    EXPECT_TRUE(panel_.keepButton()->isEnabled());
}

TEST_F(LayersPanelTest, KeysChooseForTheSelectedRows) {
    analyse();
    click(0);
    QTest::keyClick(panel_.table(), Qt::Key_1);
    EXPECT_EQ(small_.session.nodeState(2).chosen, Method::fp32);
    EXPECT_EQ(small_.session.nodeState(0).chosen, Method::int8_static);
    QTest::keyClick(panel_.table(), Qt::Key_2);
    EXPECT_EQ(small_.session.nodeState(2).chosen, Method::fp16);
}

TEST_F(LayersPanelTest, ALowPanelGivesTheTableItsHeight) {
    analyse();
    const auto aboveTheTable = [this](const QWidget* button) { return button->mapTo(&panel_, QPoint()).y() < panel_.table()->mapTo(&panel_, QPoint()).y(); };
    EXPECT_FALSE(aboveTheTable(panel_.keepButton())) << "the buttons stand below the table";
    panel_.resize(1076, 200);
    QApplication::processEvents();
    EXPECT_TRUE(aboveTheTable(panel_.keepButton())) << "and behind the sentence in a low panel";
    EXPECT_GE(panel_.table()->viewport()->height(), 4 * panel_.table()->rowHeight(0));
    EXPECT_EQ(panel_.sentence(), QStringLiteral("1 of 3 regions carries 60 % of the error. The head gains nothing in INT8.")) << "as its tip";
    panel_.resize(1500, 420);
    QApplication::processEvents();
    EXPECT_FALSE(aboveTheTable(panel_.keepButton()));
}

TEST_F(LayersPanelTest, SaysWhatHasChangedSince) {
    analyse();
    EXPECT_TRUE(panel_.staleText().isEmpty()) << panel_.staleText().toStdString();
    small_.session.choose({5}, Method::fp32);
    EXPECT_TRUE(panel_.staleText().contains(QStringLiteral("The recipe has changed"))) << panel_.staleText().toStdString();
    EXPECT_TRUE(panel_.staleText().contains(QStringLiteral("INT8 static")));
    small_.session.undoStack().undo();
    EXPECT_TRUE(panel_.staleText().isEmpty());
    small_.session.setDataset({});
    EXPECT_TRUE(panel_.staleText().contains(QStringLiteral("data have changed")));
}

TEST_F(LayersPanelTest, WhileItRunsItSaysSoAndCancelEndsIt) {
    ASSERT_TRUE(test::open_samples(small_));
    const ScriptedCli cli(small_.folder, "echo '{\"event\":\"progress\",\"stage\":\"calibrate\",\"done\":1,\"total\":4}' >&2\ncat > /dev/null\nexit 130");
    QTest::mouseClick(panel_.analyseButton(), Qt::LeftButton);
    ASSERT_TRUE(wait_until([this] { return small_.session.queue().total() == 4; }));
    EXPECT_TRUE(panel_.cancelButton()->isVisible());
    EXPECT_FALSE(panel_.analyseButton()->isEnabled());
    QTest::mouseClick(panel_.cancelButton(), Qt::LeftButton);
    ASSERT_TRUE(wait_until([this] { return !small_.session.queue().busy(); }, 20000));
    EXPECT_FALSE(panel_.cancelButton()->isVisible());
    EXPECT_TRUE(panel_.analyseButton()->isEnabled());
    EXPECT_EQ(small_.session.layers().layers(), nullptr);
    EXPECT_FALSE(panel_.emptyText().contains(QStringLiteral("could not be analysed"))) << "the user cancelled it";
}

TEST_F(LayersPanelTest, ADocumentOfAnotherModelIsRefusedInWords) {
    ASSERT_TRUE(test::open_samples(small_));
    Layers other = test::small_layers();
    other.regions[2].nodes = {5, 17};
    EXPECT_FALSE(test::analyse(small_, to_json(other)));
    EXPECT_TRUE(panel_.emptyText().contains(QStringLiteral("could not be analysed"))) << panel_.emptyText().toStdString();
    EXPECT_TRUE(panel_.emptyText().contains(QStringLiteral("#17")));
    EXPECT_TRUE(panel_.analyseButton()->isEnabled());
}

TEST_F(LayersPanelTest, AFailureLeavesTheResultBefore) {
    analyse();
    const ScriptedCli cli(small_.folder, "echo '{\"event\":\"error\",\"kind\":\"bad-model\",\"message\":\"The node second is refused\"}' >&2\nexit 65");
    QTest::mouseClick(panel_.analyseButton(), Qt::LeftButton);
    ASSERT_TRUE(wait_until([this] { return !small_.session.layers().busy(); }));
    EXPECT_EQ(panel_.table()->model()->rowCount(), 4);
    EXPECT_TRUE(panel_.staleText().contains(QStringLiteral("The node second is refused"))) << panel_.staleText().toStdString();
}

TEST_F(LayersPanelTest, LooksAtTheFileOfARunOfTheRecipe) {
    ASSERT_TRUE(test::open_samples(small_));
    Session& session = small_.session;
    Json nodes = Json::array();
    for (int id = 0; id < 6; ++id) {
        nodes.push_back({{"id", id}, {"applied", id == 2 ? "int8-static" : "fp32"}, {"why", ""}});
    }
    const Json made = {{"sha256", "0123"}, {"nodes", nodes}, {"size_bytes", 1234}};
    const auto cli =
        small_.folder.write("makes", "#!/bin/sh\n[ \"$1\" = quantize ] || exit 70\nwhile [ \"$1\" != -o ]; do shift; done\necho same > \"$2\"\ncat '" +
                                         small_.folder.write("made.json", made.dump()).string() + "'\n");
    std::filesystem::permissions(cli, std::filesystem::perms::owner_all);
    session.document().chooseWholeModel(Method::int8_static);
    EXPECT_TRUE(session.layers().command().contains(QStringLiteral("--recipe")));
    qputenv("VERNIER_CLI", QByteArray::fromStdString(cli.string()));
    (void)session.trials().quantize();
    ASSERT_TRUE(wait_until([&] { return !session.queue().busy(); }));
    qunsetenv("VERNIER_CLI");
    ASSERT_NE(session.madeRun(), nullptr);
    EXPECT_TRUE(session.layers().command().contains(session.madeRun()->file)) << session.layers().command().toStdString();
    EXPECT_FALSE(session.layers().command().contains(QStringLiteral("--recipe")));
    session.choose({0}, Method::fp32);
    EXPECT_TRUE(session.layers().command().contains(QStringLiteral("--recipe"))) << "no run is of this recipe";
}

TEST_F(LayersPanelTest, CopiesTheCommand) {
    analyse();
    auto* copy = [this] {
        for (auto* button : panel_.findChildren<QPushButton*>()) {
            if (button->text() == QStringLiteral("Copy as command")) {
                return button;
            }
        }
        return static_cast<QPushButton*>(nullptr);
    }();
    ASSERT_NE(copy, nullptr);
    QTest::mouseClick(copy, Qt::LeftButton);
    const QString words = QApplication::clipboard()->text();
    EXPECT_TRUE(words.startsWith(QStringLiteral("vernier-cli layers "))) << words.toStdString();
    EXPECT_TRUE(words.contains(QStringLiteral("--recipe"))) << words.toStdString();
}

TEST_F(LayersPanelTest, GivesATableItsRoomInANarrowDock) {
    analyse();
    panel_.resize(640, 300);
    QApplication::processEvents();
    EXPECT_FALSE(panel_.depth()->isVisible());
    EXPECT_TRUE(panel_.table()->isVisible());
    EXPECT_FALSE(panel_.table()->isColumnHidden(LayersModel::Alone));
    panel_.resize(1500, 420);
    QApplication::processEvents();
    EXPECT_TRUE(panel_.depth()->isVisible());
    for (const int width : {1900, 1500, 1350, 1200, 900, 640}) {
        panel_.resize(width, 420);
        QApplication::processEvents();
        EXPECT_GT(panel_.table()->columnWidth(LayersModel::Name), 10 * panel_.fontMetrics().averageCharWidth()) << "a name can be read at " << width;
    }
}

}  // namespace
}  // namespace vernier::ui
