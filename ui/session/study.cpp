// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/study.h"

#include <utility>

#include "ui/session/trials.h"

namespace vernier::ui {

bool Study::refused() {
    const QString why = missing();
    if (!why.isEmpty()) {
        queue_.refuse({QStringLiteral("usage"), why, 64});
    }
    return !why.isEmpty();
}

void Study::ask(const QString& title, const QString& newest, std::function<void(const Json&)> partial) {
    queue_.clearProblem();
    waiting_ = true;
    problem_.clear();
    const auto fail = [this](const QString& problem) {
        unanswered();
        end(problem);
    };
    queue_.enqueue({.title = title,
                    .newest = newest,
                    .words = [this] { return trials_.unlessChanged([this] { return words(); }); },
                    .started =
                        [this] {
                            waiting_ = false;
                            running_ = true;
                            emit changed();
                        },
                    .partial = std::move(partial),
                    .finished = [this](const Json& result) -> std::optional<Problem> {
                        answered(result);
                        end({});
                        return std::nullopt;
                    },
                    .failed = [fail](const Problem& problem) { fail(problem.cancelled() ? QString() : problem.message); },
                    .dropped = [fail] { fail({}); }});
    emit changed();
}

void Study::forget() {
    waiting_ = running_ = false;
    problem_.clear();
}

void Study::end(const QString& problem) {
    waiting_ = running_ = false;
    problem_ = problem;
    emit changed();
}

}  // namespace vernier::ui
