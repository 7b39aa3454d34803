// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/export_sheet.h"

#include <QCoreApplication>

#include <optional>

#include "core/report/format.h"
#include "ui/compare/session_comparison.h"
#include "ui/session/session.h"

namespace vernier::ui {

namespace {

QString tr(const char* words) { return QCoreApplication::translate("ExportSheet", words); }

QString text(const std::string& words) { return QString::fromStdString(words); }

QString shortHash(const QString& hash) { return hash.size() > 12 ? hash.left(8) + QStringLiteral("…") + hash.right(4) : hash; }

QString subtitleOf(const Session& session, const Measurement& baseline, const Trial* best) {
    QStringList parts{session.modelName()};
    if (best != nullptr && best->origin && !best->origin->counts.empty()) {
        parts << text(best->origin->text());
    }
    parts << tr("ONNX Runtime %1, %2, %3")
                 .arg(text(baseline.run.library.version), text(baseline.run.provider),
                      baseline.run.threads == 1 ? tr("1 thread") : tr("%1 threads").arg(baseline.run.threads));
    QStringList cpu{text(baseline.host.cpu)};
    for (const std::string& flag : baseline.host.cpu_flags) {
        cpu << text(flag);
    }
    return (parts << cpu.join(QStringLiteral(", "))).join(QStringLiteral(" · "));
}

QStringList footerOf(const NamedComparison& named, const Trial* best) {
    const Measurement& baseline = named.comparison.baseline.measurement;
    QStringList first{tr("baseline sha256 %1").arg(shortHash(text(baseline.sha256)))};
    if (best != nullptr) {
        first << tr("candidate %1").arg(shortHash(text(best->hash())));
    }
    const std::optional<Origin> origin = best != nullptr ? best->origin : std::nullopt;
    if (origin && !origin->recipe_sha256.empty()) {
        first << tr("recipe %1").arg(shortHash(text(origin->recipe_sha256)));
    }
    first << (baseline.samples > 0
                  ? tr("data %1 (%2), %3 samples").arg(text(baseline.data_name), shortHash(text(baseline.data_fingerprint)), text(grouped(baseline.samples)))
                  : tr("no dataset"));
    if (origin && origin->calibration_samples > 0) {
        first << tr("calibration %1 of %2").arg(text(grouped(origin->calibration_samples)), text(origin->data_name));
    }
    QStringList second{tr("%1 runs each, in turns in random order").arg(text(grouped(baseline.latency.n))),
                       tr("noise ±%1 %").arg(text(significant(named.comparison.noise_floor * 100, 2)))};
    QStringList host{tr("host %1").arg(text(baseline.host.name)), text(baseline.host.os)};
    if (!baseline.host.governor.empty()) {
        host << tr("governor %1").arg(text(baseline.host.governor));
    }
    host << tr("load %1").arg(baseline.host.load, 0, 'f', 1);
    second << host.join(QStringLiteral(", ")) << QStringLiteral("Vernier %1").arg(text(baseline.vernier_version))
           << text(baseline.date).replace(QLatin1Char('T'), QLatin1Char(' '));
    return {first.join(QStringLiteral(" · ")), second.join(QStringLiteral(" · "))};
}

}  // namespace

std::optional<Sheet> sheetOf(const Session& session) {
    auto named = namedComparison(session);
    if (!named) {
        return std::nullopt;
    }
    const Trial* best = named->best < 0 ? nullptr : &named->comparison.candidates[std::size_t(named->best)];
    Sheet sheet;
    sheet.verdict = verdict_of(named->comparison);
    sheet.subtitle = subtitleOf(session, named->comparison.baseline.measurement, best);
    for (const MeasuredWarning& warning : measuredWarnings(session)) {
        sheet.warnings << warning.whole();
    }
    sheet.footer = footerOf(*named, best);
    sheet.named = std::move(*named);
    return sheet;
}

bool exportSheet(const Session& session, const QString& path, QString* error) {
    const auto sheet = sheetOf(session);
    if (!sheet) {
        if (error != nullptr) {
            *error = tr("There is no comparison yet. Measure the baseline and a candidate first.");
        }
        return false;
    }
    return writePicture(sheetPicture(*sheet), path, error);
}

}  // namespace vernier::ui
