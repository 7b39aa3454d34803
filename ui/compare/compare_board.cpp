// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/compare_board.h"

#include <QAction>
#include <QDir>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>

#include <algorithm>

#include "ui/charts/comparison_plots.h"
#include "ui/compare/charts_area.h"
#include "ui/compare/estimate_plot.h"
#include "ui/compare/export_sheet.h"
#include "ui/compare/gate_row.h"
#include "ui/compare/invitation.h"
#include "ui/compare/run_table.h"
#include "ui/compare/session_comparison.h"
#include "ui/compare/time_plot.h"
#include "ui/compare/verdict_strip.h"
#include "ui/session/folders.h"
#include "ui/session/queue.h"
#include "ui/session/session.h"
#include "ui/session/trials.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

constexpr int kTableWidth = 580, kChartsWidth = 1000;  ///< at first; the user moves the line between them

}  // namespace

CompareBoard::CompareBoard(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), splitter_(new QSplitter(Qt::Horizontal)), right_(new QStackedWidget) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    left_ = buildLeft();
    splitter_->addWidget(left_);
    splitter_->addWidget(buildRight());
    splitter_->setChildrenCollapsible(false);
    splitter_->setStretchFactor(0, 0);
    splitter_->setStretchFactor(1, 1);
    splitter_->setSizes({kTableWidth, kChartsWidth});
    layout->addWidget(splitter_);
    connect(splitter_, &QSplitter::splitterMoved, this, [this] { splitByHand_ = true; });
    connect(table_, &RunTable::saveModelRequested, this, &CompareBoard::saveModel);
    connect(table_, &RunTable::recipesRequested, this, &CompareBoard::recipesRequested);
    connect(charts_, &ChartsArea::rowClicked, this, [this](int row) {
        const QVector<int> ids = comparedRuns(session_);
        session_.trials().setCurrentRun(row > 0 && row <= ids.size() ? ids[row - 1] : 0);
    });
    connect(charts_, &ChartsArea::nodesClicked, this, [this](const QVector<int>& nodes) { session_.selection().set(nodes); });
    connect(&session.selection(), &Selection::changed, this, &CompareBoard::markSelected);
    connect(&session, &Session::runsChanged, this, &CompareBoard::refresh);
    connect(&session, &Session::stateChanged, this, &CompareBoard::refresh);
    connect(&session, &Session::currentRunChanged, this, &CompareBoard::showState);
    connect(&session.queue(), &Queue::changed, this, &CompareBoard::showState);
    refresh();
}

QWidget* CompareBoard::buildLeft() {
    auto* left = new QWidget;
    left->setMinimumWidth(240);  // less than all of its buttons take: some hide on a narrow side
    auto* layout = new QVBoxLayout(left);
    layout->setContentsMargins(12, 6, 12, 10);
    layout->setSpacing(8);
    table_ = new RunTable(session_);
    gate_ = new GateRow(session_);
    layout->addWidget(table_, 1);
    layout->addWidget(gate_);
    layout->addWidget(buildButtons());
    return left;
}

QWidget* CompareBoard::buildButtons() {
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    measure_ = new QPushButton(tr("Measure again"));
    sheet_ = new QPushButton(tr("Export sheet…"));
    save_ = new QPushButton(tr("Save model…"));
    command_ = new QPushButton(tr("Copy as command"));
    measure_->setToolTip(tr("The baseline and all candidates, in turns, with one harness"));
    sheet_->setToolTip(tr("The whole comparison on one page, as PNG, SVG or PDF"));
    for (QPushButton* button : {measure_, sheet_, save_, command_}) {
        layout->addWidget(button);
    }
    layout->addStretch(1);
    connect(measure_, &QPushButton::clicked, this, [this] { session_.trials().measureAgain(); });
    connect(sheet_, &QPushButton::clicked, this, &CompareBoard::exportSheetDialog);
    connect(save_, &QPushButton::clicked, this, &CompareBoard::saveModel);
    connect(command_, &QPushButton::clicked, this, &CompareBoard::copyCommand);
    return row;
}

