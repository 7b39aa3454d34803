// SPDX-License-Identifier: GPL-3.0-or-later
#include <QKeySequence>
#include <QSet>

#include <gtest/gtest.h>

#include "ui/shell/actions.h"
#include "ui/shell/help_sheet.h"

namespace vernier::ui {
namespace {

TEST(Actions, IdsAndShortcutsAreUnique) {
    QSet<QString> ids;
    QSet<QString> keys;
    for (const ActionRow& row : actionTable()) {
        EXPECT_FALSE(ids.contains(QLatin1String(row.id))) << row.id;
        ids.insert(QLatin1String(row.id));
        for (const QString& key : QString::fromLatin1(row.shortcuts).split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
            EXPECT_FALSE(QKeySequence(key).isEmpty()) << key.toStdString();
            EXPECT_FALSE(keys.contains(key)) << key.toStdString();
            keys.insert(key);
        }
        ASSERT_NE(row.run, nullptr);
    }
}

TEST(Actions, TheHelpSheetNamesAllOfThem) {
    const QString html = helpHtml();
    for (const ActionRow& row : actionTable()) {
        EXPECT_TRUE(html.contains(QString::fromUtf8(row.text).remove(QLatin1Char('&')).toHtmlEscaped())) << row.id;
    }
}

}  // namespace
}  // namespace vernier::ui
