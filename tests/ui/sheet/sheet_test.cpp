// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sheet/sheet.h"

#include <QImage>
#include <QPainter>
#include <QRegularExpression>
#include <QSvgRenderer>

#include <gtest/gtest.h>

#include "core/report/time_by_kind.h"
#include "tests/ui/compared.h"
#include "ui/sheet/blocks.h"

namespace vernier::ui {
namespace {

Sheet sheetFor(const Comparison& comparison) {
    Sheet sheet;
    sheet.named = namedByFiles(comparison);
    sheet.verdict = verdict_of(comparison);
    sheet.subtitle = QStringLiteral("net.onnx · 4 of 6 nodes INT8 static, 2 FP32");
    sheet.footer = {QStringLiteral("baseline sha256 01234567")};
    return sheet;
}

TEST(Sheet, SvgReadsBackAndHoldsItsWords) {
    const Sheet sheet = sheetFor(test::simulated_comparison());
    const Picture picture = sheetPicture(sheet);
    EXPECT_EQ(picture.size.width(), kSheetWidth);
    const QByteArray svg = pictureBytes(picture, QStringLiteral("svg"));
    QSvgRenderer renderer(svg);
    ASSERT_TRUE(renderer.isValid());
    EXPECT_EQ(renderer.viewBoxF().size(), picture.size);
    for (const char* words : {"Latency p50, ms", "Latency p90, ms", "Latency p99, ms", "Top-1, % of 2,000 samples", "File size, MB", "Cold start, ms",
                              "Where the time went", "right in both", "Latency of all warm runs, ms", "ran 2 float", "4 of 6 nodes", "sha256"}) {
        EXPECT_TRUE(svg.contains(words)) << words;
    }
    EXPECT_TRUE(svg.contains("x faster")) << "the row of p50";
    EXPECT_FALSE(QString::fromUtf8(svg).contains(QRegularExpression(QStringLiteral("(faster|slower|~)[-0-9]")))) << "two columns run together";
    EXPECT_TRUE(picture.title.startsWith(QStringLiteral("static: ")));
}

TEST(Sheet, PngAndPdfAreWhole) {
    const Picture picture = sheetPicture(sheetFor(test::simulated_comparison()));
    const QImage image = QImage::fromData(pictureBytes(picture, QStringLiteral("png")));
    EXPECT_EQ(image.width(), 2 * int(kSheetWidth));
    EXPECT_EQ(image.height(), 2 * int(picture.size.height()));
    EXPECT_FALSE(image.text(QStringLiteral("Comment")).isEmpty());
    const QByteArray pdf = pictureBytes(picture, QStringLiteral("pdf"));
    EXPECT_TRUE(pdf.contains("/Count 1"));
    EXPECT_GT(pdf.size(), 5000);
}

TEST(Sheet, IsShorterWithoutSamplesAndHigherWithWarnings) {
    const Theme theme = Theme::light();
    Sheet sheet = sheetFor(test::simulated_comparison());
    const double height = paintSheet(nullptr, sheet, theme);
    sheet.warnings = {QStringLiteral("Other work was running.")};
    EXPECT_GT(paintSheet(nullptr, sheet, theme), height);
    const QByteArray svg = pictureBytes(sheetPicture(sheetFor(test::simulated_comparison(0))), QStringLiteral("svg"));
    EXPECT_FALSE(svg.contains("Answers that changed"));
    EXPECT_FALSE(svg.contains("Top-1, %"));
    EXPECT_TRUE(svg.contains("Cold start, ms"));
}

TEST(Sheet, NothingIsPaintedBelowItsEnd) {
    const Sheet sheet = sheetFor(test::simulated_comparison());
    const Theme theme = Theme::light();
    const int height = int(paintSheet(nullptr, sheet, theme));
    QImage image(int(kSheetWidth), height + 60, QImage::Format_RGB32);
    image.fill(Qt::magenta);
    QPainter painter(&image);
    EXPECT_EQ(int(paintSheet(&painter, sheet, theme)), height);
    painter.end();
    for (int x = 0; x < image.width(); x += 7) {
        ASSERT_EQ(image.pixelColor(x, height + 1), QColor(Qt::magenta)) << x;
        ASSERT_EQ(image.pixelColor(x, height - 4), theme.window) << x;
    }
}

/// Pixels of a colour in the left part of an image, where the curves are; their names are at the right.
int pixelsOf(const QImage& image, const QColor& colour, int width) {
    int found = 0;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < width; ++x) {
            found += image.pixelColor(x, y) == colour ? 1 : 0;
        }
    }
    return found;
}

