// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QVector>

#include <optional>
#include <vector>

#include "core/quant/method.h"

namespace vernier::ui {

class Session;

/// A row of the table of layers: a region, or a node of none that takes time of its own.
struct LayerRow {
    int head = -1;       ///< the node that it is spoken of by
    QVector<int> nodes;  ///< with the head, rising
    QString name;        ///< of the head
    QString more;        ///< " + 2": nodes beside the head
    QString op;
    QString executed;  ///< "INT8", "float", "fused into #4"
    QString executedTip;
    bool inFloat = false;              ///< was to be quantized, and runs in float
    std::optional<double> fp32Ms, ms;  ///< sums over the nodes
    std::optional<double> share;       ///< of the error of all regions alone, 0 to 1
    std::optional<double> error;       ///< the error alone itself: squared, of the outputs' power
    std::optional<double> kl;          ///< the same of a classifier's answers
    std::optional<double> sqnr;        ///< dB of what it answers in the quantized model
    QString why, change;               ///< of the head, or of the first node that says something

    /// The quantized model takes measurably longer for it.
    [[nodiscard]] bool slower() const;
};

/// Of the analysed model, in the order of the graph; none before it was.
[[nodiscard]] std::vector<LayerRow> layerRows(const Session& session);

}  // namespace vernier::ui
