// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/data/answers_panel.h"

#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/data/drawn_target.h"
#include "ui/data/pair_gallery.h"
#include "ui/data/pair_tiles.h"
#include "ui/session/session.h"
#include "ui/session/trials.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

constexpr int kMostShown = 24, kSideWidth = 264;

QLabel* note() {
    auto* label = new QLabel;
    label->setProperty("role", "note");
    label->setWordWrap(true);
    return label;
}

/// Axes that the model declares of an output; -1: it does not say.
int rankOf(const Session& session, const std::string& output) {
    const ModelPtr model = session.model();
    const ValueId id = model ? model->find_value(output) : kNone;
    return id == kNone || !model->value(id).type.has_shape ? -1 : static_cast<int>(model->value(id).type.dims.size());
}

}  // namespace

AnswersPanel::AnswersPanel(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), study_(session.document(), session.trials(), session.queue()), stack_(new QStackedWidget), message_(note()),
      look_(new QPushButton), title_(new QLabel), note_(note()), shownNote_(note()), again_(new QPushButton), gallery_(new PairGallery) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    stack_->addWidget(buildEmpty());
    stack_->addWidget(buildContent());
    layout->addWidget(stack_);
    connect(&study_, &AnswerStudy::changed, this, &AnswersPanel::showState);
    connect(&session.queue(), &Queue::changed, this, &AnswersPanel::showState);
    connect(&session, &Session::stateChanged, this, &AnswersPanel::showState);
    showState();
}

QWidget* AnswersPanel::buildEmpty() {
    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(24, 16, 24, 16);
    layout->addStretch();
    message_->setAlignment(Qt::AlignHCenter);
    layout->addWidget(message_);
    look_->setProperty("primary", true);
    auto* row = new QHBoxLayout;
    row->addStretch();
    row->addWidget(look_);
    row->addStretch();
    layout->addLayout(row);
    layout->addStretch();
    connect(look_, &QPushButton::clicked, this, [this] { study_.look(); });
    return page;
}

QWidget* AnswersPanel::buildSide() {
    auto* side = new QWidget;
    auto* layout = new QVBoxLayout(side);
    layout->setContentsMargins(12, 10, 12, 10);
    layout->setSpacing(8);
    title_->setProperty("role", "title");
    title_->setWordWrap(true);
    layout->addWidget(title_);
    auto* grid = new QGridLayout;
    grid->setSpacing(6);
    for (std::size_t i = 0; i < counters_.size(); ++i) {
        counters_[i] = new QPushButton;
        counters_[i]->setCheckable(true);
        counters_[i]->setChecked(static_cast<Stand>(i) == Stand::lost || static_cast<Stand>(i) == Stand::gained);
        connect(counters_[i], &QPushButton::toggled, this, &AnswersPanel::showPairs);
        grid->addWidget(counters_[i], int(i / 2), int(i % 2));
    }
    layout->addLayout(grid);
    layout->addWidget(note_);
    layout->addWidget(again_);
    layout->addStretch();
    connect(again_, &QPushButton::clicked, this, [this] { study_.look(); });
    return side;
}

QWidget* AnswersPanel::buildContent() {
    auto* page = new QWidget;
    auto* layout = new QHBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* side = new QScrollArea;
    side->setWidget(buildSide());
    side->setWidgetResizable(true);
    side->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    side->setFixedWidth(kSideWidth);
    layout->addWidget(side);
    auto* right = new QVBoxLayout;
    right->setContentsMargins(4, 10, 12, 0);
    right->addWidget(shownNote_);
    auto* scroll = new QScrollArea;
    scroll->setWidget(gallery_);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    right->addWidget(scroll, 1);
    layout->addLayout(right, 1);
    return page;
}

QString AnswersPanel::standWords(Stand stand) const {
    const Judged judged = pairs_ ? pairs_->judged : Judged::rightOrWrong;
    switch (stand) {
        case Stand::rightBoth: return judged == Judged::sameOrNot ? tr("same") : judged == Judged::moreOrLess ? tr("alike") : tr("right in both");
        case Stand::lost: return judged == Judged::sameOrNot ? tr("changed") : judged == Judged::moreOrLess ? tr("worse") : tr("lost");
        case Stand::gained: return judged == Judged::moreOrLess ? tr("better") : tr("gained");
        case Stand::wrongBoth: break;
    }
    return tr("wrong in both");
}

