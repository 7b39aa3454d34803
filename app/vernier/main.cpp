// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QCommandLineParser>
#include <QFileInfo>
#include <QLocale>
#include <QSettings>
#include <QTemporaryDir>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <vector>

#include "app/vernier/display.h"
#include "app/vernier/signals.h"
#include "app/vernier/walk.h"
#include "core/base/error.h"
#include "core/base/temporary.h"
#include "ui/compare/export_sheet.h"
#include "ui/session/answer_keeper.h"
#include "ui/session/session.h"
#include "ui/shell/appearance.h"
#include "ui/shell/main_window.h"
#include "ui/shell/recent.h"

using namespace vernier;

namespace {

constexpr int kUsage = 64;
constexpr int kNotFound = 66;
constexpr int kUnavailable = 69;

void define(QCommandLineParser& parser) {
    parser.setApplicationDescription(QStringLiteral("Quantize ONNX models node by node, and measure what it costs and gains."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument(QStringLiteral("file"),
                                 QStringLiteral("An ONNX model or a Vernier session. Further models are candidates that are compared with the first."),
                                 QStringLiteral("[MODEL|SESSION] [CANDIDATE...]"));
    parser.addOption({QStringLiteral("data"), QStringLiteral("Dataset: a folder, .npz, .npy or .dataset.json."), QStringLiteral("SPEC")});
    parser.addOption({QStringLiteral("ort"), QStringLiteral("ONNX Runtime's library to measure on."), QStringLiteral("PATH")});
    parser.addOption({QStringLiteral("theme"), QStringLiteral("light, dark or system."), QStringLiteral("THEME")});
    parser.addOption(
        {QStringLiteral("export"), QStringLiteral("Write the sheet of a comparison that compare --json wrote, and end."), QStringLiteral("EVIDENCE")});
    parser.addOption({{QStringLiteral("o"), QStringLiteral("out")}, QStringLiteral("File for --export: .png, .svg or .pdf."), QStringLiteral("FILE")});
    parser.addOption({QStringLiteral("screenshots"), QStringLiteral("Drive the window through the whole job and take pictures."), QStringLiteral("DIR")});
    parser.addOption({QStringLiteral("walk"), QStringLiteral("The same, and export all results."), QStringLiteral("DIR")});
    parser.addOption({QStringLiteral("size"), QStringLiteral("Size of the window for those two, such as 1100x700."), QStringLiteral("WxH")});
}

/// What cannot stand beside the first file, as a sentence; empty when all can.
QString wrongCandidate(const QStringList& files) {
    for (const QString& file : files.mid(1)) {
        if (!file.endsWith(QLatin1String(".onnx"), Qt::CaseInsensitive) || files.first().endsWith(QLatin1String(".vernier"), Qt::CaseInsensitive)) {
            return QStringLiteral("one model or session is opened at a time; \"%1\" is no model to compare with it").arg(file);
        }
        if (!QFileInfo::exists(file)) {
            return QStringLiteral("the candidate \"%1\" does not exist").arg(file);
        }
    }
    return {};
}

/// The dataset of the command line belongs to the model that opens first.
void openData(ui::Session& session, const QString& path) {
    if (path.isEmpty()) {
        return;
    }
    auto* once = new QObject(&session);
    QObject::connect(&session, &ui::Session::stateChanged, once, [&session, once, path] {
        if (session.state() == ui::Session::State::open) {
            once->deleteLater();
            // Behind the model's own arrival, which looks for a dataset beside it.
            QMetaObject::invokeMethod(
                &session, [&session, path] { session.setDataset(path); }, Qt::QueuedConnection);
        }
    });
}

/// Walks need neither a display nor the user's own settings, and leave none behind: the next start removes folders of this name
/// whose process was killed.
std::unique_ptr<QTemporaryDir> settingsOfWalk() {
    auto settings = std::make_unique<QTemporaryDir>(QString::fromStdString((temporary_base() / (temporary_prefix() + "XXXXXX")).string()));
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, settings->path());
    return settings;
}

int walk(ui::MainWindow& window, const QCommandLineParser& parser) {
    Walk::Options options;
    options.exports = parser.isSet(QStringLiteral("walk"));
    options.folder = parser.value(options.exports ? QStringLiteral("walk") : QStringLiteral("screenshots"));
    options.model = parser.positionalArguments().isEmpty() ? ui::demoModel() : parser.positionalArguments().first();
    options.data = parser.value(QStringLiteral("data"));
    if (parser.isSet(QStringLiteral("size"))) {
        const QStringList sides = parser.value(QStringLiteral("size")).split(QLatin1Char('x'));
        const QSize size = sides.size() == 2 ? QSize(sides[0].toInt(), sides[1].toInt()) : QSize();
        if (size.isEmpty()) {
            std::fprintf(stderr, "vernier: --size is WIDTHxHEIGHT, such as 1100x700\n");
            return kUsage;
        }
        options.size = size;
    }
    if (options.model.isEmpty()) {
        std::fprintf(stderr, "vernier: the demo is not installed; name a model\n");
        return kNotFound;
    }
    return Walk(window, options).run();
}

/// The sheet of a comparison's file. Light, unless dark was asked for: it is for paper and pages.
int exportSheet(const QCommandLineParser& parser) {
    const QString out = parser.value(QStringLiteral("out"));
    if (out.isEmpty() || !parser.positionalArguments().isEmpty()) {
        std::fprintf(stderr, "vernier: --export takes evidence and -o FILE, and nothing else: vernier --export evidence.json -o sheet.png\n");
        return kUsage;
    }
    try {
        const bool dark = parser.value(QStringLiteral("theme")) == QLatin1String("dark");
        const QString done =
            ui::exportEvidence(parser.value(QStringLiteral("export")).toStdString(), out.toStdString(), dark ? ui::Theme::night() : ui::Theme::light());
        std::printf("%s\n", qUtf8Printable(done));
        return 0;
    } catch (const Error& error) {
        std::fprintf(stderr, "vernier: %s\n", error.line().c_str());
        return exit_code(error.kind());
    }
}

bool asksFor(int argc, char** argv, const std::vector<const char*>& options) {
    return std::any_of(argv + 1, argv + argc, [&](const char* word) {
        return std::any_of(options.begin(), options.end(), [&](const char* option) { return QByteArray(word).startsWith(option); });
    });
}

/// What only prints needs no display either.
bool asksForWords(int argc, char** argv) {
    return std::any_of(argv + 1, argv + argc, [](const char* word) {
        const QByteArray text(word);
        return text == "-h" || text == "-v" || text == "--help" || text == "--help-all" || text == "--version";
    });
}

/// Offscreen where there is no display and none is needed; a sheet is the same picture with a display and without. False, and why on
/// stderr, where a window has no place to be.
bool choosePlatform(int argc, char** argv, bool walking, bool exporting) {
    const auto problem = noDisplay(displayWishes(argc, argv));
    if (problem && !walking && !exporting && !asksForWords(argc, argv)) {
        std::fprintf(stderr, "vernier: %s\n", problem->c_str());
        return false;
    }
    if (problem || (exporting && !displayWishes(argc, argv).platformNamed)) {
        qputenv("QT_QPA_PLATFORM", "offscreen");
    }
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    if (const std::optional<int> kept = ui::keptAnswers(argc, argv)) {
        return *kept;
    }
    const bool walking = asksFor(argc, argv, {"--screenshots", "--walk"}), exporting = asksFor(argc, argv, {"--export"});
    if (!choosePlatform(argc, argv, walking, exporting)) {
        return kUnavailable;
    }
    QApplication app(argc, argv);
    // Numbers as the core's texts write them, "50,000" and "0.5", whatever the system's language is; dates follow the system.
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
    QApplication::setApplicationName(QStringLiteral("Vernier"));
    QApplication::setOrganizationName(QStringLiteral("Vernier"));
    QApplication::setApplicationVersion(QStringLiteral(VERNIER_VERSION));
    QApplication::setDesktopFileName(QStringLiteral("vernier"));
    QCommandLineParser parser;
    define(parser);
    parser.process(app);
    if (const QString wrong = wrongCandidate(parser.positionalArguments()); !wrong.isEmpty()) {
        std::fprintf(stderr, "vernier: %s\n", qPrintable(wrong));
        return kUsage;
    }
    if (parser.isSet(QStringLiteral("ort"))) {
        // The children read it from their environment.
        qputenv("VERNIER_ORT", QFileInfo(parser.value(QStringLiteral("ort"))).absoluteFilePath().toUtf8());
    }
    const std::unique_ptr<QTemporaryDir> settings = walking || exporting ? settingsOfWalk() : nullptr;
    ui::Appearance appearance;
    const QString theme = parser.value(QStringLiteral("theme"));
    if (!theme.isEmpty() && theme != QLatin1String("light") && theme != QLatin1String("dark") && theme != QLatin1String("system")) {
        std::fprintf(stderr, "vernier: --theme is light, dark or system, not \"%s\"\n", qPrintable(theme));
        return kUsage;
    }
    appearance.useMode(theme == QLatin1String("light")  ? ui::Appearance::Mode::light
                       : theme == QLatin1String("dark") ? ui::Appearance::Mode::dark
                       : theme.isEmpty()                ? appearance.mode()
                                                        : ui::Appearance::Mode::system);
    if (parser.isSet(QStringLiteral("export"))) {
        return exportSheet(parser);
    }
    remove_left_folders();
    ui::Session session;
    ui::MainWindow window(session, appearance);
    if (walking) {
        const int code = walk(window, parser);
        session.close();
        return code;
    }
    QStringList files = parser.positionalArguments();
    window.show();
    if (files.isEmpty()) {
        window.offerRecovery();
    } else {
        const QString first = files.takeFirst();
        openData(session, parser.value(QStringLiteral("data")));
        window.openWithCandidates(first, files);
    }
    endLoopOnSignals(&app);
    return QApplication::exec();
}
