// SPDX-License-Identifier: GPL-3.0-or-later
// The open window follows light and dark.
#include <QApplication>
#include <QSignalSpy>
#include <QTest>
#include <QWindow>

#include <gtest/gtest.h>

#include "tests/ui/small_session.h"
#include "ui/charts/interval_chart.h"
#include "ui/choose/filter_line.h"
#include "ui/graph/graph_canvas.h"
#include "ui/session/session.h"
#include "ui/shell/advice_bar.h"
#include "ui/shell/appearance.h"
#include "ui/shell/graph_panel.h"
#include "ui/shell/main_window.h"
#include "ui/shell/problem_bar.h"
#include "ui/theme/theme.h"

namespace vernier::ui {
namespace {

QPalette desktop(bool dark) {
    QPalette palette;
    palette.setColor(QPalette::Window, dark ? QColor(0x202020) : QColor(0xf0f0f0));
    palette.setColor(QPalette::WindowText, dark ? QColor(0xf0f0f0) : QColor(0x202020));
    return palette;
}

IntervalPlot onePlot() {
    IntervalPlot plot;
    plot.title = QStringLiteral("Latency p50, ms");
    plot.rows.resize(1);
    plot.rows[0].label = QStringLiteral("FP32 baseline");
    plot.rows[0].baseline = true;
    plot.rows[0].value = 1;
    return plot;
}

class AppearanceTest : public ::testing::Test {
protected:
    ~AppearanceTest() override { applyTheme(*qApp, false); }
    static QColor corner(QWidget& widget) {
        const QImage picture = widget.grab().toImage();
        return picture.pixelColor(picture.width() - 4, picture.height() - 4);
    }
};

TEST_F(AppearanceTest, TheOpenWindowFollowsThePalette) {
    applyTheme(*qApp, false);
    test::TempDir folder;
    Appearance appearance;
    appearance.useMode(Appearance::Mode::system);
    Session session;
    MainWindow window(session, appearance);
    window.resize(1400, 900);
    window.show();
    window.openPath(QString::fromStdString(test::write_small_net(folder)));
    ASSERT_TRUE(test::wait_until([&] { return session.plan() && window.graphPanel()->ready(); }));
    IntervalChart chart(&window);
    chart.setPlot(onePlot());
    chart.resize(300, 120);
    chart.show();
    auto* problem = window.findChild<ProblemBar*>();
    ASSERT_NE(problem, nullptr);
    problem->showText(QStringLiteral("The runtime is missing."));
    QApplication::processEvents();
    ASSERT_EQ(corner(*window.canvas()), Theme::light().canvas);
    ASSERT_EQ(corner(chart), Theme::light().window);
    for (const bool dark : {true, false, true}) {
        const Theme theme = dark ? Theme::night() : Theme::light();
        QApplication::setPalette(desktop(dark));
        QApplication::processEvents();
        QApplication::processEvents();
        EXPECT_EQ(appearance.dark(), dark);
        EXPECT_EQ(corner(*window.canvas()), theme.canvas);
        EXPECT_EQ(corner(chart), theme.window);
        EXPECT_EQ(corner(*problem).lightness() < 128, dark);  // a style sheet of its own
        EXPECT_EQ(window.grab().toImage().pixelColor(700, 4), theme.window);
        EXPECT_TRUE(qApp->styleSheet().contains(theme.accent.name()));
    }
    session.close();
}

TEST_F(AppearanceTest, ColoursInItemsAndStyleSheetsAreTakenAnewAndNothingElseIsSaid) {
    applyTheme(*qApp, false);
    test::SmallSession small;
    const AdviceBar advice(small.session);
    FilterLine filter(small.session);
    filter.setText(QStringLiteral("op:("));
    QSignalSpy recipe(&small.session, &Session::recipeChanged), plan(&small.session, &Session::planChanged),
        filtered(&small.session.filter(), &Filter::changed);
    for (const bool dark : {true, false}) {
        const Theme theme = dark ? Theme::night() : Theme::light();
        applyTheme(*qApp, dark);
        const auto grounds = [&](const QColor& edge) { return advice.styleSheet().contains(mixed(edge, theme.window, 0.10).name()); };
        EXPECT_TRUE(grounds(theme.accent) || grounds(theme.bad));  // advice, or that the inspection failed
        EXPECT_TRUE(filter.styleSheet().contains(theme.bad.name()));
    }
    EXPECT_EQ(recipe.count() + plan.count() + filtered.count(), 0);
}

TEST_F(AppearanceTest, AChosenThemeStays) {
    applyTheme(*qApp, false);
    Appearance appearance;
    appearance.useMode(Appearance::Mode::light);
    QApplication::setPalette(desktop(true));
    QApplication::processEvents();
    EXPECT_FALSE(appearance.dark());
}

TEST_F(AppearanceTest, AThemeChangeOfTheDesktopIsHeard) {
    applyTheme(*qApp, true);
    Appearance appearance;  // believes that the desktop is dark
    appearance.useMode(Appearance::Mode::system);
    ASSERT_TRUE(appearance.dark());
    QWidget window;
    window.show();
    int heard = 0;
    QObject::connect(&appearance, &Appearance::changed, [&heard] { ++heard; });
    QEvent change(QEvent::ThemeChange);
    QApplication::sendEvent(window.windowHandle(), &change);
    QApplication::processEvents();
    EXPECT_EQ(heard, 1);
    EXPECT_FALSE(appearance.dark());  // what the offscreen platform's own palette says
    EXPECT_EQ(QApplication::palette().color(QPalette::Window), Theme::light().window);
}

}  // namespace
}  // namespace vernier::ui
