// SPDX-License-Identifier: GPL-3.0-or-later
// The inspector of a known model: what it shows of one node and of several, and what its clicks change.
#include "ui/inspect/inspector_panel.h"

#include <QApplication>
#include <QLabel>
#include <QTabWidget>
#include <QTableWidget>
#include <QTest>

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "tests/support/random.h"
#include "tests/ui/small_session.h"
#include "ui/choose/method_control.h"
#include "ui/theme/elided_label.h"

namespace vernier::ui {
namespace {

using test::random_floats;
using test::wait_until;

class InspectorTest : public ::testing::Test {
protected:
    InspectorTest() {
        panel_.resize(460, 900);
        panel_.show();
        QApplication::processEvents();
    }

    /// Selects nodes; a single one is shown once its weights have been read.
    void select(const QVector<int>& nodes) {
        session_.selection().set(nodes, nodes.front());
        EXPECT_TRUE(wait_until([&] { return !shows(QStringLiteral("Reading the weights…")); }));
        QApplication::processEvents();
    }
    /// A label with exactly these words, hidden ones left out.
    [[nodiscard]] QLabel* labelOf(const QString& words) const {
        for (QLabel* label : panel_.findChildren<QLabel*>()) {
            if (!label->isHidden() && label->text() == words) {
                return label;
            }
        }
        return nullptr;
    }
    [[nodiscard]] bool shows(const QString& words) const { return labelOf(words) != nullptr; }
    [[nodiscard]] QString texts() const {
        QStringList all;
        for (const QLabel* label : panel_.findChildren<QLabel*>()) {
            all << label->text();
        }
        return all.join(QLatin1Char('\n'));
    }
    [[nodiscard]] QTableWidget* tableOf(const QString& column) const {
        for (QTableWidget* table : panel_.findChildren<QTableWidget*>()) {
            if (table->horizontalHeaderItem(0)->text() == column) {
                return table;
            }
        }
        return nullptr;
    }
    /// The words about the choice; nullptr where they hold no link.
    [[nodiscard]] QLabel* advice() const {
        for (QLabel* label : panel_.findChildren<QLabel*>()) {
            if (label->text().contains(QStringLiteral("href='act'"))) {
                return label;
            }
        }
        return nullptr;
    }
    /// Clicks along the lines of the advice until its link was met.
    void clickLink(const std::function<bool()>& done) const {
        QLabel* label = advice();
        for (int y = 4; y < label->height() && !done(); y += 6) {
            for (int x = 4; x < label->width() && !done(); x += 8) {
                QTest::mouseClick(label, Qt::LeftButton, {}, {x, y});
            }
        }
    }
    [[nodiscard]] Method chosen(int node) const { return session_.choices()[static_cast<std::size_t>(node)].method; }

