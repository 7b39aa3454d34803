// SPDX-License-Identifier: GPL-3.0-or-later
// Flat widgets over Fusion: no bevels, no gradients, 1 px lines, 4 px grid.
#include "ui/theme/theme.h"

#include <utility>

namespace vernier::ui {

namespace {

constexpr const char* kButtons = R"(
QPushButton { background: @window; color: @text; border: 1px solid @line; border-radius: 5px; padding: 4px 12px; min-height: 18px; }
QPushButton:hover { background: @soft; }
QPushButton:pressed { background: @line; }
QPushButton:focus { border-color: @accent; }
QPushButton:disabled { color: @faint; }
QPushButton[primary="true"] { background: @accent; color: @onAccent; border-color: @accent; font-weight: 600; }
QPushButton[primary="true"]:hover { background: @accentHover; }
QPushButton[primary="true"]:focus { border: 2px solid @text; padding: 3px 11px; }
QPushButton[primary="true"]:disabled { background: @line; color: @faint; border-color: @line; }
QToolButton { background: transparent; border: 1px solid transparent; border-radius: 5px; padding: 3px 6px; }
QToolButton:hover { background: @soft; }
QPushButton:checked { background: @soft; border-color: @accent; }
QToolButton:checked { background: @soft; border-color: @line; }
QToolButton:focus { border-color: @accent; }
)";

constexpr const char* kFields = R"(
QLineEdit, QSpinBox, QDoubleSpinBox, QPlainTextEdit, QTextEdit { background: @window; color: @text; border: 1px solid @line;
  border-radius: 5px; padding: 3px 6px; selection-background-color: @accent; selection-color: @onAccent; }
QSpinBox:disabled, QDoubleSpinBox:disabled { color: @faint; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QPlainTextEdit:focus, QTextEdit:focus { border-color: @accent; }
QComboBox { background: @window; color: @text; border: 1px solid @line; border-radius: 5px; padding: 3px 6px; min-height: 18px;
  selection-background-color: @soft; selection-color: @text; }
QComboBox:hover { background: @soft; }
QComboBox:focus, QComboBox:on { border-color: @accent; }
QComboBox:disabled { color: @faint; }
QComboBox::drop-down { border: none; width: 22px; }
QComboBox::down-arrow { image: url(@chevron); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: @card; border: 1px solid @line; padding: 4px; outline: none; }
QComboBox QAbstractItemView::item { min-height: 22px; padding: 0 6px; }
QCheckBox { spacing: 6px; }
QCheckBox::indicator { width: 13px; height: 13px; border: 1px solid @thumb; border-radius: 3px; background: @window; }
QCheckBox::indicator:hover, QCheckBox::indicator:focus { border-color: @accent; }
QCheckBox::indicator:checked { background: @accent; border-color: @accent; image: url(@check); }
QProgressBar { background: @soft; border: none; border-radius: 3px; max-height: 6px; text-align: center; }
QProgressBar::chunk { background: @accent; border-radius: 3px; }
QLabel[role="label"] { color: @text2; font-weight: 600; }
QLabel[role="note"] { color: @text2; }
QLabel[role="title"] { font-weight: 700; }
)";

constexpr const char* kViews = R"(
QAbstractItemView { background: @window; alternate-background-color: @window; border: 1px solid transparent; border-radius: 3px; gridline-color: @line;
  selection-background-color: @soft; selection-color: @text; outline: none; }
QTableView:focus, QListView:focus, QTreeView:focus { border-color: @accent; }
QTableView::item:focus { border-left: 2px solid @accent; }
QAbstractItemView::item:selected { background: @soft; color: @text; }
QHeaderView { background: @window; border: none; }
QHeaderView::section { background: @window; color: @text2; border: none; border-bottom: 1px solid @line; padding: 4px 6px; }
QHeaderView::up-arrow, QHeaderView::down-arrow { subcontrol-origin: margin; subcontrol-position: top center; width: 9px; height: 5px; }
QTableCornerButton::section { background: @window; border: none; }
QScrollArea, QFrame[flat="true"] { border: none; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: @thumb; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: @text2; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
)";

constexpr const char* kFrames = R"(
QMainWindow::separator { background: @line; width: 1px; height: 1px; }
QSplitter::handle { background: @line; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QTabWidget::pane { border: none; border-top: 1px solid @line; }
QTabBar { background: transparent; }
QMainWindow#docks > QTabBar::tab:first { margin-left: 12px; }
QTabBar::tab { background: transparent; color: @text2; border: none; padding: 4px 2px; margin-right: 14px; }
QTabBar::tab:selected { color: @text; border-bottom: 2px solid @accent; font-weight: 600; }
QTabBar::tab:selected:focus { background: @soft; border: 2px solid @accent; border-radius: 4px; padding: 2px 2px; }
QTabBar::tab:hover { color: @text; }
QMenuBar { background: @window; }
QMenuBar::item { background: transparent; padding: 4px 8px; }
QMenuBar::item:selected { background: @soft; }
QMenu { background: @card; border: 1px solid @line; padding: 4px; }
QMenu::item { padding: 4px 24px 4px 20px; border-radius: 4px; }
QMenu::item:selected { background: @soft; color: @text; }
QMenu::item:disabled { color: @faint; }
QMenu::separator { height: 1px; background: @line; margin: 4px 6px; }
QStatusBar { background: @window; border-top: 1px solid @line; color: @text2; }
QStatusBar::item { border: none; }
QFrame#hairline { background: @line; border: none; }
QLabel#facts { background: @soft; color: @text2; border-radius: 8px; padding: 3px 10px; }
QPushButton#search { background: @soft; color: @text2; border: none; text-align: left; padding: 5px 12px; min-width: 90px; }
QPushButton#search:focus { border: 1px solid @accent; padding: 4px 11px; }
QFrame#palette { background: @card; border: 1px solid @line; }
QToolTip { background: @card; color: @text; border: 1px solid @line; padding: 4px; }
)";

}  // namespace

QString styleSheetOf(const Theme& t) {
    QString sheet = QLatin1String(kButtons) + QLatin1String(kFields) + QLatin1String(kViews) + QLatin1String(kFrames);
    const QString tone = t.dark ? QStringLiteral("dark") : QStringLiteral("light");
    sheet.replace(QLatin1String("@chevron"), QStringLiteral(":/theme/icons/chevron_%1.svg").arg(tone));
    sheet.replace(QLatin1String("@check"), QStringLiteral(":/theme/icons/check_%1.svg").arg(tone));
    const QColor onAccent = t.dark ? QColor(0x10141a) : QColor(Qt::white);
    // Longer names first: "@accentHover" must not be taken for "@accent".
    const std::pair<const char*, QColor> colours[] = {
        {"@accentHover", mixed(t.accent, t.text, 0.85)},
        {"@onAccent", onAccent},
        {"@accent", t.accent},
        {"@window", t.window},
        {"@text2", t.text2},
        {"@text", t.text},
        {"@soft", t.accentSoft},
        {"@line", t.line},
        {"@card", t.card},
        {"@faint", mixed(t.text2, t.window, 0.6)},
        {"@thumb", mixed(t.text2, t.window, 0.35)},
    };
    for (const auto& [name, colour] : colours) {
        sheet.replace(QLatin1String(name), colour.name());
    }
    return sheet;
}

}  // namespace vernier::ui
