// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QSortFilterProxyModel>

#include <set>
#include <string>

#include "core/model/model.h"

namespace vernier::ui {

class Session;

/// The model's nodes, one row a node in NodeId order. Qt::EditRole gives what to sort by (numbers as numbers).
class NodeTableModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Id, Name, Op, MethodColumn, Size, Macs, ColumnCount };
    enum Role { NodeRole = Qt::UserRole + 1 };

    explicit NodeTableModel(Session& session, QObject* parent = nullptr);

    [[nodiscard]] const std::set<std::string>& ops() const { return ops_; }  ///< the op types of the rows
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    [[nodiscard]] QVariant display(const Node& node, int column) const;
    [[nodiscard]] QVariant sortKey(const Node& node, int column) const;
    [[nodiscard]] QString methodTip(NodeId node) const;
    void methodsChanged();

    Session& session_;
    std::set<std::string> ops_;
    ModelPtr model_;   ///< the rows; changes only between begin and end of a reset
};

/// The rows that the session's filter lets through, sorted by EditRole.
class NodeProxy : public QSortFilterProxyModel {
    Q_OBJECT

public:
    explicit NodeProxy(Session& session, QObject* parent = nullptr);

protected:
    [[nodiscard]] bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

private:
    Session& session_;
};

}  // namespace vernier::ui
