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

}  // namespace
}  // namespace vernier::ui
