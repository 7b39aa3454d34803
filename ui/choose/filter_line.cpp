// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/choose/filter_line.h"

#include <QAbstractItemView>
#include <QCompleter>
#include <QKeyEvent>
#include <QLabel>
#include <QStringListModel>

#include "core/quant/selector.h"
#include "ui/session/session.h"
#include "ui/theme/theme.h"
#include "ui/theme/theme_watch.h"

namespace vernier::ui {

FilterLine::FilterLine(Session& session, QWidget* parent)
    : QLineEdit(parent), session_(session), count_(new QLabel(this)), completer_(new QCompleter(this)), words_(new QStringListModel(this)) {
    setPlaceholderText(tr("Filter, such as op:Conv and weight>10kB"));
    setAccessibleName(tr("Filter of table and graph"));
    setFont(monoFont());
    count_->setAttribute(Qt::WA_TransparentForMouseEvents);
    completer_->setModel(words_);
    completer_->setWidget(this);
    completer_->setCompletionMode(QCompleter::UnfilteredPopupCompletion);
    connect(completer_, qOverload<const QString&>(&QCompleter::activated), this, &FilterLine::complete);
    connect(this, &QLineEdit::textChanged, this, [this](const QString& text) { session_.filter().setText(text); });
    connect(this, &QLineEdit::textEdited, this, &FilterLine::offer);
    connect(&session.filter(), &Filter::changed, this, &FilterLine::showState);
    connect(&ThemeWatch::instance(), &ThemeWatch::changed, this, &FilterLine::showState);
    connect(&session, &Session::stateChanged, this, &FilterLine::showState);
    showState();
}

void FilterLine::showState() {
    const Filter& filter = session_.filter();
    if (text() != filter.text()) {
        setText(filter.text());
    }
    const Theme theme = Theme::current();
    const bool good = filter.error().isEmpty();
    const QColor ink = theme.ink(good ? theme.good : theme.bad);
    count_->setVisible(filter.active() && session_.model());
    count_->setText(good ? tr("%L1 ✓").arg(filter.count()) : filter.count() == 0 ? tr("0 ✕") : QStringLiteral("✕"));
    count_->setStyleSheet(QStringLiteral("color: %1; background: transparent; font-weight: 600;").arg(ink.name()));
    count_->adjustSize();
    setTextMargins(0, 0, count_->isVisibleTo(this) ? count_->width() + 4 : 0, 0);
    count_->move(width() - count_->width() - 8, (height() - count_->height()) / 2);
    setToolTip(good ? tr("Selector language: op:Conv, name:\"features.0*\", #12, #3..9, block:…, up:(…), down:(…), weight>1MB, "
                         "macs>1M, method:int8-static, depthwise, and, or, not ( ). Ctrl+A behind a text selects the nodes that match, Down goes to them.")
                    : filter.error());
    setProperty("wrong", !good);
    setStyleSheet(good ? QString() : QStringLiteral("QLineEdit { border-color: %1; }").arg(theme.bad.name()));
}

void FilterLine::resizeEvent(QResizeEvent* event) {
    QLineEdit::resizeEvent(event);
    count_->move(width() - count_->width() - 8, (height() - count_->height()) / 2);
}

void FilterLine::keyPressEvent(QKeyEvent* event) {
    const bool popup = completer_->popup()->isVisible();
    const int key = event->key();
    if (popup && (key == Qt::Key_Enter || key == Qt::Key_Return || key == Qt::Key_Tab || key == Qt::Key_Escape)) {
        event->ignore();  // the completer's popup takes these
        return;
    }
    if (key == Qt::Key_Escape && !text().isEmpty()) {
        clear();
        return;
    }
    if ((!popup || event->matches(QKeySequence::SelectAll)) && leave(*event)) {
        completer_->popup()->hide();
        return;
    }
    QLineEdit::keyPressEvent(event);
}

/// Hands over to the table when the key says so and there is something to go to. A text that is marked is meant itself: what is
/// typed next replaces it, and must not become commands for nodes.
bool FilterLine::leave(const QKeyEvent& event) {
    const Filter& filter = session_.filter();
    const bool all = event.matches(QKeySequence::SelectAll);
    const bool next = event.key() == Qt::Key_Down || event.key() == Qt::Key_Return || event.key() == Qt::Key_Enter;
    if ((!all && !next) || !session_.model() || !filter.error().isEmpty() || filter.count() == 0 || (all && (!filter.active() || hasSelectedText()))) {
        return false;
    }
    if (all) {
        session_.selection().set(filter.nodes(), session_.selection().current());
    }
    emit tableRequested();
    return true;
}

void FilterLine::offer(const QString& text) {
    QStringList words;
    if (session_.model() && cursorPosition() == text.size() && !text.isEmpty() && !text.endsWith(QLatin1Char(' '))) {
        for (const std::string& word : completions(text.toStdString(), *session_.model())) {
            words << QString::fromStdString(word);
        }
    }
    words_->setStringList(words);
    if (words.isEmpty()) {
        completer_->popup()->hide();
    } else {
        completer_->setCompletionPrefix({});
        completer_->complete();
    }
}

void FilterLine::complete(const QString& word) {
    // The last word begins behind the last space or parenthesis, as in completions().
    const QString now = text();
    qsizetype start = now.size();
    while (start > 0 && !QStringLiteral(" ()").contains(now[start - 1])) {
        --start;
    }
    setText(now.left(start) + word);
}

}  // namespace vernier::ui
