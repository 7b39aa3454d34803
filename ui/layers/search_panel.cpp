// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/layers/search_panel.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

#include <optional>

#include "core/data/dataset.h"
#include "ui/charts/front_chart.h"
#include "ui/choose/numbers.h"
#include "ui/layers/search_plot.h"
#include "ui/session/queue.h"
#include "ui/session/recipe_search.h"
#include "ui/session/session.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

constexpr double kUsualAgreement = 99, kUsualSqnr = 20, kUsualDrop = 0.5;

struct BoundLook {
    double most, step, usual;
    QString prefix, suffix;
};

BoundLook lookOf(SearchLimit::Of of, const Gate& gate) {
    switch (of) {
        case SearchLimit::Of::drop: return {100, 0.1, gate.max_drop_points.value_or(kUsualDrop), QStringLiteral("≤ "), QObject::tr(" points")};
        case SearchLimit::Of::agreement: return {100, 0.5, gate.min_agreement.value_or(kUsualAgreement), QStringLiteral("≥ "), QStringLiteral(" %")};
        case SearchLimit::Of::sqnr: return {200, 1, gate.min_sqnr_db.value_or(kUsualSqnr), QStringLiteral("≥ "), QStringLiteral(" dB")};
    }
    return {};
}

QDoubleSpinBox* box(const QString& name) {
    auto* made = new QDoubleSpinBox;
    made->setAccessibleName(name);
    made->setButtonSymbols(QAbstractSpinBox::NoButtons);  // the keys and the wheel step it
    return made;
}

}  // namespace

SearchPanel::SearchPanel(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), of_(new QComboBox), bound_(box(tr("Limit"))), budget_(box(tr("Budget in minutes"))),
      start_(new QPushButton(tr("Start"))), resume_(new QPushButton(tr("Resume"))), cancel_(new QPushButton(tr("Cancel"))),
      quantize_(new QPushButton(tr("Quantize and measure"))), busy_(new QLabel), progress_(new QProgressBar), sentence_(new QLabel), empty_(new QLabel),
      front_(new FrontChart) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 6, 12, 6);
    layout->setSpacing(6);
    layout->addWidget(buildLine());
    layout->addWidget(sentence_);
    layout->addWidget(front_, 1);
    layout->addWidget(empty_, 1);
    for (QLabel* label : {busy_, sentence_, empty_}) {
        label->setProperty("role", "note");
    }
    sentence_->setWordWrap(true);
    sentence_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    empty_->setWordWrap(true);
    empty_->setAlignment(Qt::AlignCenter);
    RecipeSearch& search = session.search();
    connect(start_, &QPushButton::clicked, this, &SearchPanel::begin);
    connect(resume_, &QPushButton::clicked, &search, &RecipeSearch::resume);
    connect(cancel_, &QPushButton::clicked, &session.queue(), &Queue::cancel);
    connect(quantize_, &QPushButton::clicked, this, &SearchPanel::quantizeRequested);
    connect(front_, &FrontChart::placeClicked, this, &SearchPanel::take);
    connect(of_, &QComboBox::currentIndexChanged, this, &SearchPanel::showBound);
    connect(&search, &RecipeSearch::changed, this, &SearchPanel::showState);
    connect(&session, &Session::stateChanged, this, &SearchPanel::showLimits);
    connect(&session, &Session::datasetChanged, this, &SearchPanel::showLimits);
    connect(&session, &Session::restored, this, &SearchPanel::showSearched);
    connect(&session, &Session::gateChanged, this, &SearchPanel::showBound);
    connect(&session.queue(), &Queue::changed, this, &SearchPanel::showBusy);
    showLimits();
}

QWidget* SearchPanel::buildLine() {
    auto* line = new QWidget;
    auto* row = new QHBoxLayout(line);
    row->setContentsMargins(0, 0, 0, 0);
    of_->setAccessibleName(tr("What the limit is about"));
    of_->addItem(tr("top-1 drop"), int(SearchLimit::Of::drop));
    of_->addItem(tr("agreement"), int(SearchLimit::Of::agreement));
    of_->addItem(tr("SQNR"), int(SearchLimit::Of::sqnr));
    bound_->setDecimals(2);
    budget_->setRange(0.5, 600);
    budget_->setDecimals(1);
    budget_->setSingleStep(1);
    budget_->setValue(5);
    budget_->setSuffix(tr(" min"));
    start_->setProperty("primary", true);
    progress_->setFixedWidth(120);
    progress_->setTextVisible(false);
    progress_->setAccessibleName(tr("Progress of the search"));
    busy_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    const auto label = [](const QString& words, QWidget* buddy) {
        auto* made = new QLabel(words);
        made->setProperty("role", "note");
        made->setBuddy(buddy);
        return made;
    };
    for (QWidget* part : {static_cast<QWidget*>(label(tr("Limit"), of_)), static_cast<QWidget*>(of_), static_cast<QWidget*>(bound_),
                          static_cast<QWidget*>(label(tr("Budget"), budget_)), static_cast<QWidget*>(budget_), static_cast<QWidget*>(start_),
                          static_cast<QWidget*>(resume_), static_cast<QWidget*>(cancel_), static_cast<QWidget*>(quantize_)}) {
        row->addWidget(part);
    }
    row->addWidget(busy_, 1);
    row->addWidget(progress_);
    return line;
}

