// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QVector>

#include <vector>

namespace vernier::ui {

/// The nodes that table, graph, inspector and charts show. Setting what is already set says nothing,
/// so that two panels that follow each other come to rest.
class Selection : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    /// NodeIds, rising and unique.
    [[nodiscard]] const QVector<int>& nodes() const { return nodes_; }
    /// The node that the inspector shows: one of nodes(), or -1 when there is none.
    [[nodiscard]] int current() const { return current_; }
    [[nodiscard]] bool contains(int node) const;

    /// current may be any of nodes; otherwise the first one is taken.
    void set(QVector<int> nodes, int current = -1);
    void setOne(int node) { set({node}, node); }
    void clear() { set({}, -1); }
    /// What was selected before, and after that again, as in a browser.
    void back() { go(-1); }
    void forward() { go(1); }
    [[nodiscard]] bool canGoBack() const { return place_ > 0; }
    [[nodiscard]] bool canGoForward() const { return place_ + 1 < static_cast<int>(history_.size()); }
    /// Another model: its nodes are others.
    void forget();

signals:
    void changed();

private:
    struct Place {
        QVector<int> nodes;
        int current = -1;
    };
    void go(int step);

    QVector<int> nodes_;
    int current_ = -1;
    std::vector<Place> history_;  ///< without empty ones
    int place_ = -1;
};

}  // namespace vernier::ui
