// SPDX-License-Identifier: GPL-3.0-or-later
// The document by itself, with nobody who plans, makes or measures anything of it.
#include <QSignalSpy>
#include <QStringList>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"
#include "tests/ui/small_session.h"
#include "ui/session/document.h"
#include "ui/session/queue.h"

namespace vernier::ui {
namespace {

using test::wait_until;

class DocumentTest : public ::testing::Test {
protected:
    DocumentTest() {
        qputenv("VERNIER_CLI", "/nothing");
        document_.open(QString::fromStdString(test::write_small_net(folder_)));
        opened_ = wait_until([this] { return document_.state() == Document::State::open; });
    }
    ~DocumentTest() override { qunsetenv("VERNIER_CLI"); }

    test::TempDir folder_;
    Queue queue_;
    Document document_{queue_};
    bool opened_ = false;
};

TEST_F(DocumentTest, ChoicesAndLimitsAreStepsOfOneUndoStack) {
    ASSERT_TRUE(opened_);
    const Gate before = document_.gate();
    document_.choose({0}, Method::fp16);
    Gate gate = before;
    gate.min_speedup = 1.5;
    document_.setGate(gate);
    gate.min_speedup = 2.0;
    document_.setGate(gate);  // the arrows of a spin box leave one step
    EXPECT_EQ(document_.undoStack().count(), 2);
    EXPECT_EQ(document_.choices().at(0).method, Method::fp16);
    EXPECT_TRUE(document_.isModified());
    document_.undoStack().undo();
    EXPECT_EQ(document_.gate(), before);
    document_.undoStack().undo();
    EXPECT_EQ(document_.recipe(), Recipe{});
    document_.undoStack().redo();
    EXPECT_EQ(document_.choices().at(0).method, Method::fp16);
}

TEST_F(DocumentTest, LimitsStayWithTheirModel) {
    ASSERT_TRUE(opened_);
    const Gate usual = document_.gate();
    Gate gate = usual;
    gate.max_drop_points = 0.1;
    gate.limits["p90"] = 1.2;
    document_.setGate(gate);
    document_.reload();
    ASSERT_TRUE(wait_until([this] { return document_.readingName().isEmpty(); }));
    EXPECT_EQ(document_.gate(), gate) << "the same model, read again";
    document_.open(QString::fromStdString(test::write_small_net(folder_, "other.onnx")));
    ASSERT_TRUE(wait_until([this] { return document_.modelName() == QStringLiteral("other.onnx") && document_.readingName().isEmpty(); }));
    EXPECT_EQ(document_.gate(), usual) << "another model was never asked to hold them";
}

TEST_F(DocumentTest, TellsBeforeTheModelGoesAndAfter) {
    ASSERT_TRUE(opened_);
    QStringList told;
    QObject::connect(&document_, &Document::closing, &document_,
                     [&] { told << QStringLiteral("closing") + (document_.model() ? QStringLiteral(" with a model") : QString()); });
    QObject::connect(&document_, &Document::stateChanged, &document_, [&] { told << QStringLiteral("state"); });
    QObject::connect(&document_, &Document::closed, &document_,
                     [&] { told << QStringLiteral("closed") + (document_.model() ? QStringLiteral(" with a model") : QString()); });
    document_.close();
    EXPECT_EQ(told, (QStringList{QStringLiteral("closing with a model"), QStringLiteral("state"), QStringLiteral("closed")}));
    EXPECT_TRUE(document_.choices().empty());
}

TEST_F(DocumentTest, OtherDataAreToldOfBeforeTheyAreThere) {
    ASSERT_TRUE(opened_);
    QString pathWhenTold = QStringLiteral("none");
    QObject::connect(&document_, &Document::dataReplaced, &document_, [&] { pathWhenTold = document_.datasetPath(); });
    document_.setDataset(QString::fromStdString((folder_ / "nothing.npz").string()));
    EXPECT_TRUE(pathWhenTold.isEmpty());
    ASSERT_TRUE(wait_until([this] { return !document_.datasetBusy(); }));
    EXPECT_FALSE(document_.datasetError().isEmpty());
}

TEST_F(DocumentTest, WhatIsSavedIsNotModifiedUntilTheNextStep) {
    ASSERT_TRUE(opened_);
    document_.choose({2}, Method::fp16);
    QSignalSpy told(&document_, &Document::modifiedChanged);
    document_.savedTo(QString::fromStdString((folder_ / "a.vernier").string()));
    EXPECT_FALSE(document_.isModified());
    EXPECT_TRUE(document_.sessionPath().endsWith(QStringLiteral("a.vernier")));
    EXPECT_GE(told.count(), 1);
    document_.undoStack().undo();
    EXPECT_TRUE(document_.isModified());
}

}  // namespace
}  // namespace vernier::ui
