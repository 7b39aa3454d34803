// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/recipe_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

#include "ui/session/recipe_view.h"
#include "ui/session/session.h"
#include "ui/theme/theme.h"
#include "ui/theme/theme_watch.h"

namespace vernier::ui {

RecipeBar::RecipeBar(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), text_(new QLabel), use_(new QPushButton(tr("Use this recipe"))),
      back_(new QPushButton(tr("Show the present recipe"))) {
    setAttribute(Qt::WA_StyledBackground);
    setObjectName(QStringLiteral("recipeBar"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 4, 8, 4);
    row->setSpacing(8);
    text_->setWordWrap(true);
    row->addWidget(text_, 1);
    row->addWidget(use_);
    row->addWidget(back_);
    use_->setToolTip(tr("It becomes the recipe that is worked on; one step to undo."));
    connect(use_, &QPushButton::clicked, this, [this] {
        const int run = session_.recipeView().to();
        session_.recipeView().clear();
        session_.trials().takeRecipeOf(run);
    });
    connect(back_, &QPushButton::clicked, this, [this] { session_.recipeView().clear(); });
    connect(&session.recipeView(), &RecipeView::changed, this, &RecipeBar::showState);
    connect(&ThemeWatch::instance(), &ThemeWatch::changed, this, &RecipeBar::showState);
    showState();
}

QString RecipeBar::text() const { return isHidden() ? QString() : text_->text(); }

void RecipeBar::showState() {
    const RecipeView& view = session_.recipeView();
    const Theme theme = Theme::current();
    setStyleSheet(QStringLiteral("#recipeBar { background: %1; border-bottom: 1px solid %2; }").arg(theme.accentSoft.name(), theme.line.name()));
    text_->setText(view.sentence());
    use_->setVisible(!view.compares());
    setVisible(view.active());
}

}  // namespace vernier::ui
