// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "tests/support/demo.h"
#include "tests/ui/small_session.h"
#include "ui/data/data_panel.h"
#include "ui/data/sample_gallery.h"

namespace vernier::ui {
namespace {

using test::SmallSession;
using test::wait_until;

class DemoData : public ::testing::Test {
protected:
    void SetUp() override {
        const std::filesystem::path demo = test::kDemo;
        if (!std::filesystem::exists(demo)) {
            GTEST_SKIP() << "the demo model is not in this checkout";
        }
        session_.open(QString::fromStdString(demo.string()));
        ASSERT_TRUE(wait_until([this] { return session_.dataset() || !session_.datasetError().isEmpty(); }));
        ASSERT_TRUE(session_.dataset()) << session_.datasetError().toStdString();
    }
    Session session_;
};

TEST_F(DemoData, TheDatasetBesideTheModelIsFoundAndShown) {
    EXPECT_FALSE(session_.isModified());
    DataPanel panel(session_);
    panel.resize(900, 400);
    panel.show();
    ASSERT_TRUE(wait_until([&] { return !panel.gallery()->tiles().isEmpty(); }));
    const SampleTile& tile = panel.gallery()->tiles().first();
    EXPECT_FALSE(tile.picture.isNull());
    EXPECT_FALSE(tile.label.isEmpty());
    EXPECT_TRUE(tile.problem.isEmpty()) << tile.problem.toStdString();
}

TEST_F(DemoData, ASampleThatIsNotThereIsATileThatSaysSo) {
    const SampleTile tile = loadTile(*session_.dataset(), Split::calibration, session_.dataset()->size(Split::calibration) + 5);
    EXPECT_TRUE(tile.picture.isNull());
    EXPECT_FALSE(tile.problem.isEmpty());
}

TEST(DataPanel, IsCalmWithoutAModel) {
    Session session;
    DataPanel panel(session);
    panel.show();
    EXPECT_TRUE(panel.gallery()->tiles().isEmpty());
}

TEST(SampleGallery, IsAsHighAsItsRows) {
    SampleGallery gallery;
    gallery.setBusy(10);
    const int one = gallery.heightForWidth(5000);
    EXPECT_EQ(gallery.heightForWidth(1), 10 * one);
    EXPECT_EQ(gallery.heightForWidth(5 * 114), 2 * one);
}

}  // namespace
}  // namespace vernier::ui
