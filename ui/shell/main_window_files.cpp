// SPDX-License-Identifier: GPL-3.0-or-later
// The part of MainWindow that opens and saves files, and its dialogs.
#include <QCloseEvent>
#include <QDialog>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QMessageBox>
#include <QMimeData>
#include <QSpinBox>
#include <QThread>

#include "core/base/error.h"
#include "core/base/file.h"
#include "ui/data/data_panel.h"
#include "ui/session/jobs.h"
#include "ui/session/session.h"
#include "ui/shell/help_sheet.h"
#include "ui/shell/main_window.h"
#include "ui/shell/problem_bar.h"
#include "ui/shell/recent.h"
#include "ui/shell/start_page.h"

namespace vernier::ui {

namespace {

QString fileBeside(const Session& session, const QString& ending) {
    const QFileInfo model(session.modelPath());
    return model.absolutePath() + QLatin1Char('/') + model.completeBaseName() + ending;
}

/// Copies a file whole or not at all; gives what went wrong, or an empty text.
QString copyWhole(const QString& from, const QString& to) {
    try {
        const MappedFile source(from.toStdString());
        const auto bytes = source.bytes();
        write_file(to.toStdString(), std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    } catch (const Error& error) {
        return QString::fromStdString(error.line());
    }
    return {};
}

}  // namespace

void MainWindow::openPath(const QString& path) {
    if (path.isEmpty() || !mayDiscard()) {
        return;
    }
    problem_->showText({});
    session_.open(path);
}

void MainWindow::openDialog() {
    const auto recent = recentFiles();
    const QString start = !session_.modelPath().isEmpty() ? session_.modelPath() : recent.isEmpty() ? QString() : recent.first().path;
    openPath(QFileDialog::getOpenFileName(this, tr("Open a model or session"), QFileInfo(start).absolutePath(),
                                          tr("Models and sessions (*.onnx *.vernier);;All files (*)")));
}

void MainWindow::openDemo() {
    openPath(demoModel());
}

void MainWindow::closeDocument() {
    if (mayDiscard()) {
        session_.close();
    }
}

bool MainWindow::mayDiscard() {
    if (!session_.isModified()) {
        return true;
    }
    const auto answer = QMessageBox::question(this, tr("Vernier"), tr("The recipe and runs of “%1” are not saved. Save them as a session?").arg(session_.modelName()),
                                              QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, QMessageBox::Save);
    return answer == QMessageBox::Discard || (answer == QMessageBox::Save && saveSession());
}

bool MainWindow::saveSession() {
    if (session_.sessionPath().isEmpty()) {
        return saveSessionAs();
    }
    const auto problem = session_.save(session_.sessionPath());
    problem_->showText(problem.value_or(QString()));
    return !problem;
}

bool MainWindow::saveSessionAs() {
    QString path = QFileDialog::getSaveFileName(this, tr("Save session"), fileBeside(session_, QStringLiteral(".vernier")), tr("Vernier sessions (*.vernier)"));
    if (path.isEmpty()) {
        return false;
    }
    if (!path.endsWith(QLatin1String(".vernier"))) {
        path += QStringLiteral(".vernier");
    }
    const auto problem = session_.save(path);
    problem_->showText(problem.value_or(QString()));
    if (!problem) {
        addRecentFile(path);
    }
    return !problem;
}

void MainWindow::saveRunDialog() {
    const Run* run = session_.run(session_.currentRun());
    if (run == nullptr || run->file.isEmpty()) {
        return;
    }
    const QString path = QFileDialog::getSaveFileName(this, tr("Save the model of “%1”").arg(run->title),
                                                      fileBeside(session_, QStringLiteral(".quantized.onnx")), tr("ONNX models (*.onnx)"));
    if (path.isEmpty()) {
        return;
    }
    const bool own = same_file(path.toStdString(), session_.modelPath().toStdString());
    problem_->showText(own ? tr("A quantized model never overwrites the model that it was made from. Choose another name.") : copyWhole(run->file, path));
}

void MainWindow::saveReportDialog() {
    const QString report = session_.jobs().reportFile();
    if (report.isEmpty()) {
        problem_->showText(tr("There is no report of this comparison any more. Measure again to make one."));
        return;
    }
    const QString path = QFileDialog::getSaveFileName(this, tr("Save report"), fileBeside(session_, QStringLiteral(".report.html")), tr("HTML files (*.html)"));
    if (!path.isEmpty()) {
        problem_->showText(copyWhole(report, path));
    }
}

void MainWindow::openRecipeDialog() {
    const QString path = QFileDialog::getOpenFileName(this, tr("Open recipe"), QFileInfo(session_.modelPath()).absolutePath(), tr("Recipes (*.json);;All files (*)"));
    if (!path.isEmpty()) {
        problem_->showText(session_.openRecipe(path).value_or(QString()));
    }
}

void MainWindow::saveRecipeDialog() {
    const QString path = QFileDialog::getSaveFileName(this, tr("Save recipe"), fileBeside(session_, QStringLiteral(".recipe.json")), tr("Recipes (*.json)"));
    if (!path.isEmpty()) {
        problem_->showText(session_.saveRecipe(path).value_or(QString()));
    }
}

void MainWindow::pickDataFile() {
    showTab(Tab::data);
    data_->pickFile();
}

void MainWindow::pickDataFolder() {
    showTab(Tab::data);
    data_->pickFolder();
}

void MainWindow::addCandidateDialog() {
    const QString path = QFileDialog::getOpenFileName(this, tr("Add a quantized model"), QFileInfo(session_.modelPath()).absolutePath(), tr("ONNX models (*.onnx);;All files (*)"));
    if (!path.isEmpty()) {
        session_.addCandidate(path);
        measureAgain();
    }
}

void MainWindow::measureSettingsDialog() {
    QDialog dialog(this);
    dialog.setWindowTitle(tr("How to measure"));
    auto* form = new QFormLayout(&dialog);
    const MeasureSettings settings = session_.measureSettings();
    auto* threads = new QSpinBox;
    threads->setRange(1, QThread::idealThreadCount());
    threads->setValue(settings.threads);
    auto* seconds = new QDoubleSpinBox;
    seconds->setRange(0.2, 600);
    seconds->setDecimals(1);
    seconds->setValue(settings.seconds);
    auto* samples = new QSpinBox;
    samples->setRange(0, 10'000'000);
    samples->setSpecialValueText(tr("all"));
    samples->setValue(static_cast<int>(settings.samples));
    for (QAbstractSpinBox* box : {static_cast<QAbstractSpinBox*>(threads), static_cast<QAbstractSpinBox*>(seconds), static_cast<QAbstractSpinBox*>(samples)}) {
        box->setButtonSymbols(QAbstractSpinBox::NoButtons);  // the keys and the wheel step it
    }
    form->addRow(tr("Threads of the runtime"), threads);
    form->addRow(tr("Seconds of latency runs for each model"), seconds);
    form->addRow(tr("Validation samples"), samples);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    form->addRow(buttons);
    connect(buttons, &QDialogButtonBox::accepted, &dialog, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
    if (dialog.exec() == QDialog::Accepted) {
        session_.setMeasureSettings({threads->value(), seconds->value(), static_cast<quint64>(samples->value())});
    }
}

void MainWindow::showHelp() {
    showHelpSheet(this);
}

void MainWindow::showAbout() {
    QMessageBox::about(this, tr("About Vernier"),
                       tr("<b>Vernier %1</b><p>Quantize ONNX models node by node, and measure what it costs and gains.</p>"
                          "<p>GNU General Public License, version 3 or later. Built with Qt %2.</p>")
                           .arg(QStringLiteral(VERNIER_VERSION), QLatin1String(qVersion())));
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (!mayDiscard()) {
        event->ignore();
        return;
    }
    session_.jobs().cancel();
    saveLayout();
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (event->mimeData()->hasUrls()) {
        event->acceptProposedAction();
        start_->setDropping(true);
    }
}

void MainWindow::dragLeaveEvent(QDragLeaveEvent*) {
    start_->setDropping(false);
}

void MainWindow::dropEvent(QDropEvent* event) {
    start_->setDropping(false);
    QStringList paths;
    for (const QUrl& url : event->mimeData()->urls()) {
        if (url.isLocalFile()) {
            paths << url.toLocalFile();
        }
    }
    event->acceptProposedAction();
    // Later, so that a question box does not keep the other program's drag open.
    QMetaObject::invokeMethod(this, [this, paths] { dropPaths(paths); }, Qt::QueuedConnection);
}

void MainWindow::dropPaths(const QStringList& paths) {
    QStringList models;
    QStringList others;
    for (const QString& path : paths) {
        const bool model = path.endsWith(QLatin1String(".onnx"), Qt::CaseInsensitive) || path.endsWith(QLatin1String(".vernier"), Qt::CaseInsensitive);
        (model ? models : others) << path;
    }
    if (models.size() == 2) {
        const auto answer = QMessageBox::question(this, tr("Compare two models"),
                                                  tr("Open “%1” as the baseline and compare “%2” with it?").arg(QFileInfo(models[0]).fileName(), QFileInfo(models[1]).fileName()));
        if (answer == QMessageBox::Yes) {
            auto* once = new QObject(this);
            connect(&session_, &Session::stateChanged, once, [this, once, second = models[1]] {
                if (session_.state() == Session::State::open) {
                    once->deleteLater();
                    if (session_.isSound()) {
                        session_.addCandidate(second);
                    }
                } else if (session_.state() == Session::State::failed) {
                    once->deleteLater();
                }
            });
            connect(&session_, &Session::openRefused, once, &QObject::deleteLater);
            openPath(models[0]);
        }
    } else if (!models.isEmpty()) {
        openPath(models.first());
    } else if (!others.isEmpty() && session_.model()) {
        showTab(Tab::data);
        session_.setDataset(others.first());
    } else if (!others.isEmpty()) {
        openPath(others.first());
    }
}

}  // namespace vernier::ui
