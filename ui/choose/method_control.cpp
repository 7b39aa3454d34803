// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/choose/method_control.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

#include <algorithm>

#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

constexpr int kAroundLabel = 26;  ///< the key behind it, and what parts it from its neighbours

int methodCount() { return static_cast<int>(methods().size()); }

QString text(std::string_view view) { return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size())); }

/// "INT8 dynamic" as "INT8 dyn": the drawing's short form for narrow places.
QString shortTitle(const MethodSpec& row) { return text(row.title).replace(QStringLiteral("dynamic"), QStringLiteral("dyn")); }

}  // namespace

MethodControl::MethodControl(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Minimum);  // "Fixed" would hold it at the height of one row
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    describe();
}

void MethodControl::setMethod(std::optional<Method> method, bool own) {
    if (method == method_ && own == own_) {
        return;
    }
    method_ = method;
    own_ = own;
    describe();
    update();
}

void MethodControl::describe() {
    setAccessibleName(tr("Method"));
    setAccessibleDescription(!method_ ? tr("Several methods")
                             : own_   ? tr("%1, override").arg(text(row(*method_).title))
                                      : tr("%1, inherited").arg(text(row(*method_).title)));
}

QSize MethodControl::sizeHint() const { return {320, fontMetrics().height() + 12}; }

QSize MethodControl::minimumSizeHint() const { return {200, fontMetrics().height() + 12}; }

int MethodControl::heightForWidth(int width) const { return static_cast<int>(parts(width).size()) * (fontMetrics().height() + 12); }

int MethodControl::labelWidth(const QString& label) const { return fontMetrics().horizontalAdvance(label) + kAroundLabel; }

std::vector<MethodControl::Part> MethodControl::parts(int width) const {
    int badges = 0;
    for (const MethodSpec& row : methods()) {
        badges += labelWidth(text(row.badge));
    }
    const int half = (methodCount() + 1) / 2;
    if (badges <= width) {
        return {{0, methodCount()}};
    }
    return {{0, half}, {half, methodCount()}};
}

void MethodControl::fit(QStringList& labels, const Part& part) const {
    int wanted = 0;
    for (int i = part.begin; i < part.end; ++i) {
        wanted += labelWidth(labels[i]);
    }
    const auto say = [&](int i, const QString& label) {
        wanted += labelWidth(label) - labelWidth(labels[i]);
        labels[i] = label;
    };
    for (int i = part.begin; i < part.end && wanted > width(); ++i) {
        say(i, shortTitle(methods()[static_cast<std::size_t>(i)]));
    }
    for (int left = part.end - part.begin; left > 0 && wanted > width(); --left) {
        const auto longest = std::max_element(labels.begin() + part.begin, labels.begin() + part.end,
                                              [&](const QString& a, const QString& b) { return labelWidth(a) < labelWidth(b); });
        const int i = static_cast<int>(longest - labels.begin());
        say(i, text(methods()[static_cast<std::size_t>(i)].badge));
    }
}

QStringList MethodControl::labels() const {
    QStringList labels;
    for (const MethodSpec& row : methods()) {
        labels << text(row.title);
    }
    for (const Part& part : parts(width())) {
        fit(labels, part);
    }
    return labels;
}

QRect MethodControl::segment(Method method) const {
    // Widths follow the labels, so that "INT8 static" is not cut while "FP32" has room to spare.
    const QStringList all = labels();
    const std::vector<Part> rows = parts(width());
    const int index = static_cast<int>(method);
    const int row = index < rows.front().end ? 0 : 1;
    int labels = 0;
    int before = 0;
    int own = 0;
    for (int i = rows[static_cast<std::size_t>(row)].begin; i < rows[static_cast<std::size_t>(row)].end; ++i) {
        const int wanted = labelWidth(all[i]);
        before += i < index ? wanted : 0;
        own = i == index ? wanted : own;
        labels += wanted;
    }
    const int count = static_cast<int>(rows.size());
    const int top = row * height() / count;
    const int left = before * width() / labels;
    const int right = (before + own) * width() / labels;
    return {left, top, right - left, (row + 1) * height() / count - top};
}

int MethodControl::segmentAt(const QPoint& point) const {
    for (int i = 0; i < methodCount(); ++i) {
        if (segment(static_cast<Method>(i)).contains(point)) {
            return i;
        }
    }
    return -1;
}

