// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/choose/nodes_panel.h"

#include <QHeaderView>
#include <QItemSelection>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/choose/badge.h"
#include "ui/choose/copy_rows.h"
#include "ui/choose/filter_line.h"
#include "ui/choose/node_table_model.h"
#include "ui/choose/row_table.h"
#include "ui/session/session.h"
#include "ui/theme/theme.h"
#include "ui/theme/theme_watch.h"

namespace vernier::ui {

NodesPanel::NodesPanel(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), title_(new QLabel), empty_(new QLabel), wrong_(new QLabel), filter_(new FilterLine(session)), table_(new QTableView),
      model_(new NodeTableModel(session, this)) {
    title_->setProperty("role", "label");
    title_->setObjectName(QStringLiteral("panelHeader"));
    title_->setFont(labelFont());
    empty_->setProperty("role", "note");
    empty_->setAlignment(Qt::AlignHCenter | Qt::AlignTop);
    empty_->setWordWrap(true);
    empty_->setMargin(16);
    wrong_->setFont(labelFont());
    wrong_->setWordWrap(true);
    buildTable();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 6, 12, 4);
    layout->setSpacing(8);
    layout->addWidget(title_);
    layout->addWidget(filter_);
    layout->addWidget(wrong_);
    layout->addWidget(table_, 1);
    layout->addWidget(empty_, 1);
    connect(&session.selection(), &Selection::changed, this, &NodesPanel::followSelection);
    connect(&session, &Session::stateChanged, this, &NodesPanel::showState);
    connect(&session.filter(), &Filter::changed, this, &NodesPanel::showState);
    connect(&ThemeWatch::instance(), &ThemeWatch::changed, this, &NodesPanel::showState);
    connect(&session, &Session::planChanged, this, &NodesPanel::fitColumns);
    connect(filter_, &FilterLine::tableRequested, this, &NodesPanel::goToTable);
    connect(model_, &QAbstractItemModel::modelReset, this, &NodesPanel::followSelection);  // a reset takes it away
    showState();
}

void NodesPanel::buildTable() {
    table_->setModel(model_);
    table_->setAccessibleName(tr("Nodes"));
    makeRowTable(*table_, NodeTableModel::Name, NodeTableModel::MethodColumn);
    table_->setSortingEnabled(true);
    table_->sortByColumn(NodeTableModel::Id, Qt::AscendingOrder);
    table_->setContextMenuPolicy(Qt::CustomContextMenu);
    table_->installEventFilter(this);
    QHeaderView* header = table_->horizontalHeader();
    const QFontMetrics metrics = fontMetrics();
    const auto width = [&metrics](const char* sample) { return metrics.horizontalAdvance(QLatin1String(sample)) + 14; };
    header->resizeSection(NodeTableModel::Id, width("1000"));
    opWidth_ = width("GlobalAver");
    header->resizeSection(NodeTableModel::Op, opWidth_);
    methodWidth_ = width("method") + 10;
    header->resizeSection(NodeTableModel::MethodColumn, methodWidth_);
    runsAsWidth_ = width("runs as") + 10;
    header->resizeSection(NodeTableModel::RunsAs, runsAsWidth_);
    header->setSectionHidden(NodeTableModel::RunsAs, true);  // until there is a run
    sizeWidth_ = std::max(width("9.22 kB"), width("weights") + 10);
    header->resizeSection(NodeTableModel::Size, sizeWidth_);
    header->resizeSection(NodeTableModel::Macs, width("13.3 M") + 8);
    header->setSectionHidden(NodeTableModel::Macs, true);  // the name needs the room; the header's menu brings it back
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    // The natural order needs no arrow over its "#".
    const auto showArrow = [header](int column, Qt::SortOrder order) {
        header->setSortIndicatorShown(column != NodeTableModel::Id || order != Qt::AscendingOrder);
    };
    connect(header, &QHeaderView::sortIndicatorChanged, this, showArrow);
    showArrow(NodeTableModel::Id, Qt::AscendingOrder);
    connect(header, &QWidget::customContextMenuRequested, this, &NodesPanel::columnMenu);
    connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, &NodesPanel::tellSelection);
    connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &NodesPanel::tellSelection);
    connect(table_, &QTableView::activated, this, [this](const QModelIndex& index) { emit nodeActivated(index.data(NodeTableModel::NodeRole).toInt()); });
    connect(table_, &QWidget::customContextMenuRequested, this, [this](const QPoint& position) {
        const QModelIndex index = table_->indexAt(position);
        if (index.isValid()) {
            emit contextMenuRequested(index.data(NodeTableModel::NodeRole).toInt(), table_->viewport()->mapToGlobal(position));
        }
    });
}

