// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/background.h"

#include <QObject>

#include <gtest/gtest.h>

#include "tests/ui/small_session.h"

namespace vernier::ui {
namespace {

TEST(Latest, TellsOfWorkAfterItsCallNeverInside) {
    QObject owner;
    Latest latest(&owner);
    int told = 0;
    for (int turn = 0; turn < 300; ++turn) {
        bool inside = true;
        latest.run([](const Job&) { return 7; },
                   [&](int value) {
                       EXPECT_FALSE(inside) << "in turn " << turn;
                       told += value;
                   },
                   [](const QString& problem) { ADD_FAILURE() << problem.toStdString(); });
        inside = false;
        EXPECT_TRUE(latest.busy());
        ASSERT_TRUE(test::wait_until([&] { return !latest.busy(); }));
    }
    EXPECT_EQ(told, 300 * 7);
}

}  // namespace
}  // namespace vernier::ui
