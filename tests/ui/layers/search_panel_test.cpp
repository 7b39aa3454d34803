// SPDX-License-Identifier: GPL-3.0-or-later
// Find a recipe, with real mouse and keys and a script in vernier-cli's place.
#include "ui/layers/search_panel.h"

#include <QApplication>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include <gtest/gtest.h>

#include "core/base/file.h"
#include "tests/ui/layers/analysed.h"
#include "ui/charts/front_chart.h"
#include "ui/session/queue.h"
#include "ui/session/recipe_search.h"

namespace vernier::ui {
namespace {

using test::ScriptedCli;
using test::SmallSession;
using test::wait_until;

/// A front from FP32's side on: the head in float, everything quantized.
Json front(bool measured) {
    Json document{{"model", "net.onnx"}, {"method", "int8-static"}, {"fp32_ms", 1.0}, {"chosen", nullptr}, {"nearest", nullptr},
                  {"end", ""},           {"validations", 0},        {"seconds", 3}};
    document["front"] = {
        {{"recipe", nullptr}, {"predicted", {{"ms", 0.8}, {"error", 0.001}, {"metric", nullptr}}}, {"measured", nullptr}, {"float_nodes", {2, 5}}},
        {{"recipe", nullptr}, {"predicted", {{"ms", 0.5}, {"error", 0.02}, {"metric", nullptr}}}, {"measured", nullptr}, {"float_nodes", Json::array()}}};
    if (measured) {
        document["front"][0]["measured"] = {{"ms", 0.75},       {"ms_low", 0.72},    {"ms_high", 0.78},     {"error", 0.0012},   {"metric", 31.5},
                                            {"metric_low", 31}, {"metric_high", 32}, {"answers", "passed"}, {"speed", "passed"}, {"within", true}};
        document["chosen"] = 0;
        document["end"] = "found";
        document["validations"] = 2;
    }
    return document;
}

class SearchPanelTest : public ::testing::Test {
protected:
    SearchPanelTest() : panel_(small_.session) {
        panel_.resize(1200, 360);
        panel_.show();
        QApplication::processEvents();
    }
    [[nodiscard]] RecipeSearch& search() { return small_.session.search(); }
    bool find() {
        if (!test::open_samples(small_)) {
            return false;
        }
        const ScriptedCli cli(small_.folder, test::gives(small_.folder, front(true)));
        QTest::mouseClick(panel_.startButton(), Qt::LeftButton);
        const bool ended = wait_until([this] { return !search().busy() && !small_.session.queue().busy(); });
        QApplication::processEvents();
        return ended && search().values() != nullptr;
    }
    void clickDot(int dot) {
        const FrontLayout layout = layoutOf(panel_.front()->plot(), panel_.front()->rect());
        const FrontDot& at = panel_.front()->plot().dots[std::size_t(dot)];
        QTest::mouseClick(panel_.front(), Qt::LeftButton, {},
                          (at.measured ? layout.at(at.measured->ms, at.measured->error) : layout.at(at.ms, at.error)).toPoint());
    }

