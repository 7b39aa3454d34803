// SPDX-License-Identifier: GPL-3.0-or-later
// The part of Session that takes files as they are on disk now.
#include "core/model/damage.h"
#include "core/quant/recipe.h"
#include "ui/session/jobs.h"
#include "ui/session/session.h"

namespace vernier::ui {

void Session::reloadRun(int id) {
    Run* run = editRun(id);
    if (run == nullptr || run->file.isEmpty()) {
        return;
    }
    dropComparison(id);
    run->foreign = true;  // the recipe says nothing about what somebody else wrote there
    run->quantized = {};
    run->changed = false;
    run->problem.clear();
    run->state = Run::State::quantized;
    jobs_->rememberFile(run->file);
    touch();
    emit runsChanged();
}

void Session::reload() {
    if (state_ != State::open) {
        return;
    }
    openTimer_.start();
    reading_ = modelPath_;
    emit readingChanged();
    opening_.run(
        [path = modelPath_](const Job& job) {
            ModelPtr model = open_to_look(path.toStdString(), job);
            (void)model->sha256();
            return model;
        },
        [this](ModelPtr model) {
            const Recipe recipe = anchored(recipe_, *model_);
            const QString data = datasetPath_;
            close();
            modelArrived(std::move(model));
            applyRecipe(reanchored(recipe, *model_));
            undo_.clear();
            if (!data.isEmpty() && isSound() && data != datasetPath_) {
                openDataset(data);
            }
        },
        [this](const QString& problem) { openFailed(problem); });
}

}  // namespace vernier::ui
