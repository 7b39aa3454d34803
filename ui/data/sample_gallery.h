// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QString>
#include <QVector>
#include <QWidget>

#include "core/data/dataset.h"
#include "ui/data/waveform.h"

namespace vernier::ui {

/// One sample as it is shown: a picture, a curve of a signal, or text where it is none of them.
struct SampleTile {
    QImage picture;   ///< with the boxes or the mask that are right; null when the sample is not a picture
    QString label;    ///< what is right, in words: class, text, "2 boxes"; or empty
    QString name;     ///< file name or position
    Waveform wave;    ///< of a sound or another signal
    QString text;     ///< the sample's text, or its first values
    QString problem;  ///< why it could not be read
};

/// Loads and decodes one sample; never throws: what went wrong is in the tile.
[[nodiscard]] SampleTile loadTile(const Dataset& dataset, Split split, quint64 index);

/// Tiles in rows from left to right, as many in a row as fit.
class SampleGallery : public QWidget {
    Q_OBJECT

public:
    explicit SampleGallery(QWidget* parent = nullptr);

    void setTiles(QVector<SampleTile> tiles);
    /// Skeletons in place of tiles that are still being decoded.
    void setBusy(int expected);
    [[nodiscard]] const QVector<SampleTile>& tiles() const { return tiles_; }
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] QSize tileSize() const;
    [[nodiscard]] int columns(int width) const;
    [[nodiscard]] QRect tileRect(int index) const;

    QVector<SampleTile> tiles_;
    int expected_ = 0;
};

}  // namespace vernier::ui
