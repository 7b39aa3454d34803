// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

namespace vernier::ui {

/// Tells when the application has got another theme. For panels that hold colours in item data or in style sheets of their
/// own; what is painted takes the new colours by itself.
class ThemeWatch : public QObject {
    Q_OBJECT

public:
    [[nodiscard]] static ThemeWatch& instance();
    /// For who sets the theme, once all of it is set.
    void tell() { emit changed(); }

signals:
    void changed();
};

}  // namespace vernier::ui