/// Keys that a table by itself takes otherwise.
bool NodesPanel::eventFilter(QObject* object, QEvent* event) {
    return object == table_ && event->type() == QEvent::KeyPress && copyRows(*table_, *static_cast<QKeyEvent*>(event));
}

void NodesPanel::columnMenu(const QPoint& position) {
    QMenu menu;
    for (int column = 0; column < NodeTableModel::ColumnCount; ++column) {
        if (column == NodeTableModel::Name) {
            continue;  // the column that says which node it is
        }
        QAction* action = menu.addAction(model_->headerData(column, Qt::Horizontal).toString());
        action->setCheckable(true);
        action->setChecked(!table_->isColumnHidden(column));
        connect(action, &QAction::toggled, this, [this, column](bool shown) {
            columnsByHand_ = true;
            table_->setColumnHidden(column, !shown);
        });
    }
    menu.exec(table_->horizontalHeader()->mapToGlobal(position));
}

/// In a narrow panel the names need the room of the sizes, then that of the operators, then of what is run.
void NodesPanel::fitColumns() {
    const int narrowestName = fontMetrics().horizontalAdvance(QStringLiteral("/blocks…Conv"));
    if (columnsByHand_) {
        return;
    }
    const QHeaderView* header = table_->horizontalHeader();
    int others = 0;
    for (const int column : {NodeTableModel::Id, NodeTableModel::MethodColumn}) {
        others += header->sectionSize(column);
    }
    const int room = table_->viewport()->width();
    const int method = std::max(methodWidth_, widestMethod());
    others += method - header->sectionSize(NodeTableModel::MethodColumn);
    table_->setColumnWidth(NodeTableModel::MethodColumn, method);
    const bool runs = session_.knowsExecuted() && room >= others + runsAsWidth_ + narrowestName;
    table_->setColumnHidden(NodeTableModel::RunsAs, !runs);
    others += runs ? runsAsWidth_ : 0;
    const int roomyName = fontMetrics().horizontalAdvance(QStringLiteral("/blocks/blocks.12/Conv"));
    const int wholeName = std::min(widestName(), fontMetrics().horizontalAdvance(QStringLiteral("/blocks/blocks.12/pointwise/Conv")));
    const int op = std::clamp(widestOp(), opWidth_, std::max(opWidth_, room - others - wholeName));
    table_->setColumnWidth(NodeTableModel::Op, op);
    others += op;
    table_->setColumnHidden(NodeTableModel::Size, room < others + sizeWidth_ + roomyName);
    // Names mostly end with the operator, and its card shows it: it is the next to go, and sooner where what is run stands here too.
    table_->setColumnHidden(NodeTableModel::Op, room < others + (runs ? std::min(roomyName, widestName()) : narrowestName));
}

/// Of the first names: of tens of thousands it would take too long.
int NodesPanel::widestName() const {
    int widest = 0;
    for (int row = 0; row < std::min(model_->rowCount(), 300); ++row) {
        widest = std::max(widest, fontMetrics().horizontalAdvance(model_->index(row, NodeTableModel::Name).data().toString().left(64)));
    }
    return widest + 14;
}