/// What can be looked at instead of what is shown.
QString AnswersPanel::againWords() const {
    const Run* run = session_.run(study_.candidate());
    const bool other = run != nullptr && study_.kept() != nullptr && study_.kept()->run != run->id;
    return other ? tr("Look at “%1”").arg(run->title) : tr("Look again");
}

void AnswersPanel::showState() {
    const AnswerStudy::Kept* kept = study_.kept();
    if (kept == nullptr) {
        pairs_.reset();
        problem_.clear();
        reading_.cancel();
    } else if (study_.revision() != revision_) {
        read();
    }
    revision_ = study_.revision();
    const QString missing = study_.missing();
    stack_->setCurrentIndex(kept != nullptr && pairs_ ? 1 : 0);
    look_->setVisible(missing.isEmpty() && !study_.busy() && !reading_.busy());
    const Run* run = session_.run(study_.candidate());
    look_->setText(run == nullptr ? QString() : tr("Look at the answers of “%1”").arg(run->title));
    message_->setText(study_.busy()                 ? tr("Asking both models…")
                      : reading_.busy()             ? tr("Reading the answers…")
                      : !problem_.isEmpty()         ? problem_
                      : !study_.problem().isEmpty() ? study_.problem()
                      : !missing.isEmpty()          ? missing
                                                    : tr("Which samples changed: target and both answers side by side, the most changed first."));
    again_->setText(study_.busy() ? tr("Asking both models…") : againWords());
    again_->setEnabled(missing.isEmpty() && !study_.busy());
    if (kept != nullptr) {
        title_->setText(tr("FP32 and “%1”").arg(kept->title));
        const bool stale = kept->dataset != session_.datasetPath();
        note_->setText(tr("%L1 validation samples, spread evenly.").arg(kept->samples) + (stale ? tr(" The data have changed since.") : QString()));
    }
}

void AnswersPanel::read() {
    const AnswerStudy::Kept kept = *study_.kept();
    pairs_.reset();
    problem_.clear();
    const PairsRequest request{kept.folder.toStdString(), kept.output, kept.task, kept.classifies, rankOf(session_, kept.output)};
    reading_.run([request, dataset = session_.dataset()](const Job& job) { return readAnswerPairs(request, *dataset, job); },
                 [this](AnswerPairs pairs) {
                     pairs_ = std::move(pairs);
                     if (pairs_->count(Stand::lost) + pairs_->count(Stand::gained) == 0) {
                         counter(Stand::rightBoth)->setChecked(true);  // nothing changed: what did not is better than an empty page
                     }
                     showState();
                     showPairs();
                 },
                 [this](const QString& problem) {
                     problem_ = problem;
                     showState();
                 });
}

void AnswersPanel::showPairs() {
    if (!pairs_) {
        return;
    }
    const bool two = pairs_->judged == Judged::sameOrNot;
    QVector<AnswerPair> shown;
    for (const Stand stand : {Stand::rightBoth, Stand::lost, Stand::gained, Stand::wrongBoth}) {
        counter(stand)->setText(QStringLiteral("%L1\n%2").arg(pairs_->count(stand)).arg(standWords(stand)));
        counter(stand)->setVisible(stand == Stand::rightBoth || stand == Stand::lost ||
                                   (!two && (stand == Stand::gained || pairs_->judged == Judged::rightOrWrong)));
    }
    int all = 0;
    for (const AnswerPair& pair : pairs_->pairs) {
        if (counter(pair.stand)->isChecked()) {
            ++all;
            if (shown.size() < kMostShown) {
                shown << pair;
            }
        }
    }
    shownNote_->setText(all == 0              ? tr("No sample is of the chosen kinds. Choose more of them on the left.")
                        : all == shown.size() ? tr("%L1 samples, the most changed first").arg(all)
                                              : tr("%L1 of %L2 samples, the most changed first").arg(shown.size()).arg(all));
    TileRequest request{session_.dataset(), std::move(shown), *pairs_, study_.kept() == nullptr ? QString() : study_.kept()->title, {}};
    for (const Stand stand : {Stand::rightBoth, Stand::lost, Stand::gained, Stand::wrongBoth}) {
        request.stands << standWords(stand);
    }
    request.pairs.pairs.clear();
    drawing_.run([request = std::move(request)](const Job& job) { return pairTiles(request, job); },
                 [this](QVector<PairTile> tiles) { gallery_->setTiles(std::move(tiles)); }, [this](const QString& problem) { shownNote_->setText(problem); });
}

}  // namespace vernier::ui
