// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QVector>
#include <QWidget>

#include "ui/compare/session_comparison.h"

class QLabel;
class QPushButton;
class QSplitter;
class QStackedWidget;

namespace vernier::ui {

class ChartsArea;
class GateRow;
class Invitation;
class RunTable;
class Session;
class VerdictStrip;

/// The comparison in one look: runs as a table, charts against the baseline, the verdict as sentences above them. Until the
/// baseline is measured it holds only the invitation to measure it.
class CompareBoard : public QWidget {
    Q_OBJECT

public:
    explicit CompareBoard(Session& session, QWidget* parent = nullptr);

    [[nodiscard]] RunTable* table() const { return table_; }
    [[nodiscard]] ChartsArea* charts() const { return charts_; }
    [[nodiscard]] VerdictStrip* verdict() const { return verdict_; }
    [[nodiscard]] Invitation* invitation() const { return invitation_; }
    [[nodiscard]] GateRow* gate() const { return gate_; }
    [[nodiscard]] QPushButton* measureButton() const { return measure_; }
    [[nodiscard]] QPushButton* sheetButton() const { return sheet_; }

    /// Asks for a file and writes the comparison sheet to it.
    Q_INVOKABLE void exportSheetDialog();
    Q_INVOKABLE void copySheet();

signals:
    void recipesRequested();  ///< what differs between two recipes should be seen as a list

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* buildLeft();
    QWidget* buildRight();
    QWidget* buildButtons();
    void refresh();
    void showWarnings(bool shorter);
    void selectBest(int best);
    void fitTable();
    void setNarrow(bool narrow);
    void markSelected();
    void showState();
    void saveModel();
    static void offer(QPushButton* button, const QString& tip, const QString& whyNot);
    void copyCommand();

    Session& session_;
    QSplitter* splitter_;
    bool splitByHand_ = false;
    QWidget* left_;
    QStackedWidget* right_;
    RunTable* table_;
    GateRow* gate_;
    VerdictStrip* verdict_;
    QVector<MeasuredWarning> warnings_;
    QLabel* warning_;
    ChartsArea* charts_;
    Invitation* invitation_;
    QPushButton* measure_;
    QPushButton* sheet_;
    QPushButton* save_;
    QPushButton* command_;
    QString stamp_;  ///< date of the comparison that was shown last
};

}  // namespace vernier::ui
