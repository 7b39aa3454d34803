// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <QPushButton>

#include "tests/ui/built_cli.h"
#include "tests/ui/small_session.h"
#include "ui/data/data_check.h"

namespace vernier::ui {
namespace {

using test::SmallSession;
using test::wait_until;

TEST(DataCheck, TellsRangesAndWhatIsAmiss) {
    const Json input = {{"name", "x"}, {"type", "float32[1,3]"}, {"min", 0.0625}, {"max", 0.5}, {"mean", 0.25}, {"deviation", 0.125}};
    Json result = {{"calibration", {{"inputs", {input}}, {"top1", nullptr}}}, {"validation", {{"inputs", {input}}, {"top1", 81.5}}}};
    result["findings"] = {{{"severity", "info"}, {"code", "x"}, {"text", "not shown"}, {"remedy", ""}}};
    EXPECT_EQ(checkLines(result),
              (QStringList{QStringLiteral("calibration, x: float32[1,3], 0.0625 to 0.5, mean 0.25 ± 0.125"),
                           QStringLiteral("validation, x: float32[1,3], 0.0625 to 0.5, mean 0.25 ± 0.125"), QStringLiteral("validation: top-1 81.5 %"),
                           QStringLiteral("✓ No problem found in the samples that were looked at.")}));
    result["findings"].push_back({{"severity", "warning"}, {"code", "few-samples"}, {"text", "There are only 12."}, {"remedy", "Take more."}});
    EXPECT_EQ(checkLines(result).last(), QStringLiteral("⚠ There are only 12. Take more."));
}

TEST(DataCheck, NeedsData) {
    SmallSession small;
    ASSERT_TRUE(small.opened);
    DataCheck check(small.session);
    EXPECT_FALSE(check.button()->isEnabled());
}

TEST(DataCheck, AsksTheCommandLineAndForgetsWithOtherData) {
    const test::BuiltCli cli;
    if (!cli.found()) {
        GTEST_SKIP() << "vernier-cli is not built";
    }
    SmallSession small;
    ASSERT_TRUE(small.opened);
    small.session.setDataset(QString::fromStdString(test::write_small_samples(small.folder)));
    ASSERT_TRUE(wait_until([&] { return small.session.dataset() != nullptr; })) << small.session.datasetError().toStdString();
    DataCheck check(small.session);
    ASSERT_TRUE(check.button()->isEnabled());
    check.button()->click();
    EXPECT_FALSE(check.button()->isEnabled()) << "it is at work";
    ASSERT_TRUE(wait_until([&] { return check.button()->isEnabled(); }));
    EXPECT_TRUE(check.text().contains(QStringLiteral("x: float32"))) << check.text().toStdString();
    EXPECT_TRUE(check.text().contains(QStringLiteral("⚠"))) << "sixteen samples are few: " << check.text().toStdString();
    small.session.setDataset({});
    ASSERT_TRUE(wait_until([&] { return small.session.dataset() == nullptr; }));
    EXPECT_TRUE(check.text().isEmpty());
}

}  // namespace
}  // namespace vernier::ui
