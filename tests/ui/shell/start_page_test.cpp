// SPDX-License-Identifier: GPL-3.0-or-later
// The page without a model: recent files, the demo, and why the last file could not be opened.
#include "ui/shell/start_page.h"

#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/support/temp_dir.h"
#include "tests/ui/small_session.h"
#include "ui/shell/recent.h"

namespace vernier::ui {
namespace {

QString text(const std::filesystem::path& path) { return QString::fromStdString(path.string()); }

class StartPageTest : public ::testing::Test {
protected:
    StartPageTest() {
        forgetAll();
        page_.resize(900, 800);
        page_.show();
    }
    ~StartPageTest() override { forgetAll(); }

    static void forgetAll() {
        for (const RecentFile& file : recentFiles()) {
            forgetRecentFile(file.path);
        }
    }
    void refresh() {
        page_.refresh();
        QApplication::processEvents();
        QApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    }
    /// The row of a recent file; nullptr where it is not listed.
    [[nodiscard]] QAbstractButton* rowOf(const QString& name) const {
        for (QAbstractButton* button : page_.findChildren<QAbstractButton*>()) {
            if (button->isVisible() && button->accessibleName() == name) {
                return button;
            }
        }
        return nullptr;
    }
    [[nodiscard]] bool shows(const QString& words) const {
        for (const QLabel* label : page_.findChildren<QLabel*>()) {
            if (label->isVisible() && label->text().contains(words)) {
                return true;
            }
        }
        return false;
    }

    test::TempDir folder_;
    StartPage page_;
};

TEST_F(StartPageTest, ARecentFileIsOpenedByMouseAndByKey) {
    EXPECT_FALSE(shows(QStringLiteral("RECENT"))) << "there are none";
    const QString model = QString::fromStdString(test::write_small_net(folder_));
    addRecentFile(model);
    refresh();
    EXPECT_TRUE(shows(QStringLiteral("RECENT")));
    QAbstractButton* row = rowOf(QStringLiteral("net.onnx"));
    ASSERT_NE(row, nullptr);
    const QSignalSpy asked(&page_, &StartPage::openFileRequested);
    QTest::mouseClick(row, Qt::LeftButton);
    ASSERT_EQ(asked.count(), 1);
    EXPECT_EQ(asked[0][0].toString(), model);
    row->setFocus();
    QTest::keyClick(row, Qt::Key_Return);
    EXPECT_EQ(asked.count(), 2);
}

TEST_F(StartPageTest, NewestFirstAndSixAtMost) {
    for (int i = 0; i < 8; ++i) {
        addRecentFile(text(folder_.write(std::to_string(i) + ".onnx", "x")));
    }
    refresh();
    for (int i = 0; i < 8; ++i) {
        EXPECT_EQ(rowOf(QStringLiteral("%1.onnx").arg(i)) != nullptr, i >= 2) << i;
    }
    EXPECT_LT(rowOf(QStringLiteral("7.onnx"))->y(), rowOf(QStringLiteral("6.onnx"))->y());
}

TEST_F(StartPageTest, AFileThatIsGoneCannotBeOpenedAndCanBeForgotten) {
    const auto path = folder_.write("gone.onnx", "x");
    addRecentFile(text(path));
    std::filesystem::remove(path);
    refresh();
    QAbstractButton* row = rowOf(QStringLiteral("gone.onnx"));
    ASSERT_NE(row, nullptr);
    EXPECT_FALSE(row->isEnabled());
    EXPECT_TRUE(row->toolTip().startsWith(QStringLiteral("This file is not there any more")));
    ASSERT_EQ(row->actions().size(), 1);
    row->actions().first()->trigger();
    QApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    EXPECT_EQ(rowOf(QStringLiteral("gone.onnx")), nullptr);
    EXPECT_TRUE(recentFiles().isEmpty());
}

TEST_F(StartPageTest, ButtonsAskForAModelAndForTheDemo) {
    const QSignalSpy open(&page_, &StartPage::openRequested), file(&page_, &StartPage::openFileRequested);
    QTest::mouseClick(page_.openButton(), Qt::LeftButton);
    EXPECT_EQ(open.count(), 1);
    for (QPushButton* button : page_.findChildren<QPushButton*>()) {
        if (button != page_.openButton()) {
            EXPECT_EQ(button->isEnabled(), !demoModel().isEmpty());
            QTest::mouseClick(button, Qt::LeftButton);
        }
    }
    ASSERT_EQ(file.count(), demoModel().isEmpty() ? 0 : 1);
    if (!demoModel().isEmpty()) {
        EXPECT_EQ(file[0][0].toString(), demoModel());
    }
}

TEST_F(StartPageTest, SaysWhyAFileWasRefusedUntilTheNextIsRead) {
    page_.showProblem(QStringLiteral("net.onnx: it is no ONNX file"));
    EXPECT_TRUE(shows(QStringLiteral("net.onnx: it is no ONNX file. Or open another file.")));
    page_.setBusy(QStringLiteral("Reading other.onnx…"));
    EXPECT_TRUE(shows(QStringLiteral("Reading other.onnx…")));
    EXPECT_FALSE(shows(QStringLiteral("no ONNX file")));
    page_.showProblem({});
    EXPECT_FALSE(shows(QStringLiteral("other.onnx")));
}

}  // namespace
}  // namespace vernier::ui