TEST(Sheet, EachModelHasItsCurve) {
    Sheet sheet = sheetFor(test::simulated_comparison());
    sheet.named.comparison.baseline.measurement.latency.quantiles = {3, 4, 5};
    sheet.named.comparison.candidates[0].measurement.latency.quantiles = {1, 1.5, 2};
    sheet.named.comparison.candidates[1].measurement.latency.quantiles = {2, 2.5, 3};
    sheet.named.names[0].method = QStringLiteral("int8-static");
    sheet.named.names[1].method = QStringLiteral("fp16");
    const Theme theme = Theme::light();
    constexpr int kWidth = 544;
    const int height = int(paintCurves(nullptr, QRectF(0, 0, kWidth, 0), sheet, theme));
    ASSERT_GT(height, 100);
    QImage image(kWidth, height, QImage::Format_RGB32);
    image.fill(theme.window);
    {
        QPainter painter(&image);
        EXPECT_EQ(int(paintCurves(&painter, QRectF(0, 0, kWidth, 0), sheet, theme)), height);
    }
    for (const char16_t* method : {u"fp32", u"int8-static", u"fp16"}) {
        EXPECT_GT(pixelsOf(image, theme.method(method), kWidth - 160), 60) << QString::fromUtf16(method).toStdString();
    }
    sheet.named.comparison.baseline.measurement.latency.quantiles.clear();
    for (CandidateComparison& candidate : sheet.named.comparison.candidates) {
        candidate.measurement.latency.quantiles.clear();
    }
    EXPECT_EQ(paintCurves(nullptr, QRectF(0, 0, kWidth, 0), sheet, theme), 0);
}

TEST(Sheet, BiggestChangeOfTimeComesFirst) {
    const Comparison comparison = test::simulated_comparison();
    const auto kinds = time_changes(comparison.baseline.measurement, comparison.candidates[0].measurement);
    ASSERT_EQ(kinds.size(), 2U);
    EXPECT_EQ(kinds[0].kind, "Conv");
    EXPECT_NEAR(kinds[0].before - kinds[0].after, 0.35, 1e-9);
    EXPECT_TRUE(time_changes({}, {}).empty());
}

TEST(Sheet, ProfiledTimeIsScaledToTheMeasuredLatency) {
    Comparison comparison = test::simulated_comparison();
    Measurement& before = comparison.baseline.measurement;
    Measurement& after = comparison.candidates[0].measurement;
    const auto total = [](const std::vector<KindTime>& kinds, double KindTime::*side) {
        double sum = 0;
        for (const KindTime& kind : kinds) {
            sum += kind.*side;
        }
        return sum;
    };
    const std::vector<KindTime> profiled = time_changes(before, after);
    before.latency.p50 = total(profiled, &KindTime::before);
    after.latency.p50 = total(profiled, &KindTime::after);
    EXPECT_FALSE(scaled_time(before, after).scaled);  // profiling took as long as the runs: nothing to say
    before.latency.p50 /= 2.5;                        // a profile from a busy machine
    after.latency.p50 /= 1.5;
    const ScaledTime time = scaled_time(before, after);
    EXPECT_TRUE(time.scaled);
    EXPECT_NEAR(time.profiled_before, 2.5, 1e-6);
    EXPECT_NEAR(time.profiled_after, 1.5, 1e-6);
    EXPECT_NEAR(total(time.kinds, &KindTime::before), before.latency.p50, 1e-9);
    EXPECT_NEAR(total(time.kinds, &KindTime::after), after.latency.p50, 1e-9);
    const QByteArray svg = pictureBytes(sheetPicture(sheetFor(comparison)), QStringLiteral("svg"));
    EXPECT_TRUE(svg.contains("scaled to the measured p50"));
    EXPECT_EQ(time.distrust, "");
    after.latency.p50 /= 317 / 1.5;
    const ScaledTime doubted = scaled_time(before, after);
    EXPECT_TRUE(doubted.kinds.empty()) << "317 times as long is no evidence of where the time goes";
    EXPECT_NE(doubted.distrust.find("The profile of static cannot be trusted"), std::string::npos) << doubted.distrust;
    EXPECT_TRUE(pictureBytes(sheetPicture(sheetFor(comparison)), QStringLiteral("svg")).contains("cannot be trusted"));
    after.latency.p50 *= 317.0 * 4;
    EXPECT_TRUE(scaled_time(before, after).kinds.empty()) << "nor is a quarter";
    before.profile.clear();
    after.profile.clear();
    EXPECT_FALSE(scaled_time(before, after).scaled);
    EXPECT_EQ(scaled_time(before, after).distrust, "");
}

}  // namespace
}  // namespace vernier::ui
