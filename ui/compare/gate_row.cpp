// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/gate_row.h"

#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/evidence/limit_range.h"
#include "ui/compare/limit_button.h"
#include "ui/compare/limit_words.h"
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

QString qstring(std::string_view words) { return QString::fromUtf8(words.data(), qsizetype(words.size())); }

/// "mAP drop", "CER rise", "agreement".
QString labelOf(const LimitForm& form) {
    const QString column = qstring(figure(form.figure).column);
    return form.of.empty() ? column : column + QLatin1Char(' ') + qstring(form.of);
}

/// For what a figure and its limits are counted in: points and percent go by tenths and ones, all else by hundredths.
void setForm(QDoubleSpinBox& box, const LimitForm& form) {
    const Interval range = possible_range(form);
    const bool percent = form.unit == "points" || form.unit == "%";
    const double step = !percent ? 0.01 : form.of.empty() ? 1 : 0.1;
    box.setDecimals(percent ? 2 : 4);
    box.setSingleStep(step);
    // Below a drop of 0, which is a limit, lies that there is none.
    box.setRange(form.of.empty() ? std::max(range.lo, 0.0) : -step, std::isinf(range.hi) ? 1000 : range.hi);
    box.setPrefix(form.least ? QStringLiteral("≥ ") : QStringLiteral("≤ "));
    box.setSuffix(form.unit.empty() ? QString() : QLatin1Char(' ') + qstring(form.unit));
}

}  // namespace

GateRow::GateRow(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), drop_(limitBox(-0.1, kMostPoints, 0.1, {}, {})), agreement_(limitBox(0, kMostPoints, 1, {}, {})),
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
        return label;
    };
    leadLabel_ = add({}, drop_, {});
    alikeLabel_ = add({}, agreement_, {});
    add(tr("SQNR"), outputError_, tr("Minimum SQNR of each output; works without labels"));
    add(tr("speedup"), speedup_, tr("Minimum speedup"));
    arrange(parts_, int(parts_.size()));
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

/// In a low board the rows of the table matter more than limits that are not set: those are in the menu.
void GateRow::setBrief(bool brief) {
    brief_ = brief;
    fit();
}

QVector<QWidget*> GateRow::wantedParts() const {
    QVector<QWidget*> wanted;
    for (qsizetype i = 0; i + 1 < parts_.size(); i += 2) {
        const auto* box = static_cast<const QDoubleSpinBox*>(parts_[i + 1]);
        const bool ofTask = box == drop_ || box == agreement_;
        if (!brief_ || ofTask || box->hasFocus() || valueOf(*box)) {
            wanted << parts_[i] << parts_[i + 1];
        }
    }
    return wanted;
}

/// What the parts take in so many columns, and the menu behind them.
int GateRow::widthOf(const QVector<QWidget*>& parts, int columns) const {
    int width = columns * grid_->spacing() + more_->sizeHint().width();
    for (int column = 0; column < columns; ++column) {
        int most = 0;
        for (int i = column; i < int(parts.size()); i += columns) {
            most = std::max(most, parts[i]->sizeHint().width());
        }
        width += most;
    }
    return width;
}

void GateRow::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    fit();
}

/// All limits in one row where they have room, else two or one in a row.
void GateRow::fit() {
    const QVector<QWidget*> wanted = wantedParts();
    const int all = int(wanted.size());
    const int columns = widthOf(wanted, all) <= width() ? all : widthOf(wanted, 4) <= width() ? 4 : 2;
    if (columns != columns_ || wanted != shown_) {
        arrange(wanted, columns);
    }
}

/// Labels and boxes in turn, so many in a row; the menu of other limits behind the last.
void GateRow::arrange(const QVector<QWidget*>& wanted, int columns) {
    columns_ = columns;
    shown_ = wanted;
    for (QWidget* part : parts_) {
        grid_->removeWidget(part);
        part->setVisible(wanted.contains(part));
    }
    for (int i = 0; i < int(wanted.size()); ++i) {
        grid_->addWidget(wanted[i], i / columns, i % columns);
    }
    grid_->removeWidget(more_);
    grid_->addWidget(more_, (int(wanted.size()) - 1) / columns, columns);
    for (int column = 0; column <= int(parts_.size()) + 1; ++column) {
        grid_->setColumnStretch(column, column == columns + 1 ? 1 : 0);  // what is left is behind them
    }
}

