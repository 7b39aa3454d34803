// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QSize>
#include <QString>

#include <functional>

class QPoint;
class QWidget;

namespace vernier {

namespace ui {
class MainWindow;
}

/// Drives the real window through the whole job with mouse and keys, as a person would: open, baseline, choose by click
/// and key, quantize, measure, compare, export. Pictures of start page, graph, inspector and comparison are taken in
/// light and dark on the way.
class Walk {
public:
    struct Options {
        QString model;           ///< to open
        QString data;            ///< dataset; empty takes the one beside the model
        QString folder;          ///< where pictures and exports go
        QSize size{1600, 1000};  ///< of the window
        bool exports = false;    ///< also write model, recipe, report, session and comparison sheet
        double seconds = 1.5;    ///< latency budget for each model
    };

    Walk(ui::MainWindow& window, Options options);

    /// Gives the exit code of the program: 0, or 70 with the step that did not work on stderr.
    int run();

private:
    void startPage();
    void open();
    void measureBaseline();
    void quantizeWholeModel();
    void quantizeSelectively();
    void waitForComparison();
    void look();
    void exportSheet(const QString& name);
    void exportAll();
    void analyseLayers();
    void findRecipe();
    void compareRecipes();

    void say(const QString& step) const;
    void waitFor(const QString& what, int seconds, const std::function<bool()>& condition);
    [[nodiscard]] QByteArray shown() const;
    void settle();
    void keys(int key, Qt::KeyboardModifiers modifiers = {});
    void click(QWidget* widget, const QPoint& position);
    void picture(const QString& name);
    void pictures(const QString& name);
    [[nodiscard]] int mainConvolution() const;
    [[nodiscard]] int largestQuantized() const;
    [[nodiscard]] QString file(const QString& name) const;

    ui::MainWindow& window_;
    Options options_;
};

}  // namespace vernier
