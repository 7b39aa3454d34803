// SPDX-License-Identifier: GPL-3.0-or-later
// How the comparison's charts share the room that there is.
#include "ui/compare/charts_area.h"

#include <QApplication>
#include <QLabel>
#include <QScrollBar>
#include <QTabBar>

#include <algorithm>

#include <gtest/gtest.h>

namespace vernier::ui {
namespace {

/// Five charts of a baseline and candidates whose names begin and end alike.
std::vector<IntervalPlot> plots(int candidates) {
    std::vector<IntervalPlot> all;
    for (const char* name : {"Latency p50", "Top-1", "File size", "Latency p99", "Cold start"}) {
        IntervalPlot plot;
        plot.name = QLatin1String(name);
        plot.brief = plot.name.right(4);
        plot.title = plot.name + QStringLiteral(", in some unit");
        plot.note = QStringLiteral("lower is better");
        for (int i = 0; i <= candidates; ++i) {
            IntervalRow row;
            row.label = i == 0 ? QStringLiteral("FP32 baseline") : QStringLiteral("INT8 static, %1 nodes FP32").arg(10 + i);
            row.value = 1.0 + i;
            row.baseline = i == 0;
            row.text = QStringLiteral("0.358  1.14x");
            plot.rows.push_back(row);
        }
        all.push_back(plot);
    }
    return all;
}

class ChartsAreaTest : public ::testing::Test {
protected:
    ChartsAreaTest() {
        area_.addHeader(&header_);
        area_.setShortener([this](bool shorter) { header_.setText(shorter ? QStringLiteral("short") : QStringLiteral("1\n2\n3\n4\n5\n6\n7")); });
    }
    ~ChartsAreaTest() override { header_.setParent(nullptr); }

    void show(int width, int height, int candidates) {
        area_.resize(width, height);
        area_.show();
        area_.setPlots(plots(candidates), {});
        QApplication::processEvents();
    }
    [[nodiscard]] int seen() const {
        return int(std::count_if(area_.charts().begin(), area_.charts().end(), [](const IntervalChart* chart) { return chart->isVisible(); }));
    }
    [[nodiscard]] QTabBar* tabs() const { return area_.findChild<QTabBar*>(); }
    [[nodiscard]] bool scrolls() const { return area_.verticalScrollBar()->maximum() > 0; }

    QLabel header_;
    ChartsArea area_;
};

TEST_F(ChartsAreaTest, WithRoomAllAreSeenWithWholeNames) {
    show(1200, 900, 4);
    EXPECT_EQ(seen(), 5);
    EXPECT_FALSE(tabs()->isVisible());
    EXPECT_FALSE(scrolls());
    EXPECT_EQ(header_.text().size(), 13);
    for (const IntervalChart* chart : area_.charts()) {
        EXPECT_EQ(layoutOf(chart->plot(), chart->width()).cut, LabelCut::none);
    }
}

TEST_F(ChartsAreaTest, TabsWithoutRoomForTitlesHaveTheNamesOfTheColumns) {
    show(900, 180, 4);
    ASSERT_GT(tabs()->count(), 1);
    EXPECT_TRUE(tabs()->tabText(0).startsWith(QStringLiteral("Latency p50")));
    show(260, 180, 4);
    ASSERT_GT(tabs()->count(), 1);
    EXPECT_EQ(tabs()->tabText(0), QStringLiteral(" p50"));
    EXPECT_EQ(tabs()->tabToolTip(0), QStringLiteral("Latency p50")) << "the whole title stands in the tip";
}

TEST_F(ChartsAreaTest, InALowPanelTheWordsAboveThemGiveWayFirst) {
    show(1500, 900, 4);
    const int needed = area_.widget()->minimumSizeHint().height();
    show(1500, needed - 40, 4);
    EXPECT_EQ(seen(), 5);
    EXPECT_FALSE(scrolls());
}

TEST_F(ChartsAreaTest, WithoutRoomForAllTheyComeByTabsAndNothingScrolls) {
    show(460, 190, 4);
    EXPECT_EQ(header_.text(), QStringLiteral("short"));
    EXPECT_EQ(seen(), 1);
    ASSERT_TRUE(tabs()->isVisible());
    ASSERT_EQ(tabs()->count(), 5);
    EXPECT_EQ(tabs()->tabText(2), QStringLiteral("File size"));
    EXPECT_FALSE(scrolls());
    EXPECT_TRUE(area_.charts()[0]->isVisible());
    tabs()->setCurrentIndex(2);
    EXPECT_EQ(seen(), 1);
    EXPECT_TRUE(area_.charts()[2]->isVisible());
    // New figures leave the tab where it is; more room brings all charts back.
    area_.setPlots(plots(3), {});
    EXPECT_TRUE(area_.charts()[2]->isVisible());
    area_.resize(1500, 900);
    QApplication::processEvents();
    EXPECT_EQ(seen(), 5);
    EXPECT_FALSE(tabs()->isVisible());
}

TEST_F(ChartsAreaTest, NamesThatCutWouldLookAlikeAreNeverCut) {
    show(930, 250, 6);
    for (const IntervalChart* chart : area_.charts()) {
        if (chart->isVisible()) {
            EXPECT_NE(layoutOf(chart->plot(), chart->width()).cut, LabelCut::ambiguous);
        }
    }
    EXPECT_LT(seen(), 5);
}

}  // namespace
}  // namespace vernier::ui
