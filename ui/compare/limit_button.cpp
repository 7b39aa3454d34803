// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/limit_button.h"

#include <QInputDialog>
#include <QMenu>
#include <QMessageBox>

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/evidence/limit_range.h"
#include "core/evidence/limits.h"
#include "ui/compare/gate_dialog.h"
#include "ui/compare/limit_words.h"
#include "ui/session/session.h"

namespace vernier::ui {

namespace {

constexpr double kMost = 1000;
constexpr int kDecimals = 3;

QString qstring(std::string_view words) { return QString::fromUtf8(words.data(), qsizetype(words.size())); }

/// "Macro F1: drop against the baseline, at most (points)".
QString questionOf(const Figure& figure, const LimitForm& form) {
    const QString unit = form.unit.empty() || form.of == "ratio" ? QString() : QStringLiteral(" (%1)").arg(qstring(form.unit));
    return qstring(figure.title) + QStringLiteral(": ") + formWords(form) + unit;
}

}  // namespace

LimitButton::LimitButton(Session& session, QWidget* parent) : QToolButton(parent), session_(session) {
    setText(QStringLiteral("+"));
    setAccessibleName(tr("More limits"));
    setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(this);
    setMenu(menu);
    connect(menu, &QMenu::aboutToShow, this, &LimitButton::fill);
    connect(&session, &Session::gateChanged, this, &LimitButton::showSet);
    connect(&session, &Session::stateChanged, this, &LimitButton::showSet);
    showSet();
}

void LimitButton::setLimit(const Figure& figure, std::optional<double> bound) {
    session_.setGate(with_bound(session_.gate(), form_against_baseline(figure), bound));
}

void LimitButton::setShown(std::vector<LimitForm> forms) {
    shown_ = std::move(forms);
    showSet();
}

void LimitButton::fill() {
    menu()->clear();
    for (const Figure* figure : offeredFigures(session_)) {
        if (!can_limit(*figure)) {
            continue;
        }
        const LimitForm form = form_against_baseline(*figure);
        const auto bound = bound_of(session_.gate(), form);
        QAction* action = menu()->addAction(bound ? limitWords({form, *bound}) : qstring(figure->title) + QStringLiteral("…"));
        action->setCheckable(true);
        action->setChecked(bound.has_value());
        connect(action, &QAction::triggered, this, [this, figure, limited = bound.has_value()] { limited ? setLimit(*figure, std::nullopt) : ask(*figure); });
    }
    menu()->addSeparator();
    connect(menu()->addAction(tr("All limits…")), &QAction::triggered, this, [this] { GateDialog(session_, window()).exec(); });
}

void LimitButton::ask(const Figure& figure) {
    const LimitForm form = form_against_baseline(figure);
    const Interval range = possible_range(form);
    const double lowest = std::max(range.lo, -kMost), highest = std::min(range.hi, kMost);
    const double proposed = form.of == "drop" || form.of == "rise" ? 0 : std::min(highest, 1.0);
    bool chosen = false;
    const double bound = QInputDialog::getDouble(this, tr("Limit"), questionOf(figure, form), proposed, lowest, highest, kDecimals, &chosen);
    if (!chosen) {
        return;
    }
    try {
        setLimit(figure, bound);
    } catch (const Error& error) {
        QMessageBox::warning(this, tr("Limit"), QString::fromStdString(fmt::format("{}. {}", error.what(), error.remedy())));
    }
}

/// What the boxes do not show.
void LimitButton::showSet() {
    QStringList set;
    for (const SetLimit& limit : limits_of(session_.gate())) {
        if (std::find(shown_.begin(), shown_.end(), limit.form) == shown_.end()) {
            set << limitWords(limit);
        }
    }
    setText(set.isEmpty() ? QStringLiteral("+") : QStringLiteral("+%1").arg(set.size()));
    setToolTip(set.isEmpty() ? tr("Limit another figure") : tr("Also limited: %1").arg(set.join(QStringLiteral(", "))));
}

}  // namespace vernier::ui
