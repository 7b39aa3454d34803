// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/inspect/summary_panel.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLocale>
#include <QSplitter>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>

#include <onnx/onnx_pb.h>

#include "core/base/plain_text.h"
#include "core/base/tensor.h"
#include "ui/choose/copy_rows.h"
#include "ui/choose/name_delegate.h"
#include "ui/choose/numbers.h"
#include "ui/session/session.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

constexpr std::size_t kMostTensors = 100;  ///< a table to read, not the list of all constants
constexpr int kNarrow = 110;               ///< letters; below, the tables stand one below the other
constexpr int kNumberRole = Qt::UserRole + 1;
constexpr int kNodeRole = Qt::UserRole + 2;

QString text(std::string_view words) { return QString::fromUtf8(words.data(), static_cast<qsizetype>(words.size())); }

QString qualified(const std::string& domain, const std::string& type) { return domain.empty() ? text(type) : text(domain) + QLatin1Char('.') + text(type); }

QString shapeText(const std::vector<std::int64_t>& dims) {
    QStringList sizes;
    for (const std::int64_t size : dims) {
        sizes << QString::number(size);
    }
    return sizes.isEmpty() ? QObject::tr("scalar") : sizes.join(QStringLiteral(" × "));
}

QString opsetsText(const Model& model) {
    QStringList opsets;
    for (const Opset& opset : model.opsets()) {
        opsets << QStringLiteral("%1 %2").arg(opset.domain.empty() ? QStringLiteral("ai.onnx") : text(opset.domain)).arg(opset.version);
    }
    return opsets.join(QStringLiteral(", "));
}

QString portsText(const Model& model, const std::vector<ValueId>& ports) {
    QStringList words;
    for (const ValueId id : ports) {
        words << text(plain_text(model.value(id).name)) + QLatin1Char(' ') + text(model.value(id).type.text());
    }
    return words.join(QStringLiteral(", "));
}

std::vector<ModelSummary::Operator> operatorsOf(const Model& model) {
    std::map<QString, ModelSummary::Operator> byType;
    for (const Node& node : model.nodes()) {
        if (node.op_type == "Constant") {
            continue;
        }
        ModelSummary::Operator& row = byType[qualified(node.domain, node.op_type)];
        row.first = row.nodes == 0 ? node.id : row.first;
        ++row.nodes;
        row.parameters += node.parameters;
        row.bytes += node.weight_bytes;
        row.macs += node.macs;
    }
    std::vector<ModelSummary::Operator> rows;
    for (auto& [type, row] : byType) {
        row.type = type;
        rows.push_back(row);
    }
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.nodes > b.nodes; });
    return rows;
}

std::vector<ModelSummary::Tensor> tensorsOf(const Model& model) {
    const std::vector<Initializer>& all = model.initializers();
    std::vector<std::size_t> order(all.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto shown = static_cast<std::ptrdiff_t>(std::min(order.size(), kMostTensors));
    std::partial_sort(order.begin(), order.begin() + shown, order.end(),
                      [&](std::size_t a, std::size_t b) { return std::pair(all[b].size_bytes(), a) < std::pair(all[a].size_bytes(), b); });
    std::vector<ModelSummary::Tensor> rows;
    for (auto place = order.begin(); place != order.begin() + shown; ++place) {
        const Initializer& tensor = all[*place];
        const ValueId value = model.find_value(tensor.name, tensor.graph);
        const NodeId reader = value == kNone || model.value(value).consumers.empty() ? kNone : model.value(value).consumers.front();
        rows.push_back({text(tensor.name), text(name(tensor.type)), shapeText(tensor.dims), tensor.size_bytes(), reader});
    }
    return rows;
}

/// Shows words and sorts by the number behind them.
class NumberItem : public QTableWidgetItem {
public:
    NumberItem(const QString& words, quint64 number) : QTableWidgetItem(words) {
        setData(kNumberRole, number);
        setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        setToolTip(QLocale().toString(number));
    }
    bool operator<(const QTableWidgetItem& other) const override { return data(kNumberRole).toULongLong() < other.data(kNumberRole).toULongLong(); }
};

QTableWidgetItem* words(const QString& content, NodeId node = kNone) {
    auto* item = new QTableWidgetItem(content);
    item->setToolTip(content);
    item->setData(kNodeRole, node);
    return item;
}

/// What is not known or not there stands as a dash.
NumberItem* number(quint64 value, QString (*format)(quint64)) { return new NumberItem(value == 0 ? QStringLiteral("–") : format(value), value); }

}  // namespace

