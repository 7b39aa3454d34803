// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/elided_name.h"

#include <gtest/gtest.h>

#include <QApplication>
#include <QSet>

#include <algorithm>

namespace vernier::ui {
namespace {

/// In so much room as this text takes.
QString elided(const char* name, const char* room) {
    const QFontMetricsF metrics(QApplication::font());
    return elidedName(QString::fromUtf8(name), metrics, metrics.horizontalAdvance(QString::fromUtf8(room)));
}

TEST(ElidedName, StaysWholeWhereItFits) { EXPECT_EQ(elided("/blocks/blocks.7/Conv", "/blocks/blocks.7/Conv"), QStringLiteral("/blocks/blocks.7/Conv")); }

TEST(ElidedName, KeepsTheNumberedPartsOfAPath) {
    const char* name = "/blocks/blocks.7/depthwise/Conv";
    EXPECT_EQ(elided(name, "…/blocks.7/depthwise/Conv"), QStringLiteral("…/blocks.7/depthwise/Conv"));
    EXPECT_EQ(elided(name, "…/blocks.7/…/Conv"), QStringLiteral("…/blocks.7/…/Conv"));
    EXPECT_EQ(elided(name, "…/blocks.7/…"), QStringLiteral("…/blocks.7/…"));
}

TEST(ElidedName, KeepsTheNumberAtTheEnd) {
    EXPECT_TRUE(elided("BatchNormalization_12", "BatchNorm…_12").endsWith(QStringLiteral("_12")));
    EXPECT_TRUE(elided("/model/layers/attention/MatMul_3", "…/MatMul_3").endsWith(QStringLiteral("MatMul_3")));
}

TEST(ElidedName, ShowsTheBeginningOfWhatHasNoRoom) {
    const QString depth = elided("/blocks/blocks.7/depthwise/Conv", "…/blocks.7/depth…/Conv"),
                  point = elided("/blocks/blocks.7/pointwise/Conv", "…/blocks.7/depth…/Conv");
    EXPECT_TRUE(depth.startsWith(QStringLiteral("…/blocks.7/de"))) << depth.toStdString();
    EXPECT_TRUE(depth.endsWith(QStringLiteral("…/Conv"))) << depth.toStdString();
    EXPECT_NE(depth, point);
}

TEST(ElidedName, TellsNeighboursApart) {
    QSet<QString> shown;
    for (int block = 0; block < 10; ++block) shown << elided(qPrintable(QStringLiteral("/blocks/blocks.%1/pointwise/Conv").arg(block)), "/blocks…/Conv");
    EXPECT_EQ(shown.size(), 10);
}

TEST(ElidedName, WhatIsCutAlikeKeepsWhatItDiffersIn) {
    const QFontMetricsF metrics(QApplication::font());
    const double room = metrics.horizontalAdvance(QString::fromUtf8("…/blocks.3/…"));
    const QStringList names{QStringLiteral("/blocks/blocks.3/depthwise/Conv"), QStringLiteral("/blocks/blocks.3/depthwise_norm/BatchNormalization"),
                            QStringLiteral("/blocks/blocks.3/depthwise_relu/Relu"), QStringLiteral("/blocks/blocks.3/pointwise/Conv")};
    QSet<QString> plain, apart;
    for (const QString& name : names) {
        QStringList others = names;
        others.removeOne(name);
        plain << elidedName(name, metrics, room);
        const QString shown = elidedApart(name, others, metrics, room);
        apart << shown;
        EXPECT_TRUE(shown.startsWith(QString::fromUtf8("…3/"))) << shown.toStdString() << ": the block stays as well";
        EXPECT_LE(metrics.horizontalAdvance(shown), room) << shown.toStdString();
    }
    EXPECT_EQ(plain.size(), 1) << "they would all be the same text";
    EXPECT_EQ(apart.size(), names.size());
}

TEST(ElidedName, WhatAllEndWithGoesFirst) {
    const QFontMetricsF metrics(QApplication::font());
    const QString name = QStringLiteral("/a/query/MatMul"), other = QStringLiteral("/a/value/MatMul");
    EXPECT_EQ(elidedApart(name, {other}, metrics, metrics.horizontalAdvance(QString::fromUtf8("…query…"))), QString::fromUtf8("…query…"));
    for (const double width : {0.0, 10.0, 30.0}) {
        EXPECT_LE(metrics.horizontalAdvance(elidedApart(name, {other}, metrics, width)), std::max(width, metrics.horizontalAdvance(QChar(0x2026))));
    }
}

TEST(ElidedName, IsNeverWiderThanItsRoom) {
    const QFontMetricsF metrics(QApplication::font());
    for (const char* name : {"", "a", "/////", "/blocks/blocks.7/depthwise/Conv", "BatchNormalization_123456", "123456789012345678901234567890"})
        for (const double width : {0.0, 8.0, 20.0, 45.0, 90.0})
            EXPECT_LE(metrics.horizontalAdvance(elidedName(QString::fromUtf8(name), metrics, width)), std::max(width, metrics.horizontalAdvance(QChar(0x2026))))
                << name << ' ' << width;
}

}  // namespace
}  // namespace vernier::ui
