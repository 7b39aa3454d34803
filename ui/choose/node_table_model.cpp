// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/choose/node_table_model.h"

#include <algorithm>

#include "core/model/sizes.h"
#include "ui/choose/badge.h"
#include "ui/choose/numbers.h"
#include "ui/session/executed_text.h"
#include "ui/session/session.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

QString text(std::string_view view) { return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size())); }

/// The method whose badge shows what a node is written in: a quantized node that stays has that of its kind.
Method methodLike(const NodeState& state) { return state.staysAsItWas() ? method_from_id(id(state.already)).value_or(Method::fp32) : state.applied; }

/// What runs otherwise than it was written stands at one end, the others by what they run as.
int runsAsKey(const NodeState& state) { return (state.runsOtherwise() ? 0 : 10) + static_cast<int>(state.executed.as); }

QString methodName(const NodeState& state) {
    return state.staysAsItWas() ? QObject::tr("%1 already").arg(text(title(state.already))) : text(row(state.applied).title);
}

}  // namespace

NodeTableModel::NodeTableModel(Session& session, QObject* parent) : QAbstractTableModel(parent), session_(session) {
    connect(&session, &Session::stateChanged, this, [this] {
        if (session_.model() != model_) {
            rebuild();
        }
    });
    connect(&session.filter(), &Filter::changed, this, &NodeTableModel::arrange);
    connect(&session, &Session::recipeChanged, this, &NodeTableModel::methodsChanged);
    connect(&session, &Session::planChanged, this, &NodeTableModel::methodsChanged);
    connect(&session, &Session::sizesChanged, this, &NodeTableModel::sizesChanged);
    rebuild();
}

/// The same nodes with other work.
void NodeTableModel::sizesChanged() {
    model_ = session_.model();
    if (sortColumn_ == Macs) {
        arrange();
    } else if (rowCount() > 0) {
        emit dataChanged(index(0, Macs), index(rowCount() - 1, Macs));
    }
    emit headerDataChanged(Qt::Horizontal, Macs, Macs);
}

void NodeTableModel::rebuild() {
    beginResetModel();
    model_ = session_.model();
    ops_.clear();
    for (int node = 0; node < nodeCount(); ++node) {
        ops_.insert(model_->node(node).op_type);
    }
    sortRows();
    endResetModel();
}

void NodeTableModel::arrange() {
    beginResetModel();
    sortRows();
    endResetModel();
}

void NodeTableModel::sort(int column, Qt::SortOrder order) {
    sortColumn_ = column;
    order_ = order;
    arrange();
}

/// The rows in their order. Rows with equal keys stay in the order of the file, whichever way the others run.
void NodeTableModel::sortRows() {
    rows_.clear();
    const std::vector<bool>& matches = session_.filter().matches();
    for (NodeId node = 0; node < nodeCount(); ++node) {
        const auto at = static_cast<std::size_t>(node);
        if (at >= matches.size() || matches[at]) {
            rows_.push_back(node);
        }
    }
    const auto by = [this](auto key) {
        std::stable_sort(rows_.begin(), rows_.end(), [&](NodeId a, NodeId b) { return order_ == Qt::AscendingOrder ? key(a) < key(b) : key(b) < key(a); });
    };
    const auto node = [this](NodeId id) -> const Node& { return model_->node(id); };
    std::vector<QString> words;  // folded once each
    if (sortColumn_ == Name || sortColumn_ == Op) {
        for (NodeId id = 0; id < nodeCount(); ++id) {
            words.push_back(QString::fromStdString(sortColumn_ == Name ? node(id).label : node(id).op_type).toCaseFolded());
        }
    }
    switch (sortColumn_) {
        case Name:
        case Op: by([&](NodeId id) -> const QString& { return words[static_cast<std::size_t>(id)]; }); break;
        case MethodColumn: by([&](NodeId id) { return methodLike(session_.nodeState(id)); }); break;
        case RunsAs: by([&](NodeId id) { return runsAsKey(session_.nodeState(id)); }); break;
        case Size: by([&](NodeId id) { return node(id).weight_bytes; }); break;
        case Macs: by([&](NodeId id) { return node(id).macs; }); break;
        default:
            if (order_ == Qt::DescendingOrder) {
                std::reverse(rows_.begin(), rows_.end());
            }
    }
    row_of_.assign(static_cast<std::size_t>(nodeCount()), -1);
    for (std::size_t row = 0; row < rows_.size(); ++row) {
        row_of_[static_cast<std::size_t>(rows_[row])] = static_cast<int>(row);
    }
}

void NodeTableModel::methodsChanged() {
    if (sortColumn_ == MethodColumn || sortColumn_ == RunsAs) {
        arrange();
    } else if (rowCount() > 0) {
        emit dataChanged(index(0, MethodColumn), index(rowCount() - 1, RunsAs));
    }
}

NodeId NodeTableModel::nodeOf(int row) const { return row >= 0 && row < rowCount() ? rows_[static_cast<std::size_t>(row)] : kNone; }

