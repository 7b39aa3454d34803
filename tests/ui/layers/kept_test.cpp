// SPDX-License-Identifier: GPL-3.0-or-later
// The evidence of layers and the front of a search in a session file.
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QTableView>

#include <gtest/gtest.h>

#include "core/base/file.h"
#include "tests/ui/layers/analysed.h"
#include "ui/charts/front_chart.h"
#include "ui/layers/layers_panel.h"
#include "ui/layers/search_panel.h"
#include "ui/session/layer_study.h"
#include "ui/session/queue.h"
#include "ui/session/recipe_search.h"
#include "ui/session/run_estimate.h"
#include "ui/session/trials.h"

namespace vernier::ui {
namespace {

using test::ScriptedCli;
using test::SmallSession;
using test::wait_until;

class KeptTest : public ::testing::Test {
protected:
    void SetUp() override {
        small_.session.document().chooseWholeModel(Method::int8_static);
        small_.session.choose({5}, Method::fp32);
        ASSERT_TRUE(test::analyse(small_, to_json(test::small_layers())));
    }
    /// A front of two dots; the first one's recipe is a file of the search's folder.
    void search() {
        Json document{{"model", "net.onnx"}, {"method", "int8-static"}, {"fp32_ms", 1.0},   {"chosen", 0},
                      {"nearest", nullptr},  {"end", "found"},          {"validations", 1}, {"seconds", 3}};
        document["front"] = {{{"recipe", "recipe-1.json"}, {"predicted", {{"ms", 0.8}, {"error", 0.001}}}, {"measured", nullptr}, {"float_nodes", {2, 5}}},
                             {{"recipe", nullptr}, {"predicted", {{"ms", 0.5}, {"error", 0.02}}}, {"measured", nullptr}, {"float_nodes", Json::array()}}};
        const Json recipe{{"vernier_recipe", 1}, {"default", {{"method", "int8-dynamic"}}}, {"rules", Json::array()}};
        const auto file = small_.folder.write("recipe.json", recipe.dump());
        const ScriptedCli cli(small_.folder, "while [ \"$1\" != -o ]; do shift; done\nmkdir -p \"$2\"\ncp '" + file.string() + "' \"$2/recipe-1.json\"\n" +
                                                 test::gives(small_.folder, document));
        small_.session.search().start({SearchLimit::Of::sqnr, 25, 2});
        ASSERT_TRUE(wait_until([this] { return !small_.session.search().busy() && !small_.session.queue().busy(); }));
        ASSERT_NE(small_.session.search().values(), nullptr);
    }
    [[nodiscard]] QString save() {
        const QString path = QString::fromStdString((small_.folder / "kept.vernier").string());
        EXPECT_EQ(small_.session.save(path), std::nullopt);
        return path;
    }
    static bool open(Session& session, const QString& path) {
        session.open(path);
        return wait_until([&] { return session.state() == Session::State::open && !session.document().datasetBusy(); });
    }