QWidget* CompareBoard::buildRight() {
    auto* board = new QWidget;
    auto* layout = new QVBoxLayout(board);
    layout->setContentsMargins(12, 8, 4, 2);
    verdict_ = new VerdictStrip;
    charts_ = new ChartsArea;
    warning_ = new QLabel;
    warning_->setProperty("role", "note");
    warning_->setWordWrap(true);
    charts_->addHeader(verdict_);
    charts_->addHeader(warning_);
    charts_->setShortener([this](bool shorter) {
        verdict_->setCompact(shorter);
        showWarnings(shorter);
    });
    layout->addWidget(charts_);
    invitation_ = new Invitation(session_);
    right_->addWidget(invitation_);
    right_->addWidget(board);
    return right_;
}

/// In a small window the charts matter more than what to do about a warning: the tip says it.
void CompareBoard::showWarnings(bool shorter) {
    QStringList lines;
    QStringList whole;
    for (const MeasuredWarning& warning : warnings_) {
        lines << QStringLiteral("⚠ ") + (shorter ? warning.text : warning.whole());
        whole << warning.whole();
    }
    warning_->setFont(shorter ? labelFont() : bodyFont());
    warning_->setText(lines.join(shorter ? QStringLiteral("  ") : QStringLiteral("\n")));
    warning_->setToolTip(shorter ? whole.join(QLatin1Char('\n')) : QString());
}

/// In a small window the table matters more than a command of its row's menu.
void CompareBoard::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    constexpr int kFewLetters = 150, kNarrowLetters = 95, kFewLines = 16;
    const int letters = width() / std::max(1, fontMetrics().averageCharWidth());
    command_->setVisible(letters >= kFewLetters);
    save_->setVisible(letters >= kNarrowLetters / 2);
    gate_->setBrief(height() < kFewLines * fontMetrics().height());
    setNarrow(letters < kNarrowLetters);
    fitTable();
}

/// On a side of the graph the charts stand below the runs.
void CompareBoard::setNarrow(bool narrow) {
    const Qt::Orientation orientation = narrow ? Qt::Vertical : Qt::Horizontal;
    if (splitter_->orientation() != orientation) {
        splitter_->setOrientation(orientation);
        splitByHand_ = false;
    }
}

/// Whole names where the charts have room enough; the user's own line stays.
void CompareBoard::fitTable() {
    if (splitByHand_ || !left_->isVisibleTo(splitter_)) {
        return;
    }
    if (splitter_->orientation() == Qt::Vertical) {
        const int upper = std::min(left_->sizeHint().height(), height() / 2);
        splitter_->setSizes({upper, std::max(1, height() - upper)});
        return;
    }
    const int most = std::max(kTableWidth, width() * 45 / 100);
    const int margins = left_->layout()->contentsMargins().left() + left_->layout()->contentsMargins().right();
    const int table = std::clamp(table_->wantedWidth() + margins, std::min(kTableWidth, width() / 2), most);
    splitter_->setSizes({table, std::max(1, width() - table)});
}

void CompareBoard::refresh() {
    const auto named = namedComparison(session_);
    left_->setVisible(session_.baseline() != nullptr);
    right_->setCurrentIndex(named ? 1 : 0);
    if (named) {
        verdict_->setVerdict(verdict_of(named->comparison));
        warnings_ = measuredWarnings(session_);
        showWarnings(false);
        warning_->setVisible(!warnings_.isEmpty());
        std::vector<IntervalPlot> plots = comparisonPlots(*named, in_board_chart);
        for (IntervalPlot& plot : plots) {
            if (plot.figure == QLatin1String("sqnr")) {
                nameOutputNodes(plot, session_, *named);
            }
        }
        plots.insert(plots.begin() + std::min<std::ptrdiff_t>(1, std::ssize(plots)), latencyCurvesPlot(*named));  // beside the dots of p50
        plots.push_back(estimatePlot(session_));                                                                  // without rows it is left out
        charts_->setPlots(plots, measuredHow(session_));
    }
    selectBest(named ? named->best : -1);
    showState();
    // Behind the table, which is filled later.
    QMetaObject::invokeMethod(this, &CompareBoard::fitTable, Qt::QueuedConnection);
}

