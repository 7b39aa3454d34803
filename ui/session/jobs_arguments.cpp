// SPDX-License-Identifier: GPL-3.0-or-later
// The commands of the session's steps: arguments, and the files that they read and write.
#include <QDir>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/model/sizes.h"
#include "ui/session/command.h"
#include "ui/session/jobs.h"
#include "ui/session/session.h"

namespace vernier::ui {

namespace {

QString number(double value) {
    return QString::number(value, 'g', 6);
}

}  // namespace

QString Jobs::workFile(const QString& name) {
    return QDir(work_.path()).filePath(name);
}

QString Jobs::runFile(int id) {
    // The file carries the run's title, which is what reports and verdicts call a model by.
    QString title = session_.run(id)->title;
    for (const QChar bad : QStringLiteral("/\\:*?\"<>|")) {
        title.replace(bad, QLatin1Char('-'));
    }
    const QDir folder(workFile(QStringLiteral("run-%1").arg(id)));
    if (!folder.mkpath(QStringLiteral("."))) {
        throw Error(ErrorKind::cannot_write, "The temporary folder cannot be written", {.file = folder.path().toStdString()});
    }
    return folder.filePath(title.left(100) + QStringLiteral(".onnx"));
}

QStringList Jobs::sizeWords() const {
    QStringList words;
    for (const QString& word : session_.measureSettings().sizes) {
        const bool shape = session_.model() && names_shape(word.toStdString(), *session_.model());
        words << (shape ? QStringLiteral("--shape") : QStringLiteral("--dim")) << word;
    }
    return words;
}

QStringList Jobs::measureWords() const {
    const MeasureSettings& settings = session_.measureSettings();
    QStringList words{QStringLiteral("--threads"), QString::number(settings.threads), QStringLiteral("--seconds"), number(settings.seconds)};
    words << sizeWords();
    if (!session_.datasetPath().isEmpty()) {
        words << QStringLiteral("--data") << session_.datasetPath();
        if (settings.samples > 0) {
            words << QStringLiteral("--samples") << QString::number(settings.samples);
        }
    }
    return words;
}

QStringList Jobs::baselineWords() const {
    return QStringList{QStringLiteral("measure"), session_.modelPath()} + measureWords();
}

QStringList Jobs::quantizeWords(int run, const QString& output) {
    const QString recipe = workFile(QStringLiteral("run-%1.recipe.json").arg(run));
    write_file(recipe.toStdString(), to_json(session_.run(run)->recipe).dump(2) + "\n");
    QStringList words{QStringLiteral("quantize"), session_.modelPath(), QStringLiteral("-o"), output, QStringLiteral("--recipe"), recipe};
    words << sizeWords();
    if (!session_.datasetPath().isEmpty()) {
        words << QStringLiteral("--data") << session_.datasetPath();
    }
    return words;
}

/// None when every candidate failed before it came to be measured.
QStringList Jobs::compareWords() {
    QStringList files;
    for (const Run& each : session_.runs()) {
        if (each.file.isEmpty()) {
            continue;
        }
        if (files_.hasChanged(each.file, each.sha256())) {
            Run* run = session_.editRun(each.id);
            session_.dropComparison(each.id);
            sayChanged(*run);
            continue;
        }
        files << each.file;
        compared_ << each.id;
    }
    if (files.isEmpty()) {
        session_.tellRuns();
        return {};
    }
    return QStringList{QStringLiteral("compare"), session_.modelPath()} + files + measureWords() + gateWords();
}

QStringList Jobs::gateWords() const {
    const Gate& gate = session_.gate();
    QStringList words;
    // Without labels there is no top-1 to limit.
    const bool labelled = session_.dataset() && session_.dataset()->has_labels();
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
    return words;
}

QString Jobs::quantizeCommand(int runId) const {
    const Run* run = session_.run(runId);
    return quantizeCommandOf({run != nullptr ? run->recipe : session_.recipe(), session_.modelPath(), session_.datasetPath(),
                              candidateName(session_, run)});
}

}  // namespace vernier::ui
