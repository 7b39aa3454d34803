// SPDX-License-Identifier: GPL-3.0-or-later
// "Copy as command": the shell makes of it what the window makes of the recipe, byte for byte.
#include <QFile>
#include <QProcess>
#include <QStandardPaths>

#include <random>

#include <gtest/gtest.h>

#include "core/base/file.h"
#include "tests/ui/built_cli.h"
#include "tests/ui/small_session.h"
#include "ui/session/cli_job.h"
#include "ui/session/command.h"

namespace vernier::ui {
namespace {

using test::BuiltCli;
using test::SmallSession;

QString text(const std::filesystem::path& path) { return QString::fromStdString(path.string()); }

/// A recipe such as clicks, rules and the calibration's boxes make one.
Recipe randomRecipe(std::mt19937& random) {
    const auto pick = [&random](int count) { return std::uniform_int_distribution<int>(0, count - 1)(random); };
    const auto method = [&] { return static_cast<Method>(pick(static_cast<int>(methods().size()))); };
    // Static as the default times the first layers, and what it keeps of them depends on the clock.
    const Method defaults[] = {Method::fp32, Method::fp16, Method::int8_dynamic};
    Recipe recipe;
    recipe.default_method = defaults[pick(3)];
    recipe.per_channel = pick(3) > 0;
    const char* selects[] = {"op:Conv", "op:Gemm", "#0", "#2..5", "weight>=100B", "name:\"second\"", "not op:Relu", "up:(#2)"};
    for (int rules = pick(5); rules > 0; --rules) {
        Rule rule;
        rule.select = selects[pick(8)];
        if (pick(4) > 0) {
            rule.method = method();
        }
        if (!rule.method || pick(4) == 0) {
            rule.per_channel = pick(2) == 0;
        }
        recipe.rules.push_back(rule);
    }
    if (pick(3) == 0) {
        recipe.calibration.method = "percentile";
        if (pick(2) != 0) {
            recipe.calibration.options = {{"percentile", 99.5}};
        }
        recipe.calibration.samples = static_cast<std::uint64_t>(pick(3) * 4);
    }
    return recipe;
}

bool run(const QString& command, const test::TempDir& folder) {
    QProcess shell;
    shell.setWorkingDirectory(text(folder / "."));
    shell.start(QStringLiteral("/bin/sh"), {QStringLiteral("-c"), command});
    return shell.waitForFinished(120000) && shell.exitStatus() == QProcess::NormalExit && shell.exitCode() == 0;
}

TEST(Command, SaysTheRecipeInWordsWhereTheySuffice) {
    Recipe recipe;
    recipe.default_method = Method::int8_static;
    recipe.per_channel = false;
    recipe.rules.push_back({.select = "weight>=1MB", .method = Method::fp32, .per_channel = std::nullopt});
    recipe.calibration = {"percentile", {}, 0};
    EXPECT_EQ(recipeOptions(recipe).value_or(QString()),
              QStringLiteral("--method int8-static --set 'weight>=1MB=fp32' --per-tensor --samples 0 --calibration percentile"));
    recipe.skip_passes = {"fold-batch-norm"};
    EXPECT_TRUE(recipeOptions(recipe).value_or(QString()).contains(QStringLiteral("--per-tensor --skip-pass fold-batch-norm --samples 0")));
    recipe.weights = {"nearest", 64, true};
    EXPECT_TRUE(recipeOptions(recipe).value_or(QString()).contains(QStringLiteral("--per-tensor --rounding nearest --block 64 --zero-points --skip-pass")));
    recipe.calibration.options = {{"percentile", 99.9}};
    EXPECT_FALSE(recipeOptions(recipe)) << "there is no option for it";
    recipe.calibration = {};
    recipe.rules[0].per_channel = true;
    EXPECT_FALSE(recipeOptions(recipe)) << "nor for the granularity of a rule";
}

TEST(Command, MakesTheSameFileAsTheWindowByteForByte) {
    SmallSession small;
    QStandardPaths::setTestModeEnabled(true);
    const BuiltCli cli;
    if (!cli.found()) {
        GTEST_SKIP() << "there is no vernier-cli";
    }
    const QString data = QString::fromStdString(test::write_small_samples(small.folder));
    const QString program = CliJob::quoted(CliJob::program());
    std::mt19937 random(7);
    int byFile = 0, byWords = 0;
    for (int i = 0; i < 12; ++i) {
        const Recipe recipe = randomRecipe(random);
        // As Trials starts it for a run.
        const auto file = small.folder / ("recipe" + std::to_string(i) + ".json");
        write_file(file, to_json(recipe).dump(2) + "\n");
        const QString model = QString::fromStdString(small.model_path);
        const bool window = run(program + QStringLiteral(" quantize %1 -o window.onnx --recipe %2 --data %3")
                                              .arg(CliJob::quoted(model), CliJob::quoted(text(file)), CliJob::quoted(data)),
                                small.folder);
        QString command = quantizeCommandOf({recipe, model, data, QStringLiteral("copied.onnx")});
        (recipeOptions(recipe) ? byWords : byFile) += 1;
        ASSERT_TRUE(command.startsWith(QStringLiteral("vernier-cli ")));
        const bool copied = run(program + command.mid(11), small.folder);
        ASSERT_EQ(window, copied) << command.toStdString();
        if (window) {
            EXPECT_EQ(sha256_of_file(small.folder / "window.onnx"), sha256_of_file(small.folder / "copied.onnx")) << command.toStdString();
        }
    }
    EXPECT_GT(byFile, 0);
    EXPECT_GT(byWords, 0);
}

TEST(Command, NamesTheFileByItsMethod) {
    SmallSession small;
    small.session.document().chooseWholeModel(Method::fp16);
    EXPECT_EQ(candidateName(small.session.document(), nullptr), QStringLiteral("net.fp16.onnx"));
    small.session.choose({5}, Method::fp32);
    EXPECT_EQ(candidateName(small.session.document(), nullptr), QStringLiteral("net.fp16-mixed.onnx"));
}

}  // namespace
}  // namespace vernier::ui
