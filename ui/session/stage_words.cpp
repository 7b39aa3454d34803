// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/stage_words.h"

#include <QCoreApplication>

#include <array>

namespace vernier::ui {

namespace {

struct StageRow {
    const char* stage;
    const char* words;
};

constexpr std::array kStages = {
    StageRow{"read", QT_TRANSLATE_NOOP("Stages", "reading the model")},
    StageRow{"open", QT_TRANSLATE_NOOP("Stages", "opening the model")},
    StageRow{"check", QT_TRANSLATE_NOOP("Stages", "checking the model")},
    StageRow{"index", QT_TRANSLATE_NOOP("Stages", "checking the model")},
    StageRow{"shapes", QT_TRANSLATE_NOOP("Stages", "checking the model")},
    StageRow{"look", QT_TRANSLATE_NOOP("Stages", "looking for advice")},
    StageRow{"layout", QT_TRANSLATE_NOOP("Stages", "drawing the graph")},
    StageRow{"stats", QT_TRANSLATE_NOOP("Stages", "reading the tensors")},
    StageRow{"plan", QT_TRANSLATE_NOOP("Stages", "planning")},
    StageRow{"calibrate", QT_TRANSLATE_NOOP("Stages", "calibrating on samples")},
    StageRow{"quantize", QT_TRANSLATE_NOOP("Stages", "rewriting the model")},
    StageRow{"time the first layers", QT_TRANSLATE_NOOP("Stages", "timing the first layers")},
    StageRow{"time the model", QT_TRANSLATE_NOOP("Stages", "timing the new model")},
    StageRow{"find the node", QT_TRANSLATE_NOOP("Stages", "looking for the node that is refused")},
    StageRow{"find what is wrong", QT_TRANSLATE_NOOP("Stages", "looking for the nodes that lose accuracy")},
    StageRow{"find what loses most", QT_TRANSLATE_NOOP("Stages", "looking for the nodes that lose most")},
    StageRow{"write", QT_TRANSLATE_NOOP("Stages", "writing the file")},
    StageRow{"answers", QT_TRANSLATE_NOOP("Stages", "comparing answers")},
    StageRow{"latency", QT_TRANSLATE_NOOP("Stages", "timing runs")},
};

}  // namespace

std::optional<QString> stageWords(const QString& stage) {
    for (const StageRow& row : kStages) {
        if (stage == QLatin1String(row.stage)) {
            return QCoreApplication::translate("Stages", row.words);
        }
    }
    return std::nullopt;
}

}  // namespace vernier::ui
