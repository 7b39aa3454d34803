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

QStringList Jobs::sizeArguments() const {
    QStringList arguments;
    for (const QString& word : session_.measureSettings().sizes) {
        const bool shape = session_.model() && names_shape(word.toStdString(), *session_.model());
        arguments << (shape ? QStringLiteral("--shape") : QStringLiteral("--dim")) << word;
    }
    return arguments;
}

QStringList Jobs::measureArguments() const {
    const MeasureSettings& settings = session_.measureSettings();
    QStringList arguments{QStringLiteral("--threads"), QString::number(settings.threads), QStringLiteral("--seconds"), number(settings.seconds)};
    arguments << sizeArguments();
    if (!session_.datasetPath().isEmpty()) {
        arguments << QStringLiteral("--data") << session_.datasetPath();
        if (settings.samples > 0) {
            arguments << QStringLiteral("--samples") << QString::number(settings.samples);
        }
    }
    return arguments;
}

QStringList Jobs::arguments(const Step& step) {
    if (step.kind == Kind::baseline) {
        return QStringList{QStringLiteral("measure"), session_.modelPath()} + measureArguments();
    }
    if (step.kind == Kind::quantize) {
        const QString recipe = workFile(QStringLiteral("run-%1.recipe.json").arg(step.run));
        write_file(recipe.toStdString(), to_json(session_.run(step.run)->recipe).dump(2) + "\n");
        output_ = runFile(step.run);
        QStringList arguments{QStringLiteral("quantize"), session_.modelPath(), QStringLiteral("-o"), output_, QStringLiteral("--recipe"), recipe};
        arguments << sizeArguments();
        if (!session_.datasetPath().isEmpty()) {
            arguments << QStringLiteral("--data") << session_.datasetPath();
        }
        return arguments;
    }
    QStringList arguments{QStringLiteral("compare"), session_.modelPath()};
    compared_.clear();
    for (const Run& each : session_.runs()) {
        if (each.file.isEmpty()) {
            continue;
        }
        if (hasChanged(each.file, each.sha256())) {
            Run* run = session_.editRun(each.id);
            session_.dropComparison(each.id);
            sayChanged(*run);
            continue;
        }
        arguments << each.file;
        compared_ << each.id;
    }
    arguments << measureArguments();
    // Without labels there is no top-1 to limit.
    const bool labelled = session_.dataset() && session_.dataset()->has_labels();
    if (labelled && session_.gate().max_drop_points) {
        arguments << QStringLiteral("--max-drop") << number(*session_.gate().max_drop_points);
    }
    if (session_.gate().min_agreement) {
        arguments << QStringLiteral("--min-agreement") << number(*session_.gate().min_agreement);
    }
    if (session_.gate().min_sqnr_db) {
        arguments << QStringLiteral("--min-sqnr") << number(*session_.gate().min_sqnr_db);
    }
    if (session_.gate().min_speedup) {
        arguments << QStringLiteral("--min-speedup") << number(*session_.gate().min_speedup);
    }
    return arguments;
}

QString Jobs::quantizeCommand(int runId) const {
    const Run* run = session_.run(runId);
    return quantizeCommandOf({run != nullptr ? run->recipe : session_.recipe(), session_.modelPath(), session_.datasetPath(),
                              candidateName(session_, run)});
}

}  // namespace vernier::ui
