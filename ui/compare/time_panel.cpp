// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/time_panel.h"

#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>

#include "ui/charts/interval_chart.h"
#include "ui/compare/time_plot.h"
#include "ui/session/session.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

TimePanel::TimePanel(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), chart_(new IntervalChart), scroll_(new QScrollArea), note_(new QLabel), empty_(new QLabel) {
    auto* inside = new QWidget;
    auto* column = new QVBoxLayout(inside);
    column->setContentsMargins(12, 8, 12, 8);
    column->addWidget(chart_);
    column->addWidget(note_);
    column->addStretch(1);
    note_->setProperty("role", "note");
    note_->setFont(labelFont());
    note_->setWordWrap(true);
    note_->setText(
        tr("Profiled on its own, as shares of the measured runs. Nodes that are folded count with the one that they are folded into. "
           "A click on a row selects its nodes."));
    empty_->setProperty("role", "note");
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setWordWrap(true);
    scroll_->setFrameShape(QFrame::NoFrame);
    scroll_->setWidgetResizable(true);
    scroll_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll_->setWidget(inside);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(scroll_, 1);
    layout->addWidget(empty_, 1);
    connect(chart_, &IntervalChart::rowClicked, this, [this](int row) {
        const QVector<int> nodes = chart_->plot().rows[static_cast<std::size_t>(row)].nodes;
        if (!nodes.isEmpty()) {
            session_.selection().set(nodes);
        }
    });
    connect(&session.selection(), &Selection::changed, this, &TimePanel::markSelection);
    for (const auto signal : {&Session::stateChanged, &Session::runsChanged, &Session::currentRunChanged}) {
        connect(&session, signal, this, &TimePanel::refresh);
    }
    refresh();
}

void TimePanel::refresh() {
    const IntervalPlot plot = timePlot(session_);
    const bool known = !plot.rows.empty();
    scroll_->setVisible(known);
    empty_->setVisible(!known);
    const QString distrust = timeDistrust(session_);
    empty_->setText(!distrust.isEmpty()   ? distrust
                    : session_.baseline() ? tr("Nothing was profiled in these measurements. Measure again.")
                                          : tr("Once the baseline is measured, its time by kind of operator stands here."));
    chart_->setPlot(plot);
    markSelection();
}

void TimePanel::markSelection() { chart_->setMarked(rowsWith(session_.selection().nodes(), chart_->plot())); }

}  // namespace vernier::ui
