// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>

#include "core/base/json.h"

class QLabel;
class QPushButton;

namespace vernier::ui {

class Session;

/// What the model really gets from the dataset, and what is amiss in it, asked of `vernier-cli data`: the ranges of both splits, and alarms
/// (few samples, copies, one class, values unlike those that it is judged on, answers no better than chance).
class DataCheck : public QWidget {
    Q_OBJECT

public:
    explicit DataCheck(Session& session, QWidget* parent = nullptr);

    [[nodiscard]] QPushButton* button() const { return button_; }
    [[nodiscard]] QString text() const;
    /// Shows a result of the command.
    void show(const Json& result);

private:
    void check();
    void refresh();

    Session& session_;
    QPushButton* button_;
    QLabel* result_;
    QString checked_;  ///< dataset and model that the result is of
    bool busy_ = false;
};

/// The result in lines: a range for each input and split, then the findings with what to do, or that nothing is amiss.
[[nodiscard]] QStringList checkLines(const Json& result);

}  // namespace vernier::ui
