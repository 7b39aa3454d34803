// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/recipes_panel.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QItemSelectionModel>
#include <QLabel>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>
#include <vector>

#include "ui/choose/row_table.h"
#include "ui/compare/difference_model.h"
#include "ui/session/recipe_view.h"
#include "ui/session/run.h"
#include "ui/session/session.h"

namespace vernier::ui {

namespace {

constexpr int kWidestBox = 320;

QComboBox* box(const QString& name) {
    auto* made = new QComboBox;
    made->setAccessibleName(name);
    made->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    made->setMaximumWidth(kWidestBox);
    made->setMinimumContentsLength(8);
    return made;
}

}  // namespace

RecipesPanel::RecipesPanel(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), model_(new DifferenceModel(session, this)), from_(box(tr("From the recipe of"))), to_(box(tr("To the recipe of"))),
      end_(new QPushButton(tr("End comparison"))), sentence_(new QLabel), table_(new QTableView) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 6, 12, 6);
    layout->setSpacing(6);
    layout->addWidget(buildLine());
    layout->addWidget(sentence_);
    layout->addWidget(table_, 1);
    layout->addStretch(0);
    sentence_->setWordWrap(true);
    sentence_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    buildTable();
    for (QComboBox* each : {from_, to_}) {
        connect(each, &QComboBox::activated, this, &RecipesPanel::compare);
    }
    connect(end_, &QPushButton::clicked, this, [this] { session_.recipeView().clear(); });
    connect(&session.recipeView(), &RecipeView::changed, this, &RecipesPanel::showState);
    connect(&session, &Session::runsChanged, this, &RecipesPanel::fillBoxes);
    connect(&session, &Session::stateChanged, this, &RecipesPanel::fillBoxes);
    connect(&session.selection(), &Selection::changed, this, &RecipesPanel::followSelection);
    connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, &RecipesPanel::tellSelection);
    fillBoxes();
}

QWidget* RecipesPanel::buildLine() {
    auto* line = new QWidget;
    auto* row = new QHBoxLayout(line);
    row->setContentsMargins(0, 0, 0, 0);
    const auto label = [](const QString& words, QWidget* buddy) {
        auto* made = new QLabel(words);
        made->setProperty("role", "note");
        made->setBuddy(buddy);
        return made;
    };
    row->addWidget(label(tr("From"), from_));
    row->addWidget(from_);
    row->addWidget(label(tr("to"), to_));
    row->addWidget(to_);
    row->addWidget(end_);
    row->addStretch(1);
    end_->setToolTip(tr("The graph shows the present recipe again."));
    return line;
}

void RecipesPanel::buildTable() {
    table_->setModel(model_);
    table_->setAccessibleName(tr("Nodes that differ"));
    makeRowTable(*table_, DifferenceModel::Name, DifferenceModel::From);
    table_->setItemDelegateForColumn(DifferenceModel::To, table_->itemDelegateForColumn(DifferenceModel::From));
    table_->setMinimumHeight(60);
    QHeaderView* header = table_->horizontalHeader();
    const auto width = [this](const char* sample) { return fontMetrics().horizontalAdvance(QLatin1String(sample)) + 14; };
    header->resizeSection(DifferenceModel::Id, width("1000"));
    header->resizeSection(DifferenceModel::Op, width("BatchNormalization"));
    header->resizeSection(DifferenceModel::From, width("F32 tensor") + 16);
    header->resizeSection(DifferenceModel::To, width("F32 tensor") + 16);
}

QString RecipesPanel::sentence() const { return sentence_->text(); }

/// The present recipe and each run that was made here.
void RecipesPanel::fillBoxes() {
    filling_ = true;
    for (QComboBox* each : {from_, to_}) {
        each->clear();
        each->addItem(tr("the present recipe"), RecipeView::kPresent);
        for (const Run& run : session_.runs()) {
            if (session_.recipeView().hasRecipe(run.id)) {
                each->addItem(run.title, run.id);
            }
        }
    }
    filling_ = false;
    showState();
}

void RecipesPanel::compare() {
    if (!filling_) {
        session_.recipeView().compare(from_->currentData().toInt(), to_->currentData().toInt());
    }
}

void RecipesPanel::showState() {
    const RecipeView& view = session_.recipeView();
    const bool enough = from_->count() > 1;
    model_->rebuild();
    if (view.compares()) {
        from_->setCurrentIndex(from_->findData(view.from()));
        to_->setCurrentIndex(to_->findData(view.to()));
    }
    for (QComboBox* each : {from_, to_}) {
        each->setEnabled(enough);
    }
    end_->setEnabled(view.active());
    sentence_->setText(view.active() ? view.sentence()
                       : enough      ? tr("Choose two recipes: the nodes that differ are listed here and coloured in the graph.")
                                     : tr("Quantize first: then the recipe of each run can be compared with others and with the present one."));
    table_->setVisible(view.compares() && !view.differences().empty());
    followSelection();
}

void RecipesPanel::tellSelection() {
    if (following_) {
        return;
    }
    QVector<int> nodes;
    for (const int row : selectedRows(*table_)) {
        nodes << model_->nodeOf(row);
    }
    const QModelIndex current = table_->currentIndex();
    following_ = true;
    session_.selection().set(nodes, current.isValid() ? model_->nodeOf(current.row()) : -1);
    following_ = false;
}

void RecipesPanel::followSelection() {
    if (following_) {
        return;
    }
    following_ = true;
    std::vector<int> rows;
    for (const int node : session_.selection().nodes()) {
        if (const int row = model_->rowOf(node); row >= 0) {
            rows.push_back(row);
        }
    }
    std::sort(rows.begin(), rows.end());
    table_->selectionModel()->select(rangesOf(*model_, rows), QItemSelectionModel::ClearAndSelect);
    const int current = model_->rowOf(session_.selection().current());
    if (current >= 0) {
        table_->selectionModel()->setCurrentIndex(model_->index(current, DifferenceModel::Name), QItemSelectionModel::NoUpdate);
        table_->scrollTo(table_->currentIndex());
    }
    following_ = false;
}

}  // namespace vernier::ui