ModelSummary summaryOf(const Model& model) {
    ModelSummary summary;
    summary.operators = operatorsOf(model);
    summary.tensors = tensorsOf(model);
    quint64 nodes = 0, macs = 0;
    for (const ModelSummary::Operator& row : summary.operators) {
        nodes += row.nodes;
        macs += row.macs;
    }
    const QLocale locale;
    auto& facts = summary.facts;
    facts.emplace_back(QObject::tr("File"), text(model.path().filename().string()));
    facts.emplace_back(QObject::tr("Size"), sizeText(model.size_bytes()));
    facts.emplace_back(QObject::tr("Nodes"), QObject::tr("%1, of %2 operators").arg(locale.toString(nodes)).arg(summary.operators.size()));
    facts.emplace_back(QObject::tr("Parameters"), QObject::tr("%1 (%2)").arg(locale.toString(model.parameters()), sizeText(model.weight_bytes())));
    facts.emplace_back(QObject::tr("MACs of one run"),
                       macs == 0 ? QObject::tr("not known") : QObject::tr("%1 (%2)").arg(locale.toString(macs), countText(macs)));
    facts.emplace_back(QObject::tr("Constant tensors"), locale.toString(static_cast<quint64>(model.initializers().size())));
    facts.emplace_back(QObject::tr("Inputs"), portsText(model, model.inputs()));
    facts.emplace_back(QObject::tr("Outputs"), portsText(model, model.outputs()));
    facts.emplace_back(QObject::tr("Opsets"), opsetsText(model));
    facts.emplace_back(QObject::tr("IR version"), QString::number(model.ir_version()));
    const onnx::ModelProto& proto = model.proto();
    for (const auto& [label, value] : {std::pair{QObject::tr("Producer"), text(model.producer())},
                                       {QObject::tr("Graph"), text(proto.graph().name())},
                                       {QObject::tr("Domain"), text(proto.domain())},
                                       {QObject::tr("Description"), text(proto.doc_string()).simplified()}}) {
        if (!value.isEmpty()) {
            facts.emplace_back(label, value);
        }
    }
    for (const auto& entry : proto.metadata_props()) {
        facts.emplace_back(text(entry.key()), text(entry.value()).simplified());
    }
    return summary;
}

SummaryPanel::SummaryPanel(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), empty_(new QLabel(tr("Open a model to see what it is made of."))), parts_(new QSplitter) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 8, 12, 4);
    empty_->setProperty("role", "note");
    empty_->setAlignment(Qt::AlignCenter);
    parts_->setChildrenCollapsible(false);
    facts_ = addTable(tr("MODEL"), {tr("What"), tr("Value")});
    operators_ = addTable(tr("OPERATORS"), {tr("Operator"), tr("Nodes"), tr("Parameters"), tr("Size"), tr("MACs")});
    tensors_ = addTable(tr("LARGEST TENSORS"), {tr("Tensor"), tr("Type"), tr("Shape"), tr("Size")});
    facts_->horizontalHeader()->hide();
    // What is long is cut, so that no number has to be scrolled for.
    facts_->horizontalHeader()->setSectionResizeMode(1, QHeaderView::Stretch);
    for (QTableWidget* table : {operators_, tensors_}) {
        table->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
        table->setItemDelegateForColumn(0, new NameDelegate(table));
    }
    layout->addWidget(parts_, 1);
    layout->addWidget(empty_, 1);
    connect(&session, &Session::stateChanged, this, &SummaryPanel::refill);
    connect(&session, &Session::sizesChanged, this, &SummaryPanel::refill);  // the work of a run follows from them
    refill();
}

QTableWidget* SummaryPanel::addTable(const QString& title, const QStringList& columns) {
    auto* part = new QWidget;
    auto* column = new QVBoxLayout(part);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    auto* heading = new QLabel(title);
    heading->setProperty("role", "label");
    heading->setFont(labelFont());
    auto* table = new QTableWidget(0, static_cast<int>(columns.size()));
    table->setHorizontalHeaderLabels(columns);
    table->setAccessibleName(title);
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(table->fontMetrics().height() + 9);
    table->horizontalHeader()->setFont(labelFont());
    table->horizontalHeader()->setHighlightSections(false);
    table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table->horizontalHeader()->setMinimumSectionSize(28);
    table->setTextElideMode(Qt::ElideMiddle);
    table->setFrameShape(QFrame::NoFrame);
    table->setShowGrid(false);
    table->setWordWrap(false);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table->setTabKeyNavigation(false);
    table->installEventFilter(this);
    connect(table, &QTableWidget::itemActivated, this, [this, table](const QTableWidgetItem* item) {
        const NodeId node = table->item(item->row(), 0)->data(kNodeRole).toInt();
        if (node != kNone && session_.model() && node < static_cast<NodeId>(session_.model()->nodes().size())) {
            session_.selection().setOne(node);
        }
    });
    column->addWidget(heading);
    column->addWidget(table, 1);
    parts_->addWidget(part);
    return table;
}

