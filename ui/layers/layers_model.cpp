// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/layers/layers_model.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <set>
#include <string>

#include "core/quant/method.h"
#include "ui/choose/badge.h"
#include "ui/choose/numbers.h"
#include "ui/session/session.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

bool isNumber(int column) {
    return column == LayersModel::Id || column == LayersModel::Fp32 || column == LayersModel::Quantized || column == LayersModel::OnTheWay;
}

double numberOf(const LayerRow& row, int column) {
    switch (column) {
        case LayersModel::Fp32: return row.fp32Ms.value_or(kUnknown);
        case LayersModel::Quantized: return row.ms.value_or(kUnknown);
        case LayersModel::Alone: return row.share.value_or(row.error.value_or(kUnknown));
        case LayersModel::OnTheWay: return row.sqnr.value_or(kUnknown);
        default: return row.head;
    }
}

}  // namespace

LayersModel::LayersModel(Session& session, QObject* parent) : QAbstractTableModel(parent), session_(session) {
    connect(&session, &Session::recipeChanged, this, &LayersModel::methodsChanged);
    connect(&session, &Session::planChanged, this, &LayersModel::methodsChanged);
    rebuild();
}

void LayersModel::rebuild() {
    beginResetModel();
    rows_ = layerRows(session_);
    largest_ = 0;
    for (const LayerRow& row : rows_) {
        largest_ = std::max(largest_, row.share.value_or(0));
    }
    sortRows();
    endResetModel();
}

void LayersModel::methodsChanged() {
    if (!rows_.empty()) {
        emit dataChanged(index(0, MethodColumn), index(rowCount() - 1, MethodColumn));
    }
}

void LayersModel::sort(int column, Qt::SortOrder order) {
    beginResetModel();
    sortColumn_ = column;
    order_ = order;
    sortRows();
    endResetModel();
}

/// Equal rows stay in the order of the graph.
void LayersModel::sortRows() {
    std::sort(rows_.begin(), rows_.end(), [](const LayerRow& a, const LayerRow& b) { return a.head < b.head; });
    const bool rising = order_ == Qt::AscendingOrder;
    const auto by = [&](const auto& key) {
        std::stable_sort(rows_.begin(), rows_.end(), [&](const LayerRow& a, const LayerRow& b) { return rising ? key(a) < key(b) : key(b) < key(a); });
    };
    switch (sortColumn_) {
        case Name: by([](const LayerRow& row) { return row.name.toCaseFolded(); }); break;
        case Op: by([](const LayerRow& row) { return row.op.toCaseFolded(); }); break;
        case ExecutedColumn: by([](const LayerRow& row) { return (row.inFloat ? QStringLiteral("0") : QStringLiteral("1")) + row.executed; }); break;
        case MethodColumn: by([this](const LayerRow& row) { return static_cast<int>(session_.nodeState(row.head).applied); }); break;
        default:
            std::stable_sort(rows_.begin(), rows_.end(), [&](const LayerRow& a, const LayerRow& b) {
                const double x = numberOf(a, sortColumn_), y = numberOf(b, sortColumn_);
                return std::isnan(x) || std::isnan(y) ? !std::isnan(x) && std::isnan(y) : rising ? x < y : y < x;
            });
    }
    rowOf_.assign(session_.model() ? session_.model()->nodes().size() : 0, -1);
    for (std::size_t row = 0; row < rows_.size(); ++row) {
        for (const int node : rows_[row].nodes) {
            rowOf_[static_cast<std::size_t>(node)] = static_cast<int>(row);
        }
    }
}

std::vector<int> LayersModel::rowsWith(const QVector<int>& nodes) const {
    std::set<int> found;
    for (const int node : nodes) {
        const auto at = static_cast<std::size_t>(node);
        if (node >= 0 && at < rowOf_.size() && rowOf_[at] >= 0) {
            found.insert(rowOf_[at]);
        }
    }
    return {found.begin(), found.end()};
}

int LayersModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(rows_.size()); }

int LayersModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant LayersModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount()) {
        return {};
    }
    const LayerRow& row = rows_[static_cast<std::size_t>(index.row())];
    const int column = index.column();
    switch (role) {
        case Qt::DisplayRole: return column == Id ? QVariant(row.head) : QVariant(display(row, column));
        case Qt::EditRole: return column == Id || isNumber(column) || column == Alone ? QVariant(numberOf(row, column)) : QVariant(display(row, column));
        case HeadRole: return row.head;
        case ShareRole: return column == Alone && row.share && largest_ > 0 ? QVariant(std::clamp(*row.share / largest_, 0.0, 1.0)) : QVariant();
        case Qt::TextAlignmentRole: return isNumber(column) ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
        case Qt::ToolTipRole: return tip(row, column);
        case MethodRole: return column == MethodColumn ? QVariant(static_cast<int>(session_.nodeState(row.head).applied)) : QVariant();
        case OwnRole: return session_.nodeState(row.head).own;
        case Qt::FontRole:
            if (column == Quantized && row.slower()) {
                QFont font = bodyFont();
                font.setBold(true);
                return font;
            }
            return {};
        case Qt::ForegroundRole:
            if ((column == Quantized && row.slower()) || (column == ExecutedColumn && row.inFloat)) {
                const Theme theme = Theme::current();
                return theme.ink(theme.method(u"int4"));
            }
            return {};
        default: return {};
    }
}

QString LayersModel::display(const LayerRow& row, int column) const {
    switch (column) {
        case Name: return row.name + row.more;
        case Op: return row.op;
        case MethodColumn: {
            // Behind the badge, as in the table of nodes.
            const NodeState state = session_.nodeState(row.head);
            return state.own && state.applied != state.chosen ? tr("not %1").arg(QString::fromStdString(std::string(vernier::row(state.chosen).badge)))
                   : session_.model() && isPerTensor(state, session_.model()->node(row.head)) ? tr("tensor")
                                                                                              : QString();
        }
        case ExecutedColumn: return row.inFloat ? row.executed + QStringLiteral(" ⚠") : row.executed;
        case Fp32: return timeText(row.fp32Ms);
        case Quantized: return row.slower() ? QStringLiteral("▲ ") + timeText(row.ms) : timeText(row.ms);
        case Alone: return shareText(row.share);
        case OnTheWay: return row.sqnr ? QString::number(*row.sqnr, 'f', 1) : QStringLiteral("–");
        default: return {};
    }
}

QString LayersModel::tip(const LayerRow& row, int column) const {
    QStringList lines;
    if (column == Name) {
        lines << row.name + row.more;
    } else if (column == ExecutedColumn) {
        lines << row.executedTip;
    } else if (column == Alone && row.error) {
        const QString kl = row.kl ? tr(", KL divergence %1").arg(threeDigits(*row.kl)) : QString();
        lines << tr("When only these nodes are quantized, the outputs' squared error is %1 of their power%2.").arg(threeDigits(*row.error), kl);
    }
    for (const QString& words : {row.why, row.change}) {
        lines << words;
    }
    lines.removeAll(QString());
    return lines.join(QLatin1Char('\n'));
}

QVariant LayersModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return isNumber(section) ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    }
    const bool tip = role == Qt::ToolTipRole;
    if (role != Qt::DisplayRole && !tip) {
        return {};
    }
    switch (section) {
        case Id: return tip ? tr("Position in the file") : tr("#");
        case Name: return tip ? tr("The node that a region is about, and how many nodes are quantized with it") : tr("node");
        case Op: return tip ? tr("Op type") : tr("op");
        case MethodColumn: return tip ? tr("What the present recipe makes of it: filled is an override") : tr("method");
        case ExecutedColumn:
            return tip ? tr("What ONNX Runtime runs in the analysed model; marked where it was to be quantized and runs in float") : tr("executed");
        case Fp32: return tip ? tr("Time of one run in the opened model") : tr("FP32");
        case Quantized: return tip ? tr("Time of one run in the quantized model, with the conversions that it causes; ▲ is slower than FP32") : tr("quantized");
        case Alone: return tip ? tr("Error of the outputs when only this is quantized, as a share of the sum over all") : tr("error alone");
        case OnTheWay: return tip ? tr("Error on the way: SQNR of its output in the quantized model against FP32; less is worse") : tr("dB here");
        default: return {};
    }
}

}  // namespace vernier::ui
