// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTableWidget>

#include <string_view>
#include <vector>

#include "core/evidence/figures.h"

class QMenu;

namespace vernier::ui {

class Session;
struct Run;

/// One row for the baseline and one a run: name, method, the figures of this place (core/evidence/figures.h), and what the
/// gate says. Its selected row is the session's current run; a name can be edited in place.
class RunTable : public QTableWidget {
    Q_OBJECT

public:
    enum Column { Name, Badge, FirstFigure };

    explicit RunTable(Session& session, QWidget* parent = nullptr);

    /// Run of a row; 0 = the baseline.
    [[nodiscard]] int runOf(int row) const;
    /// Column of a figure; -1 when it is not shown.
    [[nodiscard]] int columnOf(std::string_view figure) const;
    [[nodiscard]] int gateColumn() const { return FirstFigure + int(shown_.size()); }
    [[nodiscard]] QSize sizeHint() const override;
    /// What all columns take with whole names.
    [[nodiscard]] int wantedWidth() const;

    /// How vernier-cli makes a run, to the clipboard.
    void copyCommand(int id);

signals:
    void saveModelRequested();
    void recipesRequested();  ///< two recipes are compared: where the list of what differs is

protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void refill();
    void addBaseline();
    void addRun(int row, const Run& run);
    void addFigures(int row, const TrialView& trial);
    void followSession();
    void rowMenu(const QPoint& position);
    void addRecipeCommands(QMenu& menu, int id);
    void remove(int id);
    void fitColumns();
    void setHeads();
    [[nodiscard]] TrialViews trials() const;

    Session& session_;
    std::vector<const Figure*> shown_;
    bool filling_ = false;
};

}  // namespace vernier::ui
