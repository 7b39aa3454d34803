// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/session_comparison.h"

#include <QCoreApplication>

#include <string_view>
#include <utility>

#include "core/model/precision.h"
#include "core/quant/method.h"
#include "core/report/format.h"
#include "ui/session/window_words.h"

namespace vernier::ui {

namespace {

QString tr(const char* words) { return QCoreApplication::translate("SessionComparison", words); }

QString text(const std::string& words) { return QString::fromStdString(words); }

QString text(std::string_view words) { return QString::fromUtf8(words.data(), qsizetype(words.size())); }

QString methodOf(const Run& run) { return run.foreign ? QString() : text(id(run.mainMethod())); }

/// Title and colour of a precision. Integer weights alone have no method of their own yet: they look like the dynamic one, as in the graph.
CandidateName nameOf(Precision precision) {
    const bool own = method_from_id(id(precision)).has_value();
    return {text(title(precision)), text(own || !is_integer(precision) ? id(precision) : id(Precision::int8_dynamic))};
}

CandidateName baselineName(CandidateName opened) { return {tr("%1 baseline").arg(opened.title), std::move(opened.method)}; }

CandidateName baselineOf(const Comparison& comparison) {
    for (const Precision precision : kPrecisions) {
        if (id(precision) == comparison.baseline.precision) {
            return baselineName(nameOf(precision));
        }
    }
    return NamedComparison().baseline;
}

/// The text of a finding behind the title of the run that it is about, as the charts have it.
QString named(const Finding& finding, const Comparison& comparison) {
    const QString words = windowWords(finding.text);
    if (finding.file.empty()) {
        return words;
    }
    const bool ofBaseline = finding.file == comparison.baseline.measurement.model.string();
    return QStringLiteral("“%1”: %2").arg(ofBaseline ? baselineOf(comparison).title : text(title_of_file(comparison, finding.file)), words);
}

QString whatOf(const GateLine& line) {
    return line.what == "accuracy"       ? tr("accuracy")
           : line.what == "agreement"    ? tr("agreement")
           : line.what == "output error" ? tr("output error")
           : line.what == "speed"        ? tr("speed")
                                         : text(line.what);
}

}  // namespace

CandidateName openedAs(const Session& session) { return nameOf(session.model() ? main_precision(*session.model()) : Precision::fp32); }

QVector<int> comparedRuns(const Session& session) {
    QVector<int> ids;
    if (session.comparison() != nullptr) {
        for (const CandidateComparison& candidate : session.comparison()->candidates) {
            ids << candidate.id;
        }
    }
    return ids;
}

std::optional<NamedComparison> namedComparison(const Session& session) {
    if (session.comparison() == nullptr) {
        return std::nullopt;
    }
    NamedComparison named{*session.comparison(), {}, -1};
    for (const CandidateComparison& candidate : named.comparison.candidates) {
        const Run& run = *session.run(candidate.id);
        named.names.push_back({run.title, methodOf(run)});
    }
    named.best = verdict_of(named.comparison).best;
    named.baseline = baselineName(openedAs(session));
    return named;
}

NamedComparison namedComparison(const Comparison& comparison) {
    NamedComparison named{comparison, {}, verdict_of(comparison).best};
    for (const CandidateComparison& candidate : comparison.candidates) {
        named.names.push_back({text(title_of(candidate)), candidate.origin ? text(id(candidate.origin->main_method())) : QString()});
    }
    named.baseline = baselineOf(comparison);
    return named;
}

QString measuredHow(const Session& session) {
    if (!session.baseline()) {
        return {};
    }
    const Measurement& m = *session.baseline();
    QStringList parts{session.modelName()};
    if (m.samples > 0) {
        parts << tr("%1 validation samples of %2").arg(text(grouped(m.samples)), text(m.data_name));
    }
    parts << (m.run.threads == 1 ? tr("1 thread") : tr("%1 threads").arg(m.run.threads));
    for (const std::string& word : {m.host.cpu, m.host.name, m.date.substr(0, 10)}) {
        if (!word.empty()) {
            parts << text(word);
        }
    }
    return parts.join(QStringLiteral(" · "));
}

QVector<MeasuredWarning> measuredWarnings(const ComparedFiles& compared) {
    QVector<MeasuredWarning> words;
    for (const Severity severity : {Severity::serious, Severity::warning}) {
        for (const Finding& finding : compared.findings) {
            if (finding.severity == severity) {
                words.push_back({named(finding, compared.comparison), windowWords(finding.remedy)});
            }
        }
    }
    return words;
}

QVector<MeasuredWarning> measuredWarnings(const Session& session) {
    return session.trials().compared() ? measuredWarnings(*session.trials().compared()) : QVector<MeasuredWarning>();
}

QString gateWords(const CandidateComparison& candidate) {
    QStringList failed;
    for (const GateLine& line : candidate.gate_lines) {
        if (line.outcome == Outcome::failed) {
            failed << whatOf(line);
        }
    }
    if (!failed.isEmpty()) {
        return QStringLiteral("✕ ") + failed.join(QStringLiteral(", "));
    }
    if (candidate.gate == Outcome::inconclusive) {
        return QStringLiteral("? ") + tr("inconclusive");
    }
    return candidate.gate == Outcome::passed ? tr("✓ pass") : QStringLiteral("–");
}

}  // namespace vernier::ui
