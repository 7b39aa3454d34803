// SPDX-License-Identifier: GPL-3.0-or-later
// The sheet of a comparison's file: the same as the window's, without a session.
#include <QFile>
#include <QImage>
#include <QSvgRenderer>

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>
#include <string>

#include "core/base/error.h"
#include "core/report/documents.h"
#include "core/report/evidence.h"
#include "tests/support/random.h"
#include "tests/support/temp_dir.h"
#include "tests/ui/compared.h"
#include "ui/compare/export_sheet.h"
#include "ui/compare/session_comparison.h"

namespace vernier::ui {
namespace {

using test::open_compared;
using test::SmallSession;

ComparedFiles compared_files() {
    ComparedFiles compared{test::simulated_comparison(), {}};
    compared.comparison.baseline.precision = "fp32";
    compared.findings = {{.severity = Severity::warning, .code = "busy-machine", .text = "Other work was running.", .remedy = "Measure again."}};
    return compared;
}

std::string evidence_in(const test::TempDir& dir, const ComparedFiles& compared) { return dir.write("e.json", to_json(compared, false).dump()).string(); }

QByteArray bytesOf(const std::filesystem::path& path) {
    QFile file(QString::fromStdString(path.string()));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

TEST(ExportEvidence, WarningsNameTheBaselineAsTheChartsDo) {
    ComparedFiles compared = compared_files();
    compared.findings.front().file = compared.comparison.baseline.measurement.model.string();
    ASSERT_FALSE(compared.findings.front().file.empty());
    const auto warnings = measuredWarnings(compared);
    ASSERT_EQ(warnings.size(), 1);
    EXPECT_EQ(warnings.front().text, QStringLiteral("“%1”: Other work was running.").arg(namedComparison(compared.comparison).baseline.title));
    EXPECT_TRUE(warnings.front().text.startsWith(QStringLiteral("“FP32 baseline”"))) << warnings.front().text.toStdString();
}

TEST(ExportEvidence, WritesAllThreeKindsInLightAndDark) {
    const test::TempDir dir;
    const std::string evidence = evidence_in(dir, compared_files());
    for (const char* ending : {"png", "svg", "pdf"}) {
        const auto light = dir / (std::string("light.") + ending), dark = dir / (std::string("dark.") + ending);
        const QString told = exportEvidence(evidence, light, Theme::light());
        EXPECT_TRUE(told.startsWith(QStringLiteral("Wrote %1: the sheet of ").arg(QString::fromStdString(light.string())))) << told.toStdString();
        EXPECT_TRUE(told.contains(QStringLiteral("and 2 candidates, "))) << told.toStdString();
        exportEvidence(evidence, dark, Theme::night());
        EXPECT_GT(std::filesystem::file_size(light), 5000U) << ending;
        EXPECT_GT(std::filesystem::file_size(dark), 5000U) << ending;
        EXPECT_NE(bytesOf(light), bytesOf(dark)) << ending;
    }
    const QImage light(QString::fromStdString((dir / "light.png").string())), dark(QString::fromStdString((dir / "dark.png").string()));
    EXPECT_EQ(light.size(), dark.size());
    EXPECT_EQ(light.width(), 2 * int(kSheetWidth));
    EXPECT_EQ(light.pixelColor(3, 3), Theme::light().window);
    EXPECT_EQ(dark.pixelColor(3, 3), Theme::night().window);
    EXPECT_TRUE(bytesOf(dir / "light.pdf").startsWith("%PDF"));
}

/// The window's own export of a session, and the export of the evidence that the session's comparison is saved as.
TEST(ExportEvidence, IsTheSheetThatTheWindowExports) {
    SmallSession small;
    ASSERT_TRUE(open_compared(small, test::simulated_comparison()));
    auto own = sheetOf(small.session);
    ASSERT_TRUE(own);
    ComparedFiles saved = *small.session.trials().compared();
    saved.comparison.baseline.precision = "fp32";
    saved.comparison.baseline.measurement.model = "net.onnx";
    // Runs that no model was made for here say their method by their recipe; in a file it is said by the origin.
    saved.comparison.candidates[1].origin = Origin{};
    saved.comparison.candidates[1].origin->counts = {{Method::fp16, 6}};
    own->named.comparison.candidates[1].origin = saved.comparison.candidates[1].origin;
    const Sheet sheet = sheetOf(evidence_from(to_json(saved, false).dump(), "e.json"));
    EXPECT_EQ(sheet.subtitle, own->subtitle);
    EXPECT_EQ(sheet.warnings, own->warnings);
    EXPECT_EQ(sheet.footer, own->footer);
    EXPECT_EQ(pictureBytes(sheetPicture(sheet), QStringLiteral("svg")), pictureBytes(sheetPicture(*own), QStringLiteral("svg")));
}

ErrorKind refusal(const std::filesystem::path& evidence, const std::filesystem::path& out) {
    try {
        exportEvidence(evidence, out, Theme::light());
    } catch (const Error& error) {
        return error.kind();
    }
    return ErrorKind::internal;
}

TEST(ExportEvidence, WhatCannotBeIsAnErrorAndLeavesNoFile) {
    const test::TempDir dir;
    const std::string evidence = evidence_in(dir, compared_files());
    EXPECT_EQ(refusal(evidence, dir / "sheet.gif"), ErrorKind::usage);
    EXPECT_EQ(refusal(evidence, dir / "sheet"), ErrorKind::usage);
    EXPECT_EQ(refusal(dir / "nowhere.json", dir / "sheet.png"), ErrorKind::not_found);
    EXPECT_EQ(refusal(dir.write("changed.json", R"({"vernier_report": 1})"), dir / "sheet.png"), ErrorKind::bad_data);
    EXPECT_EQ(refusal(evidence, dir / "no" / "sheet.png"), ErrorKind::cannot_write);
    const auto picture = dir / "e.png";
    std::filesystem::copy(evidence, picture);
    EXPECT_EQ(refusal(picture, picture), ErrorKind::usage);
    EXPECT_FALSE(std::filesystem::exists(dir / "sheet.png"));
    EXPECT_FALSE(std::filesystem::exists(dir / "sheet.gif"));
}

/// Numbers that no measurement gives, from a file with a check sum of its own.
TEST(ExportEvidence, OddNumbersArePainted) {
    const Json document = to_json(compared_files(), false);
    test::Random random(11);
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const double odd[] = {std::numeric_limits<double>::quiet_NaN(), kInfinity, -kInfinity, 1e300, -1, 0};
    for (int i = 0; i < 6; ++i) {
        ComparedFiles compared = evidence_from(document.dump(), "e.json");
        const auto any = [&] { return odd[random.below(std::size(odd))]; };
        for (Trial* trial : {static_cast<Trial*>(&compared.comparison.baseline), static_cast<Trial*>(&compared.comparison.candidates[0])}) {
            Measurement& measured = trial->measurement;
            measured.latency.p50 = any();
            measured.latency.p50_interval = {any(), any()};
            measured.session_start_ms = any();
            measured.latency.quantiles = {any(), any(), any()};
            for (ProfileEvent& event : measured.profile) event.microseconds = any();
        }
        EXPECT_FALSE(pictureBytes(sheetPicture(sheetOf(compared)), QStringLiteral("svg")).isEmpty());
    }
}

}  // namespace
}  // namespace vernier::ui
