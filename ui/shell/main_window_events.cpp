// SPDX-License-Identifier: GPL-3.0-or-later
// The part of MainWindow that files, keys and the end of the program come to from outside.
#include <QAbstractButton>
#include <QApplication>
#include <QCloseEvent>
#include <QDir>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QKeyEvent>
#include <QLocale>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QUrl>

#include "ui/session/queue.h"
#include "ui/session/session.h"
#include "ui/shell/main_window.h"
#include "ui/shell/problem_bar.h"
#include "ui/shell/recovery.h"
#include "ui/shell/start_page.h"

namespace vernier::ui {

void MainWindow::closeEvent(QCloseEvent* event) {
    if (!mayDiscard()) {
        event->ignore();
        return;
    }
    session_.queue().cancel();
    recovery_->forget();
    saveLayout();
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (event->mimeData()->hasUrls()) {
        event->acceptProposedAction();
        start_->setDropping(true);
    }
}

void MainWindow::dragLeaveEvent(QDragLeaveEvent*) { start_->setDropping(false); }

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
    QMetaObject::invokeMethod(
        this, [this, paths] { dropPaths(paths); }, Qt::QueuedConnection);
}

void MainWindow::openWithCandidates(const QString& model, const QStringList& candidates) {
    if (!mayDiscard()) {
        return;
    }
    auto* once = new QObject(this);
    connect(&session_, &Session::stateChanged, once, [this, once, candidates] {
        if (session_.state() == Session::State::open) {
            once->deleteLater();
            for (const QString& candidate : session_.isSound() ? candidates : QStringList()) {
                session_.trials().addCandidate(candidate);
            }
        } else if (session_.state() == Session::State::failed) {
            once->deleteLater();
        }
    });
    connect(&session_, &Session::openRefused, once, &QObject::deleteLater);
    problem_->showText({});
    session_.open(model);
}

/// A session whose model was moved: the user shows where it is now.
void MainWindow::locateModel(const QString& session, const QString& model) {
    QMessageBox box(QMessageBox::Question, tr("Vernier"), tr("The model of this session is not there any more:\n%1").arg(QDir::toNativeSeparators(model)),
                    QMessageBox::NoButton, this);
    auto* locate = box.addButton(tr("&Locate…"), QMessageBox::AcceptRole);
    box.setEscapeButton(box.addButton(tr("&Cancel"), QMessageBox::RejectRole));
    box.setDefaultButton(locate);
    box.exec();
    const QString found =
        box.clickedButton() == locate ? askToOpen(tr("Locate “%1”").arg(QFileInfo(model).fileName()), tr("ONNX models (*.onnx);;All files (*)")) : QString();
    if (!found.isEmpty()) {
        problem_->showText({});
        session_.open(session, found);
    }
}

/// Asks once for each copy that is found; "no" removes it.
void MainWindow::offerRecovery() {
    const QString copy = recovery_->leftBehind();
    if (copy.isEmpty()) {
        return;
    }
    QMessageBox box(QMessageBox::Question, tr("Vernier"),
                    tr("Vernier stopped unexpectedly, and kept a copy of what was not saved (%1). Open it?")
                        .arg(QLocale::system().toString(QFileInfo(copy).lastModified(), QLocale::ShortFormat)),
                    QMessageBox::NoButton, this);
    auto* open = box.addButton(tr("&Open"), QMessageBox::AcceptRole);
    auto* discard = box.addButton(tr("&Discard"), QMessageBox::DestructiveRole);
    box.setEscapeButton(box.addButton(tr("&Later"), QMessageBox::RejectRole));
    box.setDefaultButton(open);
    box.exec();
    if (box.clickedButton() == discard) {
        Recovery::remove(copy);
    } else if (box.clickedButton() == open) {
        connect(
            &session_, &Session::restored, this,
            [this, copy] {
                recovery_->keep();  // as this window's own, before the old one goes
                Recovery::remove(copy);
            },
            Qt::SingleShotConnection);
        session_.document().openCopy(copy);
    }
}

/// Return presses the button that has the focus, as Space does: not all desktops do it by themselves.
void MainWindow::keyPressEvent(QKeyEvent* event) {
    auto* button = qobject_cast<QAbstractButton*>(QApplication::focusWidget());
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && button != nullptr && isAncestorOf(button)) {
        button->click();
        return;
    }
    QMainWindow::keyPressEvent(event);
}

void MainWindow::dropPaths(const QStringList& paths) {
    QStringList models;
    QStringList others;
    for (const QString& path : paths) {
        const bool model = path.endsWith(QLatin1String(".onnx"), Qt::CaseInsensitive) || path.endsWith(QLatin1String(".vernier"), Qt::CaseInsensitive);
        (model ? models : others) << path;
    }
    if (models.size() == 2) {
        const auto answer = QMessageBox::question(
            this, tr("Compare two models"),
            tr("Open “%1” as the baseline and compare “%2” with it?").arg(QFileInfo(models[0]).fileName(), QFileInfo(models[1]).fileName()));
        if (answer == QMessageBox::Yes) {
            openWithCandidates(models[0], {models[1]});
        }
    } else if (!models.isEmpty()) {
        openPath(models.first());
    } else if (!others.isEmpty() && session_.model()) {
        bringUp(QStringLiteral("data"));
        session_.setDataset(others.first());
    } else if (!others.isEmpty()) {
        openPath(others.first());
    }
}

}  // namespace vernier::ui
