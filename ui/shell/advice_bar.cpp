// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/advice_bar.h"

#include <QBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QResizeEvent>

#include "ui/session/session.h"
#include "ui/session/window_words.h"
#include "ui/theme/theme.h"
#include "ui/theme/theme_watch.h"

namespace vernier::ui {

namespace {

constexpr int kNarrow = 70;  // letters

QString text(const Json& json, const char* key) {
    const auto it = json.is_object() ? json.find(key) : json.end();
    return json.is_object() && it != json.end() && it->is_string() ? QString::fromStdString(it->get<std::string>()) : QString();
}

}  // namespace

AdviceBar::AdviceBar(Session& session, QWidget* parent)
    : QFrame(parent), session_(session), row_(new QBoxLayout(QBoxLayout::LeftToRight, this)), text_(new QLabel), take_(new QPushButton) {
    row_->setContentsMargins(12, 6, 8, 6);
    text_->setWordWrap(true);
    row_->addWidget(text_, 1);
    row_->addWidget(take_);
    arrange(0);
    connect(take_, &QPushButton::clicked, this, [this] {
        if (method_) {
            session_.document().chooseWholeModel(*method_);
        }
    });
    for (const auto signal : {&Session::stateChanged, &Session::inspectionChanged, &Session::recipeChanged}) {
        connect(&session, signal, this, &AdviceBar::showState);
    }
    connect(&ThemeWatch::instance(), &ThemeWatch::changed, this, &AdviceBar::showState);
    showState();
}

void AdviceBar::resizeEvent(QResizeEvent* event) {
    QFrame::resizeEvent(event);
    arrange(event->size().width());
}

/// Where it is narrow the button stands below the words, which have the whole width then: beside it they would take many
/// lines from the graph, and the two could not be as narrow as a small window needs.
void AdviceBar::arrange(int width) {
    const bool narrow = width < fontMetrics().averageCharWidth() * kNarrow;
    row_->setDirection(narrow ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight);
    row_->setSpacing(narrow ? 4 : 12);
    row_->setAlignment(take_, narrow ? Qt::AlignLeft : Qt::Alignment());
}

void AdviceBar::showState() {
    const Json& inspection = session_.document().inspection();
    const Json none;
    const Json& advice = inspection.is_object() && inspection.contains("advice") ? inspection["advice"] : none;
    const bool untouched = session_.recipe() == Recipe{};
    const QString why = text(advice, "text").isEmpty() ? text(advice, "why") : text(advice, "text");
    method_ = method_from_id(text(advice, "method").toStdString());
    // A damaged model has no advice, and what its inspection cannot do is known before.
    const QString damage = session_.document().damage();
    const QString problem = damage.isEmpty() ? text(inspection, "error") : tr("%1 Found: %2").arg(session_.lookOnly(), damage);
    setVisible(session_.model() && (!problem.isEmpty() || (untouched && !why.isEmpty())));
    const Theme theme = Theme::current();
    const QColor edge = problem.isEmpty() ? theme.accent : damage.isEmpty() ? theme.bad : theme.warn;
    setStyleSheet(
        QStringLiteral("vernier--ui--AdviceBar { background: %1; border-left: 3px solid %2; }").arg(mixed(edge, theme.window, 0.10).name(), edge.name()));
    text_->setText(windowWords(problem.isEmpty() ? why : problem));
    take_->setVisible(problem.isEmpty() && method_ && *method_ != Method::fp32);
    if (method_) {
        const std::string_view title = row(*method_).title;
        take_->setText(tr("Choose %1").arg(QString::fromUtf8(title.data(), static_cast<qsizetype>(title.size()))));
        // The layout may ask for the size before the style sheet is applied: the words must fit in any case.
        take_->setMinimumWidth(take_->fontMetrics().horizontalAdvance(take_->text()) + 30);
    }
}

}  // namespace vernier::ui
