// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/export_sheet.h"

#include <QCoreApplication>

#include <algorithm>
#include <vector>

#include "core/report/format.h"
#include "ui/compare/session_comparison.h"
#include "ui/session/session.h"

namespace vernier::ui {

namespace {

QString tr(const char* words) {
    return QCoreApplication::translate("ExportSheet", words);
}

QString text(const std::string& words) {
    return QString::fromStdString(words);
}

QString textAt(const Json& json, const char* key) {
    return json.is_object() && json.contains(key) && json[key].is_string() ? text(json[key].get<std::string>()) : QString();
}

QString shortHash(const QString& hash) {
    return hash.size() > 12 ? hash.left(8) + QStringLiteral("…") + hash.right(4) : hash;
}

/// What the comparison's document says of how a candidate was made; null when it says nothing.
Json originOf(const Session& session, int candidate) {
    const Json& document = session.comparisonJson();
    if (candidate < 0 || !document.is_object() || !document.contains("candidates") || !document["candidates"].is_array() ||
        std::size_t(candidate) >= document["candidates"].size()) {
        return {};
    }
    const Json& entry = document["candidates"][std::size_t(candidate)];
    return entry.is_object() && entry.contains("origin") && entry["origin"].is_object() ? entry["origin"] : Json();
}

/// "491 of 502 nodes INT8 static, 11 FP32".
QString recipeInCounts(const Json& origin) {
    if (!origin.is_object() || !origin.contains("counts") || !origin["counts"].is_object()) {
        return {};
    }
    std::vector<std::pair<quint64, QString>> counts;
    quint64 total = 0;
    for (const MethodRow& row : kMethods) {
        const auto found = origin["counts"].find(std::string(row.id));
        if (found != origin["counts"].end() && found->is_number_unsigned() && found->get<quint64>() > 0) {
            counts.emplace_back(found->get<quint64>(), QString::fromUtf8(row.title.data(), qsizetype(row.title.size())));
            total += counts.back().first;
        }
    }
    std::stable_sort(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    QStringList words;
    for (const auto& [count, title] : counts) {
        words << (words.isEmpty() ? tr("%1 of %2 nodes %3").arg(count).arg(total).arg(title) : QStringLiteral("%1 %2").arg(count).arg(title));
    }
    return words.join(QStringLiteral(", "));
}

QString subtitleOf(const Session& session, const Measurement& baseline, const Json& origin) {
    QStringList parts{session.modelName()};
    if (const QString counts = recipeInCounts(origin); !counts.isEmpty()) {
        parts << counts;
    }
    parts << tr("ONNX Runtime %1, %2, %3").arg(text(baseline.run.library.version), text(baseline.run.provider),
                 baseline.run.threads == 1 ? tr("1 thread") : tr("%1 threads").arg(baseline.run.threads));
    QStringList cpu{text(baseline.host.cpu)};
    for (const std::string& flag : baseline.host.cpu_flags) {
        cpu << text(flag);
    }
    return (parts << cpu.join(QStringLiteral(", "))).join(QStringLiteral(" · "));
}

QStringList footerOf(const NamedComparison& named, const Json& origin) {
    const Measurement& baseline = named.comparison.baseline;
    QStringList first{tr("baseline sha256 %1").arg(shortHash(text(baseline.sha256)))};
    if (named.best >= 0) {
        first << tr("candidate %1").arg(shortHash(text(named.comparison.candidates[std::size_t(named.best)].measurement.sha256)));
    }
    if (const QString recipe = textAt(origin, "recipe_sha256"); !recipe.isEmpty()) {
        first << tr("recipe %1").arg(shortHash(recipe));
    }
    first << (baseline.samples > 0 ? tr("data %1 (%2), %3 samples").arg(text(baseline.data_name), shortHash(text(baseline.data_fingerprint)), text(grouped(baseline.samples)))
                                   : tr("no dataset"));
    const Json data = origin.is_object() && origin.contains("data") ? origin["data"] : Json();
    if (data.is_object() && data.value("samples", 0) > 0) {
        first << tr("calibration %1 of %2").arg(text(grouped(data.value("samples", std::uint64_t{0}))), textAt(data, "name"));
    }
    QStringList second{tr("%1 runs each, in turns in random order").arg(text(grouped(baseline.latency.n))),
                       tr("noise ±%1 %").arg(text(significant(named.comparison.noise_floor * 100, 2)))};
    QStringList host{tr("host %1").arg(text(baseline.host.name)), text(baseline.host.os)};
    if (!baseline.host.governor.empty()) {
        host << tr("governor %1").arg(text(baseline.host.governor));
    }
    host << tr("load %1").arg(baseline.host.load, 0, 'f', 1);
    second << host.join(QStringLiteral(", ")) << QStringLiteral("Vernier %1").arg(text(baseline.vernier_version)) << text(baseline.date).replace(QLatin1Char('T'), QLatin1Char(' '));
    return {first.join(QStringLiteral(" · ")), second.join(QStringLiteral(" · "))};
}

}  // namespace

std::optional<Sheet> sheetOf(const Session& session) {
    auto named = namedComparison(session);
    if (!named) {
        return std::nullopt;
    }
    const Json origin = originOf(session, named->best);
    Sheet sheet;
    sheet.verdict = verdict_of(named->comparison);
    sheet.subtitle = subtitleOf(session, named->comparison.baseline, origin);
    for (const MeasuredWarning& warning : measuredWarnings(session)) {
        sheet.warnings << warning.whole();
    }
    sheet.footer = footerOf(*named, origin);
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
