// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/data/data_panel.h"

#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/data/data_check.h"
#include "ui/data/sample_gallery.h"
#include "ui/session/folders.h"
#include "ui/session/session.h"
#include "ui/session/window_words.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

constexpr quint64 kPage = 24;

QLabel* note(const QString& text = {}) {
    auto* label = new QLabel(text);
    label->setProperty("role", "note");
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

}  // namespace

DataPanel::DataPanel(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), stack_(new QStackedWidget), message_(note()), suggest_(new QPushButton), name_(new QLabel), facts_(note()),
      findings_(note()), split_(new QComboBox), previous_(new QToolButton), next_(new QToolButton), position_(new QLabel), gallery_(new SampleGallery) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    stack_->addWidget(buildEmpty());
    stack_->addWidget(buildContent());
    layout->addWidget(stack_);
    connect(&session, &Session::stateChanged, this, &DataPanel::showState);
    connect(&session, &Session::datasetChanged, this, &DataPanel::showState);
    showState();
}

QWidget* DataPanel::buildEmpty() {
    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(24, 16, 24, 16);
    layout->addStretch();
    message_->setAlignment(Qt::AlignHCenter);
    layout->addWidget(message_);
    auto* row = new QHBoxLayout;
    auto* file = new QPushButton(tr("Pick a file…"));
    auto* folder = new QPushButton(tr("Pick a folder…"));
    suggest_->setProperty("primary", true);
    connect(file, &QPushButton::clicked, this, &DataPanel::pickFile);
    connect(folder, &QPushButton::clicked, this, &DataPanel::pickFolder);
    connect(suggest_, &QPushButton::clicked, this, [this] { session_.setDataset(session_.document().suggestedDataset()); });
    row->addStretch();
    for (QPushButton* button : {suggest_, file, folder}) {
        row->addWidget(button);
    }
    row->addStretch();
    layout->addLayout(row);
    layout->addStretch();
    return page;
}

QWidget* DataPanel::buildFacts() {
    auto* side = new QWidget;
    side->setFixedWidth(340);
    auto* layout = new QVBoxLayout(side);
    layout->setContentsMargins(12, 10, 12, 10);
    layout->setSpacing(6);
    name_->setProperty("role", "title");
    name_->setWordWrap(true);
    layout->addWidget(name_);
    layout->addWidget(facts_);
    layout->addWidget(findings_);
    layout->addWidget(new DataCheck(session_));
    layout->addStretch();
    auto* row = new QHBoxLayout;
    auto* file = new QPushButton(tr("Other file…"));
    auto* folder = new QPushButton(tr("Other folder…"));
    auto* none = new QPushButton(tr("No data"));
    connect(file, &QPushButton::clicked, this, &DataPanel::pickFile);
    connect(folder, &QPushButton::clicked, this, &DataPanel::pickFolder);
    connect(none, &QPushButton::clicked, this, [this] { session_.setDataset({}); });
    for (QPushButton* button : {file, folder, none}) {
        row->addWidget(button);
    }
    row->addStretch();
    layout->addLayout(row);
    return side;
}

QWidget* DataPanel::buildContent() {
    auto* page = new QWidget;
    auto* layout = new QHBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* facts = new QScrollArea;
    facts->setWidget(buildFacts());
    facts->setWidgetResizable(true);
    facts->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    facts->setFixedWidth(352);
    layout->addWidget(facts);
    auto* right = new QVBoxLayout;
    right->setContentsMargins(0, 8, 12, 0);
    auto* bar = new QHBoxLayout;
    split_->addItem(tr("Calibration samples"), static_cast<int>(Split::calibration));
    split_->addItem(tr("Validation samples"), static_cast<int>(Split::validation));
    split_->setAccessibleName(tr("Split"));
    previous_->setText(QStringLiteral("‹"));
    previous_->setToolTip(tr("Earlier samples"));
    next_->setText(QStringLiteral("›"));
    next_->setToolTip(tr("Later samples"));
    position_->setProperty("role", "note");
    bar->addWidget(split_);
    bar->addWidget(previous_);
    bar->addWidget(position_);
    bar->addWidget(next_);
    bar->addStretch();
    right->addLayout(bar);
    auto* scroll = new QScrollArea;
    scroll->setWidget(gallery_);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    right->addWidget(scroll, 1);
    layout->addLayout(right, 1);
    connect(split_, &QComboBox::currentIndexChanged, this, [this] {
        first_ = 0;
        loadPage();
    });
    connect(previous_, &QToolButton::clicked, this, [this] {
        first_ -= std::min(first_, kPage);
        loadPage();
    });
    connect(next_, &QToolButton::clicked, this, [this] {
        first_ += kPage;
        loadPage();
    });
    return page;
}

Split DataPanel::split() const { return static_cast<Split>(split_->currentData().toInt()); }

