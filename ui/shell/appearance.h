// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

namespace vernier::ui {

/// Light or dark: as the desktop has it, also when it changes while the window is open, or as the user chose.
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

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void apply();
    void askDesktop();
    void follow(bool dark);

    Mode mode_ = Mode::system;
    bool systemDark_ = false;
    bool applying_ = false;  ///< a palette that changes now is our own doing
    bool asking_ = false;    ///< the desktop is asked once for the events of one change
};

}  // namespace vernier::ui
