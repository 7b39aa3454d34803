// SPDX-License-Identifier: GPL-3.0-or-later
// Entry of window tests: a QApplication on the offscreen platform, with settings that are nobody's own.
#include <QApplication>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>

#include <gtest/gtest.h>

#include "ui/session/answer_keeper.h"

int main(int argc, char** argv) {
    if (const auto kept = vernier::ui::keptAnswers(argc, argv)) {
        return *kept;  // as the window's own program does
    }
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) {
        qputenv("QT_QPA_PLATFORM", "offscreen");
    }
    ::testing::InitGoogleTest(&argc, argv);
    QStandardPaths::setTestModeEnabled(true);
    const QTemporaryDir settings;
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, settings.path());
    QApplication app(argc, argv);
    QApplication::setOrganizationName(QStringLiteral("VernierTest"));
    QApplication::setApplicationName(QStringLiteral("VernierTest"));
    return RUN_ALL_TESTS();
}
