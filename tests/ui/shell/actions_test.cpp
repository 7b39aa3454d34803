// SPDX-License-Identifier: GPL-3.0-or-later
#include <QKeySequence>
#include <QMap>
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

TEST(Actions, NoMenuHasTheSameLetterTwice) {
    QMap<int, QSet<QChar>> letters;
    letters[static_cast<int>(Menu::file)].insert(QLatin1Char('r'));  // "Open &recent", which is no action
    for (const ActionRow& row : actionTable()) {
        const QString text = QString::fromUtf8(row.text);
        const qsizetype at = text.indexOf(QLatin1Char('&'));
        if (at < 0 || at + 1 >= text.size()) {
            continue;
        }
        const QChar letter = text[at + 1].toLower();
        QSet<QChar>& used = letters[static_cast<int>(row.menu)];
        EXPECT_FALSE(used.contains(letter)) << row.id;
        used.insert(letter);
    }
}

}  // namespace
}  // namespace vernier::ui