    test::SmallSession small_;
    Session& session_ = small_.session;
    InspectorPanel panel_{small_.session};
};

TEST_F(InspectorTest, AsksForANodeWhereNoneIsSelected) {
    EXPECT_TRUE(texts().contains(QStringLiteral("Select a node in the graph or the table"))) << texts().toStdString();
    session_.close();
    EXPECT_TRUE(texts().contains(QStringLiteral("Open a model to look at its nodes."))) << texts().toStdString();
}

TEST_F(InspectorTest, ShowsWhatANodeIs) {
    select({2});
    EXPECT_TRUE(shows(QStringLiteral("NODE #2")));
    EXPECT_TRUE(shows(QStringLiteral("Conv 3×3")));
    const auto names = panel_.findChildren<ElidedLabel*>();
    EXPECT_TRUE(std::any_of(names.begin(), names.end(), [](const ElidedLabel* label) { return label->name() == QStringLiteral("second"); }));
    EXPECT_TRUE(shows(QStringLiteral("2.30 kB · 576 parameters"))) << texts().toStdString();
    EXPECT_TRUE(shows(QStringLiteral("36.9 k multiply-accumulates"))) << "8 x 8 places, 8 channels, 72 products each";
    EXPECT_TRUE(shows(QStringLiteral("float32[8,8,3,3]"))) << texts().toStdString();
}

TEST_F(InspectorTest, ShowsTheWeightsAndAttributesAsTheyAre) {
    select({2});
    const std::vector<float> weights = random_floats(8 * 8 * 3 * 3, 2);
    const QTableWidget* values = tableOf(QStringLiteral("Index"));
    ASSERT_NE(values, nullptr);
    ASSERT_EQ(values->rowCount(), 576);
    for (const int row : {0, 7, 575}) {
        EXPECT_EQ(values->item(row, 1)->text(), QString::number(double(weights[std::size_t(row)]), 'g', 7)) << row;
    }
    const auto [least, most] = std::minmax_element(weights.begin(), weights.end());
    EXPECT_TRUE(texts().contains(QStringLiteral("min / max  %1 / %2").arg(double(*least), 0, 'g', 3).arg(double(*most), 0, 'g', 3))) << texts().toStdString();
    EXPECT_TRUE(texts().contains(QStringLiteral("shape      8 × 8 × 3 × 3")));
    EXPECT_TRUE(texts().contains(QStringLiteral("each of the 8 channels (axis 0)"))) << texts().toStdString();
    const QTableWidget* attributes = tableOf(QStringLiteral("Attribute"));
    ASSERT_NE(attributes, nullptr);
    ASSERT_EQ(attributes->rowCount(), 2);
    EXPECT_EQ(attributes->item(0, 0)->text(), QStringLiteral("pads"));
    EXPECT_EQ(attributes->item(1, 0)->text(), QStringLiteral("kernel_shape"));
}

TEST_F(InspectorTest, SaysThatANodeReadsNoWeights) {
    select({1});
    EXPECT_TRUE(shows(QStringLiteral("NODE #1")));
    EXPECT_TRUE(texts().contains(QStringLiteral("This node reads no weights: its inputs are all computed."))) << texts().toStdString();
    const auto* tabs = panel_.findChild<QTabWidget*>();
    EXPECT_FALSE(tabs->isTabEnabled(tabs->indexOf(tableOf(QStringLiteral("Attribute"))))) << "a Relu has no attributes";
}

TEST_F(InspectorTest, AddsSeveralNodesUp) {
    select({0, 2});
    EXPECT_TRUE(shows(QStringLiteral("SELECTION")));
    EXPECT_TRUE(shows(QStringLiteral("2 nodes")));
    EXPECT_TRUE(shows(QStringLiteral("3.17 kB"))) << "4 x (216 + 576) bytes";
    EXPECT_TRUE(shows(QStringLiteral("50.7 k multiply-accumulates"))) << "64 x 8 x (27 + 72)";
    EXPECT_TRUE(texts().contains(QStringLiteral("All of them have the same method.")));
    session_.choose({0}, Method::fp32);
    session_.choose({2}, Method::fp16);
    EXPECT_TRUE(texts().contains(QStringLiteral("They have different methods; a choice here sets all of them.")));
    EXPECT_FALSE(panel_.findChild<MethodControl*>()->method().has_value());
}

TEST_F(InspectorTest, AClickOnAMethodChoosesItAndBackspaceTakesItBack) {
    const Method before = chosen(5);
    select({5});
    auto* control = panel_.findChild<MethodControl*>();
    const Method other = before == Method::fp16 ? Method::fp32 : Method::fp16;
    QTest::mouseClick(control, Qt::LeftButton, {}, control->segment(other).center());
    EXPECT_EQ(chosen(5), other);
    EXPECT_TRUE(control->own());
    ASSERT_TRUE(wait_until([&] { return session_.plan().has_value(); }));
    EXPECT_TRUE(texts().contains(QStringLiteral("Set for this node.")));
    QTest::keyClick(control, Qt::Key_Backspace);
    EXPECT_EQ(chosen(5), before);
    EXPECT_FALSE(control->own());
}

TEST_F(InspectorTest, TheLinkOfAnAdviceIsFollowed) {
    select({0});
    session_.choose({0}, Method::int8_dynamic);
    QApplication::processEvents();
    ASSERT_NE(advice(), nullptr);
    ASSERT_TRUE(advice()->text().contains(QStringLiteral("Use INT8 static"))) << advice()->text().toStdString();
    clickLink([&] { return chosen(0) == Method::int8_static; });
    EXPECT_EQ(chosen(0), Method::int8_static);
}

}  // namespace
}  // namespace vernier::ui
