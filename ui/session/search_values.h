// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QVector>

#include <optional>
#include <vector>

#include "core/base/json.h"
#include "core/model/model.h"

namespace vernier::ui {

/// What was measured of a recipe that a search wrote.
struct SearchSeen {
    double ms = 0;
    std::optional<double> msLow, msHigh;          ///< 95 %
    std::optional<double> error;                  ///< of the outputs
    std::optional<double> metric;                 ///< what the limit speaks of: points, percent, dB
    std::optional<double> metricLow, metricHigh;  ///< 95 %
    bool within = false;                          ///< within the limits
    QString answers;                              ///< outcome of the limits on answers: "passed", "failed", "inconclusive"
    QString trouble;                              ///< why it could not be made or run; empty: it could
};

/// A recipe of the front.
struct SearchDot {
    QString recipe;            ///< file name in the search's folder; empty before it is written
    double ms = 0, error = 0;  ///< predicted
    std::optional<SearchSeen> measured, reported;
    QVector<int> floatNodes;  ///< stay in FP32
};

/// How far predictions lay from what was measured of the same recipes.
struct SearchPrediction {
    int points = 0;                            ///< recipes that both are known of
    std::optional<double> msOff, errorFactor;  ///< medians: share of the time, factor of the error
    bool rough = false;                        ///< too far to be relied on
};

/// The document of `search`, as far as it is known.
struct SearchValues {
    std::vector<SearchDot> front;   ///< by predicted error, the least first
    int chosen = -1, nearest = -1;  ///< indices; -1: none
    QString end;                    ///< "found", "none", "undecided"; empty while it runs
    QString why;                    ///< why nothing was found
    QString method;                 ///< id of the method that is chosen or not
    int validations = 0;
    double seconds = 0;
    std::optional<double> fp32Ms;
    SearchPrediction prediction;
};

/// Throws std::runtime_error where a node is not one of the model, and Json::exception where the form is another one.
[[nodiscard]] SearchValues searchValuesFrom(const Json& document, const Model& model);

}  // namespace vernier::ui