/// Of the first badges with the words beside them ("already", "tensor", "not D8"), which say little when they are cut.
int NodesPanel::widestMethod() const {
    const QFontMetrics metrics(labelFont());
    int widest = 0;
    for (int row = 0; row < std::min(model_->rowCount(), 300); ++row) {
        widest = std::max(widest, metrics.horizontalAdvance(model_->index(row, NodeTableModel::MethodColumn).data().toString()));
    }
    constexpr int kAround = 20;  // as BadgeDelegate paints them
    return widest == 0 ? 0 : badgeSize(metrics).width() + widest + kAround;
}

int NodesPanel::widestOp() const {
    int widest = 0;
    for (const std::string& op : model_->ops()) {
        widest = std::max(widest, fontMetrics().horizontalAdvance(QString::fromStdString(op)));
    }
    return widest + 14;
}

void NodesPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    QMetaObject::invokeMethod(this, &NodesPanel::fitColumns, Qt::QueuedConnection);  // behind the table's own layout
}

QRect NodesPanel::rowRect(int node) const {
    const int row = model_->rowOf(node);
    return row >= 0 ? table_->visualRect(model_->index(row, NodeTableModel::Name)) : QRect();
}

void NodesPanel::tellSelection() {
    if (following_) {
        return;
    }
    QVector<int> nodes;
    for (const int row : ui::selectedRows(*table_)) {
        nodes << model_->nodeOf(row);
    }
    const QModelIndex current = table_->currentIndex();
    following_ = true;
    session_.selection().set(nodes, current.isValid() ? current.data(NodeTableModel::NodeRole).toInt() : -1);
    following_ = false;
}

/// The rows of the session's selection, neighbours in one range: the time for ranges grows with their square.
QItemSelection NodesPanel::selectedRows() const {
    std::vector<int> rows;
    for (const int node : session_.selection().nodes()) {
        if (const int row = model_->rowOf(node); row >= 0) {
            rows.push_back(row);
        }
    }
    std::sort(rows.begin(), rows.end());
    const QItemSelection selection = rangesOf(*model_, rows);
    // A view takes seconds for thousands of ranges: the rows show it by themselves.
    const bool byRows = selection.size() > kMostRanges;
    model_->markSelected(byRows);
    return byRows ? QItemSelection() : selection;
}

void NodesPanel::followSelection() {
    if (following_) {
        return;
    }
    following_ = true;
    table_->selectionModel()->select(selectedRows(), QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    const int node = session_.selection().current();
    const int row = model_->rowOf(node);
    const QModelIndex current = row >= 0 ? model_->index(row, NodeTableModel::Name) : QModelIndex();
    table_->selectionModel()->setCurrentIndex(current, QItemSelectionModel::NoUpdate);
    if (current.isValid()) {
        table_->scrollTo(current);
    }
    following_ = false;
}

/// From the filter on: keys are for the rows now, and the first one is selected where none is.
void NodesPanel::goToTable() {
    table_->setFocus(Qt::ShortcutFocusReason);
    if (table_->selectionModel()->selection().isEmpty()) {
        table_->selectRow(0);
    }
}

void NodesPanel::showState() {
    const int nodes = model_->nodeCount();
    title_->setText(nodes > 0 ? tr("NODES · %L1").arg(session_.document().nodeCount()) : tr("NODES"));
    const bool opening = session_.state() == Session::State::opening;
    empty_->setText(opening                               ? tr("Reading the model…")
                    : nodes == 0                          ? tr("Open a model to see its nodes.")
                    : session_.filter().error().isEmpty() ? QString()
                                                          : session_.filter().error());
    const bool none = nodes == 0 || model_->rowCount() == 0;
    table_->setVisible(!none);
    empty_->setVisible(none);
    filter_->setEnabled(nodes > 0);
    const Theme theme = Theme::current();
    wrong_->setStyleSheet(QStringLiteral("color: %1;").arg(theme.ink(theme.bad).name()));
    const QString error = session_.filter().errorBeside();
    wrong_->setText(error);
    wrong_->setVisible(!none && !error.isEmpty());
    fitColumns();
}

}  // namespace vernier::ui
