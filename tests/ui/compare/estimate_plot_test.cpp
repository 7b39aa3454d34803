// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/estimate_plot.h"

#include <gtest/gtest.h>

#include "core/base/file.h"
#include "tests/ui/compared.h"
#include "tests/ui/small_session.h"
#include "ui/session/session.h"

namespace vernier::ui {
namespace {

using test::SmallSession;
using test::wait_until;

/// The session of open_compared(), saved with an estimate of its first run and opened again.
bool open_estimated(SmallSession& small, const Json& estimate) {
    if (!test::open_compared(small, test::simulated_comparison())) {
        return false;
    }
    const auto file = small.folder / "estimated.vernier";
    if (small.session.save(QString::fromStdString(file.string()))) {
        return false;
    }
    Json json = Json::parse(read_file(file));
    json["runs"][0]["estimate"] = estimate;
    write_file(file, json.dump());
    small.session.open(QString::fromStdString(file.string()));
    return wait_until([&] { return small.session.document().readingName().isEmpty() && small.session.run(1) != nullptr; });
}

TEST(EstimatePlot, HoldsWhatWasMeasuredAgainstTheEstimate) {
    SmallSession small;
    // The run has 250,000 bytes and 0.5 ms.
    ASSERT_TRUE(open_estimated(small, {{"bytes", 200'000}, {"ms", 0.4}, {"error", nullptr}, {"rough", true}}));
    ASSERT_TRUE(small.session.run(1)->estimate.has_value());
    ASSERT_NE(small.session.measured(1), nullptr);
    const IntervalPlot plot = estimatePlot(small.session);
    ASSERT_EQ(plot.rows.size(), 3U) << "as estimated, size, time; the second run has no estimate";
    EXPECT_TRUE(plot.rows[0].baseline);
    EXPECT_DOUBLE_EQ(plot.rows[0].value, 1);
    EXPECT_EQ(plot.rows[1].label, QStringLiteral("size: all static"));
    EXPECT_DOUBLE_EQ(plot.rows[1].value, 1.25);
    EXPECT_TRUE(plot.rows[1].text.contains(QStringLiteral("+25 %"))) << plot.rows[1].text.toStdString();
    EXPECT_NEAR(plot.rows[2].value, small.session.measured(1)->measurement.latency.p50 / 0.4, 1e-12);
    EXPECT_TRUE(plot.rows[2].tip.contains(QStringLiteral("rough"))) << plot.rows[2].tip.toStdString();
}

TEST(EstimatePlot, TheTitleNamesTheOnlyFigureAndRowsTheRuns) {
    SmallSession small;
    ASSERT_TRUE(open_estimated(small, {{"bytes", 200'000}, {"ms", nullptr}}));
    const IntervalPlot plot = estimatePlot(small.session);
    ASSERT_EQ(plot.rows.size(), 2U);
    EXPECT_EQ(plot.rows[1].label, QStringLiteral("all static"));
    EXPECT_EQ(plot.title, QStringLiteral("Measured against estimated size"));
}

TEST(EstimatePlot, HasNoRowsWithoutEstimates) {
    SmallSession small;
    ASSERT_TRUE(test::open_compared(small, test::simulated_comparison()));
    EXPECT_TRUE(estimatePlot(small.session).rows.empty());
}

TEST(EstimatePlot, AnEstimateThatIsNoNumberIsNone) {
    SmallSession small;
    ASSERT_TRUE(open_estimated(small, {{"bytes", "many"}, {"ms", nullptr}}));
    EXPECT_TRUE(estimatePlot(small.session).rows.empty());
}

}  // namespace
}  // namespace vernier::ui
