// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/limit_words.h"

#include <QCoreApplication>

#include <algorithm>

#include "ui/session/session.h"

namespace vernier::ui {

namespace {

QString tr(const char* words) { return QCoreApplication::translate("Limits", words); }

QString text(std::string_view words) { return QString::fromUtf8(words.data(), qsizetype(words.size())); }

/// Of the table of figures; a metric of a command goes by its name.
QString titleOf(const std::string& id) {
    const auto all = figures();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Figure& each) { return each.id == id; });
    return found == all.end() ? QString::fromStdString(id) : text(found->title);
}

}  // namespace

QString formWords(const LimitForm& form) {
    if (form.of == "drop") {
        return tr("drop against the baseline, at most");
    }
    if (form.of == "rise") {
        return tr("rise against the baseline, at most");
    }
    if (form.of == "ratio") {
        return form.least ? tr("times as fast as the baseline, at least") : tr("part of the baseline's, at most");
    }
    return form.least ? tr("itself, at least") : tr("itself, at most");
}

QString limitWords(const SetLimit& limit) {
    const LimitForm& form = limit.form;
    QString words = titleOf(form.figure);
    if (form.of == "drop") {
        words += tr(": drop");
    } else if (form.of == "rise") {
        words += tr(": rise");
    }
    words += (form.least ? QStringLiteral(" ≥ ") : QStringLiteral(" ≤ ")) + QString::number(limit.bound, 'g', 6);
    if (form.unit == "x") {
        return words + tr("x as fast");
    }
    return form.unit.empty() ? words : words + QLatin1Char(' ') + text(form.unit);
}

std::vector<const Figure*> offeredFigures(const Session& session) {
    const TrialViews trials = session.comparison() != nullptr ? views_of(*session.comparison())
                              : session.baseline() != nullptr ? TrialViews{{*session.baseline()}}
                                                              : TrialViews{};
    return figures_to_limit(trials, taskOf(session));
}

Task taskOf(const Session& session) {
    if (session.baseline() != nullptr) {
        return session.baseline()->task;
    }
    const DatasetPtr data = session.dataset();
    return data ? data->task().task.value_or(task_of(data->target())) : Task::none;
}

}  // namespace vernier::ui
