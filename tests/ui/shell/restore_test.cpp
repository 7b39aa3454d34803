// SPDX-License-Identifier: GPL-3.0-or-later
// What a session brings back in the window, and the way to a model that was moved: by the keys and buttons of the dialogs.
#include <QAbstractButton>
#include <QApplication>
#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QLineEdit>
#include <QMessageBox>
#include <QTest>
#include <QTimer>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "tests/ui/small_session.h"
#include "ui/graph/graph_canvas.h"
#include "ui/shell/graph_panel.h"
#include "ui/shell/main_window.h"

namespace vernier::ui {
namespace {

using test::wait_until;

/// Does something with the next dialog of a kind that opens.
template <class Dialog>
void withNext(const std::function<void(Dialog&)>& act, int tries = 400) {
    QTimer::singleShot(25, qApp, [act, tries] {
        auto* dialog = qobject_cast<Dialog*>(QApplication::activeModalWidget());
        if (dialog != nullptr && dialog->isVisible()) {
            act(*dialog);
        } else if (tries > 0) {
            withNext<Dialog>(act, tries - 1);
        }
    });
}

void typeFile(const QString& path) {
    withNext<QFileDialog>([path](QFileDialog& dialog) {
        auto* name = dialog.findChild<QLineEdit*>(QStringLiteral("fileNameEdit"));
        ASSERT_NE(name, nullptr);
        name->setFocus();
        name->setText(path);
        QTest::keyClick(name, Qt::Key_Return);
    });
}

class RestoreTest : public ::testing::Test {
protected:
    RestoreTest() {
        QDir(home()).mkpath(QStringLiteral("old"));
        QDir(home()).mkpath(QStringLiteral("new"));
        QFile::rename(QString::fromStdString(test::write_small_net(folder_)), model());
    }
    [[nodiscard]] QString home() const { return QString::fromStdString(folder_.path().string()); }
    [[nodiscard]] QString model() const { return home() + QStringLiteral("/old/net.onnx"); }
    [[nodiscard]] QString moved() const { return home() + QStringLiteral("/new/net.onnx"); }
    [[nodiscard]] QString saved() const { return home() + QStringLiteral("/work.vernier"); }
    static bool isOpen(MainWindow& window) {
        return wait_until([&window] { return window.session().plan() && window.graphPanel()->ready(); });
    }
    /// A session with a filter, a selection, a zoom and another colour, saved by key and dialog.
    void save() {
        Session session;
        MainWindow window(session, appearance_);
        window.resize(1400, 900);
        window.show();
        window.openPath(model());
        ASSERT_TRUE(isOpen(window));
        QApplication::setActiveWindow(&window);
        session.choose({0}, Method::fp16);
        session.filter().setText(QStringLiteral("op:Conv"));
        session.selection().set({0, 2}, 2);
        window.canvas()->setColourMode(ColourMode::OpCategory);
        window.canvas()->setZoom(1.6);
        typeFile(saved());
        QTest::keyClick(&window, Qt::Key_S, Qt::ControlModifier);
        EXPECT_EQ(session.document().sessionPath(), saved());
        EXPECT_FALSE(session.isModified());
        session.close();
    }
    static void expectAll(MainWindow& window) {
        Session& session = window.session();
        EXPECT_EQ(session.filter().text(), QStringLiteral("op:Conv"));
        EXPECT_EQ(session.selection().nodes(), (QVector<int>{0, 2}));
        EXPECT_EQ(session.selection().current(), 2);
        EXPECT_TRUE(window.canvas()->isDimmed(5)) << "the filter hides Gemm";
        EXPECT_FALSE(window.canvas()->isDimmed(2)) << "and shows Conv";
        EXPECT_EQ(session.nodeState(0).chosen, Method::fp16);
        EXPECT_EQ(window.canvas()->colourMode(), ColourMode::OpCategory);
        EXPECT_TRUE(wait_until([&window] { return std::abs(window.canvas()->zoom() - 1.6) < 0.05; }, 5000)) << window.canvas()->zoom();
    }

    test::TempDir folder_;
    Appearance appearance_;
};

TEST_F(RestoreTest, FilterSelectionColourAndZoomComeBack) {
    save();
    Session session;
    MainWindow window(session, appearance_);
    window.resize(1400, 900);
    window.show();
    window.openPath(saved());
    ASSERT_TRUE(isOpen(window));
    expectAll(window);
    EXPECT_FALSE(session.isModified()) << "looking at it changes nothing";
    session.close();
}

TEST_F(RestoreTest, AModelThatWasMovedIsLocatedByTheDialog) {
    save();
    ASSERT_TRUE(QFile::rename(model(), moved()));
    Session session;
    MainWindow window(session, appearance_);
    window.resize(1400, 900);
    window.show();
    QString question;
    withNext<QMessageBox>([&question, this](QMessageBox& box) {
        question = box.text();
        typeFile(moved());
        const auto buttons = box.buttons();
        const auto locate =
            std::find_if(buttons.begin(), buttons.end(), [](const QAbstractButton* each) { return each->text().contains(QStringLiteral("Locate")); });
        ASSERT_NE(locate, buttons.end());
        QTest::mouseClick(*locate, Qt::LeftButton);
    });
    window.openPath(saved());
    ASSERT_TRUE(isOpen(window)) << question.toStdString();
    EXPECT_TRUE(question.contains(QStringLiteral("net.onnx"))) << question.toStdString();
    EXPECT_EQ(QDir(session.modelPath()), QDir(moved()));
    expectAll(window);
    session.close();
}

TEST_F(RestoreTest, WithoutALocationTheStartPageStaysAndSaysWhy) {
    save();
    ASSERT_TRUE(QFile::rename(model(), moved()));
    Session session;
    MainWindow window(session, appearance_);
    window.show();
    bool asked = false;
    withNext<QMessageBox>([&asked](QMessageBox& box) {
        asked = true;
        QTest::keyClick(&box, Qt::Key_Escape);
    });
    window.openPath(saved());
    ASSERT_TRUE(wait_until([&] { return asked && QApplication::activeModalWidget() == nullptr; }));
    EXPECT_EQ(session.state(), Session::State::failed);
    EXPECT_TRUE(session.error().contains(QStringLiteral("net.onnx"))) << session.error().toStdString();
}

}  // namespace
}  // namespace vernier::ui
