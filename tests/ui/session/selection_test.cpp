// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSignalSpy>

#include <gtest/gtest.h>

#include "ui/session/selection.h"

namespace vernier::ui {
namespace {

TEST(Selection, SortsAndDropsDoubles) {
    Selection selection;
    selection.set({5, 2, 5, 9}, 9);
    EXPECT_EQ(selection.nodes(), (QVector<int>{2, 5, 9}));
    EXPECT_EQ(selection.current(), 9);
    EXPECT_TRUE(selection.contains(5));
    EXPECT_FALSE(selection.contains(3));
}

TEST(Selection, SaysNothingWhenNothingChanges) {
    Selection selection;
    selection.set({1, 2}, 2);
    QSignalSpy changed(&selection, &Selection::changed);
    selection.set({2, 1}, 2);
    EXPECT_EQ(changed.count(), 0);
    selection.set({2, 1}, 1);
    EXPECT_EQ(changed.count(), 1);
    selection.clear();
    selection.clear();
    EXPECT_EQ(changed.count(), 2);
}

TEST(Selection, CurrentIsAlwaysOneOfTheNodes) {
    Selection selection;
    selection.set({4, 7}, 100);
    EXPECT_EQ(selection.current(), 4);
    selection.set({}, 3);
    EXPECT_EQ(selection.current(), -1);
}

TEST(Selection, GoesBackAndForwardAsABrowser) {
    Selection selection;
    EXPECT_FALSE(selection.canGoBack());
    selection.setOne(1);
    selection.set({2, 3}, 3);
    selection.clear();
    selection.setOne(4);
    selection.back();
    EXPECT_EQ(selection.nodes(), (QVector<int>{2, 3})) << "an empty selection is no place";
    EXPECT_EQ(selection.current(), 3);
    selection.back();
    EXPECT_EQ(selection.nodes(), QVector<int>{1});
    EXPECT_FALSE(selection.canGoBack());
    selection.forward();
    EXPECT_EQ(selection.current(), 3);
    selection.setOne(9);
    EXPECT_FALSE(selection.canGoForward()) << "a new choice ends what was ahead";
    selection.clear();
    selection.back();
    EXPECT_EQ(selection.nodes(), QVector<int>{9}) << "from nothing, what was selected last";
    selection.forget();
    EXPECT_FALSE(selection.canGoBack());
}

}  // namespace
}  // namespace vernier::ui
