// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QVector>
#include <QWidget>

class QHBoxLayout;

namespace vernier::ui {

/// One step of the way from the main graph into a body.
struct Crumb {
    int graph = 0;
    QString text;          ///< "Main graph", "/decoder/If"
    bool here = false;     ///< the graph that is shown
    bool sibling = false;  ///< another branch of the same node: no step of its own
};

/// Where the graph that is shown lies, above it: each step is a button. Hidden while the main graph is shown.
class Breadcrumbs : public QWidget {
    Q_OBJECT

public:
    explicit Breadcrumbs(QWidget* parent = nullptr);
    void setCrumbs(const QVector<Crumb>& crumbs);

signals:
    void graphRequested(int graph);

private:
    QHBoxLayout* row_;
};

}  // namespace vernier::ui
