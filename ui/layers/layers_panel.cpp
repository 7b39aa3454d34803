// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/layers/layers_panel.h"

#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QItemSelectionModel>
#include <QKeyEvent>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QTableView>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/layers/layers.h"
#include "core/quant/method.h"
#include "ui/charts/depth_chart.h"
#include "ui/charts/interval_chart.h"
#include "ui/choose/copy_rows.h"
#include "ui/choose/numbers.h"
#include "ui/choose/row_table.h"
#include "ui/layers/layer_plots.h"
#include "ui/layers/layers_model.h"
#include "ui/layers/sentence.h"
#include "ui/session/layer_study.h"
#include "ui/session/queue.h"
#include "ui/session/session.h"
#include "ui/session/window_words.h"
#include "ui/theme/theme.h"
#include "ui/theme/theme_watch.h"

namespace vernier::ui {

namespace {

constexpr int kRoomForCharts = 117;  ///< letters; a narrower panel is the table's
constexpr int kRoomForCopy = 75;
constexpr int kRoomForName = 18;
constexpr int kLowLines = 15;  ///< of text: the height of a panel in the smallest window

}  // namespace

LayersPanel::LayersPanel(Session& session, QWidget* parent) : QWidget(parent), session_(session), model_(new LayersModel(session, this)) {
    build();
    LayerStudy& study = session.layers();
    connect(begin_, &QPushButton::clicked, &study, &LayerStudy::analyse);
    connect(again_, &QPushButton::clicked, &study, &LayerStudy::analyse);
    connect(cancel_, &QPushButton::clicked, &session.queue(), &Queue::cancel);
    connect(keep_, &QPushButton::clicked, this, &LayersPanel::keepInFloat);
    connect(copy_, &QPushButton::clicked, this, &LayersPanel::copyCommand);
    connect(&study, &LayerStudy::changed, this, &LayersPanel::showState);
    connect(&session, &Session::stateChanged, this, &LayersPanel::showState);
    connect(&session.queue(), &Queue::changed, this, &LayersPanel::showBusy);
    connect(&session.selection(), &Selection::changed, this, &LayersPanel::followSelection);
    connect(&session, &Session::recipeChanged, this, &LayersPanel::showKeep);
    connect(model_, &QAbstractItemModel::modelReset, this, &LayersPanel::followSelection);  // a reset takes it away
    connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, &LayersPanel::tellSelection);
    connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &LayersPanel::tellSelection);
    connect(depth_, &DepthChart::placeClicked, this,
            [this](int point) { session_.selection().set(depth_->plot().points[static_cast<std::size_t>(point)].nodes); });
    connect(times_, &IntervalChart::rowClicked, this, [this](int row) { session_.selection().set(times_->plot().rows[static_cast<std::size_t>(row)].nodes); });
    connect(&ThemeWatch::instance(), &ThemeWatch::changed, this, &LayersPanel::restyle);
    restyle();
    showState();
}

QPushButton* LayersPanel::analyseButton() const { return session_.layers().layers() != nullptr ? again_ : begin_; }

QString LayersPanel::sentence() const { return sentence_->isHidden() ? QString() : sentence_->words(); }

QString LayersPanel::staleText() const { return stale_->isHidden() ? QString() : stale_->words(); }

QString LayersPanel::emptyText() const { return emptyPage_->isHidden() ? QString() : empty_->text(); }

void LayersPanel::restyle() {
    const Theme theme = Theme::current();
    sentence_->setStyleSheet(QStringLiteral("background: %1; border-left: 4px solid %2; padding: 6px 12px;").arg(theme.accentSoft.name(), theme.accent.name()));
    stale_->setStyleSheet(QStringLiteral("color: %1;").arg(theme.ink(theme.warn).name()));
}