/// With the reason why not, where it cannot be used.
void CompareBoard::offer(QPushButton* button, const QString& tip, const QString& whyNot) {
    button->setEnabled(whyNot.isEmpty());
    button->setToolTip(whyNot.isEmpty() ? tip : whyNot);
}

/// The candidate that the verdict speaks of is the one to save: it is selected when a comparison is new.
void CompareBoard::selectBest(int best) {
    const QString stamp = session_.comparison() == nullptr ? QString() : QString::fromStdString(session_.comparison()->baseline.measurement.date);
    const QVector<int> runs = comparedRuns(session_);
    if (stamp != stamp_ && best >= 0) {
        session_.trials().setCurrentRun(runs[best]);
    } else if (stamp != stamp_ && session_.currentRun() == 0 && !runs.isEmpty()) {
        session_.trials().setCurrentRun(runs.last());  // of a session that was opened: a row that can be saved
    }
    stamp_ = stamp;
}

/// Charts of models mark the selected run.
void CompareBoard::markSelected() {
    const int candidate = int(comparedRuns(session_).indexOf(session_.currentRun()));
    charts_->mark(session_.currentRun() == 0 ? 0 : candidate < 0 ? -1 : candidate + 1, session_.selection().nodes());
}

void CompareBoard::showState() {
    markSelected();
    const Run* run = session_.run(session_.currentRun());
    const bool measurable = session_.baseline() && !session_.queue().busy();
    if (!measurable && measure_->hasFocus()) {
        table_->setFocus();  // else the focus goes to the next button, and the next Return presses that
    }
    measure_->setEnabled(measurable);
    sheet_->setEnabled(session_.comparison() != nullptr);
    const QString none = run == nullptr ? tr("Select the row of a candidate first") : QString();
    offer(save_, tr("The file of the selected candidate"),
          run != nullptr && run->file.isEmpty() ? tr("This candidate has no file: %1").arg(stateText(run->state)) : none);
    offer(command_, tr("How vernier-cli makes the selected candidate"), run != nullptr && run->foreign ? tr("This file was made elsewhere") : none);
}

void CompareBoard::exportSheetDialog() {
    QString chosen;
    const QString start = dialogFileLike(session_, QStringLiteral(".comparison.png"));
    const QString path = QFileDialog::getSaveFileName(this, tr("Export comparison sheet"), start, pictureFilter(), &chosen);
    QString error;
    if (path.isEmpty()) {
        return;
    }
    const QString file = withPictureEnding(path, chosen);
    rememberFolderOf(file);
    if (exportSheet(session_, file, &error)) {
        session_.tell(tr("Saved %1").arg(QDir::toNativeSeparators(file)));
    } else {
        session_.complain(error);
    }
}

void CompareBoard::copySheet() {
    if (const auto sheet = sheetOf(session_)) {
        copyPicture(sheetPicture(*sheet));
        session_.tell(tr("Copied the comparison sheet as a picture"));
    }
}

/// The window's own command, which knows where models are saved and what they must not overwrite. The board may lie in a
/// window of its own inside that one.
void CompareBoard::saveModel() {
    for (QWidget* above = this; above != nullptr; above = above->parentWidget()) {
        if (auto* action = above->findChild<QAction*>(QStringLiteral("save-model"))) {
            action->trigger();
            return;
        }
    }
}

void CompareBoard::copyCommand() { table_->copyCommand(session_.currentRun()); }

}  // namespace vernier::ui
