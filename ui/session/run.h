// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include <optional>
#include <string>

#include "core/base/json.h"
#include "core/quant/recipe.h"

namespace vernier::ui {

/// What was estimated of a run before it was made: kept, to be held against what is measured later.
struct RunEstimate {
    std::optional<double> bytes;  ///< of the file
    std::optional<double> ms;     ///< of one run
    std::optional<double> error;  ///< of the outputs: squared, of their power
    bool rough = false;           ///< of something in it too little was known
    bool operator==(const RunEstimate&) const = default;
};

/// One candidate: a recipe that was carried out, and its file. What was measured of it is in the session's comparison, under its id.
struct Run {
    enum class State { waiting, quantizing, quantized, measuring, measured, failed };

    int id = 0;     ///< 1, 2, ... in the order they were made; never used again in a session
    QString title;  ///< "INT8 static, 11 nodes FP32"; the user may change it
    Recipe recipe;
    bool foreign = false;  ///< a file made elsewhere: recipe says nothing about it
    QString file;          ///< the quantized model; empty before it is made
    State state = State::waiting;
    QString problem;       ///< why it failed or was stopped
    bool changed = false;  ///< its file is another one than the one that was made or measured
    Json quantized;        ///< result document of `quantize`; null before
    std::optional<RunEstimate> estimate = {};

    /// Of its file when it was made; empty for a file made elsewhere.
    [[nodiscard]] std::string madeSha256() const;
    /// The method of the default, which gives the row its badge and colour.
    [[nodiscard]] Method method() const { return recipe.default_method; }
    /// The method that most nodes with weights really got; the default's before it was quantized.
    [[nodiscard]] Method mainMethod() const;
};

/// Words for a state: "waiting", "quantizing", ...
[[nodiscard]] QString stateText(Run::State state);

/// How runs are measured. Saved with the session.
struct MeasureSettings {
    int threads = 1;
    double seconds = 4;      ///< for each model
    quint64 samples = 0;     ///< validation samples; 0 = all
    QStringList sizes = {};  ///< what open axes count as: "height=640", "input=1x3x640x640"
    QString provider = {};   ///< execution provider with its options: "openvino:device_type=CPU"; empty: the CPU's own
    bool operator==(const MeasureSettings&) const = default;
};

}  // namespace vernier::ui
