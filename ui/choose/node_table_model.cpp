// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/choose/node_table_model.h"

#include "ui/choose/badge.h"
#include "ui/choose/numbers.h"
#include "ui/session/session.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

QString text(std::string_view view) {
    return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size()));
}

}  // namespace

NodeTableModel::NodeTableModel(Session& session, QObject* parent)
    : QAbstractTableModel(parent), session_(session), model_(session.model()) {
    connect(&session, &Session::stateChanged, this, [this] {
        if (session_.model() != model_) {
            beginResetModel();
            model_ = session_.model();
            ops_.clear();
            for (int node = 0; node < rowCount(); ++node) {
                ops_.insert(model_->node(node).op_type);
            }
            endResetModel();
        }
    });
    connect(&session, &Session::recipeChanged, this, &NodeTableModel::methodsChanged);
    connect(&session, &Session::planChanged, this, &NodeTableModel::methodsChanged);
}

void NodeTableModel::methodsChanged() {
    if (rowCount() > 0) {
        emit dataChanged(index(0, MethodColumn), index(rowCount() - 1, MethodColumn));
    }
}

int NodeTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() || !model_ ? 0 : static_cast<int>(model_->nodes().size());
}

int NodeTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant NodeTableModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount()) {
        return {};
    }
    const Node& node = model_->node(index.row());
    switch (role) {
        case Qt::DisplayRole: return display(node, index.column());
        case Qt::EditRole: return sortKey(node, index.column());
        case NodeRole: return node.id;
        case Qt::TextAlignmentRole:
            return index.column() == Id || index.column() == Size || index.column() == Macs
                       ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                       : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
        case Qt::ToolTipRole:
            return index.column() == MethodColumn ? methodTip(node.id)
                   : index.column() == Name       ? QString::fromStdString(node.label)
                   : index.column() == Op         ? QString::fromStdString(node.op_type)
                                                  : QVariant();
        case Qt::AccessibleTextRole:
            return index.column() == MethodColumn ? text(row(session_.nodeState(node.id).applied).title) : QVariant();
        case MethodRole:
            return index.column() == MethodColumn ? QVariant(static_cast<int>(session_.nodeState(node.id).applied)) : QVariant();
        case OwnRole: return session_.nodeState(node.id).own;
        default: return {};
    }
}

QVariant NodeTableModel::display(const Node& node, int column) const {
    switch (column) {
        case Id: return node.id;
        case Name: return QString::fromStdString(node.label);
        case Op: return QString::fromStdString(node.op_type);
        case MethodColumn: {
            const NodeState state = session_.nodeState(node.id);
            // Behind the badge: an own wish that cannot be fulfilled must not pass without a word.
            return state.own && state.applied != state.chosen ? tr("not %1").arg(text(row(state.chosen).badge)) : QString();
        }
        case Size: return node.weight_bytes == 0 ? QString() : sizeText(node.weight_bytes);
        case Macs: return node.macs == 0 ? QString() : countText(node.macs);
        default: return {};
    }
}

QVariant NodeTableModel::sortKey(const Node& node, int column) const {
    switch (column) {
        case Id: return node.id;
        case Name: return QString::fromStdString(node.label);
        case Op: return QString::fromStdString(node.op_type);
        case MethodColumn: return static_cast<int>(session_.nodeState(node.id).applied);
        case Size: return QVariant::fromValue<qulonglong>(node.weight_bytes);
        case Macs: return QVariant::fromValue<qulonglong>(node.macs);
        default: return {};
    }
}

QString NodeTableModel::methodTip(NodeId node) const {
    const NodeState state = session_.nodeState(node);
    QStringList lines{tr("%1, %2").arg(text(row(state.applied).title), state.own ? tr("own choice") : tr("inherited"))};
    if (state.absorbed) {
        lines << tr("Disappears into a neighbour.");
    }
    if (!state.why.isEmpty()) {
        lines << tr("Not %1: %2").arg(text(row(state.chosen).title), state.why);
    }
    return lines.join(QLatin1Char('\n'));
}

QVariant NodeTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return section == Id || section == Size || section == Macs ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                                                                   : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    }
    const bool tip = role == Qt::ToolTipRole;
    if (role != Qt::DisplayRole && !tip) {
        return {};
    }
    switch (section) {
        case Id: return tip ? tr("Position in the file") : tr("#");
        case Name: return tip ? tr("Name in the file, or the op type and position") : tr("name");
        case Op: return tip ? tr("Op type") : tr("op");
        case MethodColumn: return tip ? tr("What will happen to the node: filled is its own choice, outlined is inherited") : tr("method");
        case Size: return tip ? tr("Bytes of its constants") : tr("weights");
        case Macs: return tip ? tr("Multiply-accumulates of one run, symbolic axes as 1") : tr("MACs");
        default: return {};
    }
}

NodeProxy::NodeProxy(Session& session, QObject* parent) : QSortFilterProxyModel(parent), session_(session) {
    setSortRole(Qt::EditRole);
    setSortCaseSensitivity(Qt::CaseInsensitive);
    connect(&session.filter(), &Filter::changed, this, [this] { invalidateRowsFilter(); });
}

bool NodeProxy::filterAcceptsRow(int row, const QModelIndex&) const {
    const std::vector<bool>& matches = session_.filter().matches();
    return static_cast<std::size_t>(row) >= matches.size() || matches[static_cast<std::size_t>(row)];
}

}  // namespace vernier::ui