void DataPanel::showState() {
    const DatasetPtr dataset = session_.dataset();
    stack_->setCurrentIndex(dataset ? 1 : 0);
    if (dataset != shown_) {
        shown_ = dataset;
        first_ = 0;
        if (dataset) {
            showFacts();
        }
        loadPage();
    }
    const QString suggestion = session_.isSound() ? session_.document().suggestedDataset() : QString();
    suggest_->setVisible(!dataset && !suggestion.isEmpty() && suggestion != session_.datasetPath());
    suggest_->setText(tr("Use %1").arg(QFileInfo(suggestion).fileName()));
    stack_->widget(0)->setEnabled(session_.isSound());
    stack_->widget(0)->setToolTip(session_.lookOnly());
    if (!session_.lookOnly().isEmpty()) {
        message_->setText(session_.lookOnly());
    } else if (session_.document().datasetBusy()) {
        message_->setText(tr("Reading %1…").arg(QFileInfo(session_.datasetPath()).fileName()));
    } else if (!session_.datasetError().isEmpty()) {
        message_->setText(session_.datasetError());
    } else {
        message_->setText(session_.model() ? tr("Labelled samples calibrate INT8 static and measure accuracy.\n"
                                                "A folder of images, .npz or .npy, ONNX test data, or a .dataset.json. Or drop one here.")
                                           : tr("Open a model first; its samples belong to it."));
    }
}

namespace {

/// What is right for its samples, and by what task answers are judged.
QString targetLine(const Dataset& dataset) {
    QString line;
    switch (dataset.target()) {
        case TargetForm::none: line = DataPanel::tr("No labels: outputs are compared with those of FP32, accuracy is not measured."); break;
        case TargetForm::label: line = DataPanel::tr("Labelled"); break;
        case TargetForm::numbers: line = DataPanel::tr("Targets: numbers"); break;
        case TargetForm::whole: line = DataPanel::tr("Targets: masks, a class for each token, or yes and no of steps"); break;
        case TargetForm::text: line = DataPanel::tr("Targets: texts"); break;
        case TargetForm::boxes: line = DataPanel::tr("Targets: boxes"); break;
    }
    if (dataset.target() != TargetForm::none && !dataset.classes().empty()) {
        line += DataPanel::tr(", %L1 classes").arg(dataset.classes().size());
    }
    if (const auto task = dataset.task().task) {
        return line + QLatin1Char('\n') + DataPanel::tr("Task: %1").arg(QString::fromUtf8(name(*task).data(), qsizetype(name(*task).size())));
    }
    return dataset.target() == TargetForm::none ? line : line + QLatin1Char('\n') + DataPanel::tr("Task: proposed from the model's outputs and these targets");
}

}  // namespace

void DataPanel::showFacts() {
    const Dataset& dataset = *shown_;
    name_->setText(QString::fromStdString(dataset.name()));
    QStringList lines;
    lines << QDir::toNativeSeparators(QString::fromStdString(dataset.path().string()));
    lines << tr("%L1 calibration samples · %L2 validation samples").arg(dataset.size(Split::calibration)).arg(dataset.size(Split::validation));
    lines << targetLine(dataset);
    lines << tr("Preprocessing: %1").arg(QString::fromStdString(dataset.preprocessing()));
    facts_->setText(lines.join(QLatin1Char('\n')));
    QStringList found;
    for (const Finding& finding : dataset.findings()) {
        if (finding.severity == Severity::info && finding.code == "labels-missing") {
            continue;  // a line above says it
        }
        found << (finding.severity == Severity::info ? QStringLiteral("ℹ ") : QStringLiteral("⚠ ")) + windowWords(finding.text) +
                     (finding.remedy.empty() ? QString() : QLatin1Char(' ') + windowWords(finding.remedy));
    }
    findings_->setText(found.join(QLatin1Char('\n')));
    findings_->setVisible(!found.isEmpty());
}

void DataPanel::loadPage() {
    if (!shown_) {
        loading_.cancel();
        gallery_->setTiles({});
        return;
    }
    const Split split = this->split();
    const quint64 size = shown_->size(split);
    const quint64 last = std::min(first_ + kPage, size);
    previous_->setEnabled(first_ > 0);
    next_->setEnabled(last < size);
    position_->setText(size == 0 ? tr("none") : tr("%L1 to %L2 of %L3").arg(first_ + 1).arg(last).arg(size));
    gallery_->setBusy(static_cast<int>(last - std::min(first_, last)));
    loading_.run(
        [dataset = shown_, split, from = first_, last](const Job& job) {
            QVector<SampleTile> tiles;
            for (quint64 i = from; i < last; ++i) {
                job.check();
                tiles << loadTile(*dataset, split, i);
            }
            return tiles;
        },
        [this](QVector<SampleTile> tiles) { gallery_->setTiles(std::move(tiles)); },
        [this](const QString& problem) {
            SampleTile tile;
            tile.problem = problem;
            gallery_->setTiles({tile});
        });
}

namespace {

/// Beside the dataset that is open, else where the user was last.
QString startFolder(const Session& session) {
    return session.datasetPath().isEmpty() ? dialogFolder(session) : QFileInfo(session.datasetPath()).absolutePath();
}

}  // namespace

void DataPanel::pickFile() {
    const QString path =
        QFileDialog::getOpenFileName(this, tr("Pick a dataset"), startFolder(session_), tr("Datasets (*.dataset.json *.npz *.npy);;All files (*)"));
    if (!path.isEmpty()) {
        rememberFolderOf(path);
        session_.setDataset(path);
    }
}

void DataPanel::pickFolder() {
    const QString path = QFileDialog::getExistingDirectory(this, tr("Pick a folder of images or ONNX test data"), startFolder(session_));
    if (!path.isEmpty()) {
        rememberFolderOf(path);
        session_.setDataset(path);
    }
}

}  // namespace vernier::ui
