// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QItemSelection>
#include <QWidget>

class QLabel;
class QStackedLayout;
class QTableView;

namespace vernier::ui {

class FilterLine;
class NodeTableModel;
class Session;

/// The table of nodes with the filter line above it; its selection is the session's.
class NodesPanel : public QWidget {
    Q_OBJECT

public:
    explicit NodesPanel(Session& session, QWidget* parent = nullptr);

    [[nodiscard]] QTableView* table() const { return table_; }
    [[nodiscard]] FilterLine* filterLine() const { return filter_; }
    /// Where a node's row lies in the table's viewport; empty when it is filtered away.
    [[nodiscard]] QRect rowRect(int node) const;

protected:
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* object, QEvent* event) override;

signals:
    void contextMenuRequested(int node, const QPoint& globalPos);
    void nodeActivated(int node);  ///< double click or Enter

private:
    void buildTable();
    void followSelection();
    void goToTable();
    [[nodiscard]] QItemSelection selectedRows() const;
    void tellSelection();
    void showState();
    void columnMenu(const QPoint& position);
    void fitColumns();
    [[nodiscard]] int widestOp() const;
    [[nodiscard]] int widestMethod() const;
    [[nodiscard]] int widestName() const;

    Session& session_;
    QLabel* title_;
    QLabel* empty_;
    QLabel* wrong_;  ///< why the filter's words are not understood
    FilterLine* filter_;
    QTableView* table_;
    NodeTableModel* model_;
    bool following_ = false;
    int methodWidth_ = 0;
    int sizeWidth_ = 0, opWidth_ = 0, runsAsWidth_ = 0;
    bool columnsByHand_ = false;  ///< the header's menu was used: columns stay as the user has them
};

}  // namespace vernier::ui