void GateRow::showGate() {
    const QSignalBlocker quietDrop(drop_), quietAgreement(agreement_), quietError(outputError_), quietSpeed(speedup_);
    showTask();
    showUse();
    const Gate& gate = session_.gate();
    const auto show = [&](QDoubleSpinBox& box, const std::optional<LimitForm>& form) {
        // A limit that nothing is judged by is not shown as one that is set.
        const auto bound = form && box.isEnabledTo(this) ? bound_of(gate, *form) : std::nullopt;
        box.setValue(bound.value_or(box.minimum()));
    };
    show(*drop_, leadForm_);
    show(*agreement_, alikeForm_);
    outputError_->setValue(gate.min_sqnr_db.value_or(outputError_->minimum()));
    speedup_->setValue(gate.min_speedup.value_or(speedup_->minimum()));
    if (brief_) {
        fit();
    }
}

/// The first two boxes are of what the task is judged by.
void GateRow::showTask() {
    const Task task = taskOf(session_);
    const LimitForm lead = form_against_baseline(lead_figure(task));
    const Figure* alike = alike_figure(task);
    const std::optional<LimitForm> alikeForm = alike == nullptr ? std::nullopt : std::optional(limit_forms(*alike).front());
    if (leadForm_ == lead && alikeForm_ == alikeForm) {
        return;
    }
    leadForm_ = lead;
    alikeForm_ = alikeForm;
    setForm(*drop_, lead);
    leadLabel_->setText(tr("Gate: %1").arg(labelOf(lead)));
    drop_->setAccessibleName(tr("Most that a candidate may be worse: %1").arg(labelOf(lead)));
    if (alikeForm) {
        setForm(*agreement_, *alikeForm);
        agreement_->setAccessibleName(tr("Least %1").arg(labelOf(*alikeForm)));
    }
    alikeLabel_->setText(alikeForm ? labelOf(*alikeForm) : tr("agreement"));
    std::vector<LimitForm> shown = {lead, limit_forms(figure("sqnr")).front(), form_against_baseline(figure("p50"))};
    if (alikeForm) {
        shown.push_back(*alikeForm);
    }
    more_->setShown(std::move(shown));
    arrange(wantedParts(), columns_);
}

bool GateRow::isMeasured(const Figure& figure) const {
    const Measurement* baseline = session_.baseline();
    if (baseline != nullptr) {
        return figure.id == "top1" ? baseline->accuracy.has_value() : baseline->metrics.contains(std::string(figure.id));
    }
    if (session_.document().datasetBusy()) {
        return true;  // not known yet
    }
    const DatasetPtr data = session_.dataset();
    return data && (figure.id == "top1" ? data->has_labels() : data->has_labels() || data->target() != TargetForm::none);
}

/// What answers are judged by can be limited only where it is measured: in the baseline where there is one, by labels or targets before.
void GateRow::showUse() {
    const Figure& lead = figure(leadForm_->figure);
    const bool usable = !session_.model() || isMeasured(lead);
    const QString title = qstring(lead.title);
    drop_->setEnabled(usable);
    drop_->setToolTip(usable ? tr("Most that a candidate may be worse than the baseline: %1 (%2)").arg(title, qstring(leadForm_->unit))
                             : tr("%1 needs labels or targets. Limit agreement or SQNR instead, or pick a dataset that has them in the Data tab").arg(title));
    agreement_->setEnabled(alikeForm_.has_value());
    agreement_->setToolTip(alikeForm_ ? tr("%1, at least; works without labels").arg(qstring(figure(alikeForm_->figure).title))
                                      : tr("Answers of this task are numbers, which are not the same or another: limit SQNR instead"));
}

void GateRow::tell() {
    Gate gate = session_.gate();
    gate.min_sqnr_db = valueOf(*outputError_);
    gate.min_speedup = valueOf(*speedup_);
    try {
        if (drop_->isEnabledTo(this)) {
            gate = with_bound(gate, *leadForm_, valueOf(*drop_));
        }
        if (alikeForm_) {
            gate = with_bound(gate, *alikeForm_, valueOf(*agreement_));
        }
    } catch (const Error& error) {
        QToolTip::showText(mapToGlobal(QPoint(0, height())), QString::fromUtf8(error.what()) + QStringLiteral(". ") + QString::fromStdString(error.remedy()),
                           this);
        showGate();
        return;
    }
    session_.setGate(gate);
}

}  // namespace vernier::ui
