// SPDX-License-Identifier: GPL-3.0-or-later
// The part of MainWindow that opens and saves files, and its dialogs.
#include <QDialog>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QPushButton>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/report/report_file.h"
#include "ui/session/command.h"
#include "ui/session/folders.h"
#include "ui/session/session.h"
#include "ui/session/trials.h"
#include "ui/shell/help_sheet.h"
#include "ui/shell/main_window.h"
#include "ui/shell/measure_dialog.h"
#include "ui/shell/problem_bar.h"
#include "ui/shell/recent.h"

namespace vernier::ui {

namespace {

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

/// By the ending of the name, HTML for any other; gives what went wrong, or an empty text.
QString saveReport(const ComparedFiles& compared, const QString& path) {
    try {
        write_file(path.toStdString(), report_text(compared, report_form_or_html(path.toStdString())));
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
    const QString path =
        QFileDialog::getOpenFileName(this, tr("Open a model or session"), dialogFolder(session_), tr("Models and sessions (*.onnx *.vernier);;All files (*)"));
    openPath(path);
    if (!path.isEmpty()) {
        rememberFolderOf(path);  // not before: the open session may be saved first, and that one belongs where it was worked on
    }
}

void MainWindow::openDemo() { openPath(demoModel()); }

void MainWindow::closeDocument() {
    if (mayDiscard()) {
        session_.close();
    }
}

bool MainWindow::mayDiscard() {
    if (!session_.isModified()) {
        return true;
    }
    // Buttons of our own words: the standard ones have no letters to press on every desktop.
    QMessageBox box(QMessageBox::Question, tr("Vernier"), tr("The recipe and runs of “%1” are not saved. Save them as a session?").arg(session_.modelName()),
                    QMessageBox::NoButton, this);
    auto* save = box.addButton(tr("&Save"), QMessageBox::AcceptRole);
    auto* discard = box.addButton(tr("&Discard"), QMessageBox::DestructiveRole);
    box.setEscapeButton(box.addButton(tr("&Cancel"), QMessageBox::RejectRole));
    box.setDefaultButton(save);
    box.exec();
    return box.clickedButton() == discard || (box.clickedButton() == save && saveSession());
}

QString MainWindow::askToOpen(const QString& title, const QString& kinds) {
    const QString path = QFileDialog::getOpenFileName(this, title, dialogFolder(session_), kinds);
    if (!path.isEmpty()) {
        rememberFolderOf(path);
    }
    return path;
}

QString MainWindow::askToSave(const QString& title, const QString& name, const QString& kinds) {
    QString kind;
    QString path = QFileDialog::getSaveFileName(this, title, dialogFile(session_, name), kinds, &kind);
    if (!path.isEmpty() && QFileInfo(path).suffix().isEmpty()) {
        path += kind.section(QLatin1Char('*'), 1, 1).section(QLatin1Char(')'), 0, 0);  // "Recipes (*.json)": ".json"
    }
    if (!path.isEmpty()) {
        rememberFolderOf(path);
    }
    return path;
}

/// The bar for what went wrong; the status line for what is done now.
bool MainWindow::report(const QString& problem, const QString& path) {
    problem_->showText(problem);
    if (problem.isEmpty()) {
        session_.tell(tr("Saved %1").arg(QDir::toNativeSeparators(path)));
    }
    return problem.isEmpty();
}

bool MainWindow::saveTo(const QString& path) {
    keepView();
    return report(session_.save(path).value_or(QString()), path);
}

QString MainWindow::nameLike(const QString& ending) const { return QFileInfo(session_.modelPath()).completeBaseName() + ending; }

bool MainWindow::saveSession() {
    if (session_.document().sessionPath().isEmpty()) {
        return saveSessionAs();
    }
    return saveTo(session_.document().sessionPath());
}

bool MainWindow::saveSessionAs() {
    QString path = askToSave(tr("Save session"), nameLike(QStringLiteral(".vernier")), tr("Vernier sessions (*.vernier)"));
    if (path.isEmpty()) {
        return false;
    }
    if (!path.endsWith(QLatin1String(".vernier"))) {
        path += QStringLiteral(".vernier");
    }
    const bool saved = saveTo(path);
    if (saved) {
        addRecentFile(path);
    }
    return saved;
}

void MainWindow::saveRunDialog() {
    const Run* run = session_.run(session_.currentRun());
    if (run == nullptr || run->file.isEmpty()) {
        return;
    }
    const QString path = askToSave(tr("Save the model of “%1”").arg(run->title), candidateName(session_.document(), run), tr("ONNX models (*.onnx)"));
    if (path.isEmpty()) {
        return;
    }
    const bool own = same_file(path.toStdString(), session_.modelPath().toStdString());
    report(own ? tr("A quantized model never overwrites the model that it was made from. Choose another name.") : copyWhole(run->file, path), path);
}

void MainWindow::saveReportDialog() {
    if (!session_.trials().compared()) {
        problem_->showText(tr("There is no report of this comparison any more. Measure again to make one."));
        return;
    }
    const QString path = askToSave(tr("Save report"), nameLike(QStringLiteral(".report.html")),
                                   tr("HTML page (*.html);;Table, one row a model (*.csv);;Evidence to judge again (*.json)"));
    if (!path.isEmpty()) {
        this->report(saveReport(*session_.trials().compared(), path), path);
    }
}

void MainWindow::openRecipeDialog() {
    const QString path = askToOpen(tr("Open recipe"), tr("Recipes (*.json);;All files (*)"));
    if (!path.isEmpty()) {
        problem_->showText(session_.document().openRecipe(path).value_or(QString()));
    }
}

void MainWindow::saveRecipeDialog() {
    const QString path = askToSave(tr("Save recipe"), nameLike(QStringLiteral(".recipe.json")), tr("Recipes (*.json)"));
    if (!path.isEmpty()) {
        report(session_.document().saveRecipe(path).value_or(QString()), path);
    }
}

void MainWindow::addCandidateDialog() {
    const QString path = askToOpen(tr("Add a quantized model"), tr("ONNX models (*.onnx);;All files (*)"));
    if (!path.isEmpty()) {
        session_.trials().addCandidate(path);
        measureAgain();
    }
}

void MainWindow::measureSettingsDialog() {
    MeasureDialog dialog(session_, this);
    if (dialog.exec() == QDialog::Accepted) {
        session_.document().setMeasureSettings(dialog.settings());
    }
}

void MainWindow::showHelp() { showHelpSheet(this); }

void MainWindow::showAbout() {
    QMessageBox::about(this, tr("About Vernier"),
                       tr("<b>Vernier %1</b><p>Quantize ONNX models node by node, and measure what it costs and gains.</p>"
                          "<p>GNU General Public License, version 3 or later. Built with Qt %2.</p>")
                           .arg(QStringLiteral(VERNIER_VERSION), QLatin1String(qVersion())));
}

}  // namespace vernier::ui
