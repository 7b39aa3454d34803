// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

namespace vernier::ui {

/// Light or dark: as the desktop has it, or as the user chose.
class Appearance : public QObject {
    Q_OBJECT

public:
    enum class Mode { system, light, dark };

    /// Reads the desktop's palette; make it before anything sets a theme.
    explicit Appearance(QObject* parent = nullptr);

    [[nodiscard]] Mode mode() const { return mode_; }
    [[nodiscard]] bool dark() const;
    /// Applies the theme and keeps the choice in the user's settings.
    void setMode(Mode mode);
    /// Only for this run: the command line's --theme.
    void useMode(Mode mode);

signals:
    void changed();

private:
    Mode mode_ = Mode::system;
    bool systemDark_ = false;
};

}  // namespace vernier::ui
