// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSignalSpy>
#include <QTest>
#include <QVBoxLayout>

#include <gtest/gtest.h>

#include "ui/choose/method_control.h"

namespace vernier::ui {
namespace {

struct Fixture {
    Fixture() {
        control.resize(360, 30);
        control.show();
        QObject::connect(&control, &MethodControl::chosen, [this](Method method) { chosen.push_back(method); });
    }
    MethodControl control;
    std::vector<Method> chosen;
};

TEST(MethodControl, AClickOnASegmentChoosesIt) {
    Fixture f;
    std::vector<Method> all;
    for (const MethodSpec& row : methods()) {
        QTest::mouseClick(&f.control, Qt::LeftButton, {}, f.control.segment(row.method).center());
        all.push_back(row.method);
    }
    EXPECT_EQ(f.chosen, all);
    EXPECT_GE(all.size(), 4U);
}

TEST(MethodControl, SegmentsFillTheWidthWithoutGaps) {
    Fixture f;
    EXPECT_EQ(f.control.segment(Method::fp32).left(), 0);
    EXPECT_EQ(f.control.segment(methods().back().method).right() + 1, f.control.width());
    EXPECT_EQ(f.control.segment(Method::fp32).right() + 1, f.control.segment(Method::fp16).left());
}

/// Where there is no room for all titles the longest gives way to its badge, and no label is cut.
TEST(MethodControl, EachLabelHasRoom) {
    Fixture f;
    for (const int width : {230, 300, 360, 420, 700}) {
        f.control.resize(width, 30);
        const QStringList labels = f.control.labels();
        for (const MethodSpec& row : methods()) {
            const QString& label = labels[static_cast<int>(row.method)];
            EXPECT_LE(f.control.fontMetrics().horizontalAdvance(label) + 20, f.control.segment(row.method).width()) << label.toStdString() << " at " << width;
        }
    }
    EXPECT_EQ(f.control.labels().last().toStdString(), std::string(methods().back().title)) << "at the largest width";
    f.control.resize(360, 30);
    EXPECT_EQ(f.control.labels().first(), QStringLiteral("FP32")) << "the longest gives way first";
}

TEST(MethodControl, TwoRowsHaveTheHeightOfTwo) {
    QWidget page;
    auto* layout = new QVBoxLayout(&page);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* control = new MethodControl;
    layout->addWidget(control);
    layout->addStretch();
    page.resize(240, 400);
    page.show();
    ASSERT_GT(control->segment(methods().back().method).top(), 0) << "no two rows at this width";
    EXPECT_EQ(control->height(), 2 * control->sizeHint().height());
    page.resize(900, 400);
    EXPECT_EQ(control->height(), control->sizeHint().height());
}

TEST(MethodControl, KeysChooseAndReset) {
    Fixture f;
    QSignalSpy reset(&f.control, &MethodControl::resetRequested);
    QTest::keyClick(&f.control, Qt::Key_4);
    f.control.setMethod(methods().back().method, true);
    QTest::keyClick(&f.control, Qt::Key_Right);
    QTest::keyClick(&f.control, Qt::Key_Backspace);
    EXPECT_EQ(f.chosen, (std::vector<Method>{Method::int8_static, Method::fp32}));
    EXPECT_EQ(reset.count(), 1);
}

TEST(MethodControl, SaysWhatItShowsToAScreenReader) {
    Fixture f;
    f.control.setMethod(Method::fp16, true);
    EXPECT_TRUE(f.control.accessibleDescription().contains(QStringLiteral("override")));
    f.control.setMethod(std::nullopt, false);
    EXPECT_TRUE(f.control.accessibleDescription().contains(QStringLiteral("Several")));
}

}  // namespace
}  // namespace vernier::ui
