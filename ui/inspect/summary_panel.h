// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>

#include <utility>
#include <vector>

#include "core/model/model.h"

class QLabel;
class QSplitter;
class QTableWidget;

namespace vernier::ui {

class Session;

/// What a model is made of, in numbers.
struct ModelSummary {
    struct Operator {
        QString type;  ///< with its domain where that is not the standard one
        quint64 nodes = 0, parameters = 0, bytes = 0, macs = 0;
        NodeId first = kNone;
    };
    struct Tensor {
        QString name, type, shape;
        quint64 bytes = 0;
        NodeId reader = kNone;  ///< the first node that reads it
    };
    std::vector<std::pair<QString, QString>> facts;  ///< what it is, and the words for it
    std::vector<Operator> operators;                 ///< the most frequent first; Constant nodes left out, as in all counts
    std::vector<Tensor> tensors;                     ///< the largest constants, the largest first
};

[[nodiscard]] ModelSummary summaryOf(const Model& model);

/// Operators, parameters, work, opsets, metadata and the largest tensors of the open model. Tables sort by their headers and
/// copy what is selected; a double click on a row, or Return, selects its node.
class SummaryPanel : public QWidget {
    Q_OBJECT

public:
    explicit SummaryPanel(Session& session, QWidget* parent = nullptr);

    [[nodiscard]] QTableWidget* facts() const { return facts_; }
    [[nodiscard]] QTableWidget* operators() const { return operators_; }
    [[nodiscard]] QTableWidget* tensors() const { return tensors_; }

protected:
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* object, QEvent* event) override;

private:
    void fitColumns();
    QTableWidget* addTable(const QString& title, const QStringList& columns);
    void refill();
    void fillOperators(const ModelSummary& summary);
    void fillTensors(const ModelSummary& summary);

    Session& session_;
    QLabel* empty_;
    QSplitter* parts_;
    QTableWidget* facts_;
    QTableWidget* operators_;
    QTableWidget* tensors_;
};

}  // namespace vernier::ui
