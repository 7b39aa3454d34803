// SPDX-License-Identifier: GPL-3.0-or-later
// The commands of Trials: arguments, and the files that they read and write.
#include <QDir>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/evidence/gate_text.h"
#include "ui/session/command.h"
#include "ui/session/trials.h"

namespace vernier::ui {

namespace {

QString number(double value) { return QString::number(value, 'g', 6); }

}  // namespace

QString Trials::workFile(const QString& name) { return QDir(work_.path()).filePath(name); }

QString Trials::runFile(int id) {
    // The file carries the run's title, which is what reports and verdicts call a model by.
    QString title = run(id)->title;
    for (const QChar bad : QStringLiteral("/\\:*?\"<>|")) {
        title.replace(bad, QLatin1Char('-'));
    }
    const QDir folder(workFile(QStringLiteral("run-%1").arg(id)));
    if (!folder.mkpath(QStringLiteral("."))) {
        throw Error(ErrorKind::cannot_write, "The temporary folder cannot be written", {.file = folder.path().toStdString()});
    }
    return folder.filePath(title.left(100) + QStringLiteral(".onnx"));
}

QStringList Trials::measureWords() const {
    const MeasureSettings& settings = document_.measureSettings();
    QStringList words{QStringLiteral("--threads"), QString::number(settings.threads), QStringLiteral("--seconds"), number(settings.seconds)};
    words << runWords(settings, *document_.model());
    if (!document_.datasetPath().isEmpty()) {
        words << QStringLiteral("--data") << document_.datasetPath();
        if (settings.samples > 0) {
            words << QStringLiteral("--samples") << QString::number(settings.samples);
        }
    }
    return words;
}

QStringList Trials::baselineWords() const { return QStringList{QStringLiteral("measure"), document_.modelPath()} + measureWords(); }

QStringList Trials::quantizeWords(int id, const QString& output) {
    const QString recipe = workFile(QStringLiteral("run-%1.recipe.json").arg(id));
    write_file(recipe.toStdString(), to_json(run(id)->recipe).dump(2) + "\n");
    QStringList words{QStringLiteral("quantize"), document_.modelPath(), QStringLiteral("-o"), output, QStringLiteral("--recipe"), recipe};
    words << runWords(document_.measureSettings(), *document_.model());
    if (!document_.datasetPath().isEmpty()) {
        words << QStringLiteral("--data") << document_.datasetPath();
    }
    return words;
}

/// None when every candidate failed before it came to be measured.
QStringList Trials::compareWords() {
    QStringList files;
    for (const Run& each : runs_) {
        if (each.file.isEmpty()) {
            continue;
        }
        if (files_.hasChanged(each.file, sha256Of(each))) {
            Run* run = editRun(each.id);
            dropComparison(each.id);
            sayChanged(*run);
            continue;
        }
        files << each.file;
        compared_ << each.id;
    }
    if (files.isEmpty()) {
        emit changed();
        return {};
    }
    return QStringList{QStringLiteral("compare"), document_.modelPath()} + files + measureWords() + gateWords();
}

QStringList Trials::gateWords() const {
    const Gate& gate = document_.gate();
    QStringList words;
    // Without labels there is no top-1 to limit.
    const bool labelled = document_.dataset() && document_.dataset()->has_labels();
    if (labelled && gate.max_drop_points) {
        words << QStringLiteral("--max-drop") << number(*gate.max_drop_points);
    }
    if (gate.min_agreement) {
        words << QStringLiteral("--min-agreement") << number(*gate.min_agreement);
    }
    if (gate.min_sqnr_db) {
        words << QStringLiteral("--min-sqnr") << number(*gate.min_sqnr_db);
    }
    if (gate.min_speedup) {
        words << QStringLiteral("--min-speedup") << number(*gate.min_speedup);
    }
    for (const auto& [figure, bound] : gate.limits) {
        words << QStringLiteral("--limit") << QString::fromStdString(figure) + QLatin1Char('=') + number(bound);
    }
    for (const GateLimit& limit : gate.more) {
        words << QStringLiteral("--gate") << QString::fromStdString(text_of(limit));
    }
    return words;
}

QString Trials::quantizeCommand(int runId) const {
    const Run* run = this->run(runId);
    const QString command =
        quantizeCommandOf({run != nullptr ? run->recipe : document_.recipe(), document_.modelPath(), document_.datasetPath(), candidateName(document_, run)});
    const QString& provider = document_.measureSettings().provider;
    return provider.isEmpty() ? command : command + QStringLiteral(" --provider ") + CliJob::quoted(provider);
}

}  // namespace vernier::ui
