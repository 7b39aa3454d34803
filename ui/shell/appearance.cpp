// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/appearance.h"

#include <QApplication>
#include <QSettings>

#include "ui/theme/theme.h"

namespace vernier::ui {

Appearance::Appearance(QObject* parent) : QObject(parent), systemDark_(systemIsDark(*qApp)) {
    const QString saved = QSettings().value(QStringLiteral("theme")).toString();
    mode_ = saved == QLatin1String("light") ? Mode::light : saved == QLatin1String("dark") ? Mode::dark : Mode::system;
}

bool Appearance::dark() const {
    return mode_ == Mode::dark || (mode_ == Mode::system && systemDark_);
}

void Appearance::useMode(Mode mode) {
    mode_ = mode;
    applyTheme(*qApp, dark());
    emit changed();
}

void Appearance::setMode(Mode mode) {
    QSettings().setValue(QStringLiteral("theme"), mode == Mode::light  ? QStringLiteral("light")
                                                  : mode == Mode::dark ? QStringLiteral("dark")
                                                                       : QStringLiteral("system"));
    useMode(mode);
}

}  // namespace vernier::ui
