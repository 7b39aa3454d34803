// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <vector>

#include "core/base/finding.h"
#include "core/model/model.h"

class QLabel;
class QTreeWidget;

namespace vernier::ui {

class Session;

/// Advice and findings: about the model (from inspect), about the plan, and about the newest run. A click selects the node.
class FindingsPanel : public QWidget {
    Q_OBJECT

public:
    explicit FindingsPanel(Session& session, QWidget* parent = nullptr);

    [[nodiscard]] int count() const;

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void refill();
    void markSelection();
    void addGroup(const QString& title, const std::vector<Finding>& findings);

    Session& session_;
    QLabel* empty_;
    QTreeWidget* tree_;
};

/// The node that a finding is about: named by its id, its name, or a tensor that it makes or else takes. -1 when there is none.
[[nodiscard]] int nodeOf(const Finding& finding, const Model& model);

/// The findings of a JSON list; entries of an unknown form are left out.
[[nodiscard]] std::vector<Finding> findingsFrom(const Json& document, const char* key);

}  // namespace vernier::ui
