// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/palette.h"

#include <QAction>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/session/session.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

enum Role { ActionRole = Qt::UserRole + 1, NodeRole, RightRole };
constexpr int kMostShown = 60;

struct Hit {
    int score = 0;
    QAction* action = nullptr;
    int node = -1;
    QString text;
    QString right;
};

/// The words left, the shortcut or the op type right in grey.
class RowDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const Theme theme = Theme::fromPalette(option.palette);
        painter->fillRect(option.rect, option.state & QStyle::State_Selected ? theme.accentSoft : theme.card);
        const QRect inner = option.rect.adjusted(12, 0, -12, 0);
        const QString right = index.data(RightRole).toString();
        painter->setPen(theme.text2);
        painter->drawText(inner, Qt::AlignVCenter | Qt::AlignRight, right);
        painter->setPen(theme.text);
        const int width = inner.width() - option.fontMetrics.horizontalAdvance(right) - 16;
        painter->drawText(inner, Qt::AlignVCenter | Qt::AlignLeft, option.fontMetrics.elidedText(index.data().toString(), Qt::ElideMiddle, width));
    }
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override {
        return {option.rect.width(), option.fontMetrics.height() + 10};
    }
};

}  // namespace

int fuzzyScore(const QString& typed, const QString& words) {
    int score = 0;
    qsizetype at = -1;
    for (const QChar letter : typed) {
        if (letter.isSpace()) {
            continue;
        }
        const qsizetype found = words.indexOf(letter, at + 1, Qt::CaseInsensitive);
        if (found < 0) {
            return -1;
        }
        const bool start = found == 0 || !words[found - 1].isLetterOrNumber();
        score += start ? 8 : found == at + 1 ? 5 : 1;
        at = found;
    }
    // Typed as it stands: best as the beginning, then as the beginning of a word, then anywhere.
    const qsizetype whole = typed.isEmpty() ? -1 : words.indexOf(typed, 0, Qt::CaseInsensitive);
    const bool wordStart = whole > 0 && !words[whole - 1].isLetterOrNumber();
    return score + (whole == 0 ? 20 : wordStart ? 10 : whole > 0 ? 4 : 0);
}

Palette::Palette(Session& session, QVector<QAction*> actions, QWidget* window)
    : QFrame(window, Qt::Popup), session_(session), actions_(std::move(actions)), line_(new QLineEdit), list_(new QListWidget) {
    setObjectName(QStringLiteral("palette"));
    setFrameShape(QFrame::Box);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(1, 1, 1, 1);
    layout->setSpacing(0);
    line_->setPlaceholderText(tr("Node or command"));
    line_->setAccessibleName(tr("Node or command"));
    line_->setStyleSheet(QStringLiteral("QLineEdit { border: none; padding: 9px 11px; }"));
    line_->installEventFilter(this);
    list_->setItemDelegate(new RowDelegate(list_));
    list_->setFrameShape(QFrame::NoFrame);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list_->setFocusPolicy(Qt::NoFocus);
    list_->setUniformItemSizes(true);
    layout->addWidget(line_);
    layout->addWidget(list_);
    connect(line_, &QLineEdit::textChanged, this, &Palette::refill);
    connect(list_, &QListWidget::itemClicked, this, &Palette::take);
}

void Palette::popUp() {
    line_->clear();
    refill();
    const QWidget* window = parentWidget();
    const int width = std::min(560, window->width() - 40);
    setFixedSize(width, std::min(420, window->height() - 120));
    move(window->mapToGlobal(QPoint((window->width() - width) / 2, 64)));
    show();
    line_->setFocus();
}

void Palette::refill() {
    const QString typed = line_->text().trimmed();
    std::vector<Hit> hits;
    for (QAction* action : actions_) {
        const QString words = QString(action->text()).remove(QLatin1Char('&')).remove(QStringLiteral("…"));
        const int score = fuzzyScore(typed, words);
        if (action->isEnabled() && score >= 0) {
            hits.push_back({score + 1, action, -1, words, action->shortcut().toString(QKeySequence::NativeText)});
        }
    }
    if (session_.model() && !typed.isEmpty()) {
        for (const Node& node : session_.model()->nodes()) {
            const QString label = QString::fromStdString(node.label);
            const QString op = QString::fromStdString(node.op_type);
            const int score = std::max(fuzzyScore(typed, label), fuzzyScore(typed, op + QLatin1Char(' ') + label));
            if (score >= 0) {
                hits.push_back({score, nullptr, node.id, label, op + QStringLiteral(" #%1").arg(node.id)});
            }
        }
    }
    if (!typed.isEmpty()) {
        std::stable_sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) { return a.score > b.score; });
    }
    list_->clear();
    for (std::size_t i = 0; i < hits.size() && i < kMostShown; ++i) {
        auto* item = new QListWidgetItem(hits[i].text, list_);
        item->setData(ActionRole, QVariant::fromValue(hits[i].action));
        item->setData(NodeRole, hits[i].node);
        item->setData(RightRole, hits[i].right);
    }
    list_->setCurrentRow(0);
}

void Palette::take() {
    const QListWidgetItem* item = list_->currentItem();
    hide();
    if (item == nullptr) {
        return;
    }
    if (auto* action = item->data(ActionRole).value<QAction*>()) {
        action->trigger();
    } else {
        emit nodeChosen(item->data(NodeRole).toInt());
    }
}

bool Palette::eventFilter(QObject* object, QEvent* event) {
    if (object == line_ && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        const int step = key == Qt::Key_Down ? 1 : key == Qt::Key_Up ? -1 : key == Qt::Key_PageDown ? 8 : key == Qt::Key_PageUp ? -8 : 0;
        if (step != 0) {
            list_->setCurrentRow(std::clamp(list_->currentRow() + step, 0, std::max(0, list_->count() - 1)));
            return true;
        }
        if (key == Qt::Key_Return || key == Qt::Key_Enter) {
            take();
            return true;
        }
    }
    return QFrame::eventFilter(object, event);
}

}  // namespace vernier::ui
