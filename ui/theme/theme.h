// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QFont>
#include <QString>
#include <QStringView>

class QApplication;
class QPalette;

namespace vernier::ui {

/// The colours of the window. Panels paint with these roles, never with colours of their own.
struct Theme {
    bool dark = false;
    QColor window;      ///< ground of the window and of flat panels
    QColor panel;       ///< bars and headers
    QColor text;        ///< first grey: what is read
    QColor text2;       ///< second grey: labels, units
    QColor line;        ///< 1 px lines between panels, card borders
    QColor accent;      ///< selection and the primary action
    QColor accentSoft;  ///< selected rows, quiet pills
    QColor card;        ///< ground of a graph card
    QColor canvas;      ///< ground of the graph
    QColor wire;        ///< lines between cards
    QColor good;
    QColor bad;
    QColor warn;

    static Theme light();
    static Theme night();
    /// Light or dark, by the lightness of the palette's window colour.
    static Theme fromPalette(const QPalette& palette);
    /// Of the application. A widget's own palette would not do: its style sheet's ground is in there too.
    static Theme current();

    /// Colour of a method id ("fp32", "fp16", "int8-dynamic", "int8-static", ...), from the Okabe-Ito set; grey when unknown.
    [[nodiscard]] QColor method(QStringView id) const;
    /// The same hue, darkened or lightened until text in it is readable on a card (contrast 4.5:1).
    [[nodiscard]] QColor methodInk(QStringView id) const;
    /// Any colour made readable as text on a card.
    [[nodiscard]] QColor ink(const QColor& colour) const;
    /// From little (0) to most (1): one hue whose lightness runs one way, safe for colour-blind eyes.
    [[nodiscard]] QColor ramp(double part) const;
    /// Colour of one of the operator categories of opCategory().
    [[nodiscard]] QColor category(int index) const;
};

/// What an operator is for, as an index into opCategoryNames(), by the type alone.
[[nodiscard]] int opCategory(QStringView opType);
[[nodiscard]] const QStringList& opCategoryNames();

/// colour over ground with the given weight (0 gives ground, 1 gives colour).
[[nodiscard]] QColor mixed(const QColor& colour, const QColor& ground, double weight);

/// The application's font; labelFont is 11/13 of its size; monoFont is fixed-width for shapes and numbers.
[[nodiscard]] QFont bodyFont();
[[nodiscard]] QFont labelFont();
[[nodiscard]] QFont monoFont(double scale = 1.0);

/// True when the desktop's own palette is dark. Ask before applyTheme.
[[nodiscard]] bool systemIsDark(const QApplication& app);

/// The palette of a theme, and the style sheet that makes Fusion flat. A QPushButton with the property
/// "primary" = true is the accent one; a QLabel with "role" = "label", "note" or "title" is set as such.
[[nodiscard]] QPalette paletteOf(const Theme& theme);
[[nodiscard]] QString styleSheetOf(const Theme& theme);

/// Sets Fusion, palette and style sheet; widgets hear of it by QEvent::PaletteChange, and all others by ThemeWatch.
void applyTheme(QApplication& app, bool dark);

}  // namespace vernier::ui
