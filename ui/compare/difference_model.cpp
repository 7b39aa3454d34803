// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/difference_model.h"

#include <algorithm>
#include <cstddef>

#include "ui/choose/badge.h"
#include "ui/session/session.h"

namespace vernier::ui {

DifferenceModel::DifferenceModel(const Session& session, QObject* parent) : QAbstractTableModel(parent), session_(session) { rebuild(); }

void DifferenceModel::rebuild() {
    beginResetModel();
    rows_ = session_.recipeView().differences();
    endResetModel();
}

int DifferenceModel::rowOf(NodeId node) const {
    const auto found = std::lower_bound(rows_.begin(), rows_.end(), node, [](const RecipeDifference& each, NodeId id) { return each.node < id; });
    return found != rows_.end() && found->node == node ? static_cast<int>(found - rows_.begin()) : -1;
}

int DifferenceModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(rows_.size()); }

int DifferenceModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

/// Behind the badges stands what they do not say.
QString DifferenceModel::display(const RecipeDifference& row, int column) const {
    const Node& node = session_.model()->node(row.node);
    switch (column) {
        case Id: return QString::number(row.node);
        case Name: return QString::fromStdString(node.label);
        case Op: return QString::fromStdString(std::string(node.op_type));
        case From: return isPerTensor(row.from, node) ? tr("tensor") : QString();
        case To: return isPerTensor(row.to, node) ? tr("tensor") : QString();
        default: return {};
    }
}

QVariant DifferenceModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount() || !session_.model()) {
        return {};
    }
    const RecipeDifference& row = rows_[static_cast<std::size_t>(index.row())];
    const bool method = index.column() == From || index.column() == To;
    const NodeState& state = index.column() == From ? row.from : row.to;
    switch (role) {
        case Qt::DisplayRole: return display(row, index.column());
        case MethodRole: return method ? QVariant(static_cast<int>(state.applied)) : QVariant();
        case OwnRole: return method && state.own;
        case Qt::TextAlignmentRole: return QVariant((index.column() == Id ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
        case Qt::ToolTipRole:
            return method ? (methodWords(state, session_.model()->node(row.node)) + QLatin1Char('\n') + state.why).trimmed() : display(row, index.column());
        default: return {};
    }
}

QVariant DifferenceModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || (role != Qt::DisplayRole && role != Qt::ToolTipRole && role != Qt::TextAlignmentRole)) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant((section == Id ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    }
    const RecipeView& view = session_.recipeView();
    const bool tip = role == Qt::ToolTipRole;
    switch (section) {
        case Id: return tip ? tr("Position in the file") : tr("#");
        case Name: return tr("node");
        case Op: return tip ? tr("Op type") : tr("op");
        case From: return tip ? tr("What becomes of it in %1").arg(view.title(view.from())) : tr("from");
        case To: return tip ? tr("What becomes of it in %1").arg(view.title(view.to())) : tr("to");
        default: return {};
    }
}

}  // namespace vernier::ui
