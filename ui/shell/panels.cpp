// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/panels.h"

#include <QWidget>

#if __has_include("ui/inspect/inspector_panel.h")
#include "ui/inspect/inspector_panel.h"
#endif
#if __has_include("ui/compare/compare_board.h")
#include "ui/compare/compare_board.h"
#endif

namespace vernier::ui {

QWidget* makeInspector([[maybe_unused]] Session& session) {
#if __has_include("ui/inspect/inspector_panel.h")
    return new InspectorPanel(session);
#else
    return new QWidget;
#endif
}

QWidget* makeCompareBoard([[maybe_unused]] Session& session) {
#if __has_include("ui/compare/compare_board.h")
    return new CompareBoard(session);
#else
    return new QWidget;
#endif
}

}  // namespace vernier::ui
