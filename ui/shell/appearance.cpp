// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/appearance.h"

#include <QApplication>
#include <QEvent>
#include <QPalette>
#include <QSettings>

#include "ui/theme/theme.h"

namespace vernier::ui {

Appearance::Appearance(QObject* parent) : QObject(parent), systemDark_(systemIsDark(*qApp)) {
    const QString saved = QSettings().value(QStringLiteral("theme")).toString();
    mode_ = saved == QLatin1String("light") ? Mode::light : saved == QLatin1String("dark") ? Mode::dark : Mode::system;
    qApp->installEventFilter(this);
}

bool Appearance::dark() const { return mode_ == Mode::dark || (mode_ == Mode::system && systemDark_); }

void Appearance::useMode(Mode mode) {
    mode_ = mode;
    apply();
}

void Appearance::apply() {
    applying_ = true;
    applyTheme(*qApp, dark());
    applying_ = false;
    emit changed();
}

/// Qt 6.4 knows no colour scheme. A desktop that changes it sends ThemeChange to the windows; whoever gives the
/// application another palette, ApplicationPaletteChange to the application.
bool Appearance::eventFilter(QObject* watched, QEvent* event) {
    if (!applying_ && watched == qApp && event->type() == QEvent::ApplicationPaletteChange) {
        follow(systemIsDark(*qApp));
    } else if (!asking_ && event->type() == QEvent::ThemeChange && watched->isWindowType()) {
        asking_ = true;
        QMetaObject::invokeMethod(this, &Appearance::askDesktop, Qt::QueuedConnection);
    }
    return QObject::eventFilter(watched, event);
}

/// The desktop's own palette shows only while the application has none.
void Appearance::askDesktop() {
    applying_ = true;
    QApplication::setPalette(QPalette());
    systemDark_ = systemIsDark(*qApp);
    asking_ = false;
    apply();
}

void Appearance::follow(bool dark) {
    if (mode_ == Mode::system && dark != systemDark_) {
        systemDark_ = dark;
        // The palette's own notices go out first: what comes last stays.
        QMetaObject::invokeMethod(this, &Appearance::apply, Qt::QueuedConnection);
    }
}

void Appearance::setMode(Mode mode) {
    QSettings().setValue(QStringLiteral("theme"), mode == Mode::light  ? QStringLiteral("light")
                                                  : mode == Mode::dark ? QStringLiteral("dark")
                                                                       : QStringLiteral("system"));
    useMode(mode);
}

}  // namespace vernier::ui
