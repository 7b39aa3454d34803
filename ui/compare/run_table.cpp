// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/run_table.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QPixmap>

#include <algorithm>

#include "core/base/error.h"
#include "core/report/format.h"
#include "core/report/paired_text.h"
#include "ui/choose/badge.h"
#include "ui/choose/copy_rows.h"
#include "ui/compare/session_comparison.h"
#include "ui/session/jobs.h"
#include "ui/session/session.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

constexpr int kNarrowestName = 90;

QString text(const std::string& words) {
    return QString::fromStdString(words);
}

QTableWidgetItem* cell(const QString& words, const QString& tip = {}) {
    auto* item = new QTableWidgetItem(words);
    item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable);
    item->setToolTip(tip.isEmpty() ? words : tip);
    return item;
}

QTableWidgetItem* number(const QString& words, const QString& tip = {}) {
    QTableWidgetItem* item = cell(words, tip);
    item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    item->setFont(monoFont(0.95));
    return item;
}

/// Words behind a column of numbers, with a gap to them.
QTableWidgetItem* wordsBehind(const QString& words, const QString& tip) {
    QTableWidgetItem* item = cell(words, tip);
    QPixmap gap(6, 1);
    gap.fill(Qt::transparent);
    item->setData(Qt::DecorationRole, gap);
    return item;
}

}  // namespace

/// What was measured of one model, and against the baseline.
struct Figures {
    const Measurement& measured;
    const CandidateComparison* compared = nullptr;
};

RunTable::RunTable(Session& session, QWidget* parent) : QTableWidget(0, ColumnCount, parent), session_(session) {
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(26);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setFont(labelFont());
    horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    setShowGrid(false);
    setWordWrap(false);
    setTextElideMode(Qt::ElideMiddle);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed);
    setContextMenuPolicy(Qt::CustomContextMenu);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    setItemDelegateForColumn(Badge, new BadgeDelegate(this));
    setTabKeyNavigation(false);
    setAccessibleName(tr("Candidates"));
    connect(this, &QWidget::customContextMenuRequested, this, &RunTable::rowMenu);
    connect(this, &QTableWidget::itemSelectionChanged, this, [this] {
        if (!filling_ && currentRow() >= 0) {
            session_.setCurrentRun(runOf(currentRow()));
        }
    });
    connect(this, &QTableWidget::itemChanged, this, [this](QTableWidgetItem* item) {
        if (!filling_ && item->column() == Name) {
            session_.renameRun(runOf(item->row()), item->text());
        }
    });
    // Later, since an edit of a cell must end before its row is made anew.
    connect(&session, &Session::runsChanged, this, &RunTable::refill, Qt::QueuedConnection);
    connect(&session, &Session::stateChanged, this, &RunTable::refill, Qt::QueuedConnection);
    connect(&session, &Session::currentRunChanged, this, &RunTable::followSession);
    refill();
}

int RunTable::runOf(int row) const {
    const QTableWidgetItem* name = item(row, Name);
    return name == nullptr ? 0 : name->data(Qt::UserRole).toInt();
}

QSize RunTable::sizeHint() const {
    const int rows = verticalHeader()->length() + horizontalHeader()->sizeHint().height() + 2;
    return {480, std::max(80, rows)};
}

bool RunTable::hasLabels() const {
    return session_.baseline() && session_.baseline()->accuracy;
}

/// Without labels: agreement where it is judged, else the error of outputs.
QString RunTable::answersHeader() const {
    if (hasLabels()) {
        return tr("top-1 %");
    }
    const auto& runs = session_.runs();
    const bool agreement = std::any_of(runs.begin(), runs.end(), [](const Run& run) { return run.comparison && run.comparison->agreement; });
    return agreement ? tr("agreement %") : tr("worst output");
}

