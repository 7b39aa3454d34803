// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/choose/name_delegate.h"

#include <QApplication>
#include <QFontMetricsF>
#include <QSet>
#include <QStandardItemModel>

#include <initializer_list>

#include <gtest/gtest.h>

namespace vernier::ui {
namespace {

double widthOf(const char* text) { return QFontMetricsF(QApplication::font()).horizontalAdvance(QString::fromUtf8(text)); }

/// A column of the parts of ten blocks.
void fill(QStandardItemModel& model, const QString& more = {}) {
    for (int block = 0; block < 10; ++block) {
        for (const char* part : {"depthwise/Conv", "depthwise_norm/BatchNormalization", "depthwise_relu/Relu", "pointwise/Conv"}) {
            model.appendRow(new QStandardItem(QStringLiteral("/blocks/blocks.%1/%2").arg(block).arg(QLatin1String(part)) + more));
        }
    }
}

QSet<QString> shownOf(const QStandardItemModel& model, double width) {
    const NameDelegate delegate;
    QSet<QString> shown;
    for (int row = 0; row < model.rowCount(); ++row) {
        const QString text = delegate.shown(model.index(row, 0), QApplication::font(), width);
        EXPECT_LE(QFontMetricsF(QApplication::font()).horizontalAdvance(text), width) << text.toStdString();
        shown << text;
    }
    return shown;
}

TEST(NameDelegate, TellsEveryRowApartInANarrowColumn) {
    QStandardItemModel model;
    fill(model);
    for (const char* room : {"/blocks/blocks.7/depth…/Conv", "…/blocks.7/…/Conv", "…/blocks.7/…"}) {
        EXPECT_EQ(shownOf(model, widthOf(room)).size(), model.rowCount()) << room;
    }
}

TEST(NameDelegate, HowManyNodesAreMeantStays) {
    QStandardItemModel model;
    fill(model, QStringLiteral(" + 2"));
    const QSet<QString> shown = shownOf(model, widthOf("…/blocks.7/… + 2"));
    EXPECT_EQ(shown.size(), model.rowCount());
    for (const QString& text : shown) {
        EXPECT_TRUE(text.endsWith(QStringLiteral(" + 2"))) << text.toStdString();
    }
}

TEST(NameDelegate, WhatFitsIsWhole) {
    QStandardItemModel model;
    fill(model);
    EXPECT_TRUE(shownOf(model, 10000).contains(QStringLiteral("/blocks/blocks.7/depthwise/Conv")));
}

}  // namespace
}  // namespace vernier::ui
