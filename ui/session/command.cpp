// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/command.h"

#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>
#include <QStringList>
#include <QTemporaryDir>

#include <algorithm>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/model/sizes.h"
#include "ui/session/cli_job.h"
#include "ui/session/document.h"
#include "ui/session/run.h"

namespace vernier::ui {

namespace {

constexpr std::size_t kMostRules = 24;  ///< of a command that a person may still read

QString text(std::string_view words) { return QString::fromUtf8(words.data(), static_cast<qsizetype>(words.size())); }

/// Blanks at the ends are cut off by --set, and an anchor has no option.
bool canBeSaid(const Rule& rule) { return rule.method && !rule.per_channel && text(rule.select).trimmed() == text(rule.select) && !rule.select.empty(); }

}  // namespace

QString keptRecipe(const Recipe& recipe) {
    const std::string content = to_json(recipe).dump(2) + "\n";
    const QDir folder(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + QStringLiteral("/recipes"));
    if (!folder.mkpath(QStringLiteral("."))) {
        throw Error(ErrorKind::cannot_write, "The folder for recipes cannot be made", {.file = folder.path().toStdString()}, {});
    }
    const QString file = folder.filePath(text(sha256(content)).left(12) + QStringLiteral(".recipe.json"));
    write_file(file.toStdString(), content);
    return file;
}

std::optional<QString> recipeOptions(const Recipe& recipe) {
    const bool rules = recipe.rules.size() <= kMostRules && std::all_of(recipe.rules.begin(), recipe.rules.end(), canBeSaid);
    if (!rules || !recipe.calibration.options.empty()) {
        return std::nullopt;
    }
    QStringList words{QStringLiteral("--method"), text(id(recipe.default_method))};
    for (const Rule& rule : recipe.rules) {
        words << QStringLiteral("--set") << CliJob::quoted(text(rule.select) + QLatin1Char('=') + text(id(*rule.method)));
    }
    if (!recipe.per_channel) {
        words << QStringLiteral("--per-tensor");
    }
    if (recipe.weights.rounding != WeightCodes{}.rounding) {
        words << QStringLiteral("--rounding") << text(recipe.weights.rounding);
    }
    if (recipe.weights.block != WeightCodes{}.block) {
        words << QStringLiteral("--block") << QString::number(recipe.weights.block);
    }
    if (recipe.weights.zero_points) {
        words << QStringLiteral("--zero-points");
    }
    if (recipe.dialect != Recipe{}.dialect) {
        words << QStringLiteral("--dialect") << text(id_in(kDialects, recipe.dialect));
    }
    if (recipe.weight_range != Recipe{}.weight_range) {
        words << QStringLiteral("--weight-range") << text(id_in(kWeightRanges, recipe.weight_range));
    }
    for (const std::string& pass : recipe.skip_passes) {
        words << QStringLiteral("--skip-pass") << text(pass);
    }
    if (recipe.calibration.samples != Calibration{}.samples) {
        words << QStringLiteral("--samples") << QString::number(recipe.calibration.samples);
    }
    if (recipe.calibration.method != Calibration{}.method) {
        words << QStringLiteral("--calibration") << text(recipe.calibration.method);
    }
    return words.join(QLatin1Char(' '));
}

QString quantizeCommandOf(const QuantizeWords& command) {
    QStringList words{QStringLiteral("vernier-cli"), QStringLiteral("quantize"), CliJob::quoted(command.model), QStringLiteral("-o"),
                      CliJob::quoted(command.out)};
    const auto options = recipeOptions(command.recipe);
    words << (options ? *options : QStringLiteral("--recipe ") + CliJob::quoted(keptRecipe(command.recipe)));
    if (!command.dataset.isEmpty()) {
        words << QStringLiteral("--data") << CliJob::quoted(command.dataset);
    }
    return words.join(QLatin1Char(' '));
}

QString missingForSamples(const Document& document, const QTemporaryDir& work, const QString& noData) {
    return !document.model()                    ? QObject::tr("Open a model first.")
           : !document.isSound()                ? document.lookOnly()
           : document.datasetPath().isEmpty()   ? noData
           : !document.datasetError().isEmpty() ? QObject::tr("The dataset cannot be read: %1").arg(document.datasetError())
           : !work.isValid()                    ? QObject::tr("The temporary folder cannot be used: %1").arg(work.errorString())
                                                : QString();
}

QStringList sizeWords(const MeasureSettings& settings, const Model& model) {
    QStringList words;
    for (const QString& word : settings.sizes) {
        words << (names_shape(word.toStdString(), model) ? QStringLiteral("--shape") : QStringLiteral("--dim")) << word;
    }
    return words;
}

QStringList runWords(const MeasureSettings& settings, const Model& model) {
    QStringList words = sizeWords(settings, model);
    if (!settings.provider.isEmpty()) {
        words << QStringLiteral("--provider") << settings.provider;
    }
    return words;
}

QString candidateName(const Document& document, const Run* run) {
    const Recipe& recipe = run != nullptr ? run->recipe : document.recipe();
    const Method method = run != nullptr ? run->mainMethod() : recipe.default_method;
    const bool mixed = std::any_of(recipe.rules.begin(), recipe.rules.end(), [&](const Rule& rule) { return rule.method.value_or(method) != method; });
    return QStringLiteral("%1.%2%3.onnx")
        .arg(QFileInfo(document.modelPath()).completeBaseName(), text(id(method)), mixed ? QStringLiteral("-mixed") : QString());
}

}  // namespace vernier::ui
