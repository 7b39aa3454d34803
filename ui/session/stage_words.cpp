// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/stage_words.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>

namespace vernier::ui {

namespace {

/// from and to: where the stage lies in the whole of `quantize`, `measure` or `compare`, as shares of its time.
struct StageRow {
    const char* stage;
    const char* words;
    double from = 0, to = 0;
};

constexpr std::array kStages = {
    StageRow{"read", QT_TRANSLATE_NOOP("Stages", "reading the model"), 0, 0.02},
    StageRow{"open", QT_TRANSLATE_NOOP("Stages", "opening the model"), 0.02, 0.03},
    StageRow{"check", QT_TRANSLATE_NOOP("Stages", "checking the model"), 0.03, 0.04},
    StageRow{"index", QT_TRANSLATE_NOOP("Stages", "checking the model"), 0.04, 0.05},
    StageRow{"shapes", QT_TRANSLATE_NOOP("Stages", "checking the model"), 0.05, 0.06},
    StageRow{"look", QT_TRANSLATE_NOOP("Stages", "looking for advice")},
    StageRow{"layout", QT_TRANSLATE_NOOP("Stages", "drawing the graph")},
    StageRow{"stats", QT_TRANSLATE_NOOP("Stages", "reading the tensors")},
    StageRow{"samples", QT_TRANSLATE_NOOP("Stages", "looking at samples")},
    StageRow{"plan", QT_TRANSLATE_NOOP("Stages", "planning"), 0.06, 0.1},
    StageRow{"states", QT_TRANSLATE_NOOP("Stages", "running the streaming model"), 0.1, 0.15},
    StageRow{"calibrate", QT_TRANSLATE_NOOP("Stages", "calibrating on samples"), 0.1, 0.4},
    StageRow{"ranges", QT_TRANSLATE_NOOP("Stages", "trying ways to ranges"), 0.4, 0.45},
    StageRow{"quantize", QT_TRANSLATE_NOOP("Stages", "rewriting the model"), 0.4, 0.5},
    StageRow{"time kinds of integers", QT_TRANSLATE_NOOP("Stages", "timing kinds of integers"), 0.45, 0.5},
    StageRow{"time the first layers", QT_TRANSLATE_NOOP("Stages", "timing the first layers"), 0.5, 0.6},
    StageRow{"round weights", QT_TRANSLATE_NOOP("Stages", "choosing codes of weights by samples"), 0.6, 0.7},
    StageRow{"measure means", QT_TRANSLATE_NOOP("Stages", "measuring means of the quantized model"), 0.7, 0.8},
    StageRow{"time the model", QT_TRANSLATE_NOOP("Stages", "timing the new model"), 0.8, 0.9},
    StageRow{"find the node", QT_TRANSLATE_NOOP("Stages", "looking for the node that is refused"), 0.6, 0.8},
    StageRow{"find what is wrong", QT_TRANSLATE_NOOP("Stages", "looking for the nodes that lose accuracy"), 0.6, 0.8},
    StageRow{"find what loses most", QT_TRANSLATE_NOOP("Stages", "looking for the nodes that lose most"), 0.9, 0.97},
    StageRow{"compare splits", QT_TRANSLATE_NOOP("Stages", "comparing both splits"), 0.95, 0.97},
    StageRow{"write", QT_TRANSLATE_NOOP("Stages", "writing the file"), 0.97, 1},
    StageRow{"answers", QT_TRANSLATE_NOOP("Stages", "comparing answers"), 0.06, 0.4},
    StageRow{"latency", QT_TRANSLATE_NOOP("Stages", "timing runs"), 0.4, 1},
    StageRow{"reference", QT_TRANSLATE_NOOP("Stages", "running the model in FP32")},
    StageRow{"regions", QT_TRANSLATE_NOOP("Stages", "quantizing each region alone")},
    StageRow{"weights and activations", QT_TRANSLATE_NOOP("Stages", "telling weights from activations")},
    StageRow{"all but one", QT_TRANSLATE_NOOP("Stages", "quantizing all but one region")},
    StageRow{"errors of sets", QT_TRANSLATE_NOOP("Stages", "quantizing sets of regions")},
    StageRow{"measure", QT_TRANSLATE_NOOP("Stages", "timing runs")},
    StageRow{"profile", QT_TRANSLATE_NOOP("Stages", "timing the nodes")},
    StageRow{"time the nodes", QT_TRANSLATE_NOOP("Stages", "timing the nodes")},
    StageRow{"quantize all", QT_TRANSLATE_NOOP("Stages", "quantizing all of it")},
    StageRow{"compare tensors", QT_TRANSLATE_NOOP("Stages", "comparing tensors")},
    StageRow{"what reaches the outputs", QT_TRANSLATE_NOOP("Stages", "following errors to the outputs")},
    StageRow{"compare outputs", QT_TRANSLATE_NOOP("Stages", "comparing answers")},
    StageRow{"pair nodes", QT_TRANSLATE_NOOP("Stages", "pairing the nodes of both files")},
    StageRow{"emulate", QT_TRANSLATE_NOOP("Stages", "emulating another CPU")},
    StageRow{"look at the executed graph", QT_TRANSLATE_NOOP("Stages", "looking at what is executed")},
    StageRow{"measure recipes", QT_TRANSLATE_NOOP("Stages", "measuring recipes")},
};

constexpr std::array kSpanned = {QLatin1String("quantize"), QLatin1String("measure"), QLatin1String("compare")};

const StageRow* rowOf(const QString& stage) {
    const auto found = std::find_if(kStages.begin(), kStages.end(), [&stage](const StageRow& row) { return stage == QLatin1String(row.stage); });
    return found == kStages.end() ? nullptr : found;
}

}  // namespace

std::optional<QString> stageWords(const QString& stage) {
    const StageRow* row = rowOf(stage);
    return row == nullptr ? std::nullopt : std::optional(QCoreApplication::translate("Stages", row->words));
}

QStringList stagesWithWords() {
    QStringList names;
    for (const StageRow& row : kStages) {
        names << QLatin1String(row.stage);
    }
    return names;
}

double partOfStage(quint64 done, quint64 total) { return total == 0 ? 0 : static_cast<double>(std::min(done, total)) / static_cast<double>(total); }

double shareOfCommand(const QString& command, const QString& stage, double part, double begun) {
    const StageRow* row = rowOf(stage);
    if (row != nullptr && row->to > 0 && std::find(kSpanned.begin(), kSpanned.end(), command) != kSpanned.end()) {
        return row->from + (row->to - row->from) * part;
    }
    return begun + (1 - begun) / 2 * part;  // nobody knows what comes behind it: it takes half of what is left
}

double begunAt(double reached, double part) { return (reached - part / 2) / (1 - part / 2); }

}  // namespace vernier::ui
