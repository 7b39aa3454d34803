// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/verdict_strip.h"

#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>

#include "core/report/verdict.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

constexpr int kBar = 4;

QColor colourOf(int worth, const Theme& theme) { return worth == 1 ? theme.good : worth == 0 ? theme.bad : theme.warn; }

}  // namespace

VerdictStrip::VerdictStrip(QWidget* parent) : QWidget(parent), label_(new QLabel) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kBar + 12, 8, 12, 8);
    label_->setWordWrap(true);
    label_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    layout->addWidget(label_);
}

void VerdictStrip::setVerdict(const Verdict& verdict) {
    worth_ = verdict.worth ? int(*verdict.worth) : -1;
    opening_ = QString::fromStdString(verdict.opening);
    sentences_ = QString::fromStdString(verdict.sentences);
    title_ = QString::fromStdString(verdict.title);
    showText();
    update();
}

void VerdictStrip::setCompact(bool compact) {
    if (compact != compact_) {
        compact_ = compact;
        showText();
    }
}

void VerdictStrip::showText() {
    // The finding in bold; then the sentences, or the one that sums them up.
    const bool cut = compact_ && !opening_.isEmpty() && !title_.isEmpty();
    label_->setText(opening_.isEmpty() ? QString()
                                       : QStringLiteral("<b>%1:</b> %2").arg(opening_.toHtmlEscaped(), (cut ? title_ : sentences_).toHtmlEscaped()));
    const int air = compact_ ? 4 : 8;
    layout()->setContentsMargins(kBar + 12, air, 12, air);
    setToolTip(cut ? opening_ + QStringLiteral(": ") + sentences_ : title_);
    // The height of the words is kept above, too: without this the strip stays as high as it was.
    layout()->activate();
    updateGeometry();
}

QString VerdictStrip::text() const { return label_->text(); }

void VerdictStrip::paintEvent(QPaintEvent*) {
    const Theme theme = Theme::current();
    const QColor colour = colourOf(worth_, theme);
    QPainter painter(this);
    painter.fillRect(rect(), mixed(colour, theme.window, theme.dark ? 0.14 : 0.07));
    painter.fillRect(QRect(0, 0, kBar, height()), colour);
}

}  // namespace vernier::ui
