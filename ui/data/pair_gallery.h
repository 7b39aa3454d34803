// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QString>
#include <QVector>
#include <QWidget>

namespace vernier::ui {

/// One thing that is known of a sample: what is right, what a model answered.
struct PairCell {
    QString caption;  ///< "target", "FP32 baseline", the run's title
    QImage picture;   ///< null: words alone
    QString words;
};

/// A sample with both answers.
struct PairTile {
    QString name = {};
    QImage picture = {};  ///< of the sample, where the cells have none
    QVector<PairCell> cells = {};
    QString stand = {};  ///< "lost"
    bool worse = false;
};

/// Samples one below the other, or side by side where there is room: the pictures of target and answers, or one picture with their words.
class PairGallery : public QWidget {
    Q_OBJECT

public:
    static constexpr int kSide = 132;  ///< of a picture, pixels

    explicit PairGallery(QWidget* parent = nullptr);
    void setTiles(QVector<PairTile> tiles);
    [[nodiscard]] const QVector<PairTile>& tiles() const { return tiles_; }
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] bool drawn() const;
    [[nodiscard]] QSize tileSize() const;
    [[nodiscard]] int columns(int width) const;
    [[nodiscard]] QRect tileRect(int index) const;
    void paintTile(QPainter& painter, const QRect& place, const PairTile& tile) const;
    void paintDrawn(QPainter& painter, const QRect& place, const PairTile& tile) const;
    void paintPlain(QPainter& painter, const QRect& place, const PairTile& tile) const;

    QVector<PairTile> tiles_;
};

}  // namespace vernier::ui
