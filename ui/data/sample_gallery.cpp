// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/data/sample_gallery.h"

#include <QHelpEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

#include <algorithm>
#include <cstring>

#include "core/base/error.h"
#include "core/evidence/tasks/boxes.h"
#include "ui/data/drawn_target.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

constexpr int kPicture = 104;
constexpr int kGap = 10;
constexpr std::size_t kFirstValues = 12;

/// The first values of a tensor.
QString valuesText(const Tensor& tensor) {
    QStringList words;
    const auto add = [&words](auto span) {
        for (std::size_t i = 0; i < std::min(span.size(), kFirstValues); ++i) {
            words << QString::number(static_cast<double>(span[i]), 'g', 3);
        }
    };
    switch (tensor.type) {
        case ElementType::float32: add(tensor.as<float>()); break;
        case ElementType::int64: add(tensor.as<std::int64_t>()); break;
        case ElementType::int32: add(tensor.as<std::int32_t>()); break;
        case ElementType::uint8: add(tensor.as<std::uint8_t>()); break;
        case ElementType::int8: add(tensor.as<std::int8_t>()); break;
        default: return QString::fromUtf8(name(tensor.type).data());
    }
    return words.join(QLatin1Char(' '));
}

/// Of the largest input, for samples that are neither a picture nor text.
QString firstValues(const Sample& sample) { return sample.inputs.empty() ? QString() : valuesText(largestInput(sample)->second); }

/// Twice what a tile takes, for devices with twice the pixels.
constexpr int kDrawnSide = 2 * kPicture;

/// What is right for a sample, in words: a class, a text, how many boxes there are, a few numbers.
QString targetText(const Dataset& dataset, const Sample& sample) {
    const auto& classes = dataset.classes();
    if (sample.label >= 0) {
        const auto index = static_cast<std::size_t>(sample.label);
        return index < classes.size() ? QString::fromStdString(classes[index]) : QString::number(sample.label);
    }
    if (sample.target.text) {
        return QStringLiteral("“%1”").arg(QString::fromStdString(*sample.target.text));
    }
    if (!sample.target.values) {
        return {};
    }
    if (dataset.target() == TargetForm::boxes) {
        const auto boxes = static_cast<int>(truths_of(sample.target).size());
        return boxes == 1 ? SampleGallery::tr("1 box") : SampleGallery::tr("%1 boxes").arg(boxes);
    }
    return drawingOf(dataset.target(), sample.target).kind == Drawing::Kind::mask ? SampleGallery::tr("mask") : valuesText(*sample.target.values);
}

/// Boxes and masks lie on the picture.
QImage pictureWithTarget(const Dataset& dataset, const Sample& sample) {
    const QImage picture = pictureOf(preview_of(sample));
    Drawing drawing = drawingOf(dataset.target(), sample.target);
    if (picture.isNull() || drawing.kind == Drawing::Kind::none) {
        return picture;
    }
    drawing.names = &dataset.classes();
    return drawnTarget(picture, sample.target, drawing, kDrawnSide);
}

}  // namespace

SampleTile loadTile(const Dataset& dataset, Split split, quint64 index) {
    SampleTile tile;
    tile.name = QStringLiteral("#%1").arg(index);
    try {
        const Sample sample = dataset.load(split, index);
        tile.name = QString::fromStdString(sample.name);
        tile.label = targetText(dataset, sample);
        tile.picture = pictureWithTarget(dataset, sample);
        if (tile.picture.isNull()) {
            tile.wave = sample.text.empty() ? waveformOf(sample, carry_of(dataset), kPicture - 2) : Waveform();
            tile.text = sample.text.empty() ? firstValues(sample) : QString::fromStdString(sample.text);
        }
    } catch (const Error& error) {
        tile.problem = QString::fromStdString(error.line());
    } catch (const std::exception& error) {
        tile.problem = QString::fromUtf8(error.what());
    }
    return tile;
}

