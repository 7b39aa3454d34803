// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/stepper.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>

#include "ui/session/session.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

constexpr int kCircle = 18;
constexpr int kGap = 7;       ///< circle to title
constexpr int kBetween = 22;  ///< step to step

QFont boldened(QFont font, bool bold) {
    font.setBold(bold);
    return font;
}

}  // namespace

Stepper::Stepper(Session& session, QWidget* parent) : QWidget(parent), session_(session) {
    setMouseTracking(true);
    setFocusPolicy(Qt::TabFocus);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Expanding);
    setAccessibleName(tr("Order of work"));
    for (const auto signal : {&Session::stateChanged, &Session::recipeChanged, &Session::runsChanged, &Session::gateChanged}) {
        connect(&session, signal, this, [this] {
            describe();
            update();
        });
    }
    describe();
}

QString Stepper::title(int step) {
    static const std::array<QString, StepCount> titles{tr("Baseline"), tr("Choose"), tr("Quantize"), tr("Compare"), tr("Verdict")};
    return titles[static_cast<std::size_t>(step)];
}

std::array<Stepper::Mark, Stepper::StepCount> Stepper::marks(const Session& session) {
    const auto& choices = session.choices();
    const auto& runs = session.runs();
    std::array<bool, StepCount> done{};
    done[Baseline] = session.baseline() != nullptr;
    done[Choose] = std::any_of(choices.begin(), choices.end(), [](const Choice& choice) { return choice.method != Method::fp32; });
    done[Compare] = session.comparison() != nullptr;
    // What was compared was made, also where its file is gone; a file made elsewhere that waits for it was not made here.
    done[Quantize] = done[Compare] || std::any_of(runs.begin(), runs.end(), [](const Run& run) { return !run.file.isEmpty() && !run.foreign; });
    done[Verdict] = session.comparison() != nullptr && session.comparison()->outcome() != Outcome::not_judged;
    std::array<Mark, StepCount> marks{};
    bool next = session.isSound();
    for (std::size_t i = 0; i < marks.size(); ++i) {
        marks[i] = done[i] ? Mark::done : next ? Mark::next : Mark::later;
        next = next && done[i];
    }
    return marks;
}

void Stepper::describe() {
    QStringList words;
    const auto marks = Stepper::marks(session_);
    for (int i = 0; i < StepCount; ++i) {
        const Mark mark = marks[static_cast<std::size_t>(i)];
        words << tr("%1: %2").arg(title(i), mark == Mark::done ? tr("done") : mark == Mark::next ? tr("next") : tr("later"));
    }
    setAccessibleDescription(words.join(QStringLiteral(", ")));
}

int Stepper::stepWidth(int step, bool withTitle) const {
    return kCircle + (withTitle ? kGap + QFontMetrics(boldened(font(), true)).horizontalAdvance(title(step)) : 0);
}

bool Stepper::roomy() const { return width() >= sizeHint().width(); }

QSize Stepper::sizeHint() const {
    int width = (StepCount - 1) * kBetween + 16;
    for (int i = 0; i < StepCount; ++i) {
        width += stepWidth(i, true);
    }
    return {width, kCircle + 12};
}

QSize Stepper::minimumSizeHint() const { return {StepCount * kCircle + (StepCount - 1) * 10 + 4, kCircle + 12}; }

QRect Stepper::stepRect(int step) const {
    const bool titles = roomy();
    int left = 6;
    for (int i = 0; i < step; ++i) {
        left += stepWidth(i, titles) + (titles ? kBetween : 10);
    }
    return {left, 0, stepWidth(step, titles), height()};
}

int Stepper::stepAt(const QPoint& point) const {
    for (int i = 0; i < StepCount; ++i) {
        if (stepRect(i).adjusted(-5, 0, 5, 0).contains(point)) {
            return i;
        }
    }
    return -1;
}

void Stepper::paintEvent(QPaintEvent*) {
    const Theme theme = Theme::current();
    const auto marks = Stepper::marks(session_);
    const QColor onFill = theme.dark ? QColor(0x10141a) : QColor(Qt::white);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    for (int i = 0; i < StepCount; ++i) {
        const Mark mark = marks[static_cast<std::size_t>(i)];
        const QRect box = stepRect(i);
        const QRectF circle(box.left(), (height() - kCircle) / 2.0, kCircle, kCircle);
        painter.setPen(mark == Mark::later ? QPen(theme.line, 1.2) : QPen(Qt::NoPen));
        painter.setBrush(mark == Mark::done ? theme.good : mark == Mark::next ? theme.accent : theme.window);
        painter.drawEllipse(circle.adjusted(0.6, 0.6, -0.6, -0.6));
        painter.setFont(boldened(labelFont(), mark != Mark::later));
        painter.setPen(mark == Mark::later ? theme.text2 : onFill);
        painter.drawText(circle, Qt::AlignCenter, mark == Mark::done ? QStringLiteral("✓") : QString::number(i + 1));
        if (roomy()) {
            painter.setFont(boldened(font(), mark == Mark::next));
            painter.setPen(mark == Mark::next || i == hovered_ ? theme.text : theme.text2);
            painter.drawText(box.adjusted(kCircle + kGap, 0, 4, 0), Qt::AlignVCenter | Qt::AlignLeft, title(i));
        }
        if (hasFocus() && byKeyboard_ && i == focused_) {
            painter.setPen(theme.accent);
            painter.setBrush(Qt::NoBrush);
            painter.drawRoundedRect(QRectF(box).adjusted(-5.5, 4.5, 7.5, -4.5), 5, 5);
        }
    }
}

void Stepper::mousePressEvent(QMouseEvent* event) {
    const int step = stepAt(event->position().toPoint());
    if (event->button() == Qt::LeftButton && step >= 0) {
        focused_ = step;
        emit stepClicked(step);
    }
}

void Stepper::mouseMoveEvent(QMouseEvent* event) {
    const int step = stepAt(event->position().toPoint());
    if (step != hovered_) {
        hovered_ = step;
        setCursor(step >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
        setToolTip(step >= 0 ? title(step) : QString());
        update();
    }
}

void Stepper::leaveEvent(QEvent*) {
    hovered_ = -1;
    update();
}

void Stepper::focusInEvent(QFocusEvent* event) {
    byKeyboard_ = event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason;
    QWidget::focusInEvent(event);
}

void Stepper::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Left || event->key() == Qt::Key_Right) {
        focused_ = std::clamp(focused_ + (event->key() == Qt::Key_Right ? 1 : -1), 0, StepCount - 1);
        update();
    } else if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter || event->key() == Qt::Key_Space) {
        emit stepClicked(focused_);
    } else {
        QWidget::keyPressEvent(event);
    }
}

}  // namespace vernier::ui