void RunTable::refill() {
    filling_ = true;
    setRowCount(0);
    setHorizontalHeaderLabels({tr("candidate"), QString(), tr("size MB"), tr("p50 ms"), tr("p99 ms"), answersHeader(), tr("gate")});
    horizontalHeaderItem(Top1)->setToolTip(hasLabels() ? tr("Validation samples whose right label is the first answer")
                                                       : tr("Against the baseline: agreement of answers, or else the worst output"));
    for (int column = 0; column < ColumnCount; ++column) {
        const bool right = column >= Size && column <= Top1;
        horizontalHeaderItem(column)->setTextAlignment((right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    }
    addBaseline();
    for (const Run& run : session_.runs()) {
        addRun(rowCount(), run);
    }
    fitColumns();
    updateGeometry();
    filling_ = false;
    followSession();
}

void RunTable::addBaseline() {
    insertRow(0);
    QTableWidgetItem* name = cell(session_.isQuantizedAlready() ? tr("As opened (baseline)") : tr("FP32 (baseline)"), session_.modelName());
    name->setData(Qt::UserRole, 0);
    setItem(0, Name, name);
    QTableWidgetItem* badge = cell({});
    badge->setData(MethodRole, int(Method::fp32));
    badge->setData(OwnRole, false);
    setItem(0, Badge, badge);
    if (session_.baseline()) {
        addFigures(0, {*session_.baseline()});
    }
    if (session_.jobs().modelChanged()) {
        QTableWidgetItem* changed = wordsBehind(tr("✕ file changed"), tr("%1 has changed on disk since it was opened. Reload it.").arg(session_.modelName()));
        changed->setForeground(Theme::current().ink(Theme::current().bad));
        setItem(0, GateSays, changed);
    } else {
        setItem(0, GateSays, cell({}));
    }
}

void RunTable::addRun(int row, const Run& run) {
    insertRow(row);
    QTableWidgetItem* name = cell(run.title);
    name->setFlags(name->flags() | Qt::ItemIsEditable);
    name->setData(Qt::UserRole, run.id);
    setItem(row, Name, name);
    QTableWidgetItem* badge = cell({}, run.foreign ? tr("A file made elsewhere") : QString());
    if (!run.foreign) {
        badge->setData(MethodRole, int(run.mainMethod()));
        badge->setData(OwnRole, false);
    }
    setItem(row, Badge, badge);
    const Theme theme = Theme::current();
    if (!run.comparison) {
        const QString words = run.changed ? tr("file changed") : stateText(run.state);
        QTableWidgetItem* state = wordsBehind(run.problem.isEmpty() ? words : QStringLiteral("✕ ") + words, run.problem);
        state->setForeground(run.problem.isEmpty() ? theme.text2 : theme.ink(theme.bad));
        setItem(row, GateSays, state);
        return;
    }
    addFigures(row, {run.comparison->measurement, &*run.comparison});
    QStringList lines;
    for (const GateLine& line : run.comparison->gate_lines) {
        lines << text(line.text);
        if (line.samples_needed > 0) {
            lines << tr("needs about %1 samples to decide").arg(text(grouped(line.samples_needed)));
        }
    }
    QTableWidgetItem* gate = wordsBehind(gateWords(*run.comparison), lines.isEmpty() ? tr("No limit is set") : lines.join(QLatin1Char('\n')));
    const Outcome outcome = run.comparison->gate;
    gate->setForeground(outcome == Outcome::passed   ? theme.ink(theme.good)
                        : outcome == Outcome::failed ? theme.ink(theme.bad)
                                                     : theme.text2);
    setItem(row, GateSays, gate);
}

void RunTable::addFigures(int row, const Figures& figures) {
    const Measurement& m = figures.measured;
    setItem(row, Size, number(text(megabytes(m.size_bytes)), tr("%1 bytes").arg(text(grouped(m.size_bytes)))));
    const QString tip = tr("p50 %1, p90 %2, p99 %3, mean %4 ms of %5 runs").arg(text(significant(m.latency.p50)), text(significant(m.latency.p90)),
                            text(significant(m.latency.p99)), text(significant(m.latency.mean)), text(grouped(m.latency.n)));
    const std::string missing = missing_runs_text(m.latency);
    setItem(row, P50, number(text(significant(m.latency.p50)), tip));
    setItem(row, P99, number(text(significant(m.latency.p99)), missing.empty() ? tip : tip + QLatin1Char('\n') + text(missing)));
    if (m.accuracy) {
        setItem(row, Top1, number(text(percent(m.accuracy->top1)), tr("top-1 %1 %, top-5 %2 % of %3 samples").arg(text(percent(m.accuracy->top1)),
                            text(percent(m.accuracy->top5)), text(grouped(m.accuracy->n)))));
    } else if (m.samples > 0 && figures.compared != nullptr) {
        const bool agreement = figures.compared->agreement.has_value();
        const std::string worst = m.outputs.empty() ? std::string("-") : text_of(m.outputs.front());
        const QString tip = m.outputs.empty() ? QString() : tr("Worst output %1: %2").arg(text(m.outputs.front().name), text(worst));
        setItem(row, Top1, number(text(agreement ? percent(*figures.compared->agreement) : worst), tip));
    } else if (m.samples > 0) {
        setItem(row, Top1, cell({}));
    } else {
        setItem(row, Top1, number(QStringLiteral("–"), tr("No samples were measured: pick a dataset")));
    }
}

void RunTable::followSession() {
    filling_ = true;
    for (int row = 0; row < rowCount(); ++row) {
        if (runOf(row) == session_.currentRun()) {
            setCurrentCell(row, Name);
        }
    }
    filling_ = false;
}

int RunTable::wantedWidth() const {
    int width = 2 * frameWidth() + sizeHintForColumn(Name) + 8;
    for (int column = Badge; column < ColumnCount; ++column) {
        width += columnWidth(column);
    }
    return width;
}

/// Numbers as wide as they need, the name takes what is left.
void RunTable::fitColumns() {
    int others = 0;
    for (int column = Badge; column < ColumnCount; ++column) {
        const int header = column == Badge ? 0 : horizontalHeader()->sectionSizeHint(column);
        const int width = std::max(sizeHintForColumn(column), header) + (column == GateSays ? 8 : 2);
        setColumnWidth(column, width);
        others += width;
    }
    setColumnWidth(Name, std::max(kNarrowestName, viewport()->width() - others));
}

void RunTable::resizeEvent(QResizeEvent* event) {
    QTableWidget::resizeEvent(event);
    fitColumns();
}

void RunTable::changeEvent(QEvent* event) {
    QTableWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && columnCount() == ColumnCount) {
        QMetaObject::invokeMethod(this, &RunTable::refill, Qt::QueuedConnection);
    }
}

void RunTable::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Delete && currentRow() > 0) {
        remove(runOf(currentRow()));
        return;
    }
    if (copyRows(*this, *event)) {
        return;
    }
    QTableWidget::keyPressEvent(event);
}