void MethodControl::paintEvent(QPaintEvent*) {
    const Theme theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF frame = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    QPainterPath outline;
    outline.addRoundedRect(frame, 6, 6);
    painter.fillPath(outline, theme.window);
    painter.save();
    painter.setClipPath(outline);
    const QStringList all = labels();
    for (int i = 0; i < methodCount(); ++i) {
        const QRect box = segment(static_cast<Method>(i));
        const QString id = text(methods()[static_cast<std::size_t>(i)].id);
        const bool current = method_ && static_cast<int>(*method_) == i;
        const bool filled = current && own_;
        if (filled) {
            painter.fillRect(box, theme.method(id));
        } else if (current) {
            painter.fillRect(box, mixed(theme.method(id), theme.window, 0.16));
        } else if (i == hovered_ && isEnabled()) {
            painter.fillRect(box, theme.accentSoft);
        }
        painter.setPen(theme.line);
        if (box.left() > 0) {
            painter.drawLine(box.topLeft(), box.bottomLeft());
        }
        if (box.top() > 0) {
            painter.drawLine(box.topLeft(), box.topRight());
        }
        const bool darkInk = theme.method(id).lightnessF() > 0.55 || methods()[static_cast<std::size_t>(i)].light_colour;
        const QColor ink = filled ? (darkInk ? QColor(0x10141a) : QColor(Qt::white)) : current ? theme.methodInk(id) : theme.text;
        QFont title = font();
        title.setBold(current);
        const QString& words = all[i];
        const QString key(QChar::fromLatin1(methods()[static_cast<std::size_t>(i)].key));
        const int gap = 5;
        const int keyWidth = QFontMetrics(labelFont()).horizontalAdvance(key);
        const int start = box.left() + (box.width() - QFontMetrics(title).horizontalAdvance(words) - gap - keyWidth) / 2;
        painter.setFont(title);
        painter.setPen(isEnabled() ? ink : theme.text2);
        painter.drawText(QRect(start, box.top(), box.width(), box.height()), Qt::AlignVCenter | Qt::AlignLeft, words);
        painter.setFont(labelFont());
        painter.setPen(filled ? ink : theme.text2);
        painter.drawText(QRect(start + QFontMetrics(title).horizontalAdvance(words) + gap, box.top() + 1, keyWidth + 2, box.height()),
                         Qt::AlignVCenter | Qt::AlignLeft, key);
    }
    painter.restore();
    painter.setPen(QPen(hasFocus() ? theme.accent : theme.line, 1));
    painter.drawPath(outline);
    if (method_ && !own_) {
        const QRectF box = QRectF(segment(*method_)).adjusted(1.5, 1.5, -1.5, -1.5);
        painter.setPen(QPen(theme.method(text(row(*method_).id)), 1.4));
        painter.drawRoundedRect(box, 5, 5);
    }
}

void MethodControl::mousePressEvent(QMouseEvent* event) {
    const int index = segmentAt(event->position().toPoint());
    if (event->button() == Qt::LeftButton && index >= 0) {
        emit chosen(static_cast<Method>(index));
    }
}

void MethodControl::mouseMoveEvent(QMouseEvent* event) {
    const int index = segmentAt(event->position().toPoint());
    if (index != hovered_) {
        hovered_ = index;
        update();
    }
}

void MethodControl::leaveEvent(QEvent*) {
    hovered_ = -1;
    update();
}

void MethodControl::keyPressEvent(QKeyEvent* event) {
    for (const MethodSpec& row : methods()) {
        if (event->text() == QLatin1Char(row.key)) {
            emit chosen(row.method);
            return;
        }
    }
    const int step = event->key() == Qt::Key_Right ? 1 : event->key() == Qt::Key_Left ? -1 : 0;
    if (step != 0) {
        const int from = method_ ? static_cast<int>(*method_) : (step > 0 ? -1 : methodCount());
        emit chosen(static_cast<Method>((from + step + methodCount()) % methodCount()));
    } else if (event->key() == Qt::Key_0 || event->key() == Qt::Key_Backspace) {
        emit resetRequested();
    } else {
        QWidget::keyPressEvent(event);
    }
}

bool MethodControl::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        const int index = segmentAt(help->pos());
        if (!isEnabled()) {
            QToolTip::showText(help->globalPos(), toolTip(), this);
        } else if (index >= 0) {
            const MethodSpec& row = methods()[static_cast<std::size_t>(index)];
            QToolTip::showText(help->globalPos(), tr("%1 (key %2)").arg(text(row.title)).arg(QLatin1Char(row.key)), this);
        }
        return true;
    }
    return QWidget::event(event);
}

}  // namespace vernier::ui
