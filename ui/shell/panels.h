// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

#include <span>

class QWidget;

namespace vernier::ui {

class MainWindow;

/// Where a panel stands in the usual layout, seen from the graph.
enum class Place { left, right, below };

/// One panel of the window. Docks, the entries of the View menu, keys and help are made from the table of these.
struct PanelRow {
    const char* id;     ///< stable: of the dock in the settings, and of the command "ID-panel"
    const char* title;  ///< of the dock and its tab, until the panel has a window title of its own; marked for translation
    Place place;
    QWidget* (*make)(MainWindow& window);  ///< connects what the panel asks of the window
    const char* keys = "";                 ///< that show and hide it; portable texts, separated by a space
    const char* command = nullptr;         ///< in the menu, with a mnemonic; the title where there is none
};

/// In the order in which panels stand on their side.
[[nodiscard]] std::span<const PanelRow> panelTable();

/// All panels of a place as one: shown and hidden by one command.
struct PanelGroup {
    Place place;
    const char* id;
    const char* keys;
    const char* command;
};

/// Of the places that have more than one panel.
[[nodiscard]] std::span<const PanelGroup> panelGroups();

/// Their ids.
[[nodiscard]] QStringList panelsAt(Place place);

}  // namespace vernier::ui
