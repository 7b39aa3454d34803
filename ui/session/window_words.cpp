// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/window_words.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include <array>
#include <utility>

namespace vernier::ui {

namespace {

struct Row {
    const char* option;  ///< regular expression
    const char* words;
};

/// Whole phrases before the options alone.
constexpr std::array kRows = {
    Row{"Give --data(?=[:.])", QT_TRANSLATE_NOOP("WindowWords", "Pick a dataset in the Data tab")},
    Row{" \\(--data\\)", QT_TRANSLATE_NOOP("WindowWords", " in the Data tab")},
    Row{"--data\\b", QT_TRANSLATE_NOOP("WindowWords", "the Data tab")},
    Row{"with --seconds\\b", QT_TRANSLATE_NOOP("WindowWords", "in Measurement settings")},
    Row{"--seconds\\b", QT_TRANSLATE_NOOP("WindowWords", "the measuring time in Measurement settings")},
    Row{"\\((--dim, --shape|--shape, --dim)\\)", QT_TRANSLATE_NOOP("WindowWords", "(Measurement settings)")},
    Row{"with (--dim or --shape|--(dim|shape) [^ ]*[^ .])( \\(or --shape INPUT=\\.\\.\\.\\))?", QT_TRANSLATE_NOOP("WindowWords", "in Measurement settings")},
    Row{"--dim or --shape| \\(or --shape INPUT=\\.\\.\\.\\)", QT_TRANSLATE_NOOP("WindowWords", "Measurement settings")},
    Row{"--(dim|shape):? ", ""},  // what follows is written in the dialog as it stands here
    Row{"--(dim|shape)\\b", QT_TRANSLATE_NOOP("WindowWords", "Measurement settings")},
    Row{"\\(--calibration( percentile)?\\)", QT_TRANSLATE_NOOP("WindowWords", "(Calibration, below the rules)")},
    Row{"Set --max-drop POINTS, --min-agreement P, --min-sqnr DB or --min-speedup X to get a verdict and an exit code\\.",
        QT_TRANSLATE_NOOP("WindowWords", "Set a limit in the row \"Gate\" to get a verdict.")},
    Row{"with --task:", QT_TRANSLATE_NOOP("WindowWords", "as \"task\" in the .dataset.json:")},
    Row{" \\(--task\\)", QT_TRANSLATE_NOOP("WindowWords", " (\"task\" in the .dataset.json)")},
    Row{"--task, or ", ""},
    Row{"vernier-cli compare --json, or --report with \\.json, wrote", QT_TRANSLATE_NOOP("WindowWords", "a comparison was saved as")},
    Row{" with --method or --set\\b", ""},               // here it is chosen by a click
    Row{" \\(--set depthwise=int4-weight-only\\)", ""},  // the same
    Row{"--gate with a metric \\('[^']*'\\)", QT_TRANSLATE_NOOP("WindowWords", "a limit on a metric of the task")},
    Row{" \\(--gate '[^']*'\\)", QT_TRANSLATE_NOOP("WindowWords", " (a limit of the gate)")},
    Row{" \\(--(block 16|zero-points|provider cpu|dialect)\\)", ""},  // what it stands behind says it
    Row{"--ep-library\\b", QT_TRANSLATE_NOOP("WindowWords", "the library of the plug-in")},
    Row{"--dump\\b", QT_TRANSLATE_NOOP("WindowWords", "the file of samples")},
    Row{"Give --samples for more", QT_TRANSLATE_NOOP("WindowWords", "More samples tell more")},
    Row{"--max-drop( POINTS)?", QT_TRANSLATE_NOOP("WindowWords", "The limit \"top-1 drop\"")},
    Row{"--min-agreement( P)?", QT_TRANSLATE_NOOP("WindowWords", "the limit \"agreement\"")},
    Row{"--min-sqnr( DB)?", QT_TRANSLATE_NOOP("WindowWords", "The limit \"SQNR\"")},
    Row{"--min-speedup( X)?", QT_TRANSLATE_NOOP("WindowWords", "the limit \"speedup\"")},
};

}  // namespace

QString windowWords(const QString& text) {
    QString words = text;
    if (!words.contains(QLatin1String("--"))) {
        return words;
    }
    for (const Row& row : kRows) {
        words.replace(QRegularExpression(QLatin1String(row.option)), *row.words == '\0' ? QString() : QCoreApplication::translate("WindowWords", row.words));
    }
    return words;
}

}  // namespace vernier::ui