/// Three tables beside each other need room; on a narrow side they stand one below the other.
void SummaryPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    const bool narrow = width() < kNarrow * fontMetrics().averageCharWidth();
    parts_->setOrientation(narrow ? Qt::Vertical : Qt::Horizontal);
    QMetaObject::invokeMethod(this, &SummaryPanel::fitColumns, Qt::QueuedConnection);  // behind the tables' own layout
}

/// Where the names have too little room, the column that says least gives its own.
void SummaryPanel::fitColumns() {
    const int least = fontMetrics().horizontalAdvance(QStringLiteral("BatchNormali"));
    for (const auto& [table, column] : {std::pair{operators_, 2}, std::pair{tensors_, 1}}) {
        table->setColumnHidden(column, false);
        int others = 0;
        for (int other = 1; other < table->columnCount(); ++other) {
            table->resizeColumnToContents(other);
            others += table->columnWidth(other);
        }
        table->setColumnHidden(column, table->viewport()->width() - others < least);
    }
}

bool SummaryPanel::eventFilter(QObject* object, QEvent* event) {
    const auto* table = qobject_cast<QTableWidget*>(object);
    if (table != nullptr && event->type() == QEvent::KeyPress && copyRows(*table, *static_cast<QKeyEvent*>(event))) {
        return true;
    }
    return QWidget::eventFilter(object, event);
}

void SummaryPanel::refill() {
    const ModelSummary summary = session_.model() ? summaryOf(*session_.model()) : ModelSummary();
    facts_->setRowCount(static_cast<int>(summary.facts.size()));
    for (int row = 0; row < facts_->rowCount(); ++row) {
        const auto& [label, value] = summary.facts[static_cast<std::size_t>(row)];
        facts_->setItem(row, 0, words(label));
        facts_->setItem(row, 1, words(value));
    }
    fillOperators(summary);
    fillTensors(summary);
    parts_->setVisible(session_.model() != nullptr);
    empty_->setVisible(session_.model() == nullptr);
    QMetaObject::invokeMethod(this, &SummaryPanel::fitColumns, Qt::QueuedConnection);
}

/// Rows are set while nothing sorts, and then sorted as they come: the most frequent first.
void SummaryPanel::fillOperators(const ModelSummary& summary) {
    operators_->setSortingEnabled(false);
    operators_->setRowCount(static_cast<int>(summary.operators.size()));
    for (int row = 0; row < operators_->rowCount(); ++row) {
        const ModelSummary::Operator& each = summary.operators[static_cast<std::size_t>(row)];
        operators_->setItem(row, 0, words(each.type, each.first));
        operators_->setItem(row, 1, number(each.nodes, countText));
        operators_->setItem(row, 2, number(each.parameters, countText));
        operators_->setItem(row, 3, number(each.bytes, sizeText));
        operators_->setItem(row, 4, number(each.macs, countText));
    }
    operators_->sortByColumn(1, Qt::DescendingOrder);
    operators_->setSortingEnabled(true);
}

void SummaryPanel::fillTensors(const ModelSummary& summary) {
    tensors_->setSortingEnabled(false);
    tensors_->setRowCount(static_cast<int>(summary.tensors.size()));
    for (int row = 0; row < tensors_->rowCount(); ++row) {
        const ModelSummary::Tensor& each = summary.tensors[static_cast<std::size_t>(row)];
        tensors_->setItem(row, 0, words(each.name, each.reader));
        tensors_->setItem(row, 1, words(each.type));
        tensors_->setItem(row, 2, words(each.shape));
        tensors_->setItem(row, 3, number(each.bytes, sizeText));
    }
    tensors_->sortByColumn(3, Qt::DescendingOrder);
    tensors_->setSortingEnabled(true);
}

}  // namespace vernier::ui