    SmallSession small_;
};

TEST_F(KeptTest, AReopenedSessionShowsTheLayersAsTheyWere) {
    EXPECT_TRUE(small_.session.isModified());
    const QString path = save();
    Session again;
    LayersPanel panel(again);
    ASSERT_TRUE(open(again, path));
    ASSERT_NE(again.layers().layers(), nullptr);
    EXPECT_EQ(*again.layers().layers(), *small_.session.layers().layers());
    EXPECT_EQ(panel.table()->model()->rowCount(), 4);
    EXPECT_EQ(panel.sentence(), QStringLiteral("1 of 3 regions carries 60 % of the error. The head gains nothing in INT8."));
    EXPECT_TRUE(again.layers().staleness().isEmpty()) << again.layers().staleness().toStdString();
    EXPECT_FALSE(again.isModified());
    again.choose({2}, Method::fp32);
    EXPECT_TRUE(again.layers().staleness().contains(QStringLiteral("The recipe has changed")));
}

TEST_F(KeptTest, AReopenedSessionShowsTheFrontAndTakesItsRecipes) {
    search();
    ASSERT_EQ(small_.session.search().take(0), std::nullopt);
    const QString path = save();
    Session again;
    SearchPanel panel(again);
    ASSERT_TRUE(open(again, path));
    ASSERT_NE(again.search().values(), nullptr);
    ASSERT_EQ(panel.front()->plot().dots.size(), 2U);
    EXPECT_EQ(again.search().taken(), 0);
    EXPECT_EQ(panel.limitBox()->currentData().toInt(), int(SearchLimit::Of::sqnr));
    EXPECT_DOUBLE_EQ(panel.boundBox()->value(), 25);
    EXPECT_DOUBLE_EQ(panel.budgetBox()->value(), 2);
    EXPECT_TRUE(again.search().staleness().isEmpty()) << again.search().staleness().toStdString();
    ASSERT_EQ(again.search().take(1), std::nullopt);
    EXPECT_EQ(again.recipe().default_method, Method::int8_static);
    ASSERT_EQ(again.search().take(0), std::nullopt) << "its file is gone with the folder of the search";
    EXPECT_EQ(again.recipe().default_method, Method::int8_dynamic);
}

TEST_F(KeptTest, FiguresOfAnotherModelAreStale) {
    search();
    const QString path = save();
    Json json = Json::parse(read_file(path.toStdString()));
    json["layers"]["model_sha256"] = std::string(64, '0');
    json["search"]["model_sha256"] = std::string(64, '0');
    write_file(path.toStdString(), json.dump());
    Session again;
    ASSERT_TRUE(open(again, path));
    EXPECT_TRUE(again.layers().staleness().contains(QStringLiteral("The model has changed"))) << again.layers().staleness().toStdString();
    EXPECT_TRUE(again.search().staleness().contains(QStringLiteral("The model has changed"))) << again.search().staleness().toStdString();
}

TEST_F(KeptTest, SaysWhatARunKeptInFloatAndTheAnalysisDidNot) {
    const QString path = save();
    Json json = Json::parse(read_file(path.toStdString()));
    Json nodes = Json::array();
    for (const char* applied : {"fp32", "int8-static", "int8-static", "int8-static", "int8-static", "fp32"}) {
        nodes.push_back({{"applied", applied}, {"why", ""}, {"absorbed", false}});
    }
    json["runs"] = {{{"id", 1}, {"title", "made"}, {"recipe", json["recipe"]}, {"file", ""}, {"quantized", {{"nodes", nodes}}}, {"measured", false}}};
    write_file(path.toStdString(), json.dump());
    Session again;
    ASSERT_TRUE(open(again, path));
    ASSERT_NE(again.madeRun(), nullptr);
    EXPECT_TRUE(again.layers().staleness().contains(QStringLiteral("The run “made” left 2 of these nodes in FP32")))
        << again.layers().staleness().toStdString();
}

TEST_F(KeptTest, WhatCannotBeReadLeavesTheRestOfTheSession) {
    search();
    const QString path = save();
    const Json whole = Json::parse(read_file(path.toStdString()));
    for (const char* what : {"document", "recipe", "model_sha256", "limit", "base"}) {
        Json json = whole;
        json["layers"][what] = 7;
        json["search"][what] = 7;
        write_file(path.toStdString(), json.dump());
        Session again;
        ASSERT_TRUE(open(again, path)) << what << ": " << again.error().toStdString();
        EXPECT_EQ(again.recipe().default_method, Method::int8_static);
    }
    Json json = whole;
    json["layers"]["document"]["nodes"][0]["id"] = 700;
    json["search"]["document"]["front"][0]["float_nodes"] = {700};
    write_file(path.toStdString(), json.dump());
    Session again;
    ASSERT_TRUE(open(again, path));
    EXPECT_EQ(again.layers().layers(), nullptr) << "a node that the model does not have";
    EXPECT_EQ(again.search().values(), nullptr);
}

TEST_F(KeptTest, ARunKeepsWhatWasEstimatedOfIt) {
    ASSERT_TRUE(wait_until([this] { return small_.session.plan().has_value(); }));
    const ScriptedCli cli(small_.folder, "cat > /dev/null\nexit 70");
    const int id = small_.session.trials().quantize();
    ASSERT_NE(id, 0);
    const RunEstimate estimate = small_.session.run(id)->estimate.value();
    EXPECT_DOUBLE_EQ(estimate.bytes.value(), double(small_.session.plan()->size_estimate_bytes));
    EXPECT_NEAR(estimate.ms.value(), 0.5, 1e-9) << "0.6 ms with all regions, of which the head loses 0.1";
    // The head's 30 % stay out: S = 0.007 of 0.01, E_all = 0.02.
    EXPECT_NEAR(estimate.error.value(), 0.007 + 0.01 * 0.49, 1e-12);
    EXPECT_EQ(runEstimateFrom(toJson(estimate)).value(), estimate);
    small_.session.queue().cancel();
    ASSERT_TRUE(wait_until([this] { return !small_.session.queue().busy(); }));
}

}  // namespace
}  // namespace vernier::ui
