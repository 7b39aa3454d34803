// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>
#include <QSizeF>
#include <QString>
#include <QStringList>

class QPainter;

namespace vernier::ui {

struct Look;

/// The scale of a figure in the legend: colours from nothing to the most, numbers below them, and what it is of.
class LegendScale {
public:
    /// Nothing where the look's mode is no figure.
    void take(const Look& look);
    [[nodiscard]] QSizeF size() const;
    void paint(QPainter& painter, QPointF corner, const Look& look) const;

private:
    QStringList numbers_;  ///< at the left end, in the middle and at the right end
    QStringList notes_;
};

}  // namespace vernier::ui
