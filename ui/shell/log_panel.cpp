// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/log_panel.h"

#include "ui/session/queue.h"
#include "ui/session/session.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

LogPanel::LogPanel(Session& session, QWidget* parent) : QPlainTextEdit(parent) {
    setReadOnly(true);
    setFont(monoFont());
    setFrameShape(QFrame::NoFrame);
    setMaximumBlockCount(2000);
    setAccessibleName(tr("Log"));
    setStyleSheet(QStringLiteral("QPlainTextEdit { border: none; padding: 6px 8px; }"));
    setPlaceholderText(tr("The commands that run will stand here, ready to be copied into a terminal."));
    setPlainText(session.queue().log().join(QLatin1Char('\n')));
    connect(&session.queue(), &Queue::logged, this, &QPlainTextEdit::appendPlainText);
}

}  // namespace vernier::ui
