// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/limit_button.h"

#include <QInputDialog>
#include <QMenu>
#include <QMessageBox>

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/evidence/gate_text.h"
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

/// Where a figure's limit against the baseline stands in limits_of; -1: it has none.
int placeOf(const LimitForm& form, const std::vector<SetLimit>& limits) {
    const auto found = std::find_if(limits.begin(), limits.end(), [&](const SetLimit& each) { return each.form == form; });
    return found == limits.end() ? -1 : int(found - limits.begin());
}

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
    const LimitForm form = form_against_baseline(figure);
    Gate gate = session_.gate();
    if (bound) {
        add_limit(gate, form.text(*bound));
    } else if (const int place = placeOf(form, limits_of(gate)); place >= 0) {
        gate = without_limit(gate, std::size_t(place));
    }
    session_.setGate(gate);
}

void LimitButton::fill() {
    menu()->clear();
    const std::vector<SetLimit> limits = limits_of(session_.gate());
    for (const Figure* figure : offeredFigures(session_)) {
        if (!can_limit(*figure)) {
            continue;
        }
        const int place = placeOf(form_against_baseline(*figure), limits);
        const bool limited = place >= 0;
        QAction* action = menu()->addAction(limited ? limitWords(limits[std::size_t(place)]) : qstring(figure->title) + QStringLiteral("…"));
        action->setCheckable(true);
        action->setChecked(limited);
        connect(action, &QAction::triggered, this, [this, figure, limited] { limited ? setLimit(*figure, std::nullopt) : ask(*figure); });
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

/// What the four boxes do not show.
void LimitButton::showSet() {
    Gate rest = session_.gate();
    for (auto* field : {&rest.max_drop_points, &rest.min_agreement, &rest.min_sqnr_db, &rest.min_speedup}) {
        field->reset();
    }
    QStringList set;
    for (const SetLimit& limit : limits_of(rest)) {
        set << limitWords(limit);
    }
    setText(set.isEmpty() ? QStringLiteral("+") : QStringLiteral("+%1").arg(set.size()));
    setToolTip(set.isEmpty() ? tr("Limit another figure") : tr("Also limited: %1").arg(set.join(QStringLiteral(", "))));
}

}  // namespace vernier::ui