/// Another result, or none: the rows are others.
void LayersPanel::takeResult() {
    const Layers* layers = session_.layers().layers();
    model_->rebuild();
    QStringList sentences;
    for (const std::string& words : layers != nullptr ? layers->sentences : std::vector<std::string>()) {
        sentences << windowWords(words);
    }
    sentence_->setWords(sentences.join(QLatin1Char(' ')));
    std::vector<LayerRow> rows = model_->rows();
    std::sort(rows.begin(), rows.end(), [](const LayerRow& a, const LayerRow& b) { return a.head < b.head; });
    depth_->setPlot(depthPlot(rows, session_.layers()));
    times_->setPlot(layerTimePlot(rows, session_.layers()));
    const int longest = table_->fontMetrics().horizontalAdvance(QStringLiteral("▲ 0.000 ms")) + 12;
    table_->horizontalHeader()->resizeSection(LayersModel::Quantized, longest);
    followSelection();
}

void LayersPanel::showState() {
    const LayerStudy& study = session_.layers();
    const Layers* layers = study.layers();
    if (revision_ != study.revision()) {
        revision_ = study.revision();
        takeResult();
    }
    emptyPage_->setVisible(layers == nullptr);
    content_->setVisible(layers != nullptr);
    const QString failed = study.problem().isEmpty() ? QString() : tr("The layers could not be analysed again: %1").arg(study.problem());
    stale_->setWords(QStringList{failed, study.staleness()}.join(QLatin1Char(' ')).trimmed());
    again_->setEnabled(study.missing().isEmpty() && !study.busy());
    again_->setToolTip(study.missing());
    showEmpty();
    showBusy();
    showKeep();
}

void LayersPanel::showEmpty() {
    const LayerStudy& study = session_.layers();
    const QString missing = study.missing();
    QStringList words;
    if (!session_.model()) {
        words << tr("Open a model to see what each of its layers costs and breaks.");
    } else {
        words << (study.problem().isEmpty()
                      ? tr("Which layers break accuracy, and which gain nothing in INT8? Each region is quantized alone and the error of the "
                           "outputs is measured on samples; each node is timed in FP32 and quantized.")
                      : tr("The layers could not be analysed: %1").arg(study.problem()));
        words << missing;
    }
    words.removeAll(QString());
    empty_->setText(words.join(QStringLiteral("\n\n")));
    begin_->setVisible(static_cast<bool>(session_.model()));
    begin_->setEnabled(missing.isEmpty() && !study.busy());
    begin_->setToolTip(missing);
}

void LayersPanel::showBusy() {
    const LayerStudy& study = session_.layers();
    const Queue& queue = session_.queue();
    busyRow_->setVisible(study.busy());
    if (!study.busy()) {
        return;
    }
    QString words = study.running() ? tr("Analysing the layers") : tr("Analysing the layers: waits for “%1”").arg(queue.title());
    if (study.running() && !queue.stage().isEmpty()) {
        words += QStringLiteral(": ") + queue.stage();
    }
    if (const auto left = study.running() ? queue.secondsLeft() : std::nullopt) {
        words += tr(", %1 left in this step").arg(durationText(*left));
    }
    busy_->setText(words);
    progress_->setRange(0, queue.share() > 0 ? 1000 : 0);
    progress_->setValue(static_cast<int>(queue.share() * 1000));
}

QVector<int> LayersPanel::selectedNodes() const {
    QVector<int> nodes;
    for (const int row : selectedRows(*table_)) {
        nodes << model_->rows()[static_cast<std::size_t>(row)].nodes;
    }
    return nodes;
}

void LayersPanel::tellSelection() {
    if (following_) {
        return;
    }
    const QModelIndex current = table_->currentIndex();
    following_ = true;
    session_.selection().set(selectedNodes(), current.isValid() ? current.data(LayersModel::HeadRole).toInt() : -1);
    following_ = false;
    showKeep();
}

