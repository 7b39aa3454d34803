// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QWidget;

namespace vernier::ui {

class Session;

/// The panels that the window holds but does not know by their classes.
[[nodiscard]] QWidget* makeInspector(Session& session);
[[nodiscard]] QWidget* makeCompareBoard(Session& session);
[[nodiscard]] QWidget* makeTimePanel(Session& session);

}  // namespace vernier::ui
