// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/planner.h"

#include <utility>

namespace vernier::ui {

void Planner::clear() {
    planning_.cancel();
    plan_.reset();
    error_.clear();
}

void Planner::make(const ModelPtr& model, const Recipe& recipe) {
    clear();
    planning_.run([model, recipe](const Job& job) { return make_plan(model, recipe, job); },
                  [this](Plan plan) {
                      plan_ = std::move(plan);
                      emit changed();
                  },
                  [this](const QString& problem) {
                      error_ = problem;
                      emit changed();
                  });
}

}  // namespace vernier::ui
