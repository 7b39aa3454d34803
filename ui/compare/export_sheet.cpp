// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/export_sheet.h"

#include <QCoreApplication>

#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/flow/open.h"
#include "core/report/evidence.h"
#include "core/report/format.h"
#include "core/report/providers.h"
#include "ui/choose/numbers.h"
#include "ui/compare/session_comparison.h"
#include "ui/session/session.h"

namespace vernier::ui {

namespace {

QString tr(const char* words) { return QCoreApplication::translate("ExportSheet", words); }

QString text(const std::string& words) { return QString::fromStdString(words); }

QString shortHash(const QString& hash) { return hash.size() > 12 ? hash.left(8) + QStringLiteral("…") + hash.right(4) : hash; }

QString subtitleOf(const QString& model, const Comparison& comparison, const Trial* best) {
    const Measurement& baseline = comparison.baseline.measurement;
    QStringList parts{model};
    if (best != nullptr && best->origin && !best->origin->counts.empty()) {
        parts << text(best->origin->text());
    }
    parts << tr("ONNX Runtime %1, %2, %3")
                 .arg(text(baseline.run.library.version), text(providers_text(views_of(comparison))),
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

Sheet sheetOf(NamedComparison named, const QString& model, const QVector<MeasuredWarning>& warnings) {
    const Trial* best = named.best < 0 ? nullptr : &named.comparison.candidates[std::size_t(named.best)];
    Sheet sheet;
    sheet.verdict = verdict_of(named.comparison);
    sheet.subtitle = subtitleOf(model, named.comparison, best);
    for (const MeasuredWarning& warning : warnings) {
        sheet.warnings << warning.whole();
    }
    sheet.footer = footerOf(named, best);
    sheet.named = std::move(named);
    return sheet;
}

}  // namespace

std::optional<Sheet> sheetOf(const Session& session) {
    auto named = namedComparison(session);
    if (!named) {
        return std::nullopt;
    }
    return sheetOf(std::move(*named), session.modelName(), measuredWarnings(session));
}

Sheet sheetOf(const ComparedFiles& compared) {
    const std::filesystem::path& model = compared.comparison.baseline.measurement.model;
    return sheetOf(namedComparison(compared.comparison), text(model.filename().string()), measuredWarnings(compared));
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

QString exportEvidence(const std::filesystem::path& evidence, const std::filesystem::path& out, const Theme& theme) {
    const QString ending = text(out.extension().string()).mid(1).toLower();
    if (!pictureEndings().contains(ending)) {
        throw Error(ErrorKind::usage, "the ending says no kind of picture", {.file = out.string()},
                    QStringLiteral("Let the name end with .%1.").arg(pictureEndings().join(QStringLiteral(", ."))).toStdString());
    }
    check_output(out, {evidence});
    const ComparedFiles compared = read_evidence(evidence);
    const QByteArray bytes = pictureBytes(sheetPicture(sheetOf(compared), theme), ending);
    if (bytes.isEmpty()) {
        throw Error(ErrorKind::bad_data, "compares too many models for one picture", {.file = evidence.string()}, "Write the report as HTML instead.");
    }
    write_file(out, std::string_view(bytes.constData(), std::size_t(bytes.size())));
    const auto candidates = compared.comparison.candidates.size();
    return tr("Wrote %1: the sheet of %2 and %3, %4")
        .arg(text(out.string()), text(title_of(compared.comparison.baseline)), candidates == 1 ? tr("1 candidate") : tr("%1 candidates").arg(candidates),
             sizeText(std::uint64_t(bytes.size())));
}

}  // namespace vernier::ui
