// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/findings_panel.h"

#include <gtest/gtest.h>

#include <QTreeWidget>
#include <QTreeWidgetItemIterator>

#include "core/base/file.h"
#include "core/base/timed.h"
#include "tests/ui/compared.h"
#include "tests/ui/small_session.h"

namespace vernier::ui {
namespace {

TEST(Findings, AreAboutTheNodeThatTheyName) {
    const test::SmallSession small;
    ASSERT_TRUE(small.opened);
    const Model& model = *small.session.model();
    Finding finding;
    EXPECT_EQ(nodeOf(finding, model), -1);
    finding.tensor = "c";
    EXPECT_EQ(nodeOf(finding, model), 2) << "it makes the tensor";
    finding.tensor = "w1";
    EXPECT_EQ(nodeOf(finding, model), 2) << "it takes the weights";
    finding.tensor = "nothing";
    EXPECT_EQ(nodeOf(finding, model), -1);
    finding.node_name = "head";
    EXPECT_EQ(nodeOf(finding, model), 5);
    finding.node = 1;
    EXPECT_EQ(nodeOf(finding, model), 1);
}

/// All texts of the panel's rows.
QString textsOf(const FindingsPanel& panel) {
    QStringList texts;
    const auto* tree = panel.findChild<QTreeWidget*>();
    for (QTreeWidgetItemIterator item(const_cast<QTreeWidget*>(tree)); *item != nullptr; ++item) {
        texts << (*item)->text(1);
    }
    return texts.join(QLatin1Char('\n'));
}

TEST(Findings, OfAMeasuredRunLetTheMeasuredFigureSpeak) {
    test::SmallSession small;
    ASSERT_TRUE(test::open_compared(small, test::simulated_comparison()));
    const auto path = small.folder / "s.vernier";
    Json saved = Json::parse(read_file(path));
    const std::string timing = timing_sentence({{"this way", 0.516}, {"as opened", 0.487}});
    saved["runs"][0]["quantized"] = {
        {"findings",
         {{{"severity", "info"}, {"code", "float-prefix"}, {"text", "The first convolution stays in float." + timing}, {"remedy", ""}},
          {{"severity", "warning"}, {"code", "nothing-to-gain"}, {"text", "INT8 is slower on this model." + timing}, {"remedy", ""}},
          {{"severity", "info"}, {"code", "fp16-unchecked"}, {"text", "Unchecked."}, {"remedy", "Give samples (--data): then it is."}}}}};
    small.folder.write("s.vernier", saved.dump());
    small.session.open(QString::fromStdString(path.string()));
    ASSERT_TRUE(test::wait_until(
        [&] { return small.session.document().readingName().isEmpty() && small.session.run(1) != nullptr && small.session.run(1)->quantized.is_object(); }));
    small.session.trials().setCurrentRun(1);
    const FindingsPanel panel(small.session);
    const QString texts = textsOf(panel);
    EXPECT_TRUE(texts.contains(QStringLiteral("The first convolution stays in float. Measured since:"))) << texts.toStdString();
    EXPECT_TRUE(texts.contains(QStringLiteral("faster"))) << "it was measured as twice as fast";
    EXPECT_FALSE(texts.contains(QStringLiteral("INT8 is slower"))) << texts.toStdString();
    EXPECT_FALSE(texts.contains(QStringLiteral("0.516")));
    EXPECT_TRUE(texts.contains(QStringLiteral("Give samples in the Data tab: then it is."))) << "an option of the command line is no help here";
}

}  // namespace
}  // namespace vernier::ui
