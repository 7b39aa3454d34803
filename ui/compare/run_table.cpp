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
#include "core/report/figure_text.h"
#include "core/report/format.h"
#include "ui/charts/task_figures.h"
#include "ui/choose/badge.h"
#include "ui/choose/copy_rows.h"
#include "ui/compare/session_comparison.h"
#include "ui/session/recipe_view.h"
#include "ui/session/session.h"
#include "ui/session/trials.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

constexpr int kNarrowestName = 90;
constexpr std::size_t kTaskColumns = 1;  ///< figures of the task beside the output error

QString text(const std::string& words) { return QString::fromStdString(words); }

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

RunTable::RunTable(Session& session, QWidget* parent) : QTableWidget(parent), session_(session), shown_(columns_in(in_runs, {})) {
    setColumnCount(gateColumn() + 1);
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
            session_.trials().setCurrentRun(runOf(currentRow()));
        }
    });
    connect(this, &QTableWidget::itemChanged, this, [this](QTableWidgetItem* item) {
        if (!filling_ && item->column() == Name) {
            session_.trials().renameRun(runOf(item->row()), item->text());
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

int RunTable::columnOf(std::string_view figure) const {
    const auto found = std::find_if(shown_.begin(), shown_.end(), [&](const Figure* each) { return each->id == figure; });
    return found == shown_.end() ? -1 : FirstFigure + int(found - shown_.begin());
}

TrialViews RunTable::trials() const {
    TrialViews trials;
    if (session_.baseline()) {
        trials.push_back({*session_.baseline()});
        for (const Run& run : session_.runs()) {
            if (const CandidateComparison* candidate = session_.measured(run.id)) {
                trials.push_back({candidate->measurement, candidate});
            }
        }
    }
    return trials;
}

void RunTable::setHeads() {
    QStringList heads{tr("candidate"), QString()};
    for (const Figure* each : shown_) {
        heads << text(head_text(*each));
    }
    setHorizontalHeaderLabels(heads << tr("gate"));
    for (int column = 0; column < columnCount(); ++column) {
        const bool right = column >= FirstFigure && column < gateColumn();
        horizontalHeaderItem(column)->setTextAlignment((right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
        if (right) {
            const Figure& figure = *shown_[std::size_t(column - FirstFigure)];
            horizontalHeaderItem(column)->setToolTip(text(std::string(figure.title) + ": " + better_text(figure.better)));
        }
    }
}

void RunTable::refill() {
    filling_ = true;
    setRowCount(0);
    shown_ = columnsWithTask(in_runs, trials(), kTaskColumns);
    setColumnCount(gateColumn() + 1);
    setHeads();
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
    QTableWidgetItem* name = cell(tr("%1 (baseline)").arg(openedAs(session_).title), session_.modelName());
    name->setData(Qt::UserRole, 0);
    setItem(0, Name, name);
    QTableWidgetItem* badge = cell({});
    if (const auto method = method_from_id(openedAs(session_).method.toStdString())) {
        badge->setData(MethodRole, int(*method));
        badge->setData(OwnRole, false);
    }
    setItem(0, Badge, badge);
    if (session_.baseline()) {
        addFigures(0, TrialView{*session_.baseline()});
    }
    if (session_.trials().modelChanged()) {
        QTableWidgetItem* changed = wordsBehind(tr("✕ file changed"), tr("%1 has changed on disk since it was opened. Reload it.").arg(session_.modelName()));
        changed->setForeground(Theme::current().ink(Theme::current().bad));
        setItem(0, gateColumn(), changed);
    } else {
        setItem(0, gateColumn(), cell({}));
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
    const CandidateComparison* candidate = session_.measured(run.id);
    if (candidate == nullptr) {
        const QString words = run.changed ? tr("file changed") : stateText(run.state);
        QTableWidgetItem* state = wordsBehind(run.problem.isEmpty() ? words : QStringLiteral("✕ ") + words, run.problem);
        state->setForeground(run.problem.isEmpty() ? theme.text2 : theme.ink(theme.bad));
        setItem(row, gateColumn(), state);
        return;
    }
    addFigures(row, {candidate->measurement, candidate});
    QStringList lines;
    for (const GateLine& line : candidate->gate_lines) {
        lines << text(line.text);
        if (line.samples_needed > 0) {
            lines << tr("needs about %1 samples to decide").arg(text(grouped(line.samples_needed)));
        }
    }
    QTableWidgetItem* gate = wordsBehind(gateWords(*candidate), lines.isEmpty() ? tr("No limit is set") : lines.join(QLatin1Char('\n')));
    const Outcome outcome = candidate->gate;
    gate->setForeground(outcome == Outcome::passed ? theme.ink(theme.good) : outcome == Outcome::failed ? theme.ink(theme.bad) : theme.text2);
    setItem(row, gateColumn(), gate);
}

void RunTable::addFigures(int row, const TrialView& trial) {
    for (std::size_t i = 0; i < shown_.size(); ++i) {
        const Figure& figure = *shown_[i];
        const int column = FirstFigure + int(i);
        if (needs_samples(figure) && trial.measured.samples == 0) {
            setItem(row, column, number(QStringLiteral("–"), tr("No samples were measured: pick a dataset")));
        } else if (figure.relative && trial.compared == nullptr) {
            setItem(row, column, cell({}));
        } else {
            const std::string instead = figure.value(trial) || figure.instead == nullptr ? std::string() : figure.instead(trial);
            setItem(row, column, number(text(instead.empty() ? value_text(figure, trial) : instead), text(tip_text(figure, trial, {}))));
        }
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
    for (int column = Badge; column < columnCount(); ++column) {
        width += columnWidth(column);
    }
    return width;
}

/// Numbers as wide as they need, the name takes what is left.
void RunTable::fitColumns() {
    int others = 0;
    for (int column = Badge; column < columnCount(); ++column) {
        const int header = column == Badge ? 0 : horizontalHeader()->sectionSizeHint(column);
        const int width = std::max(sizeHintForColumn(column), header) + (column == gateColumn() ? 8 : 2);
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
    if (event->type() == QEvent::PaletteChange && columnCount() == gateColumn() + 1) {
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
    session_.trials().removeRun(id);
    if (run != nullptr && session_.run(id) == nullptr) {
        session_.tell(tr("Removed “%1”. Ctrl+Z brings it back.").arg(title));
    }
}

void RunTable::copyCommand(int id) {
    try {
        QGuiApplication::clipboard()->setText(session_.trials().quantizeCommand(id));
        session_.tell(tr("Copied the command that makes “%1”").arg(session_.run(id)->title));
    } catch (const Error& error) {
        session_.complain(QString::fromStdString(error.line()));
    }
}

/// What can be done with a run's recipe.
void RunTable::addRecipeCommands(QMenu& menu, int id) {
    menu.addAction(tr("Use this recipe"), this, [this, id] { session_.trials().takeRecipeOf(id); });
    menu.addAction(tr("Show its recipe in the graph"), this, [this, id] { session_.recipeView().show(id); });
    QMenu* others = menu.addMenu(tr("Compare its recipe with"));
    const auto add = [&](const QString& title, int other) {
        others->addAction(title, this, [this, id, other] {
            session_.recipeView().compare(id, other);
            emit recipesRequested();
        });
    };
    add(tr("the present recipe"), RecipeView::kPresent);
    for (const Run& run : session_.runs()) {
        if (run.id != id && !run.foreign) {
            add(run.title, run.id);
        }
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
    menu.addAction(tr("Reload file"), this, [this, id] { session_.trials().reloadRun(id); })->setEnabled(run->changed);
    menu.addAction(tr("Save model…"), this, &RunTable::saveModelRequested)->setEnabled(!run->file.isEmpty());
    menu.addAction(tr("Rename"), this, [this, row] { editItem(item(row, Name)); });
    if (!run->foreign) {
        addRecipeCommands(menu, id);
        menu.addAction(tr("Copy as command"), this, [this, id] { copyCommand(id); });
    }
    menu.addSeparator();
    const bool working = run->state == Run::State::quantizing || run->state == Run::State::measuring;
    menu.addAction(tr("Remove"), this, [this, id] { remove(id); })->setEnabled(!working);
    menu.exec(viewport()->mapToGlobal(position));
}

}  // namespace vernier::ui
