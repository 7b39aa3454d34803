// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/theme.h"

#include <QApplication>
#include <QFontInfo>
#include <QPalette>
#include <QSignalSpy>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>

#include "core/quant/method.h"
#include "ui/theme/theme_watch.h"

namespace vernier::ui {
namespace {

/// WCAG 2.1, written once more from its text.
double luminance(const QColor& colour) {
    double sum = 0;
    const double parts[] = {colour.redF(), colour.greenF(), colour.blueF()}, weights[] = {0.2126, 0.7152, 0.0722};
    for (int i = 0; i < 3; ++i) {
        sum += weights[i] * (parts[i] <= 0.03928 ? parts[i] / 12.92 : std::pow((parts[i] + 0.055) / 1.055, 2.4));
    }
    return sum;
}

double contrast(const QColor& a, const QColor& b) {
    const double one = luminance(a), two = luminance(b);
    return (std::max(one, two) + 0.05) / (std::min(one, two) + 0.05);
}

QString text(std::string_view words) { return QString::fromLatin1(words.data(), qsizetype(words.size())); }

TEST(Theme, WordsCanBeReadOnTheirGrounds) {
    for (const Theme& theme : {Theme::light(), Theme::night()}) {
        EXPECT_GE(contrast(theme.text, theme.window), 7) << theme.dark;
        EXPECT_GE(contrast(theme.text2, theme.window), 4.5) << theme.dark;
        EXPECT_GE(contrast(theme.text2, theme.canvas), 4.5) << theme.dark;
        for (const QColor& colour : {theme.good, theme.bad, theme.warn, theme.accent}) {
            EXPECT_GE(contrast(theme.ink(colour), theme.card), 4.5) << theme.dark << colour.name().toStdString();
        }
        for (const MethodSpec& method : methods()) {
            EXPECT_GE(contrast(theme.methodInk(text(method.id)), theme.card), 4.5) << theme.dark << method.id;
        }
    }
}

TEST(Theme, EachMethodHasAColourOfItsOwn) {
    std::set<QRgb> colours;
    for (const MethodSpec& method : methods()) {
        const QColor colour = Theme::light().method(text(method.id));
        EXPECT_TRUE(colour.isValid()) << method.id;
        EXPECT_EQ(colour, Theme::night().method(text(method.id))) << "a method keeps its colour in both themes";
        colours.insert(colour.rgb());
    }
    EXPECT_EQ(colours.size(), methods().size());
    EXPECT_EQ(Theme::light().method(u"no such method"), Theme::light().method(u"fp32"));
    EXPECT_EQ(Theme::light().method(u"int4"), QColor(0xd55e00));
}

TEST(Theme, TheScaleRunsOneWay) {
    for (const Theme& theme : {Theme::light(), Theme::night()}) {
        double before = luminance(theme.ramp(0));
        for (int i = 1; i <= 20; ++i) {
            const double now = luminance(theme.ramp(i / 20.0));
            EXPECT_TRUE(theme.dark ? now > before : now < before) << theme.dark << ' ' << i;
            before = now;
        }
        EXPECT_EQ(theme.ramp(-1), theme.ramp(0));
        EXPECT_EQ(theme.ramp(2), theme.ramp(1));
    }
}

TEST(Theme, APaletteTellsItsTheme) {
    EXPECT_FALSE(Theme::fromPalette(paletteOf(Theme::light())).dark);
    EXPECT_TRUE(Theme::fromPalette(paletteOf(Theme::night())).dark);
    const QPalette night = paletteOf(Theme::night());
    EXPECT_EQ(night.color(QPalette::Base), Theme::night().window);
    EXPECT_EQ(night.color(QPalette::Text), Theme::night().text);
    EXPECT_NE(night.color(QPalette::Disabled, QPalette::Text), night.color(QPalette::Active, QPalette::Text));
}

TEST(Theme, IsToldOnceItIsSet) {
    applyTheme(*qApp, false);
    const QSignalSpy told(&ThemeWatch::instance(), &ThemeWatch::changed);
    applyTheme(*qApp, true);
    EXPECT_EQ(told.count(), 1);
    EXPECT_TRUE(Theme::current().dark);
    EXPECT_TRUE(qApp->styleSheet().contains(Theme::night().accent.name()));
    applyTheme(*qApp, false);
    EXPECT_FALSE(Theme::current().dark);
}

TEST(Theme, OperatorsHaveCategories) {
    const auto named = [](QStringView op) { return opCategoryNames()[opCategory(op)]; };
    EXPECT_EQ(named(u"Conv"), QStringLiteral("Convolution"));
    EXPECT_EQ(named(u"Gemm"), QStringLiteral("Matrix product"));
    EXPECT_EQ(named(u"ReduceLogSumExp"), QStringLiteral("Pooling, reduction")) << "a kind that no line names";
    EXPECT_EQ(named(u"QLinearSoftmax"), QStringLiteral("Quantization"));
    EXPECT_EQ(named(u"NoSuchOperator"), QStringLiteral("Other"));
}

TEST(Theme, ColoursMixAndLabelsAreSmaller) {
    EXPECT_EQ(mixed(QColor(200, 100, 0), QColor(0, 100, 200), 0.25), QColor(50, 100, 150));
    EXPECT_EQ(mixed(Qt::red, Qt::blue, 1), QColor(Qt::red));
    EXPECT_LT(QFontInfo(labelFont()).pixelSize(), QFontInfo(bodyFont()).pixelSize());
}

}  // namespace
}  // namespace vernier::ui
