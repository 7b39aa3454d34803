// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>
#include <QVector>

#include "ui/data/answer_pairs.h"
#include "ui/data/pair_gallery.h"

namespace vernier::ui {

struct TileRequest {
    DatasetPtr dataset;
    QVector<AnswerPair> shown;
    AnswerPairs pairs;   ///< task and reading; its own pairs are not looked at
    QString candidate;   ///< title
    QStringList stands;  ///< words for each Stand
};

/// Samples as they are shown: boxes and masks drawn on the picture, other answers in words.
[[nodiscard]] QVector<PairTile> pairTiles(const TileRequest& request, const Job& job);

}  // namespace vernier::ui
