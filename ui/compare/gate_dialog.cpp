// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/gate_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QShortcut>
#include <QVBoxLayout>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/evidence/gate_text.h"
#include "core/evidence/judgement.h"
#include "core/evidence/limit_range.h"
#include "ui/compare/limit_words.h"
#include "ui/session/session.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

constexpr double kMost = 1e9;
constexpr int kDecimals = 3;

QString text(std::string_view words) { return QString::fromUtf8(words.data(), qsizetype(words.size())); }

}  // namespace

GateDialog::GateDialog(Session& session, QWidget* parent)
    : QDialog(parent), session_(session), list_(new QListWidget), figure_(new QComboBox), form_(new QComboBox), bound_(new QDoubleSpinBox),
      add_(new QPushButton(tr("&Add"))), remove_(new QPushButton(tr("&Remove"))), problem_(new QLabel) {
    setWindowTitle(tr("Limits of the gate"));
    for (const Figure* each : offeredFigures(session)) {
        figure_->addItem(text(each->title), text(each->id));
    }
    for (QComboBox* box : {figure_, form_}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    }
    bound_->setDecimals(kDecimals);
    bound_->setSpecialValueText(tr("type a limit"));
    bound_->setButtonSymbols(QAbstractSpinBox::NoButtons);  // the keys and the wheel step it
    list_->setAccessibleName(tr("Limits"));
    figure_->setAccessibleName(tr("Figure to limit"));
    form_->setAccessibleName(tr("How it is limited"));
    bound_->setAccessibleName(tr("Limit"));
    layOut();
    connect(figure_, &QComboBox::currentIndexChanged, this, &GateDialog::showForms);
    connect(form_, &QComboBox::currentIndexChanged, this, &GateDialog::showUnit);
    connect(bound_, &QDoubleSpinBox::valueChanged, this, [this] { add_->setEnabled(bound_->value() > bound_->minimum()); });
    connect(add_, &QPushButton::clicked, this, &GateDialog::add);
    connect(remove_, &QPushButton::clicked, this, &GateDialog::removeCurrent);
    connect(list_, &QListWidget::currentRowChanged, this, [this](int row) { remove_->setEnabled(row >= 0); });
    connect(new QShortcut(QKeySequence::Delete, list_), &QShortcut::activated, this, &GateDialog::removeCurrent);
    connect(&session, &Session::gateChanged, this, &GateDialog::showLimits);
    connect(&session, &Session::runsChanged, this, &GateDialog::showLimits);
    showForms();
    showLimits();
}

void GateDialog::layOut() {
    auto* column = new QVBoxLayout(this);
    auto* note = new QLabel(tr("A candidate passes when the whole 95 % interval of each figure is within its limit."));
    note->setProperty("role", "note");
    note->setWordWrap(true);
    column->addWidget(note);
    column->addWidget(list_, 1);
    auto* line = new QHBoxLayout;
    line->addWidget(figure_, 2);
    line->addWidget(form_, 2);
    line->addWidget(bound_, 1);
    line->addWidget(add_);
    column->addLayout(line);
    problem_->setWordWrap(true);
    problem_->setStyleSheet(QStringLiteral("color: %1;").arg(Theme::current().ink(Theme::current().bad).name()));
    problem_->hide();
    column->addWidget(problem_);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    buttons->addButton(remove_, QDialogButtonBox::ActionRole);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    column->addWidget(buttons);
    add_->setAutoDefault(true);
    resize(std::max(640, sizeHint().width()), 340);
}

void GateDialog::showLimits() {
    const int row = list_->currentRow();
    list_->clear();
    const std::vector<SetLimit> limits = limits_of(session_.gate());
    for (std::size_t i = 0; i < limits.size(); ++i) {
        const QString outcome = outcomeOf(i, limits.size());
        list_->addItem(limitWords(limits[i]) + (outcome.isEmpty() ? QString() : QStringLiteral("   ") + outcome));
        list_->item(int(i))->setToolTip(QString::fromStdString(limits[i].text()));
    }
    list_->setCurrentRow(std::min(row, list_->count() - 1));
    remove_->setEnabled(list_->currentRow() >= 0);
}

QString GateDialog::outcomeOf(std::size_t limit, std::size_t limits) const {
    const Comparison* comparison = session_.comparison();
    const int best = comparison == nullptr ? -1 : conclude(*comparison).best;
    if (best < 0) {
        return {};
    }
    // A limit on top-1 is left out where nothing was labelled, and lines have no names of their own.
    const std::vector<GateLine>& lines = comparison->candidates[std::size_t(best)].gate_lines;
    if (lines.size() != limits) {
        return {};
    }
    const GateLine& line = lines[limit];
    const QString sign = line.outcome == Outcome::passed ? QStringLiteral("✓ ") : line.outcome == Outcome::failed ? QStringLiteral("✕ ") : QStringLiteral("? ");
    return sign + QString::fromStdString(line.text);
}

void GateDialog::showForms() {
    forms_ = limit_forms(vernier::figure(figure_->currentData().toString().toStdString()));
    form_->clear();
    for (const LimitForm& form : forms_) {
        form_->addItem(formWords(form));
    }
    showUnit();
}

void GateDialog::showUnit() {
    const int chosen = form_->currentIndex();
    if (chosen < 0 || std::size_t(chosen) >= forms_.size()) {
        return;  // the box is being filled
    }
    const LimitForm& form = forms_[std::size_t(chosen)];
    bound_->setSuffix(form.unit.empty() || form.unit == "x" ? text(form.unit) : QLatin1Char(' ') + text(form.unit));
    const Interval range = possible_range(form);
    const double step = std::pow(10.0, -kDecimals);  // below what is possible: nothing is typed yet
    bound_->setRange(std::max(range.lo, -kMost) - step, std::min(range.hi, kMost));
    bound_->setValue(bound_->minimum());
    add_->setEnabled(false);
    problem_->hide();
}

void GateDialog::add() {
    Gate gate = session_.gate();
    try {
        add_limit(gate, forms_[std::size_t(form_->currentIndex())].text(bound_->value()));
    } catch (const Error& error) {
        problem_->setText(QString::fromStdString(fmt::format("{}. {}", error.what(), error.remedy())));
        problem_->show();
        return;
    }
    problem_->hide();
    session_.setGate(gate);
    list_->setCurrentRow(list_->count() - 1);
}

QString GateDialog::problem() const { return problem_->isHidden() ? QString() : problem_->text(); }

void GateDialog::removeCurrent() {
    if (list_->currentRow() >= 0) {
        session_.setGate(without_limit(session_.gate(), std::size_t(list_->currentRow())));
    }
}

}  // namespace vernier::ui
