// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "core/data/dataset.h"
#include "ui/session/background.h"

class QComboBox;
class QLabel;
class QPushButton;
class QStackedWidget;
class QToolButton;

namespace vernier::ui {

class SampleGallery;
class Session;

/// The dataset: where it comes from, its splits and preprocessing, what was found in it, and its samples as the model
/// gets them.
class DataPanel : public QWidget {
    Q_OBJECT

public:
    explicit DataPanel(Session& session, QWidget* parent = nullptr);

    [[nodiscard]] SampleGallery* gallery() const { return gallery_; }
    void pickFile();
    void pickFolder();

private:
    QWidget* buildEmpty();
    QWidget* buildContent();
    QWidget* buildFacts();
    void showState();
    void showFacts();
    void loadPage();
    [[nodiscard]] Split split() const;

    Session& session_;
    QStackedWidget* stack_;
    QLabel* message_;
    QPushButton* suggest_;
    QLabel* name_;
    QLabel* facts_;
    QLabel* findings_;
    QComboBox* split_;
    QToolButton* previous_;
    QToolButton* next_;
    QLabel* position_;
    SampleGallery* gallery_;
    DatasetPtr shown_;
    quint64 first_ = 0;
    Latest loading_{this};
};

}  // namespace vernier::ui
