// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <vector>

#include "ui/inspect/advice.h"
#include "ui/inspect/weight_facts.h"
#include "ui/session/background.h"

class QCheckBox;
class QComboBox;
class QGridLayout;
class QLabel;
class QStackedWidget;
class QTableWidget;
class QTabWidget;
class QVBoxLayout;

namespace vernier::ui {

class ActivationsTab;
class ChannelChart;
class ElidedLabel;
class ErrorBars;
class HistogramChart;
class MethodControl;
class Session;

/// "What is this and what should I do": the selected node's method, facts, weights, channels, values and attributes.
/// Of several nodes it shows a summary.
class InspectorPanel : public QWidget {
    Q_OBJECT

public:
    explicit InspectorPanel(Session& session, QWidget* parent = nullptr);

protected:
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* buildEmpty();
    QWidget* buildContent();
    QWidget* buildWeights();
    QWidget* buildValues();
    void showSelection();
    void showOne(NodeId node);
    [[nodiscard]] QString titleOf(NodeId id) const;
    [[nodiscard]] std::vector<std::pair<QString, QString>> factsOf(NodeId id) const;
    void showMany();
    void showState();
    void fitHeight();
    void showFacts(const std::vector<std::pair<QString, QString>>& facts);
    void showAttributes(NodeId node);
    void loadWeights(NodeId node);
    void weightsArrived(std::vector<WeightFacts> weights);
    void showWeight(int index);
    void showErrors(bool on);
    void showValues(const WeightFacts& weight);
    void showGrid();
    void follow(const QString& link);
    [[nodiscard]] const WeightFacts* currentWeight() const;

    Session& session_;
    QStackedWidget* stack_;
    QVBoxLayout* content_ = nullptr;
    QLabel* message_;
    QLabel* kicker_;
    QLabel* title_;
    ElidedLabel* name_;
    MethodControl* control_;
    QLabel* advice_;
    QGridLayout* facts_;
    QTabWidget* tabs_;
    QComboBox* weightPick_;
    QLabel* weightNote_;
    HistogramChart* histogram_;
    QCheckBox* logarithmic_;
    QLabel* statistics_;
    QLabel* errorTitle_;
    ErrorBars* errors_;
    ActivationsTab* activations_;
    ChannelChart* channels_;
    QLabel* channelNote_;
    QTableWidget* values_;
    QTableWidget* attributes_;
    QWidget* weightBody_;
    std::vector<WeightFacts> weights_;
    NodeAdvice shownAdvice_;
    Latest loading_{this};
};

}  // namespace vernier::ui
