// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>

#include <vector>

#include "ui/session/recipe_view.h"

namespace vernier::ui {

/// The nodes of which two recipes make different things, in the order of the graph.
class DifferenceModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Id, Name, Op, From, To, ColumnCount };

    explicit DifferenceModel(const Session& session, QObject* parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    [[nodiscard]] NodeId nodeOf(int row) const { return rows_[static_cast<std::size_t>(row)].node; }
    /// -1 where the node is in both the same.
    [[nodiscard]] int rowOf(NodeId node) const;
    void rebuild();

private:
    [[nodiscard]] QString display(const RecipeDifference& row, int column) const;

    const Session& session_;
    std::vector<RecipeDifference> rows_;
};

}  // namespace vernier::ui