/// Rows, bars and dots of the selected nodes.
void LayersPanel::followSelection() {
    const QVector<int>& nodes = session_.selection().nodes();
    depth_->setMarked(pointsWith(nodes, depth_->plot()));
    times_->setMarked(rowsWith(nodes, times_->plot()));
    if (!following_) {
        following_ = true;
        table_->selectionModel()->select(rangesOf(*model_, model_->rowsWith(nodes)), QItemSelectionModel::ClearAndSelect);
        const std::vector<int> current = model_->rowsWith({session_.selection().current()});
        const QModelIndex at = current.empty() ? QModelIndex() : model_->index(current.front(), LayersModel::Name);
        table_->selectionModel()->setCurrentIndex(at, QItemSelectionModel::NoUpdate);
        if (at.isValid()) {
            table_->scrollTo(at);
        }
        following_ = false;
    }
    showKeep();
}

/// What the button would do, in its words.
void LayersPanel::showKeep() {
    const auto rows = table_->selectionModel()->selectedRows().size();
    keep_->setText(rows > 1 ? tr("Keep %1 in FP32").arg(rows) : tr("Keep in FP32"));
    const QVector<int> nodes = selectedNodes();
    const bool any = std::any_of(nodes.begin(), nodes.end(), [this](int node) { return session_.nodeState(node).chosen != Method::fp32; });
    keep_->setEnabled(any && session_.isSound());
    keep_->setToolTip(nodes.isEmpty() ? tr("Select rows of the table first.")
                      : any           ? tr("An override for each node of the selected rows; one step to undo.")
                                      : tr("The selected rows are in FP32 already."));
}

void LayersPanel::keepInFloat() { session_.choose(selectedNodes(), Method::fp32); }

void LayersPanel::copyCommand() {
    try {
        QApplication::clipboard()->setText(session_.layers().command());
        session_.tell(tr("Copied the command"));
    } catch (const Error& error) {
        session_.complain(QString::fromStdString(error.line()));
    }
}

/// The keys of the methods, where no window has taken them as its own.
bool LayersPanel::chooseByKey(const QKeyEvent& event) {
    const QString text = event.text();
    if (text.size() != 1 || event.modifiers() & ~Qt::KeypadModifier || !session_.isSound()) {
        return false;
    }
    for (const MethodSpec& method : methods()) {
        if (text[0] == QLatin1Char(method.key)) {
            session_.choose(selectedNodes(), method.method);
            return true;
        }
    }
    return false;
}

bool LayersPanel::eventFilter(QObject* object, QEvent* event) {
    if (object == table_ && event->type() == QEvent::KeyPress) {
        const auto& key = *static_cast<QKeyEvent*>(event);
        return copyRows(*table_, key) || chooseByKey(key);
    }
    return QWidget::eventFilter(object, event);
}

void LayersPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    fitHeight();
    fitCharts();
}

/// In a low panel the table has the height: words take one line each, and the buttons stand behind them.
void LayersPanel::fitHeight() {
    const bool low = height() < kLowLines * fontMetrics().height();
    if (low == sentence_->oneLine()) {
        return;
    }
    sentence_->setOneLine(low);
    stale_->setOneLine(low);
    if (low) {
        head_->addWidget(buttons_);
    } else {
        left_->addWidget(buttons_);
    }
}

/// In a narrow panel the table has all of it, and less of its columns.
void LayersPanel::fitCharts() {
    const int letter = fontMetrics().averageCharWidth();
    charts_->setVisible(width() >= kRoomForCharts * letter);
    copy_->setVisible(width() >= kRoomForCopy * letter && !sentence_->oneLine());
    const int room = charts_->isHidden() ? width() : width() * 46 / 100;
    int needed = kRoomForName * letter;
    for (int column = 0; column < table_->model()->columnCount(); ++column) {
        table_->setColumnHidden(column, false);
        needed += column == LayersModel::Name ? 0 : table_->columnWidth(column);
    }
    for (const int column : {LayersModel::Op, LayersModel::OnTheWay, LayersModel::ExecutedColumn, LayersModel::Fp32}) {
        if (needed <= room) {
            break;
        }
        needed -= table_->columnWidth(column);
        table_->setColumnHidden(column, true);
    }
}

}  // namespace vernier::ui
