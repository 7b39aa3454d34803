// SPDX-License-Identifier: GPL-3.0-or-later
// The menu of a node, used with the keyboard.
#include "ui/choose/recipe_actions.h"

#include <QApplication>
#include <QClipboard>
#include <QGuiApplication>
#include <QMenu>
#include <QTest>

#include <gtest/gtest.h>

#include "tests/ui/small_session.h"

namespace vernier::ui {
namespace {

using test::SmallSession;
using test::wait_until;

QAction* actionOf(const QMenu& menu, const QString& words) {
    for (QAction* action : menu.actions()) {
        if (action->text().section(QLatin1Char('\t'), 0, 0) == words) {
            return action;
        }
    }
    return nullptr;
}

/// Opens the menu, goes to an entry and takes it.
void take(QMenu& menu, const QString& words) {
    QAction* action = actionOf(menu, words);
    ASSERT_NE(action, nullptr) << words.toStdString();
    menu.popup({10, 10});
    ASSERT_TRUE(wait_until([&] { return menu.isVisible(); }));
    menu.setActiveAction(action);
    QTest::keyClick(&menu, Qt::Key_Return);
    EXPECT_FALSE(menu.isVisible());
}

QMenu& submenu(const QMenu& menu, const QString& words) { return *actionOf(menu, words)->menu(); }

Method chosen(const Session& session, int node) { return session.choices()[static_cast<std::size_t>(node)].method; }

TEST(NodeMenu, NamesTheNodeAndOffersEachMethodWithItsKey) {
    SmallSession small;
    QMenu menu;
    fillNodeMenu(menu, small.session, 2);
    EXPECT_EQ(menu.actions().first()->text(), QStringLiteral("second"));
    EXPECT_FALSE(menu.actions().first()->isEnabled()) << "a title";
    for (const MethodSpec& method : methods()) {
        const QString title = QString::fromUtf8(method.title.data(), qsizetype(method.title.size()));
        ASSERT_NE(actionOf(menu, title), nullptr) << title.toStdString();
        EXPECT_EQ(actionOf(menu, title)->text(), title + QStringLiteral("\t") + QLatin1Char(method.key));
    }
    EXPECT_NE(actionOf(menu, QStringLiteral("All Conv nodes")), nullptr);
    EXPECT_NE(actionOf(menu, QStringLiteral("Whole model")), nullptr);
}

TEST(NodeMenu, ChoosesForTheNodeAlone) {
    SmallSession small;
    const Method before = chosen(small.session, 2);
    QMenu menu;
    fillNodeMenu(menu, small.session, 2);
    take(menu, QStringLiteral("FP16"));
    EXPECT_EQ(chosen(small.session, 2), Method::fp16);
    EXPECT_EQ(chosen(small.session, 0), before);
    take(menu, QStringLiteral("Use default"));
    EXPECT_EQ(chosen(small.session, 2), before);
    EXPECT_TRUE(small.session.recipe().rules.empty());
}

TEST(NodeMenu, ChoosesForTheSelectionThatTheNodeIsIn) {
    SmallSession small;
    small.session.selection().set({2, 5}, 2);
    QMenu menu;
    fillNodeMenu(menu, small.session, 5);
    EXPECT_EQ(menu.actions().first()->text(), QStringLiteral("2 selected nodes"));
    take(menu, QStringLiteral("FP16"));
    EXPECT_EQ(chosen(small.session, 2), Method::fp16);
    EXPECT_EQ(chosen(small.session, 5), Method::fp16);
    QMenu other;
    fillNodeMenu(other, small.session, 0);
    EXPECT_EQ(other.actions().first()->text(), QStringLiteral("first")) << "it is not in the selection";
}

TEST(NodeMenu, ChoosesForAllOfATypeAndForTheWholeModel) {
    SmallSession small;
    const Method before = chosen(small.session, 5);
    const Method other = before == Method::fp16 ? Method::fp32 : Method::fp16;
    const QString title = other == Method::fp16 ? QStringLiteral("FP16") : QStringLiteral("FP32");
    QMenu menu;
    fillNodeMenu(menu, small.session, 2);
    take(submenu(menu, QStringLiteral("All Conv nodes")), title);
    EXPECT_EQ(chosen(small.session, 0), other);
    EXPECT_EQ(chosen(small.session, 2), other);
    EXPECT_EQ(chosen(small.session, 5), before);
    ASSERT_EQ(small.session.recipe().rules.size(), 1U);
    EXPECT_EQ(small.session.recipe().rules.front().select, "op:Conv");
    take(submenu(menu, QStringLiteral("Whole model")), title);
    EXPECT_EQ(small.session.recipe().default_method, other);
    EXPECT_TRUE(small.session.recipe().rules.empty());
    EXPECT_EQ(chosen(small.session, 5), other);
}

TEST(NodeMenu, SelectsAlikeAndCopiesTheName) {
    SmallSession small;
    QMenu menu;
    fillNodeMenu(menu, small.session, 2);
    take(menu, QStringLiteral("Select all Conv nodes"));
    EXPECT_EQ(small.session.selection().nodes(), (QVector<int>{0, 2}));
    EXPECT_EQ(small.session.selection().current(), 2);
    take(menu, QStringLiteral("Copy name"));
    EXPECT_EQ(QGuiApplication::clipboard()->text(), QStringLiteral("second"));
}

TEST(NodeMenu, IsEmptyWithoutSuchANode) {
    SmallSession small;
    QMenu menu;
    fillNodeMenu(menu, small.session, 6);
    fillNodeMenu(menu, small.session, -1);
    EXPECT_TRUE(menu.isEmpty());
    small.session.close();
    fillNodeMenu(menu, small.session, 0);
    EXPECT_TRUE(menu.isEmpty());
}

}  // namespace
}  // namespace vernier::ui
