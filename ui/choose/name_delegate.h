// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QString>
#include <QStyledItemDelegate>

namespace vernier::ui {

/// Draws names of nodes cut where they differ from the rows around them. " + 2" at the end, which says how many nodes are meant beside
/// the named one, stays.
class NameDelegate : public QStyledItemDelegate {
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;
    /// What is drawn of a cell in so much room.
    [[nodiscard]] QString shown(const QModelIndex& index, const QFont& font, double width) const;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;

private:
    [[nodiscard]] QString cut(const QString& name, const QFontMetricsF& metrics, double width) const;

    /// Of the newest font and width: a name is asked for by each row around it.
    mutable QHash<QString, QString> cut_;
    mutable QString cutFor_;
};

}  // namespace vernier::ui
