// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/data/drawn_target.h"

#include <QFontMetrics>
#include <QPainter>

#include <algorithm>

#include "core/evidence/tasks/boxes.h"
#include "core/measure/tally.h"
#include "ui/data/answer_pairs.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

constexpr int kMaskAlpha = 150;

/// Okabe and Ito's colours, without black and the grey of backgrounds: they differ for colour-blind eyes too.
constexpr QRgb kClassColours[] = {0xffe69f00, 0xff56b4e9, 0xff009e73, 0xfff0e442, 0xffd55e00, 0xffcc79a7, 0xff0072b2};

QString labelOf(const Box& box, const Drawing& drawing) {
    const auto index = static_cast<std::size_t>(box.class_index);
    const bool named = drawing.names != nullptr && box.class_index >= 0 && index < drawing.names->size();
    const QString name = named ? QString::fromStdString((*drawing.names)[index]) : QString::number(box.class_index);
    return drawing.kind == Drawing::Kind::answerBoxes ? QStringLiteral("%1 %2").arg(name).arg(box.score, 0, 'f', 2) : name;
}

void paintBox(QPainter& painter, const QRectF& place, const QColor& colour, const QString& label) {
    painter.setPen(QPen(colour, 3));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(place);
    const QFontMetricsF metrics(painter.font());
    const double height = metrics.height(), width = metrics.horizontalAdvance(label) + 4;
    // Above the box, or inside where that would be outside of the picture.
    const double top = place.top() >= height ? place.top() - height : place.top();
    const QRectF ground(std::max(0.0, std::min(place.left() - 1, painter.device()->width() - width)), top, width, height);
    painter.fillRect(ground, colour);
    painter.setPen(Qt::black);
    painter.drawText(ground, Qt::AlignCenter, label);
}

void paintBoxes(QPainter& painter, const QImage& picture, const SampleTarget& target, const Drawing& drawing, const QSizeF& scale) {
    const bool answer = drawing.kind == Drawing::Kind::answerBoxes;
    QFont font = labelFont();
    font.setPixelSize(std::max(10, painter.device()->width() / 15));
    painter.setFont(font);
    for (const Box& box : answer ? answers_of(target) : truths_of(target)) {
        if (answer && box.score < kSureBox) {
            continue;
        }
        const double x = scale.width() * (drawing.normalised ? picture.width() : 1), y = scale.height() * (drawing.normalised ? picture.height() : 1);
        paintBox(painter, QRectF(QPointF(box.left * x, box.top * y), QPointF(box.right * x, box.bottom * y)), classColour(box.class_index),
                 labelOf(box, drawing));
    }
}

/// Class 0 is left out: it is the ground.
QImage maskPicture(const Tensor& mask) {
    const std::vector<std::int64_t> classes = values_of(mask).whole;
    std::vector<std::int64_t> dims = mask.dims;
    dims.erase(std::remove(dims.begin(), dims.end(), 1), dims.end());
    if (dims.size() != 2 || classes.size() != static_cast<std::size_t>(dims[0] * dims[1])) {
        return {};
    }
    QImage picture(QSize(static_cast<int>(dims[1]), static_cast<int>(dims[0])), QImage::Format_ARGB32);
    for (int y = 0; y < picture.height(); ++y) {
        for (int x = 0; x < picture.width(); ++x) {
            const std::int64_t index = classes[static_cast<std::size_t>(y) * static_cast<std::size_t>(picture.width()) + static_cast<std::size_t>(x)];
            const QRgb colour = classColour(index).rgb();
            picture.setPixel(x, y, index <= 0 ? qRgba(0, 0, 0, 0) : qRgba(qRed(colour), qGreen(colour), qBlue(colour), kMaskAlpha));
        }
    }
    return picture;
}

}  // namespace

QColor classColour(std::int64_t index) { return QColor(kClassColours[static_cast<std::size_t>(std::max<std::int64_t>(0, index)) % std::size(kClassColours)]); }

QImage pictureOf(const Preview& preview) {
    const auto wanted = static_cast<std::size_t>(std::max(0, preview.width)) * static_cast<std::size_t>(std::max(0, preview.height)) * 3;
    if (wanted == 0 || preview.rgb.size() < wanted) {
        return {};
    }
    return QImage(preview.rgb.data(), preview.width, preview.height, preview.width * 3, QImage::Format_RGB888).copy();
}

Drawing drawingOf(TargetForm form, const SampleTarget& target) {
    Drawing drawing;
    if (form == TargetForm::boxes && target.values) {
        drawing.kind = Drawing::Kind::targetBoxes;
    } else if (form == TargetForm::whole && target.values && !maskPicture(*target.values).isNull()) {
        drawing.kind = Drawing::Kind::mask;
    }
    return drawing;
}

QImage drawnTarget(const QImage& picture, const SampleTarget& target, const Drawing& drawing, int side) {
    const QSize size = picture.size().scaled(side, side, Qt::KeepAspectRatio);
    const bool small = std::max(picture.width(), picture.height()) < side;
    QImage drawn = picture.scaled(size, Qt::IgnoreAspectRatio, small ? Qt::FastTransformation : Qt::SmoothTransformation).convertToFormat(QImage::Format_RGB32);
    if (drawing.kind == Drawing::Kind::none || !target.values) {
        return drawn;
    }
    QPainter painter(&drawn);
    if (drawing.kind == Drawing::Kind::mask) {
        painter.drawImage(QRect(QPoint(), size), maskPicture(*target.values));
    } else {
        paintBoxes(painter, picture, target, drawing, {double(size.width()) / picture.width(), double(size.height()) / picture.height()});
    }
    return drawn;
}

}  // namespace vernier::ui
