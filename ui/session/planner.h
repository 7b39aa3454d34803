// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

#include <optional>

#include "core/model/model.h"
#include "core/quant/plan.h"
#include "core/quant/recipe.h"
#include "ui/session/background.h"

namespace vernier::ui {

/// Makes plans off the GUI thread. The newest wish wins: work on an older one is stopped, and nothing is heard of it.
class Planner : public QObject {
    Q_OBJECT

public:
    explicit Planner(QObject* parent = nullptr) : QObject(parent) {}

    /// What was there is gone at once; changed() tells of the new plan, or of why there is none.
    void make(const ModelPtr& model, const Recipe& recipe);
    /// No plan, and none on its way.
    void clear();
    [[nodiscard]] bool busy() const { return planning_.busy(); }
    [[nodiscard]] const std::optional<Plan>& plan() const { return plan_; }
    [[nodiscard]] const QString& error() const { return error_; }  ///< why there is no plan, one line; empty otherwise

signals:
    void changed();

private:
    std::optional<Plan> plan_;
    QString error_;
    Latest planning_{this};
};

}  // namespace vernier::ui
