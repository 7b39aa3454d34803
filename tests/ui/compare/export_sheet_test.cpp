// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/export_sheet.h"

#include <QFile>
#include <QImage>
#include <QSvgRenderer>

#include <gtest/gtest.h>

#include "tests/ui/compared.h"
#include "ui/compare/charts_area.h"
#include "ui/compare/session_comparison.h"

namespace vernier::ui {
namespace {

using test::open_compared;
using test::SmallSession;

TEST(ExportSheet, WithoutAComparisonItSaysWhatIsMissing) {
    SmallSession small;
    QString error;
    const QString path = QString::fromStdString((small.folder / "sheet.png").string());
    EXPECT_FALSE(exportSheet(small.session, path, &error));
    EXPECT_TRUE(error.contains(QStringLiteral("Measure"))) << error.toStdString();
    EXPECT_FALSE(QFile::exists(path));
}

TEST(ExportSheet, WritesAllThreeKinds) {
    SmallSession small;
    ASSERT_TRUE(open_compared(small, test::simulated_comparison()));
    for (const char* name : {"sheet.png", "sheet.svg", "sheet.pdf"}) {
        QString error;
        const QString path = QString::fromStdString((small.folder / name).string());
        ASSERT_TRUE(exportSheet(small.session, path, &error)) << error.toStdString();
        EXPECT_GT(QFile(path).size(), 5000) << name;
    }
    EXPECT_EQ(QImage(QString::fromStdString((small.folder / "sheet.png").string())).width(), 2 * int(kSheetWidth));
    EXPECT_TRUE(QSvgRenderer(QString::fromStdString((small.folder / "sheet.svg").string())).isValid());
}

TEST(ExportSheet, TellsRecipeWarningsAndWhereItCameFrom) {
    SmallSession small;
    ASSERT_TRUE(open_compared(small, test::simulated_comparison()));
    const auto sheet = sheetOf(small.session);
    ASSERT_TRUE(sheet);
    EXPECT_TRUE(sheet->subtitle.startsWith(QStringLiteral("net.onnx")));
    const QStringList warnings{QStringLiteral("Some samples are in both splits. Give each its own."), QStringLiteral("Other work was running. Measure again."),
                               QStringLiteral("“all static”: takes 0.4 ms or 0.6 ms. Fix the clock.")};
    EXPECT_EQ(sheet->warnings, warnings);
    const QString footer = sheet->footer.join(QLatin1Char('\n'));
    EXPECT_TRUE(footer.contains(QStringLiteral("baseline sha256 01234567…cdef"))) << footer.toStdString();
    EXPECT_TRUE(footer.contains(QStringLiteral("2,000 samples"))) << footer.toStdString();
    EXPECT_TRUE(footer.contains(QStringLiteral("2026-01-02"))) << footer.toStdString();
    EXPECT_TRUE(measuredHow(small.session).contains(QStringLiteral("2,000 validation samples of simulated")));
}

TEST(ExportSheet, AChartIsExportedWithItsSubtitleInside) {
    const NamedComparison named = namedByFiles(test::simulated_comparison());
    const QByteArray svg = pictureBytes(chartPicture(figurePlot(named, figure("p50")), QStringLiteral("net.onnx · host test")), QStringLiteral("svg"));
    EXPECT_TRUE(svg.contains("Latency p50, ms"));
    EXPECT_TRUE(svg.contains("host test"));
    EXPECT_TRUE(QSvgRenderer(svg).isValid());
}

TEST(GateWords, SayPassFailOrNotSettled) {
    CandidateComparison candidate;
    EXPECT_EQ(gateWords(candidate), QStringLiteral("–"));
    candidate.gate = Outcome::passed;
    candidate.gate_lines = {{"accuracy", Outcome::passed, {}, 0}};
    EXPECT_TRUE(gateWords(candidate).startsWith(QStringLiteral("✓")));
    candidate.gate_lines.push_back({"speed", Outcome::inconclusive, {}, 0});
    candidate.gate = Outcome::inconclusive;
    EXPECT_TRUE(gateWords(candidate).startsWith(QLatin1Char('?')));
    candidate.gate_lines[0].outcome = candidate.gate = Outcome::failed;
    EXPECT_EQ(gateWords(candidate), QStringLiteral("✕ accuracy"));
}

}  // namespace
}  // namespace vernier::ui
