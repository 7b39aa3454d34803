// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLockFile>
#include <QObject>
#include <QString>
#include <QTimer>

#include <functional>
#include <memory>

namespace vernier::ui {

class Session;

/// Keeps a copy of unsaved work while the window is open, and finds what a window left behind that did not end well. Each
/// window has a copy of its own, with a lock that ends with its process.
class Recovery : public QObject {
    Q_OBJECT

public:
    /// beforeKeeping is called before each copy is made.
    Recovery(Session& session, std::function<void()> beforeKeeping, QObject* parent = nullptr);
    ~Recovery() override;

    /// A copy that no running window owns; empty when there is none.
    [[nodiscard]] QString leftBehind() const;
    /// Removes such a copy: it was opened, or nobody wants it.
    static void remove(const QString& copy);
    /// Writes the copy now, if there is unsaved work; removes it if there is none.
    void keep();
    /// The window ends well.
    void forget();
    [[nodiscard]] const QString& copy() const { return copy_; }

private:
    Session& session_;
    std::function<void()> beforeKeeping_;
    QString copy_;
    std::unique_ptr<QLockFile> lock_;
    QTimer timer_;
};

}  // namespace vernier::ui
