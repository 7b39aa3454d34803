// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFontMetricsF>
#include <QString>
#include <QStringList>

namespace vernier::ui {

/// A node's name in so much room. What tells it from its neighbours stays: numbered parts of a path ("…/blocks.7/…/Conv") and the
/// number at the end of a plain name ("Batch…tion_12"). Cut in the middle, as all of them would be otherwise, ten look like one.
[[nodiscard]] QString elidedName(const QString& name, const QFontMetricsF& metrics, double width);

/// The same of a name that elidedName() cuts into the same text as others: what they differ in stays ("…7/dept…onv"), behind the number of
/// what they share. alike: those others.
[[nodiscard]] QString elidedApart(const QString& name, const QStringList& alike, const QFontMetricsF& metrics, double width);

}  // namespace vernier::ui