QString SearchPanel::sentence() const { return sentence_->isHidden() ? QString() : sentence_->text(); }

QString SearchPanel::emptyText() const { return empty_->isHidden() ? QString() : empty_->text(); }

/// Without labels there is no top-1 to limit.
void SearchPanel::showLimits() {
    const bool labelled = session_.dataset() && session_.dataset()->has_labels();
    const int shown = of_->currentData().toInt();
    const bool open = session_.dataset() != nullptr;
    if (open && !labelled && shown == int(SearchLimit::Of::drop)) {
        of_->setCurrentIndex(of_->findData(int(session_.dataset()->classifies() ? SearchLimit::Of::agreement : SearchLimit::Of::sqnr)));
    }
    showBound();
    showState();
}

void SearchPanel::showBound() {
    const BoundLook look = lookOf(static_cast<SearchLimit::Of>(of_->currentData().toInt()), session_.gate());
    bound_->setRange(0, look.most);
    bound_->setSingleStep(look.step);
    bound_->setPrefix(look.prefix);
    bound_->setSuffix(look.suffix);
    // The limit of the search whose front is shown stays beside it.
    const RecipeSearch& search = session_.search();
    const bool same = search.values() != nullptr && int(search.limit().of) == of_->currentData().toInt();
    bound_->setValue(same ? search.limit().bound : look.usual);
}

/// A session file brought a front: with what it was looked for.
void SearchPanel::showSearched() {
    const RecipeSearch& search = session_.search();
    if (search.values() != nullptr) {
        of_->setCurrentIndex(of_->findData(int(search.limit().of)));
        budget_->setValue(search.limit().minutes);
    }
    showLimits();
}

void SearchPanel::begin() { session_.search().start({static_cast<SearchLimit::Of>(of_->currentData().toInt()), bound_->value(), budget_->value()}); }

void SearchPanel::take(int dot) {
    if (const auto problem = session_.search().take(dot)) {
        session_.complain(*problem);
    }
}

void SearchPanel::showState() {
    const RecipeSearch& search = session_.search();
    const QString missing = search.missing();
    const bool dots = search.values() != nullptr && !search.values()->front.empty();
    start_->setEnabled(missing.isEmpty() && !search.busy());
    start_->setToolTip(missing);
    resume_->setVisible(search.canResume());
    resume_->setEnabled(missing.isEmpty());
    resume_->setToolTip(tr("Goes on where it was stopped; what was measured is not measured again."));
    quantize_->setVisible(dots);
    quantize_->setEnabled(search.taken() >= 0 && !search.busy());
    quantize_->setToolTip(search.taken() >= 0 ? tr("Makes a run of the selected recipe and measures it with all others.") : tr("Click a dot first."));
    front_->setVisible(dots);
    front_->setPlot(frontPlot(search));
    const QString failed = search.problem().isEmpty() ? QString() : tr("The search failed: %1").arg(search.problem());
    const QString words = QStringList{failed, search.staleness(), searchSentence(search)}.join(QLatin1Char(' ')).trimmed();
    sentence_->setText(words);
    sentence_->setVisible(!words.isEmpty());
    empty_->setVisible(!dots);
    empty_->setText(
        missing.isEmpty()
            ? tr("Vernier looks for the fastest recipe within the limit: it predicts a front of recipes, measures a few of them, and keeps what passes.")
            : missing);
    showBusy();
}

void SearchPanel::showBusy() {
    const RecipeSearch& search = session_.search();
    const Queue& queue = session_.queue();
    cancel_->setVisible(search.busy());
    progress_->setVisible(search.busy());
    QString words = !search.busy() ? QString() : search.running() ? queue.stage() : tr("waits for “%1”").arg(queue.title());
    if (const auto left = search.running() ? queue.secondsLeft() : std::nullopt) {
        words += tr(", %1 left in this step").arg(durationText(*left));
    }
    busy_->setText(words);
    progress_->setRange(0, queue.share() > 0 ? 1000 : 0);
    progress_->setValue(static_cast<int>(queue.share() * 1000));
}

}  // namespace vernier::ui
