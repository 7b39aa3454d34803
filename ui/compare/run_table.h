// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTableWidget>

namespace vernier::ui {

class Session;
struct Run;

/// One row for the baseline and one a run: name, method, size, p50, p99, top-1, and what the gate says. Its selected row is
/// the session's current run; a name can be edited in place.
class RunTable : public QTableWidget {
    Q_OBJECT

public:
    enum Column { Name, Badge, Size, P50, P99, Top1, GateSays, ColumnCount };

    explicit RunTable(Session& session, QWidget* parent = nullptr);

    /// Run of a row; 0 = the baseline.
    [[nodiscard]] int runOf(int row) const;
    [[nodiscard]] QSize sizeHint() const override;
    /// What all columns take with whole names.
    [[nodiscard]] int wantedWidth() const;

    /// How vernier-cli makes a run, to the clipboard.
    void copyCommand(int id);

signals:
    void saveModelRequested();

protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void refill();
    void addBaseline();
    void addRun(int row, const Run& run);
    void addFigures(int row, const struct Figures& figures);
    void followSession();
    void rowMenu(const QPoint& position);
    void remove(int id);
    void fitColumns();
    [[nodiscard]] bool hasLabels() const;
    [[nodiscard]] QString answersHeader() const;

    Session& session_;
    bool filling_ = false;
};

}  // namespace vernier::ui
