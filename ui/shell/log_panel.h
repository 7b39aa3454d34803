// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPlainTextEdit>

namespace vernier::ui {

class Session;

/// The commands that ran, what they found and why they failed; each command can be copied into a terminal.
class LogPanel : public QPlainTextEdit {
    Q_OBJECT

public:
    explicit LogPanel(Session& session, QWidget* parent = nullptr);
};

}  // namespace vernier::ui
