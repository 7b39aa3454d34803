// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <QPushButton>

#include "tests/support/demo.h"
#include "tests/ui/built_cli.h"
#include "tests/ui/small_session.h"
#include "ui/data/answers_panel.h"
#include "ui/data/pair_gallery.h"
#include "ui/session/trials.h"

namespace vernier::ui {
namespace {

using test::wait_until;

TEST(AnswersPanel, SaysWhatIsMissing) {
    Session session;
    AnswersPanel panel(session);
    panel.show();
    EXPECT_FALSE(panel.look()->isVisible());
    EXPECT_TRUE(panel.gallery()->tiles().isEmpty());
}

/// The demo against itself: every answer is the same, and as right as before.
TEST(AnswersPanel, ShowsTheSamplesWithBothAnswers) {
    const test::BuiltCli cli;
    if (!cli.found()) {
        GTEST_SKIP() << "vernier-cli is not built";
    }
    const QString demo = QString::fromStdString(std::filesystem::path(test::kDemo).string());
    Session session;
    session.open(demo);
    ASSERT_TRUE(wait_until([&] { return session.dataset() || !session.datasetError().isEmpty(); }));
    ASSERT_TRUE(session.dataset()) << session.datasetError().toStdString();
    AnswersPanel panel(session);
    panel.resize(1000, 400);
    panel.show();
    EXPECT_FALSE(panel.look()->isVisible()) << "there is no candidate yet";
    session.trials().addCandidate(demo);
    ASSERT_TRUE(wait_until([&] { return panel.look()->isVisible(); }));
    panel.look()->click();
    ASSERT_TRUE(wait_until([&] { return !panel.gallery()->tiles().isEmpty() || session.queue().problem(); }));
    ASSERT_FALSE(session.queue().problem()) << session.queue().problem()->message.toStdString();
    EXPECT_TRUE(panel.counter(Stand::lost)->text().startsWith(QStringLiteral("0\n"))) << panel.counter(Stand::lost)->text().toStdString();
    EXPECT_FALSE(panel.counter(Stand::rightBoth)->text().startsWith(QStringLiteral("0\n")));
    const PairTile& tile = panel.gallery()->tiles().first();
    EXPECT_FALSE(tile.picture.isNull());
    ASSERT_EQ(tile.cells.size(), 3) << "target and both answers";
    EXPECT_EQ(tile.cells[1].words, tile.cells[2].words);
    EXPECT_TRUE(tile.cells[1].words.startsWith(tile.cells[0].words)) << "right in both";
}

}  // namespace
}  // namespace vernier::ui
