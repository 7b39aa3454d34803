// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QVector>
#include <QWidget>

#include <array>
#include <optional>

#include "core/data/dataset.h"
#include "ui/data/answer_pairs.h"
#include "ui/session/answer_study.h"
#include "ui/session/background.h"

class QLabel;
class QPushButton;
class QStackedWidget;

namespace vernier::ui {

class PairGallery;
class Session;
struct PairTile;

/// Which answers changed: how many, and the samples themselves with both answers, the most changed first.
class AnswersPanel : public QWidget {
    Q_OBJECT

public:
    explicit AnswersPanel(Session& session, QWidget* parent = nullptr);

    [[nodiscard]] PairGallery* gallery() const { return gallery_; }
    [[nodiscard]] QPushButton* look() const { return look_; }
    /// The button of a stand: how many samples, and whether they are shown.
    [[nodiscard]] QPushButton* counter(Stand stand) const { return counters_[static_cast<std::size_t>(stand)]; }

private:
    QWidget* buildEmpty();
    QWidget* buildContent();
    QWidget* buildSide();
    void showState();
    void showPairs();
    void read();
    [[nodiscard]] QString standWords(Stand stand) const;
    [[nodiscard]] QString againWords() const;

    Session& session_;
    AnswerStudy study_;
    QStackedWidget* stack_;
    QLabel* message_;
    QPushButton* look_;
    QLabel* title_;
    QLabel* note_;
    QLabel* shownNote_;
    QPushButton* again_;
    std::array<QPushButton*, 4> counters_{};
    PairGallery* gallery_;
    std::optional<AnswerPairs> pairs_;
    QString problem_;
    int revision_ = 0;
    Latest reading_{this}, drawing_{this};
};

}  // namespace vernier::ui
