// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/vernier/walk.h"

#include <QApplication>
#include <QDataStream>
#include <QDir>
#include <QElapsedTimer>
#include <QFileInfo>
#include <QImage>
#include <QPushButton>
#include <QTableView>
#include <QTest>
#include <QThreadPool>

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include "core/report/verdict.h"
#include "ui/choose/method_control.h"
#include "ui/choose/nodes_panel.h"
#include "ui/choose/rules_panel.h"
#include "ui/compare/export_sheet.h"
#include "ui/data/data_panel.h"
#include "ui/data/sample_gallery.h"
#include "ui/graph/graph_canvas.h"
#include "ui/session/queue.h"
#include "ui/session/session.h"
#include "ui/session/trials.h"
#include "ui/shell/graph_panel.h"
#include "ui/shell/main_window.h"
#include "ui/shell/start_page.h"
#include "ui/shell/stepper.h"
#include "ui/shell/top_bar.h"

namespace vernier {

namespace {

constexpr int kInternal = 70;
constexpr int kPatience = 900;     ///< seconds for a job on a slow machine
constexpr int kRest = 20;          ///< seconds until the window is at rest, at most
constexpr int kBetweenLooks = 60;  ///< milliseconds: several steps of a motion

/// A step that did not do what it should.
struct Stuck : std::runtime_error {
    explicit Stuck(const QString& what) : std::runtime_error(what.toStdString()) {}
};

}  // namespace

Walk::Walk(ui::MainWindow& window, Options options) : window_(window), options_(std::move(options)) {}

int Walk::run() {
    try {
        if (!QDir().mkpath(options_.folder)) {
            throw Stuck(QStringLiteral("the folder cannot be made: %1").arg(options_.folder));
        }
        window_.resize(options_.size);
        window_.show();
        (void)QTest::qWaitForWindowExposed(&window_);
        window_.resetLayout();
        ui::MeasureSettings settings = window_.session().document().measureSettings();
        settings.seconds = options_.seconds;
        startPage();
        open();
        window_.session().document().setMeasureSettings(settings);
        measureBaseline();
        quantizeWholeModel();
        quantizeSelectively();
        waitForComparison();
        look();
        exportSheet(QStringLiteral("sheet.png"));
        if (options_.exports) {
            exportAll();
        }
        analyseLayers();
        findRecipe();
        compareRecipes();
    } catch (const Stuck& stuck) {
        std::fprintf(stderr, "vernier: the walk stopped: %s\n", stuck.what());
        return kInternal;
    }
    return 0;
}

void Walk::say(const QString& step) const {
    std::printf("%s\n", qPrintable(step));
    std::fflush(stdout);
}

QString Walk::file(const QString& name) const { return QDir(options_.folder).filePath(name); }

void Walk::waitFor(const QString& what, int seconds, const std::function<bool()>& condition) {
    const QElapsedTimer timer = [] {
        QElapsedTimer started;
        started.start();
        return started;
    }();
    while (!condition()) {
        const auto& problem = window_.session().queue().problem();
        if (problem) {
            throw Stuck(QStringLiteral("%1: %2").arg(what, problem->message));
        }
        if (timer.elapsed() > seconds * 1000) {
            throw Stuck(QStringLiteral("%1 did not happen within %2 s").arg(what).arg(seconds));
        }
        QTest::qWait(20);
    }
}

/// What two looks at a window at rest have in common: its picture, or, since a running job changes words and bars all the time,
/// where its parts lie.
QByteArray Walk::shown() const {
    if (!window_.session().queue().busy()) {
        const QImage picture = window_.grab().toImage().convertToFormat(QImage::Format_RGB32);
        return {reinterpret_cast<const char*>(picture.constBits()), picture.sizeInBytes()};
    }
    QByteArray places;
    QDataStream stream(&places, QIODevice::WriteOnly);
    for (const QWidget* part : window_.findChildren<QWidget*>()) {
        if (part->isVisible()) {
            stream << part->geometry();
        }
    }
    return places;
}

/// Until nothing is worked out in the background and nothing moves or is laid out anew: then two looks, with time for what waits
/// between them, show the same.
void Walk::settle() {
    QElapsedTimer timer;
    timer.start();
    for (QByteArray before; timer.elapsed() < kRest * 1000;) {
        QTest::qWait(kBetweenLooks);
        if (QThreadPool::globalInstance()->activeThreadCount() > 0) {
            before.clear();
            continue;
        }
        QByteArray now = shown();
        if (now == before) {
            return;
        }
        before = std::move(now);
    }
    say(QStringLiteral("the window did not come to rest within %1 s").arg(kRest));
}

void Walk::keys(int key, Qt::KeyboardModifiers modifiers) { QTest::keyClick(&window_, static_cast<Qt::Key>(key), modifiers); }

void Walk::click(QWidget* widget, const QPoint& position) { QTest::mouseClick(widget, Qt::LeftButton, {}, position); }

void Walk::picture(const QString& name) {
    settle();
    if (!window_.grab().save(file(name))) {
        throw Stuck(QStringLiteral("the picture cannot be written: %1").arg(file(name)));
    }
    say(QStringLiteral("picture %1").arg(name));
}

void Walk::pictures(const QString& name) {
    for (const bool dark : {false, true}) {
        window_.appearance().useMode(dark ? ui::Appearance::Mode::dark : ui::Appearance::Mode::light);
        picture(QStringLiteral("%1_%2.png").arg(name, dark ? QStringLiteral("dark") : QStringLiteral("light")));
    }
    window_.appearance().useMode(ui::Appearance::Mode::light);
}

void Walk::startPage() { pictures(QStringLiteral("start")); }

void Walk::open() {
    say(QStringLiteral("open %1").arg(options_.model));
    window_.openPath(options_.model);
    ui::Session& session = window_.session();
    waitFor(QStringLiteral("opening the model"), 120,
            [&] { return session.state() == ui::Session::State::failed || (session.plan() && window_.graphPanel()->ready()); });
    if (session.state() == ui::Session::State::failed) {
        throw Stuck(session.error());
    }
    waitFor(QStringLiteral("painting the graph"), 60, [&] { return !window_.graphPanel()->openingTimes().isEmpty(); });
    say(window_.graphPanel()->openingTimes());
    QString refused;
    const auto listening = QObject::connect(&session, &ui::Session::datasetRefused, &session, [&refused](const QString& why) { refused = why; });
    if (!options_.data.isEmpty()) {
        session.setDataset(options_.data);
    }
    waitFor(QStringLiteral("opening the dataset"), 120, [&] { return !session.document().datasetBusy(); });
    QObject::disconnect(listening);
    if (!refused.isEmpty()) {
        throw Stuck(refused);
    }
    if (!session.dataset()) {
        throw Stuck(session.datasetError().isEmpty() ? QStringLiteral("there is no dataset; name one with --data") : session.datasetError());
    }
    window_.bringUp(QStringLiteral("data"));
    waitFor(QStringLiteral("decoding samples"), 120, [&] { return !window_.panel<ui::DataPanel>()->gallery()->tiles().isEmpty(); });
    pictures(QStringLiteral("data"));
}

void Walk::measureBaseline() {
    click(window_.topBar()->stepper(), window_.topBar()->stepper()->stepRect(ui::Stepper::Baseline).center());
    picture(QStringLiteral("before_baseline.png"));
    say(QStringLiteral("measure the baseline"));
    keys(Qt::Key_B, Qt::ControlModifier);
    waitFor(QStringLiteral("measuring the baseline"), kPatience, [&] { return window_.session().baseline() != nullptr; });
}

void Walk::quantizeWholeModel() {
    for (const auto& [key, name] : {std::pair{Qt::Key_4, "INT8 static"}, {Qt::Key_3, "INT8 dynamic"}, {Qt::Key_2, "FP16"}}) {
        say(QStringLiteral("quantize the whole model: %1").arg(QLatin1String(name)));
        keys(key, Qt::ControlModifier);
        keys(Qt::Key_R, Qt::ControlModifier);
        settle();
    }
}

/// The node with most multiply-accumulates among those with weights.
int Walk::mainConvolution() const {
    const auto& nodes = window_.session().model()->nodes();
    const auto most = std::max_element(nodes.begin(), nodes.end(), [](const Node& a, const Node& b) {
        return std::pair(a.weight_bytes > 0 ? a.macs : 0, a.weight_bytes) < std::pair(b.weight_bytes > 0 ? b.macs : 0, b.weight_bytes);
    });
    return most->id;
}

/// The quantized node with most weights: its histogram shows most.
int Walk::largestQuantized() const {
    const ui::Session& session = window_.session();
    int found = mainConvolution();
    std::uint64_t most = 0;
    for (const Node& node : session.model()->nodes()) {
        if (node.weight_bytes > most && session.nodeState(node.id).applied != Method::fp32) {
            most = node.weight_bytes;
            found = node.id;
        }
    }
    return found;
}

void Walk::quantizeSelectively() {
    ui::Session& session = window_.session();
    say(QStringLiteral("choose by click and key"));
    keys(Qt::Key_4, Qt::ControlModifier);
    // In the graph: the heaviest node stays in float, by a click on its card and the key 1.
    const int node = mainConvolution();
    window_.canvas()->zoomTo(node);
    settle();
    click(window_.canvas()->viewport(), window_.canvas()->rectOf(node).center().toPoint());
    waitFor(QStringLiteral("selecting by a click in the graph"), 5, [&] { return session.selection().nodes() == QVector<int>{node}; });
    keys(Qt::Key_1);
    waitFor(QStringLiteral("choosing by a key"), 5, [&] { return session.nodeState(node).own && session.nodeState(node).chosen == Method::fp32; });
    // In the table: the first row, by the inspector's control where it is there.
    const int first = 0;
    QTableView* table = window_.panel<ui::NodesPanel>()->table();
    table->scrollToTop();
    settle();
    click(table->viewport(), window_.panel<ui::NodesPanel>()->rowRect(first).center());
    waitFor(QStringLiteral("selecting by a click in the table"), 5, [&] { return session.selection().nodes() == QVector<int>{first}; });
    settle();
    if (auto* control = window_.docks()->panel(QStringLiteral("inspector"))->findChild<ui::MethodControl*>(); control != nullptr && control->isVisible()) {
        click(control, control->segment(Method::fp32).center());
    } else {
        keys(Qt::Key_1);
    }
    waitFor(QStringLiteral("choosing in the inspector"), 5, [&] { return session.nodeState(first).own; });
    // There and back again.
    keys(Qt::Key_Z, Qt::ControlModifier);
    waitFor(QStringLiteral("undo"), 5, [&] { return !session.nodeState(first).own; });
    keys(Qt::Key_Y, Qt::ControlModifier);
    waitFor(QStringLiteral("redo"), 5, [&] { return session.nodeState(first).own; });
    picture(QStringLiteral("choosing.png"));
    say(QStringLiteral("quantize the selective recipe"));
    click(window_.panel<ui::RulesPanel>()->quantizeButton(), window_.panel<ui::RulesPanel>()->quantizeButton()->rect().center());
}

void Walk::waitForComparison() {
    ui::Session& session = window_.session();
    waitFor(QStringLiteral("quantizing and comparing"), kPatience, [&] { return !session.queue().busy() && session.comparison() != nullptr; });
    for (const ui::Run& run : session.runs()) {
        const CandidateComparison* candidate = session.measured(run.id);
        if (candidate == nullptr) {
            throw Stuck(QStringLiteral("run “%1”: %2").arg(run.title, run.problem));
        }
        say(QStringLiteral("%1: %2 bytes, p50 %3 ms, %4x")
                .arg(run.title)
                .arg(candidate->measurement.size_bytes)
                .arg(candidate->measurement.latency.p50, 0, 'f', 3)
                .arg(candidate->speedup, 0, 'f', 2));
    }
    const Verdict verdict = verdict_of(*session.comparison());
    say(QString::fromStdString(verdict.title));
    say(QString::fromStdString(verdict.text));
}

void Walk::look() {
    ui::Session& session = window_.session();
    session.selection().setOne(mainConvolution());
    window_.canvas()->zoomTo(mainConvolution());
    window_.bringUp(QStringLiteral("findings"));
    picture(QStringLiteral("findings.png"));
    click(window_.topBar()->stepper(), window_.topBar()->stepper()->stepRect(ui::Stepper::Verdict).center());
    settle();
    pictures(QStringLiteral("window"));
    // The board alone: as high as it wants to be.
    keys(Qt::Key_F10);
    keys(Qt::Key_F9);
    window_.giveBottom(0.62);
    pictures(QStringLiteral("comparison"));
    window_.resetLayout();
    keys(Qt::Key_F12);
    settle();
    session.selection().setOne(largestQuantized());
    settle();
    window_.canvas()->zoomTo(largestQuantized());
    pictures(QStringLiteral("inspector"));
    session.selection().clear();
    window_.canvas()->setZoom(0.8);
    pictures(QStringLiteral("graph"));
    window_.resetLayout();
}

void Walk::exportSheet(const QString& name) {
    QString error;
    if (!ui::exportSheet(window_.session(), file(name), &error)) {
        throw Stuck(error);
    }
}

void Walk::exportAll() {
    ui::Session& session = window_.session();
    say(QStringLiteral("export"));
    if (const auto problem = session.document().saveRecipe(file(QStringLiteral("recipe.json")))) {
        throw Stuck(*problem);
    }
    if (const auto problem = session.save(file(QStringLiteral("walk.vernier")))) {
        throw Stuck(*problem);
    }
    const QString report = session.trials().reportFile();
    const QString target = file(QStringLiteral("window_report.html"));
    QFile::remove(target);
    if (report.isEmpty() || !QFile::copy(report, target)) {
        throw Stuck(QStringLiteral("the report could not be copied"));
    }
    for (const char* ending : {"svg", "pdf"}) {
        exportSheet(QStringLiteral("comparison.") + QLatin1String(ending));
    }
    const ui::Run& best = session.runs().last();
    const QString model = file(QFileInfo(session.modelPath()).completeBaseName() + QStringLiteral(".selective.onnx"));
    QFile::remove(model);
    if (!QFile::copy(best.file, model)) {
        throw Stuck(QStringLiteral("the quantized model could not be copied"));
    }
}

}  // namespace vernier
