// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <vector>

namespace vernier::ui {

/// A figure of each node that colours the cards: its time, its error, its size.
struct CardFigures {
    QString title;                             ///< "error alone"
    QString note;                              ///< below the scale: what it is of; lines divided by '\n'
    std::vector<double> values;                ///< by NodeId; NaN where it is not known
    std::vector<int> owners = {};              ///< by NodeId: nodes of one owner have their value together; empty: each has its own
    QString (*words)(double value) = nullptr;  ///< on the card and beside the scale: "41 %"

    bool operator==(const CardFigures&) const = default;
};

}  // namespace vernier::ui
