// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <map>
#include <string>

#include "ui/inspect/activation_facts.h"
#include "ui/session/background.h"

class QLabel;
class QTableWidget;

namespace vernier::ui {

class Session;

/// What goes into a node's card and comes out of it, with the ranges that calibration found: those of the candidate that
/// is selected in the comparison, else of the newest one that has any.
class ActivationsTab : public QWidget {
    Q_OBJECT

public:
    explicit ActivationsTab(Session& session, QWidget* parent = nullptr);
    /// -1: none.
    void showNode(NodeId node);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void load();
    void refill();
    void addRow(const QString& role, ValueId value);

    Session& session_;
    QLabel* note_;
    QTableWidget* table_;
    NodeId node_ = kNone;
    QString file_;  ///< of the candidate whose ranges these are
    QString title_;
    std::map<std::string, ActivationRange> ranges_;
    Latest loading_{this};
};

}  // namespace vernier::ui
