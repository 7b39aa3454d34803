// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/layers/sentence.h"

#include <QFontMetrics>

namespace vernier::ui {

Sentence::Sentence(QWidget* parent) : QLabel(parent) {
    setWordWrap(true);
    setTextInteractionFlags(Qt::TextSelectableByMouse);
}

void Sentence::setWords(const QString& words) {
    words_ = words;
    setVisible(!words.isEmpty());
    fit();
}

void Sentence::setOneLine(bool on) {
    if (oneLine_ != on) {
        oneLine_ = on;
        setWordWrap(!on);
        setSizePolicy(on ? QSizePolicy::Ignored : QSizePolicy::Preferred, QSizePolicy::Preferred);
        fit();
    }
}

void Sentence::fit() {
    setToolTip(oneLine_ ? words_ : QString());
    setText(oneLine_ ? QFontMetrics(font()).elidedText(words_, Qt::ElideRight, contentsRect().width()) : words_);
}

void Sentence::resizeEvent(QResizeEvent* event) {
    QLabel::resizeEvent(event);
    if (oneLine_) {
        fit();
    }
}

}  // namespace vernier::ui