int NodeTableModel::rowOf(NodeId node) const {
    return node >= 0 && static_cast<std::size_t>(node) < row_of_.size() ? row_of_[static_cast<std::size_t>(node)] : -1;
}

int NodeTableModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(rows_.size()); }

int NodeTableModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant NodeTableModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount()) {
        return {};
    }
    const Node& node = model_->node(nodeOf(index.row()));
    switch (role) {
        case Qt::DisplayRole: return display(node, index.column());
        case Qt::EditRole: return sortKey(node, index.column());
        case NodeRole: return node.id;
        case Qt::TextAlignmentRole:
            return index.column() == Id || index.column() == Size || index.column() == Macs ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                                                                                            : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
        case Qt::ToolTipRole:
            return index.column() == MethodColumn ? methodTip(node.id)
                   : index.column() == RunsAs     ? runsAsTip(node)
                   : index.column() == Name       ? QString::fromStdString(node.label)
                   : index.column() == Op         ? QString::fromStdString(node.op_type)
                                                  : QVariant();
        case Qt::AccessibleTextRole: return index.column() == MethodColumn ? methodName(session_.nodeState(node.id)) : QVariant();
        case MethodRole: return index.column() == MethodColumn ? QVariant(static_cast<int>(methodLike(session_.nodeState(node.id)))) : QVariant();
        case Qt::ForegroundRole:
            if (index.column() == RunsAs && session_.nodeState(node.id).runsOtherwise()) {
                const Theme theme = Theme::current();
                return theme.ink(theme.warn);
            }
            return {};
        case Qt::BackgroundRole: return marks_ && session_.selection().contains(node.id) ? QVariant(Theme::current().accentSoft) : QVariant();
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
            if (state.staysAsItWas() && !state.own) {
                return methodLike(state) == Method::fp32 ? text(title(state.already)) : tr("already");
            }
            // Behind the badge: an own wish that cannot be fulfilled must not pass without a word, nor the coarser scales.
            return state.own && state.applied != state.chosen ? tr("not %1").arg(text(row(state.chosen).badge))
                   : isPerTensor(state, node)                 ? tr("tensor")
                                                              : QString();
        }
        case RunsAs: return executedShort(session_.nodeState(node.id).executed);
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
        case MethodColumn: return static_cast<int>(methodLike(session_.nodeState(node.id)));
        case RunsAs: return runsAsKey(session_.nodeState(node.id));
        case Size: return QVariant::fromValue<qulonglong>(node.weight_bytes);
        case Macs: return QVariant::fromValue<qulonglong>(node.macs);
        default: return {};
    }
}

QString NodeTableModel::methodTip(NodeId node) const {
    const NodeState state = session_.nodeState(node);
    QStringList lines{tr("%1, %2").arg(methodName(state), state.own ? tr("override") : tr("by rule or default"))};
    if (row(state.applied).weight_bits == 8 && model_->node(node).weight_bytes > 0) {
        lines << (state.per_channel ? tr("Weights per channel.") : tr("Weights per tensor: one scale for all channels."));
    }
    const QString folded = foldedText(state);
    if (!folded.isEmpty()) {
        lines << folded;
    } else if (!state.why.isEmpty()) {
        lines << tr("Not %1: %2").arg(text(row(state.chosen).title), state.why);
    }
    if (state.runsOtherwise()) {
        lines << executedWarning(state.executed);
    }
    return lines.join(QLatin1Char('\n'));
}

QString NodeTableModel::runsAsTip(const Node& node) const {
    const NodeState state = session_.nodeState(node.id);
    return state.runsOtherwise() ? executedWarning(state.executed) : executedText(state.executed, node.op_type);
}

QString NodeTableModel::macsTip() const {
    const QString sizes = model_ ? QString::fromStdString(sizes_text(model_->sizes())) : QString();
    return sizes.isEmpty() ? tr("Multiply-accumulates of one run") : tr("Multiply-accumulates of one run with %1").arg(sizes);
}

QVariant NodeTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return section == Id || section == Size || section == Macs ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    }
    const bool tip = role == Qt::ToolTipRole;
    if (role != Qt::DisplayRole && !tip) {
        return {};
    }
    switch (section) {
        case Id: return tip ? tr("Position in the file") : tr("#");
        case Name: return tip ? tr("Name in the file, or the op type and position") : tr("name");
        case Op: return tip ? tr("Op type") : tr("op");
        case MethodColumn:
            return tip ? tr("What will happen to the node: filled is an override, outlined is by rule or default; “tensor” is one scale for all channels")
                       : tr("method");
        case RunsAs: return tip ? tr("What ONNX Runtime runs in the file of this recipe's run; marked where it is not what was written") : tr("runs as");
        case Size: return tip ? tr("Bytes of its constants") : tr("weights");
        case Macs: return tip ? macsTip() : tr("MACs");
        default: return {};
    }
}

}  // namespace vernier::ui
