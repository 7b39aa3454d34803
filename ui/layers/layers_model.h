// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>

#include <vector>

#include "ui/layers/layer_rows.h"

namespace vernier::ui {

class Session;

/// The rows of layers, sorted by itself: the worst error alone first. What is not known stands last in either order.
class LayersModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Id, Name, Op, MethodColumn, ExecutedColumn, Fp32, Quantized, Alone, OnTheWay, ColumnCount };
    enum Role { HeadRole = Qt::UserRole + 1, ShareRole };  ///< ShareRole: part of the largest share, 0 to 1

    explicit LayersModel(Session& session, QObject* parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

    /// In the order of the table.
    [[nodiscard]] const std::vector<LayerRow>& rows() const { return rows_; }
    /// Rows with at least one of the nodes, from top to bottom.
    [[nodiscard]] std::vector<int> rowsWith(const QVector<int>& nodes) const;
    /// Takes the result of the analysis anew.
    void rebuild();

private:
    void sortRows();
    [[nodiscard]] QString display(const LayerRow& row, int column) const;
    [[nodiscard]] QString tip(const LayerRow& row, int column) const;
    void methodsChanged();

    Session& session_;
    std::vector<LayerRow> rows_;
    std::vector<int> rowOf_;  ///< by NodeId; -1
    double largest_ = 0;      ///< share
    int sortColumn_ = Alone;
    Qt::SortOrder order_ = Qt::DescendingOrder;
};

}  // namespace vernier::ui
