// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>

#include <set>
#include <string>
#include <vector>

#include "core/model/model.h"

namespace vernier::ui {

class Session;

/// The model's nodes that the session's filter lets through, one row a node, sorted by what Qt::EditRole gives (numbers as
/// numbers). It filters and sorts by itself: a proxy model takes seconds for tens of thousands of nodes, because it tells of
/// each run of rows that goes or comes. Here a new filter or order is one reset; who shows a selection sets it again.
class NodeTableModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Id, Name, Op, MethodColumn, RunsAs, Size, Macs, ColumnCount };
    enum Role { NodeRole = Qt::UserRole + 1 };

    explicit NodeTableModel(Session& session, QObject* parent = nullptr);

    [[nodiscard]] const std::set<std::string>& ops() const { return ops_; }  ///< the op types of the rows
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

    /// The node of a row, and the row of a node; -1 when the filter hides it.
    [[nodiscard]] NodeId nodeOf(int row) const;
    [[nodiscard]] int rowOf(NodeId node) const;
    /// On: rows of the session's selection have its ground by themselves, for a view that does not select them.
    void markSelected(bool on) { marks_ = on; }
    /// Nodes of the model without and with the filter.
    [[nodiscard]] int nodeCount() const { return model_ ? static_cast<int>(model_->nodes().size()) : 0; }

private:
    void rebuild();
    void arrange();
    void sortRows();
    [[nodiscard]] QVariant display(const Node& node, int column) const;
    [[nodiscard]] QVariant sortKey(const Node& node, int column) const;
    [[nodiscard]] QString methodTip(NodeId node) const;
    [[nodiscard]] QString runsAsTip(const Node& node) const;
    [[nodiscard]] QString macsTip() const;
    void methodsChanged();
    void sizesChanged();

    Session& session_;
    std::set<std::string> ops_;
    ModelPtr model_;            ///< changes only between begin and end of a reset, and so do the rows; or for the same nodes with other work
    std::vector<NodeId> rows_;  ///< node of each row
    std::vector<int> row_of_;   ///< by NodeId; -1 for what is filtered away
    bool marks_ = false;
    int sortColumn_ = Id;
    Qt::SortOrder order_ = Qt::AscendingOrder;
};

}  // namespace vernier::ui
