// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QVector>

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

signals:
    void changed();

private:
    QVector<int> nodes_;
    int current_ = -1;
};

}  // namespace vernier::ui
