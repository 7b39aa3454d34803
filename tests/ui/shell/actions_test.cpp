// SPDX-License-Identifier: GPL-3.0-or-later
#include <QKeySequence>
#include <QMap>
#include <QSet>

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "core/quant/method.h"
#include "ui/shell/actions.h"
#include "ui/shell/help_sheet.h"
#include "ui/shell/panels.h"

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
        ASSERT_TRUE(row.run != nullptr);
    }
}

TEST(Actions, EachMethodHasItsKeysForSelectionAndModel) {
    const auto find = [](const QString& id) {
        const auto table = actionTable();
        const auto found = std::find_if(table.begin(), table.end(), [&](const ActionRow& row) { return QLatin1String(row.id) == id; });
        return found == table.end() ? nullptr : &*found;
    };
    for (const MethodSpec& method : methods()) {
        const QString id = QString::fromStdString(std::string(method.id)), title = QString::fromStdString(std::string(method.title));
        const ActionRow* selection = find(QStringLiteral("choose-") + id);
        const ActionRow* model = find(QStringLiteral("all-") + id);
        ASSERT_TRUE(selection != nullptr && model != nullptr) << method.id;
        EXPECT_EQ(QString::fromUtf8(selection->text), title + QStringLiteral(" for the selection"));
        EXPECT_EQ(QString::fromUtf8(model->text), QStringLiteral("Whole model in ") + title);
        EXPECT_EQ(QString::fromLatin1(selection->shortcuts), QString(QChar::fromLatin1(method.key)));
        EXPECT_EQ(QString::fromLatin1(model->shortcuts), QString(QStringLiteral("Ctrl+") + QChar::fromLatin1(method.key)));
    }
    EXPECT_EQ(find(QStringLiteral("choose-fp32")) + methods().size(), find(QStringLiteral("inherit")));
    EXPECT_EQ(find(QStringLiteral("all-fp32")) + methods().size(), find(QStringLiteral("open-recipe")));
    EXPECT_TRUE(find(QStringLiteral("all-fp32"))->separator);
}

TEST(Actions, EachPanelHasACommandWithItsKeys) {
    for (const PanelRow& panel : panelTable()) {
        const auto table = actionTable();
        const auto found = std::find_if(table.begin(), table.end(),
                                        [&](const ActionRow& row) { return QLatin1String(row.id) == QLatin1String(panel.id) + QStringLiteral("-panel"); });
        ASSERT_NE(found, table.end()) << panel.id;
        EXPECT_STREQ(found->shortcuts, panel.keys);
        EXPECT_TRUE(found->menu == Menu::view && found->checked != nullptr) << panel.id;
        EXPECT_TRUE(panelsAt(panel.place).contains(QLatin1String(panel.id)));
    }
    for (const PanelGroup& group : panelGroups()) {
        EXPECT_GT(panelsAt(group.place).size(), 1) << group.id;
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
