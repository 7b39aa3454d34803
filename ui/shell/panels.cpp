// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/panels.h"

#include "ui/compare/compare_board.h"
#include "ui/compare/time_panel.h"
#include "ui/inspect/inspector_panel.h"

namespace vernier::ui {

QWidget* makeInspector(Session& session) {
    return new InspectorPanel(session);
}

QWidget* makeCompareBoard(Session& session) {
    return new CompareBoard(session);
}

QWidget* makeTimePanel(Session& session) {
    return new TimePanel(session);
}

}  // namespace vernier::ui
