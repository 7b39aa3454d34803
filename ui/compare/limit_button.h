// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QToolButton>

#include <optional>
#include <vector>

#include "core/evidence/limit_forms.h"

namespace vernier::ui {

class Session;

/// A menu of all figures that the gate can limit beside the boxes of the row (core/evidence/limits.h): one that is chosen asks for its
/// limit, one that has a limit loses it; the last entry opens the list of all limits (GateDialog). The tip says which are set.
class LimitButton : public QToolButton {
    Q_OBJECT

public:
    explicit LimitButton(Session& session, QWidget* parent = nullptr);

    /// Sets the limit of a figure against the baseline, or takes it away. Throws Error{usage} for one that nothing can pass or fail.
    void setLimit(const Figure& figure, std::optional<double> bound);

    /// Limits that are shown beside the button, and not told by it.
    void setShown(std::vector<LimitForm> forms);

private:
    void fill();
    void ask(const Figure& figure);
    void showSet();

    Session& session_;
    std::vector<LimitForm> shown_;
};

}  // namespace vernier::ui
