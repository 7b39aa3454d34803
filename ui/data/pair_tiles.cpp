// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/data/pair_tiles.h"

#include <QCoreApplication>

#include "core/base/error.h"
#include "ui/data/drawn_target.h"

namespace vernier::ui {

namespace {

QString tr(const char* words) { return QCoreApplication::translate("Answers", words); }

/// A device with twice the pixels shows twice the detail.
constexpr int kDrawnSide = 2 * PairGallery::kSide;

struct Draw {
    const TileRequest& request;
    const QImage& picture;
    TargetForm form;

    [[nodiscard]] QImage operator()(const SampleTarget& target, bool answer) const {
        if (picture.isNull()) {
            return {};
        }
        Drawing drawing = drawingOf(form, target);
        if (drawing.kind == Drawing::Kind::targetBoxes && answer) {
            drawing.kind = Drawing::Kind::answerBoxes;
            drawing.normalised = request.pairs.reading.normalised;
        }
        drawing.names = &request.dataset->classes();
        return drawing.kind == Drawing::Kind::none ? QImage() : drawnTarget(picture, target, drawing, kDrawnSide);
    }
};

/// The form that answers of a task are drawn in, with targets or without.
TargetForm formOf(Task task) { return task == Task::detection ? TargetForm::boxes : task == Task::segmentation ? TargetForm::whole : TargetForm::none; }

PairTile tileOf(const TileRequest& request, const AnswerPair& pair) {
    const Sample sample = request.dataset->load(Split::validation, pair.sample);
    PairTile tile{.name = QString::fromStdString(sample.name), .stand = request.stands[static_cast<int>(pair.stand)], .worse = pair.stand == Stand::lost};
    tile.picture = pictureOf(preview_of(sample));
    const Draw draw{request, tile.picture, formOf(request.pairs.task)};
    QString truth = pair.truthText;
    if (truth.isEmpty() && !sample.text.empty() && tile.picture.isNull()) {
        truth = QString::fromStdString(sample.text);
    }
    if (pair.truth.known() || !truth.isEmpty()) {
        tile.cells << PairCell{tr("target"), draw(pair.truth, false), truth};
    }
    tile.cells << PairCell{tr("FP32"), draw(pair.before, true), pair.beforeText} << PairCell{request.candidate, draw(pair.after, true), pair.afterText};
    return tile;
}

}  // namespace

QVector<PairTile> pairTiles(const TileRequest& request, const Job& job) {
    QVector<PairTile> tiles;
    for (const AnswerPair& pair : request.shown) {
        job.check();
        try {
            tiles << tileOf(request, pair);
        } catch (const Error& error) {
            tiles << PairTile{.name = tr("sample %1").arg(pair.sample), .cells = {{tr("cannot be shown"), {}, QString::fromStdString(error.line())}}};
        }
    }
    return tiles;
}

}  // namespace vernier::ui
