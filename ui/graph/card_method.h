// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QString>

namespace vernier::ui {

/// What was chosen for a node, as its card shows it.
struct CardMethod {
    QString badge;            ///< "F32", "F16", "D8", "S8"; empty draws none
    QColor colour;            ///< of the bar and the badge
    bool own = false;         ///< the user's override (filled badge), else inherited (outlined)
    QString note;             ///< for the tip: why the choice differs from what is applied, or empty
    QString name = {};        ///< for the legend and the tip: "INT8 static"
    QString runs = {};        ///< what the runtime runs: "INT8", "float", "folded"; empty where that is not known
    QString runsDetail = {};  ///< for the tip: "INT8, as QLinearConv"
    QColor runsColour = {};
    bool runsOtherwise = false;  ///< in another precision than it was written; note says why
    QString chosen = {};         ///< badge of the method that was chosen; on a shared card those that differ are all shown

    bool operator==(const CardMethod&) const = default;
};

}  // namespace vernier::ui
