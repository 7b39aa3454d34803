// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/theme_watch.h"

namespace vernier::ui {

ThemeWatch& ThemeWatch::instance() {
    static ThemeWatch watch;
    return watch;
}

}  // namespace vernier::ui
