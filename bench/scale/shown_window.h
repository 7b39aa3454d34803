// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <benchmark/benchmark.h>

#include <QApplication>
#include <QStandardPaths>

#include <string>

#include "tests/support/temp_dir.h"
#include "tests/ui/small_session.h"
#include "ui/session/queue.h"
#include "ui/shell/graph_panel.h"
#include "ui/shell/main_window.h"

namespace vernier::bench {

/// A window on the offscreen platform with a model drawn and planned.
class ShownWindow {
public:
    ~ShownWindow() { session.close(); }
    ShownWindow() = default;
    ShownWindow(const ShownWindow&) = delete;
    ShownWindow& operator=(const ShownWindow&) = delete;

    /// False where it takes longer than that.
    [[nodiscard]] bool open(const std::string& model, int milliseconds) {
        window.resize(1400, 900);
        window.show();
        QApplication::setActiveWindow(&window);
        window.openPath(QString::fromStdString(model));
        const bool ready = test::wait_until([&] { return session.plan() && window.graphPanel()->ready(); }, milliseconds);
        QApplication::processEvents();
        return ready;
    }

    test::TempDir folder;
    ui::Session session;
    ui::Appearance appearance;
    ui::MainWindow window{session, appearance};
};

/// The benchmarks, beside an application; begin and end run inside of it.
template <class Begin, class End>
int run(int argc, char** argv, Begin begin, End end) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QStandardPaths::setTestModeEnabled(true);
    const QApplication app(argc, argv);
    benchmark::Initialize(&argc, argv);
    begin();
    benchmark::RunSpecifiedBenchmarks();
    end();
    return 0;
}

}  // namespace vernier::bench
