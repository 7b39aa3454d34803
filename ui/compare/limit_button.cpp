// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/limit_button.h"

#include <QInputDialog>
#include <QMenu>

#include "core/evidence/limit_forms.h"
#include "core/evidence/limits.h"
#include "core/report/format.h"
#include "ui/compare/gate_dialog.h"
#include "ui/compare/limit_words.h"
#include "ui/session/session.h"

namespace vernier::ui {

namespace {

constexpr double kMost = 1000, kMostPoints = 100;
constexpr int kDecimals = 3;

QString titleOf(const Figure& figure) { return QString::fromUtf8(figure.title.data(), qsizetype(figure.title.size())); }

/// Metrics are held against the baseline in points, which may be below it.
bool inPoints(const Figure& figure) { return needs_samples(figure) && !figure.relative; }

/// "Latency p90 ≥ 1.20x", "File size ≤ 0.300 of the baseline's", "Macro F1 ≥ -0.50 points".
QString limitText(const Figure& figure, double bound) {
    const QString number = figure.relative    ? QString::fromStdString(significant(bound))
                           : inPoints(figure) ? QObject::tr("%1 points").arg(QString::fromStdString(signed_points(bound)))
                           : is_least(figure) ? QString::fromStdString(times(bound))
                                              : QObject::tr("%1 of the baseline's").arg(QString::fromStdString(significant(bound)));
    return titleOf(figure) + (is_least(figure) ? QStringLiteral(" ≥ ") : QStringLiteral(" ≤ ")) + number;
}

QString questionOf(const Figure& figure) {
    if (inPoints(figure)) {
        return (is_least(figure) ? QObject::tr("%1: at least so many points against the baseline (a drop is negative)")
                                 : QObject::tr("%1: at most so many points against the baseline"))
            .arg(titleOf(figure));
    }
    return figure.relative    ? (is_least(figure) ? QObject::tr("%1, at least") : QObject::tr("%1, at most")).arg(titleOf(figure))
           : is_least(figure) ? QObject::tr("%1: minimum speedup").arg(titleOf(figure))
                              : QObject::tr("%1: at most so many times that of the baseline").arg(titleOf(figure));
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
    Gate gate = session_.gate();
    if (bound) {
        gate.limits[std::string(figure.id)] = *bound;
    } else {
        gate.limits.erase(std::string(figure.id));
    }
    session_.setGate(gate);
}

void LimitButton::fill() {
    menu()->clear();
    for (const Figure& figure : figures()) {
        if (!can_limit(figure)) {
            continue;
        }
        const auto set = session_.gate().limits.find(std::string(figure.id));
        const bool limited = set != session_.gate().limits.end();
        QAction* action = menu()->addAction(limited ? limitText(figure, set->second) : titleOf(figure) + QStringLiteral("…"));
        action->setCheckable(true);
        action->setChecked(limited);
        connect(action, &QAction::triggered, this, [this, &figure, limited] { limited ? setLimit(figure, std::nullopt) : ask(figure); });
    }
    menu()->addSeparator();
    connect(menu()->addAction(tr("All limits…")), &QAction::triggered, this, [this] { GateDialog(session_, window()).exec(); });
}

void LimitButton::ask(const Figure& figure) {
    bool chosen = false;
    const double bound = QInputDialog::getDouble(this, tr("Limit"), questionOf(figure), inPoints(figure) ? 0 : 1, inPoints(figure) ? -kMostPoints : 0, kMost,
                                                 kDecimals, &chosen);
    if (chosen) {
        setLimit(figure, bound);
    }
}

void LimitButton::showSet() {
    QStringList set;
    for (const SetLimit& limit : limits_of({.more = session_.gate().more})) {
        set << limitWords(limit);
    }
    for (const Figure& figure : figures()) {
        if (const auto limit = session_.gate().limits.find(std::string(figure.id)); limit != session_.gate().limits.end()) {
            set << limitText(figure, limit->second);
        }
    }
    setText(set.isEmpty() ? QStringLiteral("+") : QStringLiteral("+%1").arg(set.size()));
    setToolTip(set.isEmpty() ? tr("Limit another figure") : tr("Also limited: %1").arg(set.join(QStringLiteral(", "))));
}

}  // namespace vernier::ui
