// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/elided_label.h"

#include "ui/theme/elided_name.h"

namespace vernier::ui {

namespace {

constexpr qsizetype kLongestTip = 1000;  // characters: names out of a file have no bound

}  // namespace

ElidedLabel::ElidedLabel(QWidget* parent) : QLabel(parent) {
    setTextFormat(Qt::PlainText);
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
}

void ElidedLabel::setName(const QString& name) {
    name_ = name;
    fit();
}

void ElidedLabel::resizeEvent(QResizeEvent* event) {
    QLabel::resizeEvent(event);
    fit();
}

void ElidedLabel::fit() {
    const QString bounded = name_.size() <= kLongestTip ? name_ : name_.left(kLongestTip / 2) + QChar(0x2026) + name_.right(kLongestTip / 2);
    const QString shown = elidedName(bounded, QFontMetricsF(font()), contentsRect().width());
    if (shown != text()) {
        setText(shown);
    }
    setToolTip(shown == name_ ? QString() : bounded);
}

}  // namespace vernier::ui
