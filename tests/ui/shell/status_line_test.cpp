// SPDX-License-Identifier: GPL-3.0-or-later
// What the status line says of selection, plan, baseline and job.
#include "ui/shell/status_line.h"

#include <QApplication>
#include <QLabel>
#include <QPushButton>
#include <QTest>

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/ui/compared.h"
#include "tests/ui/small_session.h"
#include "ui/session/queue.h"

namespace vernier::ui {
namespace {

using test::SmallSession;
using test::wait_until;

class StatusLineTest : public ::testing::Test {
protected:
    StatusLineTest() {
        line_.resize(3000, 30);
        line_.show();
        QApplication::processEvents();
    }
    /// The notes that are to be seen, in their order.
    [[nodiscard]] QStringList notes() const {
        QStringList texts;
        for (const QLabel* label : line_.findChildren<QLabel*>()) {
            if (label->isVisible()) {
                texts << label->text();
            }
        }
        return texts;
    }
    [[nodiscard]] bool shows(const QString& part) const { return notes().join(QLatin1Char('\n')).contains(part); }

    SmallSession small_;
    Session& session_ = small_.session;
    StatusLine line_{small_.session};
};

TEST_F(StatusLineTest, CountsSelectionAndMatches) {
    EXPECT_TRUE(notes().contains(QStringLiteral("0 selected of 6"))) << notes().join(QLatin1Char('|')).toStdString();
    session_.selection().set({1, 2}, 1);
    EXPECT_TRUE(notes().contains(QStringLiteral("2 selected of 6")));
    session_.filter().setText(QStringLiteral("op:Conv"));
    EXPECT_TRUE(notes().contains(QStringLiteral("2 selected of 6, 2 match")));
    session_.close();
    EXPECT_TRUE(notes().contains(QStringLiteral("No model")));
}

TEST_F(StatusLineTest, TellsWhatWouldBeWritten) {
    session_.document().chooseWholeModel(Method::fp32);
    session_.choose({0, 2}, Method::fp16);
    ASSERT_TRUE(wait_until([&] { return session_.plan().has_value(); }));
    QApplication::processEvents();
    const QString words = line_.estimate()->text();
    EXPECT_TRUE(words.startsWith(QStringLiteral("estimate: "))) << words.toStdString();
    int fp32 = 0, fp16 = 0;
    for (const NodePlan& node : session_.plan()->nodes) {
        fp32 += node.applied == Method::fp32 ? 1 : 0;
        fp16 += node.applied == Method::fp16 ? 1 : 0;
    }
    EXPECT_GE(fp16, 2);
    EXPECT_EQ(fp16 + fp32, 6);
    EXPECT_TRUE(words.contains(QStringLiteral("%1 FP32, %2 FP16").arg(fp32).arg(fp16))) << words.toStdString();
}

TEST_F(StatusLineTest, SaysWhatWasDoneUntilItIsUndone) {
    session_.choose({2}, Method::fp16);
    session_.tell(QStringLiteral("The recipe was saved"));
    EXPECT_TRUE(shows(QStringLiteral("✓ The recipe was saved")));
    session_.undoStack().undo();
    EXPECT_FALSE(shows(QStringLiteral("The recipe was saved")));
    EXPECT_TRUE(shows(QStringLiteral("0 selected of 6")));
}

TEST_F(StatusLineTest, TellsHowTheBaselineWasMeasured) {
    EXPECT_TRUE(shows(QStringLiteral("no baseline yet")));
    Comparison comparison = test::simulated_comparison();
    comparison.baseline.measurement.host.cpu_flags = {"avx2", "avx_vnni"};
    ASSERT_TRUE(test::open_compared(small_, comparison));
    QApplication::processEvents();
    EXPECT_TRUE(shows(QStringLiteral(" runs, 1 thread, noise ±"))) << notes().join(QLatin1Char('|')).toStdString();
    EXPECT_TRUE(notes().contains(QStringLiteral("ONNX Runtime 1.31.1 · AVX-VNNI"))) << notes().join(QLatin1Char('|')).toStdString();
}

TEST_F(StatusLineTest, InANarrowWindowWholeNotesGiveWay) {
    int room = 80;  // margins and spaces
    for (const QLabel* label : line_.findChildren<QLabel*>()) {
        const bool stays = label->text() == QStringLiteral("0 selected of 6") || label->text() == QStringLiteral("no job running");
        room += stays ? label->sizeHint().width() : 0;
    }
    line_.resize(room, 30);
    QApplication::processEvents();
    EXPECT_TRUE(shows(QStringLiteral("0 selected of 6")));
    EXPECT_TRUE(shows(QStringLiteral("no job running")));
    EXPECT_FALSE(shows(QStringLiteral("no baseline yet")));
}

TEST_F(StatusLineTest, AJobCanBeCancelledWithTheMouse) {
    EXPECT_TRUE(shows(QStringLiteral("no job running")));
    EXPECT_FALSE(line_.cancelButton()->isVisible());
    const std::string cli = small_.folder.write("cli", "#!/bin/sh\ncat > /dev/null\nexit 130\n").string();
    std::filesystem::permissions(cli, std::filesystem::perms::owner_all);
    qputenv("VERNIER_CLI", cli.c_str());
    session_.trials().measureBaseline();
    ASSERT_TRUE(session_.queue().busy());
    QApplication::processEvents();
    EXPECT_FALSE(shows(QStringLiteral("no job running")));
    ASSERT_TRUE(line_.cancelButton()->isVisible());
    QTest::mouseClick(line_.cancelButton(), Qt::LeftButton);
    EXPECT_TRUE(wait_until([&] { return !session_.queue().busy(); }, 10000));
    qunsetenv("VERNIER_CLI");
    EXPECT_TRUE(shows(QStringLiteral("no job running")));
    EXPECT_FALSE(line_.cancelButton()->isVisible());
}

}  // namespace
}  // namespace vernier::ui
