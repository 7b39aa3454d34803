// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <cstring>

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

/// A sound beside a state that stands before it by its name, with a yes for the louder half.
Sample sound() {
    Sample sample;
    Tensor state{ElementType::float32, {1, 4}, std::vector<std::byte>(4 * sizeof(float))};
    std::vector<float> values(1000);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = (i % 2 == 0 ? 1.F : -1.F) * (i < 500 ? 0.5F : 2.F);
    Tensor wave{ElementType::float32, {1, 1000}, std::vector<std::byte>(values.size() * sizeof(float))};
    std::memcpy(wave.bytes.data(), values.data(), wave.bytes.size());
    const std::vector<std::int64_t> steps = {0, 1};
    Tensor target{ElementType::int64, {2}, std::vector<std::byte>(2 * sizeof(std::int64_t))};
    std::memcpy(target.bytes.data(), steps.data(), target.bytes.size());
    sample.inputs = {{"h", state}, {"x", wave}};
    sample.target.values = target;
    return sample;
}

TEST(Waveform, OfASoundReachesWhatItsPartsDo) {
    const Sample sample = sound();
    EXPECT_EQ(largestInput(sample)->first, "x");
    const Waveform wave = waveformOf(sample, {}, 100);
    ASSERT_EQ(wave.columns.size(), 100);
    EXPECT_FLOAT_EQ(wave.columns[0].high, 0.25F) << "a part of the largest magnitude";
    EXPECT_FLOAT_EQ(wave.columns[0].low, -0.25F);
    EXPECT_FLOAT_EQ(wave.columns[99].high, 1.F);
    EXPECT_EQ(wave.yes, (QVector<bool>{false, true}));
}

TEST(Waveform, IsOfSignalsOnly) {
    const auto cut = [](const char* input) {
        Carry carry;
        carry.framed = {input};
        return carry;
    };
    Sample sample = sound();
    sample.inputs.at("x").dims = {1, 20, 50};
    EXPECT_TRUE(waveformOf(sample, {}, 100).isEmpty()) << "a table of 20 rows";
    EXPECT_EQ(waveformOf(sample, cut("h"), 100).columns.size(), 0);
    sample.inputs.at("x").dims = {20, 1, 50};
    EXPECT_EQ(waveformOf(sample, cut("x"), 100).columns.size(), 100) << "20 runs of 50 values";
    sample.inputs.erase("x");
    EXPECT_TRUE(waveformOf(sample, {}, 100).isEmpty()) << "four numbers";
    EXPECT_TRUE(waveformOf(Sample(), {}, 100).isEmpty());
}

}  // namespace
}  // namespace vernier::ui