void RunTable::remove(int id) {
    const Run* run = session_.run(id);
    const QString title = run == nullptr ? QString() : run->title;
    session_.removeRun(id);
    if (run != nullptr && session_.run(id) == nullptr) {
        session_.tell(tr("Removed “%1”. Ctrl+Z brings it back.").arg(title));
    }
}

void RunTable::copyCommand(int id) {
    try {
        QGuiApplication::clipboard()->setText(session_.jobs().quantizeCommand(id));
        session_.tell(tr("Copied the command that makes “%1”").arg(session_.run(id)->title));
    } catch (const Error& error) {
        session_.complain(QString::fromStdString(error.line()));
    }
}

void RunTable::rowMenu(const QPoint& position) {
    const int row = rowAt(position.y());
    const Run* run = row > 0 ? session_.run(runOf(row)) : nullptr;
    if (run == nullptr) {
        return;
    }
    const int id = run->id;
    QMenu menu(this);
    menu.addAction(tr("Reload file"), this, [this, id] { session_.reloadRun(id); })->setEnabled(run->changed);
    menu.addAction(tr("Save model…"), this, &RunTable::saveModelRequested)->setEnabled(!run->file.isEmpty());
    menu.addAction(tr("Rename"), this, [this, row] { editItem(item(row, Name)); });
    if (!run->foreign) {
        menu.addAction(tr("Use this recipe"), this, [this, id] { session_.takeRecipeOf(id); });
        menu.addAction(tr("Copy as command"), this, [this, id] { copyCommand(id); });
    }
    menu.addSeparator();
    const bool working = run->state == Run::State::quantizing || run->state == Run::State::measuring;
    menu.addAction(tr("Remove"), this, [this, id] { remove(id); })->setEnabled(!working);
    menu.exec(viewport()->mapToGlobal(position));
}

}  // namespace vernier::ui