    SmallSession small_;
    SearchPanel panel_;
};

TEST_F(SearchPanelTest, SaysWhatIsMissingAndWhatItIsFor) {
    EXPECT_TRUE(panel_.emptyText().contains(QStringLiteral("Pick a dataset")));
    EXPECT_FALSE(panel_.startButton()->isEnabled());
    ASSERT_TRUE(test::open_samples(small_));
    EXPECT_TRUE(panel_.emptyText().contains(QStringLiteral("fastest recipe within the limit")));
    EXPECT_TRUE(panel_.startButton()->isEnabled());
    EXPECT_EQ(panel_.limitBox()->currentData().toInt(), int(SearchLimit::Of::sqnr)) << "the samples have no labels";
}

TEST_F(SearchPanelTest, LimitAndBudgetAreWordsOfTheCommand) {
    ASSERT_TRUE(test::open_samples(small_));
    panel_.boundBox()->setValue(25);
    panel_.budgetBox()->setValue(2);
    const ScriptedCli cli(small_.folder, test::gives(small_.folder, front(true)));
    QTest::mouseClick(panel_.startButton(), Qt::LeftButton);
    ASSERT_TRUE(wait_until([this] { return !search().busy(); }));
    const std::string words = read_file(small_.folder / "words.txt");
    EXPECT_EQ(words.find("search " + small_.model_path), 0U) << words;
    EXPECT_NE(words.find("--min-sqnr 25"), std::string::npos) << words;
    EXPECT_NE(words.find("--budget 2"), std::string::npos) << words;
    EXPECT_NE(words.find("-o "), std::string::npos) << words;
}

TEST_F(SearchPanelTest, TheFrontFillsWhileItRuns) {
    ASSERT_TRUE(test::open_samples(small_));
    const Json event{{"event", "partial"}, {"value", front(false)}};
    const auto file = small_.folder.write("event.json", event.dump() + "\n");
    const auto last = small_.folder.write("last.json", front(true).dump());
    const ScriptedCli cli(small_.folder, "cat '" + file.string() + "' >&2\nwhile [ ! -e '" + (small_.folder / "go").string() +
                                             "' ]; do sleep 0.05; done\ncat '" + last.string() + "'");
    QTest::mouseClick(panel_.startButton(), Qt::LeftButton);
    ASSERT_TRUE(wait_until([this] { return search().values() != nullptr; }));
    EXPECT_TRUE(search().running());
    ASSERT_EQ(panel_.front()->plot().dots.size(), 2U);
    EXPECT_FALSE(panel_.front()->plot().dots[0].measured.has_value()) << "hollow";
    small_.folder.write("go", "");
    ASSERT_TRUE(wait_until([this] { return !search().busy(); }));
    ASSERT_TRUE(panel_.front()->plot().dots[0].measured.has_value());
    EXPECT_TRUE(panel_.front()->plot().dots[0].best);
    EXPECT_DOUBLE_EQ(panel_.front()->plot().dots[0].measured->msLow.value(), 0.72);
    EXPECT_TRUE(panel_.sentence().startsWith(QStringLiteral("Found: 0.750 ms, 1.33x, 31.5 dB"))) << panel_.sentence().toStdString();
}

TEST_F(SearchPanelTest, AClickOnADotIsTheRecipeByOneStep) {
    ASSERT_TRUE(find());
    const int steps = small_.session.undoStack().index();
    clickDot(0);
    EXPECT_EQ(small_.session.undoStack().index(), steps + 1);
    EXPECT_EQ(small_.session.nodeState(0).chosen, Method::int8_static);
    EXPECT_EQ(small_.session.nodeState(2).chosen, Method::fp32);
    EXPECT_EQ(small_.session.nodeState(5).chosen, Method::fp32);
    EXPECT_EQ(panel_.front()->plot().selected, 0);
    clickDot(1);
    EXPECT_EQ(small_.session.nodeState(5).chosen, Method::int8_static);
    EXPECT_EQ(panel_.front()->plot().selected, 1);
    small_.session.undoStack().undo();
    EXPECT_EQ(small_.session.nodeState(5).chosen, Method::fp32);
    small_.session.undoStack().undo();
    EXPECT_EQ(small_.session.nodeState(0).chosen, Method::fp32);
    EXPECT_EQ(panel_.front()->plot().selected, -1);
    // The same without a mouse.
    panel_.front()->setFocus();
    QTest::keyClick(panel_.front(), Qt::Key_Left);
    QTest::keyClick(panel_.front(), Qt::Key_Return);
    EXPECT_EQ(small_.session.nodeState(2).chosen, Method::fp32);
    EXPECT_EQ(small_.session.nodeState(0).chosen, Method::int8_static);
}

TEST_F(SearchPanelTest, TheRecipeFileOfADotIsTaken) {
    ASSERT_TRUE(test::open_samples(small_));
    Json document = front(true);
    document["front"][0]["recipe"] = "recipe-1.json";
    const Json recipe{{"vernier_recipe", 1}, {"default", {{"method", "int8-dynamic"}}}, {"rules", Json::array()}};
    const auto file = small_.folder.write("recipe.json", recipe.dump());
    // The folder is the word behind -o.
    const ScriptedCli cli(small_.folder, "while [ \"$1\" != -o ]; do shift; done\nmkdir -p \"$2\"\ncp '" + file.string() + "' \"$2/recipe-1.json\"\n" +
                                             test::gives(small_.folder, document));
    QTest::mouseClick(panel_.startButton(), Qt::LeftButton);
    ASSERT_TRUE(wait_until([this] { return !search().busy() && search().values() != nullptr; }));
    QApplication::processEvents();
    clickDot(0);
    EXPECT_EQ(small_.session.recipe().default_method, Method::int8_dynamic);
}

TEST_F(SearchPanelTest, ACancelledSearchGoesOnWithTheSameCommand) {
    ASSERT_TRUE(test::open_samples(small_));
    {
        const ScriptedCli cli(small_.folder, "cat > /dev/null\nexit 130");
        QTest::mouseClick(panel_.startButton(), Qt::LeftButton);
        ASSERT_TRUE(wait_until([this] { return search().running(); }));
        EXPECT_TRUE(panel_.cancelButton()->isVisible());
        EXPECT_FALSE(panel_.resumeButton()->isVisible());
        QTest::mouseClick(panel_.cancelButton(), Qt::LeftButton);
        ASSERT_TRUE(wait_until([this] { return !small_.session.queue().busy(); }, 20000));
    }
    EXPECT_TRUE(panel_.resumeButton()->isVisible());
    EXPECT_FALSE(panel_.sentence().contains(QStringLiteral("failed")));
    small_.session.choose({0}, Method::fp16);  // not what it was begun with
    const ScriptedCli cli(small_.folder, test::gives(small_.folder, front(true)));
    QTest::mouseClick(panel_.resumeButton(), Qt::LeftButton);
    ASSERT_TRUE(wait_until([this] { return !search().busy() && search().values() != nullptr; }));
    EXPECT_FALSE(panel_.resumeButton()->isVisible());
    const std::string words = read_file(small_.folder / "words.txt");
    const auto half = words.find('\n');
    ASSERT_NE(half, std::string::npos);
    EXPECT_EQ(words.substr(0, half), words.substr(half + 1, half)) << words;
}

TEST_F(SearchPanelTest, SaysWhenNothingPasses) {
    ASSERT_TRUE(test::open_samples(small_));
    Json document = front(true);
    document["front"][0]["measured"]["within"] = false;
    document["chosen"] = nullptr;
    document["nearest"] = 0;
    document["end"] = "none";
    document["why"] = "Every recipe loses more than 20 dB.";
    const ScriptedCli cli(small_.folder, test::gives(small_.folder, document) + "\nexit 1");
    QTest::mouseClick(panel_.startButton(), Qt::LeftButton);
    ASSERT_TRUE(wait_until([this] { return !search().busy(); }));
    EXPECT_TRUE(panel_.sentence().startsWith(QStringLiteral("No recipe passes. Every recipe loses more than 20 dB. The nearest one is ringed")))
        << panel_.sentence().toStdString();
    EXPECT_TRUE(panel_.front()->plot().dots[0].best);
    EXPECT_FALSE(panel_.front()->plot().dots[0].measured->within);
    EXPECT_TRUE(panel_.sentence().endsWith(QStringLiteral("2 recipes measured, 3 s."))) << panel_.sentence().toStdString();
    document["validations"] = 1;
    const ScriptedCli again(small_.folder, test::gives(small_.folder, document) + "\nexit 1");
    QTest::mouseClick(panel_.startButton(), Qt::LeftButton);
    ASSERT_TRUE(wait_until([this] { return !search().busy() && search().values() != nullptr; }));
    EXPECT_TRUE(panel_.sentence().endsWith(QStringLiteral("1 recipe measured, 3 s."))) << panel_.sentence().toStdString();
}

TEST_F(SearchPanelTest, SaysHowFarPredictionsHold) {
    ASSERT_TRUE(test::open_samples(small_));
    Json document = front(true);
    const auto sentence = [&] {
        const ScriptedCli cli(small_.folder, test::gives(small_.folder, document));
        QTest::mouseClick(panel_.startButton(), Qt::LeftButton);
        EXPECT_TRUE(wait_until([this] { return !search().busy() && search().values() != nullptr; }));
        return panel_.sentence();
    };
    EXPECT_FALSE(sentence().contains(QStringLiteral("Predictions"))) << "nothing was measured to hold them against";
    document["prediction"] = {{"points", 2}, {"ms_off", 0.04}, {"error_factor", 1.2}, {"rough", false}};
    EXPECT_TRUE(sentence().endsWith(QStringLiteral("Predictions hold: times are off by 4 %, errors by a factor of 1.2 (median of 2 recipes).")))
        << panel_.sentence().toStdString();
    document["prediction"] = {{"points", 1}, {"ms_off", 0.2}, {"error_factor", nullptr}, {"rough", true}};
    EXPECT_TRUE(sentence().endsWith(QStringLiteral("Predictions are rough: times are off by 20 % (median of 1 recipe)."))) << panel_.sentence().toStdString();
}

TEST_F(SearchPanelTest, TheSelectedRecipeCanBeQuantizedAtOnce) {
    ASSERT_TRUE(find());
    EXPECT_FALSE(panel_.quantizeButton()->isEnabled());
    clickDot(0);
    ASSERT_TRUE(panel_.quantizeButton()->isEnabled());
    const QSignalSpy asked(&panel_, &SearchPanel::quantizeRequested);
    QTest::mouseClick(panel_.quantizeButton(), Qt::LeftButton);
    EXPECT_EQ(asked.size(), 1);
}

}  // namespace
}  // namespace vernier::ui
