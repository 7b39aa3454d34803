// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>
#include <QString>

#include <functional>
#include <span>

namespace vernier::ui {

class MainWindow;

enum class Menu { file, edit, choose, measure, view, help };

/// When a command can be used.
/// model, selection: to look at; sound, choice: the same of a model that can be quantized and measured. recipe: one that
/// changes something; baseline: one that was measured, and no job; back, forward: something that was selected before.
enum class Needs { nothing, model, selection, sound, choice, recipe, baseline, run, comparison, job, back, forward };

/// One command of the window. Menus, shortcuts, the palette and the help sheet are made from the table of these.
struct ActionRow {
    Menu menu;
    const char* id;         ///< stable name, such as "choose-fp32"
    const char* text;       ///< with mnemonic; marked for translation
    const char* shortcuts;  ///< portable texts, separated by a space; may be empty
    Needs needs;
    std::function<void(MainWindow&)> run;
    const char* tip;                                ///< what it does, for the help sheet; may be empty
    bool separator = false;                         ///< a line before it in its menu
    std::function<bool(MainWindow&)> checked = {};  ///< for what is on or off: how it stands
};

[[nodiscard]] std::span<const ActionRow> actionTable();
[[nodiscard]] QString menuTitle(Menu menu);

}  // namespace vernier::ui