SampleGallery::SampleGallery(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Samples as the model gets them"));
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void SampleGallery::setTiles(QVector<SampleTile> tiles) {
    tiles_ = std::move(tiles);
    expected_ = static_cast<int>(tiles_.size());
    updateGeometry();
    update();
}

void SampleGallery::setBusy(int expected) {
    tiles_.clear();
    expected_ = expected;
    updateGeometry();
    update();
}

QSize SampleGallery::tileSize() const { return {kPicture, kPicture + 2 * QFontMetrics(labelFont()).height() + 6}; }

int SampleGallery::columns(int width) const { return std::max(1, (width + kGap) / (tileSize().width() + kGap)); }

int SampleGallery::heightForWidth(int width) const {
    const int rows = (expected_ + columns(width) - 1) / columns(width);
    return std::max(1, rows * (tileSize().height() + kGap));
}

QSize SampleGallery::sizeHint() const { return {4 * (kPicture + kGap), heightForWidth(width())}; }

QSize SampleGallery::minimumSizeHint() const { return {kPicture, heightForWidth(width())}; }

void SampleGallery::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    updateGeometry();
}

QRect SampleGallery::tileRect(int index) const {
    const int across = columns(width());
    const QSize size = tileSize();
    return {(index % across) * (size.width() + kGap), (index / across) * (size.height() + kGap), size.width(), size.height()};
}

void SampleGallery::paintEvent(QPaintEvent* event) {
    const Theme theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    for (int i = 0; i < expected_; ++i) {
        const QRect rect = tileRect(i);
        if (!rect.intersects(event->rect())) {
            continue;
        }
        const QRect box(rect.left(), rect.top(), kPicture, kPicture);
        QPainterPath outline;
        outline.addRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
        painter.fillPath(outline, theme.canvas);
        if (i < tiles_.size()) {
            const SampleTile& tile = tiles_[i];
            if (!tile.picture.isNull()) {
                // Small pictures keep hard pixels: the engineer wants to see what the model gets, not a blur.
                const bool small = std::max(tile.picture.width(), tile.picture.height()) < kPicture;
                const QSize size = tile.picture.size().scaled(box.size(), Qt::KeepAspectRatio);
                QRect target(QPoint(), size);
                target.moveCenter(box.center());
                painter.save();
                painter.setClipPath(outline);
                painter.setRenderHint(QPainter::SmoothPixmapTransform, !small);
                painter.drawImage(target, tile.picture);
                painter.restore();
            } else if (!tile.wave.isEmpty()) {
                drawWaveform(painter, QRectF(box).adjusted(1, 4, -1, -4), tile.wave, theme);
            } else {
                painter.setFont(tile.problem.isEmpty() ? labelFont() : monoFont(0.8));
                painter.setPen(tile.problem.isEmpty() ? theme.text : theme.ink(theme.bad));
                painter.drawText(box.adjusted(6, 6, -6, -6), Qt::TextWordWrap | Qt::AlignLeft | Qt::AlignTop,
                                 tile.problem.isEmpty() ? tile.text : tile.problem);
            }
            painter.setFont(labelFont());
            const QFontMetrics metrics(labelFont());
            painter.setPen(theme.text);
            painter.drawText(QRect(rect.left(), box.bottom() + 4, kPicture, metrics.height()), Qt::AlignLeft | Qt::AlignVCenter,
                             metrics.elidedText(tile.label, Qt::ElideRight, kPicture));
            painter.setPen(theme.text2);
            painter.drawText(QRect(rect.left(), box.bottom() + 4 + metrics.height(), kPicture, metrics.height()), Qt::AlignLeft | Qt::AlignVCenter,
                             metrics.elidedText(tile.name, Qt::ElideMiddle, kPicture));
        }
        painter.setPen(theme.line);
        painter.drawPath(outline);
    }
}

bool SampleGallery::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        for (int i = 0; i < tiles_.size(); ++i) {
            if (tileRect(i).contains(help->pos())) {
                const SampleTile& tile = tiles_[i];
                QStringList lines{tile.name, tile.label, tile.text.left(400), tile.problem};
                lines.removeAll(QString());
                QToolTip::showText(help->globalPos(), lines.join(QLatin1Char('\n')), this);
                return true;
            }
        }
        QToolTip::hideText();
        return true;
    }
    return QWidget::event(event);
}

}  // namespace vernier::ui
