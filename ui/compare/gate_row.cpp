// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/gate_row.h"

#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLabel>
#include <QSignalBlocker>

#include <algorithm>

#include "ui/compare/limit_button.h"
#include "ui/session/session.h"

namespace vernier::ui {

namespace {

constexpr double kMostPoints = 100, kMostTimes = 100, kMostDb = 200;

/// A limit that the lowest step of the box takes away.
QDoubleSpinBox* limitBox(double lowest, double highest, double step, const QString& prefix, const QString& suffix) {
    auto* box = new QDoubleSpinBox;
    box->setRange(lowest, highest);
    box->setDecimals(2);
    box->setSingleStep(step);
    box->setPrefix(prefix);
    box->setSuffix(suffix);
    box->setSpecialValueText(QObject::tr("no limit"));
    box->setKeyboardTracking(false);
    box->setButtonSymbols(QAbstractSpinBox::NoButtons);  // the keys and the wheel step it; arrows would only take room
    return box;
}

std::optional<double> valueOf(const QDoubleSpinBox& box) { return box.value() > box.minimum() ? std::optional(box.value()) : std::nullopt; }

}  // namespace

GateRow::GateRow(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), drop_(limitBox(-0.1, kMostPoints, 0.1, QStringLiteral("≤ "), tr(" points"))),
      agreement_(limitBox(0, 100, 1, QStringLiteral("≥ "), QStringLiteral(" %"))),
      outputError_(limitBox(0, kMostDb, 1, QStringLiteral("≥ "), QStringLiteral(" dB"))),
      speedup_(limitBox(0, kMostTimes, 0.1, QStringLiteral("≥ "), QStringLiteral("x"))), more_(new LimitButton(session)) {
    grid_ = new QGridLayout(this);
    grid_->setContentsMargins(0, 0, 0, 0);
    grid_->setSpacing(6);
    const auto add = [this](const QString& words, QDoubleSpinBox* box, const QString& tip) {
        auto* label = new QLabel(words);
        label->setProperty("role", "note");
        label->setBuddy(box);
        box->setToolTip(tip);
        box->setAccessibleName(tip);
        parts_ << label << box;
    };
    add(tr("Gate: top-1 drop"), drop_, tr("Most top-1 points that a candidate may lose"));
    add(tr("agreement"), agreement_, tr("Minimum percent of samples that get the baseline's answer; works without labels"));
    add(tr("SQNR"), outputError_, tr("Minimum SQNR of each output; works without labels"));
    add(tr("speedup"), speedup_, tr("Minimum speedup"));
    arrange(int(parts_.size()));
    connect(drop_, &QDoubleSpinBox::valueChanged, this, &GateRow::tell);
    connect(agreement_, &QDoubleSpinBox::valueChanged, this, &GateRow::tell);
    connect(outputError_, &QDoubleSpinBox::valueChanged, this, &GateRow::tell);
    connect(speedup_, &QDoubleSpinBox::valueChanged, this, &GateRow::tell);
    connect(&session, &Session::gateChanged, this, &GateRow::showGate);
    connect(&session, &Session::stateChanged, this, &GateRow::showGate);
    connect(&session, &Session::datasetChanged, this, &GateRow::showGate);
    connect(&session, &Session::runsChanged, this, &GateRow::showGate);
    showGate();
}

/// What the parts take in so many columns, and the menu behind them.
int GateRow::widthOf(int columns) const {
    int width = columns * grid_->spacing() + more_->sizeHint().width();
    for (int column = 0; column < columns; ++column) {
        int most = 0;
        for (int i = column; i < int(parts_.size()); i += columns) {
            most = std::max(most, parts_[i]->sizeHint().width());
        }
        width += most;
    }
    return width;
}

/// All limits in one row where they have room, else two or one in a row.
void GateRow::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    const int all = int(parts_.size());
    arrange(widthOf(all) <= width() ? all : widthOf(4) <= width() ? 4 : 2);
}

/// Labels and boxes in turn, so many in a row; the menu of other limits behind the last.
void GateRow::arrange(int columns) {
    if (columns == columns_) {
        return;
    }
    columns_ = columns;
    for (int i = 0; i < int(parts_.size()); ++i) {
        grid_->removeWidget(parts_[i]);
        grid_->addWidget(parts_[i], i / columns, i % columns);
    }
    grid_->removeWidget(more_);
    grid_->addWidget(more_, (int(parts_.size()) - 1) / columns, columns);
    for (int column = 0; column <= int(parts_.size()) + 1; ++column) {
        grid_->setColumnStretch(column, column == columns + 1 ? 1 : 0);  // what is left is behind them
    }
}

void GateRow::showGate() {
    const QSignalBlocker quietDrop(drop_), quietAgreement(agreement_), quietError(outputError_), quietSpeed(speedup_);
    showUse();
    // A limit that nothing is judged by is not shown as one that is set.
    drop_->setValue(drop_->isEnabledTo(this) ? session_.gate().max_drop_points.value_or(drop_->minimum()) : drop_->minimum());
    agreement_->setValue(session_.gate().min_agreement.value_or(agreement_->minimum()));
    outputError_->setValue(session_.gate().min_sqnr_db.value_or(outputError_->minimum()));
    speedup_->setValue(session_.gate().min_speedup.value_or(speedup_->minimum()));
}

/// Top-1 can be limited only where it is measured: in the baseline where there is one, by labels that are there before.
void GateRow::showUse() {
    const bool measured = session_.baseline() != nullptr, labelled = session_.dataset() && session_.dataset()->has_labels();
    const bool reading = session_.document().datasetBusy() && !measured;  // data that are gone have no labels either
    const bool unlabelled = session_.model() && !reading && !labelled && !(measured && session_.baseline()->accuracy);
    drop_->setEnabled(!unlabelled);
    drop_->setToolTip(unlabelled ? tr("Top-1 needs labels. Limit agreement or SQNR instead, or pick a labelled dataset in the Data tab")
                                 : tr("Most top-1 points that a candidate may lose"));
}

void GateRow::tell() {
    const std::optional<double> drop = drop_->isEnabledTo(this) ? valueOf(*drop_) : session_.gate().max_drop_points;
    session_.setGate({drop, valueOf(*speedup_), valueOf(*agreement_), valueOf(*outputError_), session_.gate().limits, session_.gate().more});
}

}  // namespace vernier::ui
