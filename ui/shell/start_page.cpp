// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/start_page.h"

#include <QAbstractButton>
#include <QDir>
#include <QFileInfo>
#include <QFontInfo>
#include <QKeyEvent>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/choose/numbers.h"
#include "ui/shell/recent.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

constexpr int kWidth = 620;
constexpr int kRowMargin = 6;  ///< above and below the words of a recent file

/// One recent file: name and folder left, size and date right.
/// No QPushButton: the application's style sheet would press it to the height of one line.
class RecentRow : public QAbstractButton {
public:
    explicit RecentRow(const RecentFile& file) : file_(file) {
        setAttribute(Qt::WA_Hover);
        setFocusPolicy(Qt::StrongFocus);
        setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
        setEnabled(file.exists);
        setToolTip(file.exists ? QDir::toNativeSeparators(file.path) : tr("This file is not there any more: %1").arg(QDir::toNativeSeparators(file.path)));
        setAccessibleName(QFileInfo(file.path).fileName());
    }
    QSize sizeHint() const override {
        QFont bold = font();
        bold.setBold(true);
        return {400, QFontMetrics(bold).height() + QFontMetrics(labelFont()).height() + 2 * kRowMargin + 2};
    }

protected:
    void paintEvent(QPaintEvent*) override {
        const Theme theme = Theme::current();
        QPainter painter(this);
        if ((underMouse() || hasFocus()) && isEnabled()) {
            painter.setRenderHint(QPainter::Antialiasing);
            painter.setPen(Qt::NoPen);
            painter.setBrush(theme.accentSoft);
            painter.drawRoundedRect(rect(), 5, 5);
        }
        const QFileInfo info(file_.path);
        const QRect inner = rect().adjusted(10, kRowMargin, -10, -kRowMargin);
        const QString date = QLocale::system().toString(file_.opened, QLocale::ShortFormat);
        const int right = QFontMetrics(labelFont()).horizontalAdvance(date) + 24;
        QFont bold = font();
        bold.setBold(true);
        painter.setFont(bold);
        painter.setPen(isEnabled() ? theme.text : mixed(theme.text2, theme.window, 0.6));
        painter.drawText(inner, Qt::AlignTop | Qt::AlignLeft, painter.fontMetrics().elidedText(info.fileName(), Qt::ElideMiddle, inner.width() - right));
        painter.setFont(labelFont());
        painter.setPen(isEnabled() ? theme.text2 : mixed(theme.text2, theme.window, 0.6));
        painter.drawText(inner, Qt::AlignBottom | Qt::AlignLeft,
                         painter.fontMetrics().elidedText(QDir::toNativeSeparators(info.path()), Qt::ElideMiddle, inner.width() - right));
        painter.drawText(inner, Qt::AlignTop | Qt::AlignRight, file_.exists ? sizeText(file_.size) : tr("missing"));
        painter.drawText(inner, Qt::AlignBottom | Qt::AlignRight, date);
    }
    void keyPressEvent(QKeyEvent* event) override {
        event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter ? click() : QAbstractButton::keyPressEvent(event);
    }

private:
    RecentFile file_;
};

}  // namespace

StartPage::StartPage(QWidget* parent)
    : QWidget(parent), drop_(new QWidget), problem_(new QLabel), open_(new QPushButton(tr("Open a model…"))), demo_(new QPushButton(tr("Open the demo"))),
      recent_(new QVBoxLayout), recentBox_(new QWidget) {
    auto* centre = new QWidget;
    centre->setFixedWidth(kWidth);
    auto* column = new QVBoxLayout(centre);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(14);
    auto* title = new QLabel(QStringLiteral("Vernier"));
    QFont large = title->font();
    large.setPixelSize(qRound(QFontInfo(large).pixelSize() * 1.9));
    large.setBold(true);
    title->setFont(large);
    auto* purpose = new QLabel(tr("Quantize ONNX models node by node, and measure what it costs and gains."));
    purpose->setProperty("role", "note");
    drop_->setFixedHeight(150);
    drop_->installEventFilter(this);
    auto* inside = new QVBoxLayout(drop_);
    auto* hint = new QLabel(tr("Drop an ONNX file or a Vernier session here"));
    hint->setProperty("role", "note");
    hint->setAlignment(Qt::AlignCenter);
    auto* buttons = new QHBoxLayout;
    open_->setProperty("primary", true);
    buttons->addStretch();
    buttons->addWidget(open_);
    buttons->addWidget(demo_);
    buttons->addStretch();
    inside->addStretch();
    inside->addWidget(hint);
    inside->addSpacing(6);
    inside->addLayout(buttons);
    inside->addStretch();
    problem_->setWordWrap(true);
    problem_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    problem_->hide();
    auto* recentLayout = new QVBoxLayout(recentBox_);
    recentLayout->setContentsMargins(0, 0, 0, 0);
    auto* label = new QLabel(tr("RECENT"));
    label->setProperty("role", "label");
    label->setFont(labelFont());
    recentLayout->addWidget(label);
    recent_->setSpacing(0);
    recentLayout->addLayout(recent_);
    for (QWidget* part : {static_cast<QWidget*>(title), static_cast<QWidget*>(purpose), drop_, static_cast<QWidget*>(problem_), recentBox_}) {
        column->addWidget(part);
    }
    auto* layout = new QVBoxLayout(this);
    layout->addStretch(2);
    layout->addWidget(centre, 0, Qt::AlignHCenter);
    layout->addStretch(3);
    connect(open_, &QPushButton::clicked, this, &StartPage::openRequested);
    connect(demo_, &QPushButton::clicked, this, [this] { emit openFileRequested(demoModel()); });
    refresh();
}

void StartPage::refresh() {
    while (QLayoutItem* item = recent_->takeAt(0)) {
        item->widget()->deleteLater();
        delete item;
    }
    const bool demo = !demoModel().isEmpty();
    demo_->setEnabled(demo);
    demo_->setToolTip(demo ? tr("A small classifier of letters with its samples") : tr("The demo is not installed"));
    addRecent();
}

void StartPage::addRecent() {
    const QVector<RecentFile> files = recentFiles();
    recentBox_->setVisible(!files.isEmpty());
    for (const RecentFile& file : files.mid(0, 6)) {
        auto* row = new RecentRow(file);
        connect(row, &QAbstractButton::clicked, this, [this, path = file.path] { emit openFileRequested(path); });
        row->setContextMenuPolicy(Qt::ActionsContextMenu);
        auto* forget = new QAction(tr("Remove from this list"), row);
        connect(forget, &QAction::triggered, this, [this, path = file.path] {
            forgetRecentFile(path);
            refresh();
        });
        row->addAction(forget);
        recent_->addWidget(row);
    }
}

void StartPage::showProblem(const QString& text) {
    const Theme theme = Theme::current();
    problem_->setStyleSheet(QStringLiteral("color: %1;").arg(theme.ink(theme.bad).name()));
    problem_->setText(text.isEmpty() ? text
                                     : text + (text.endsWith(QLatin1Char('.')) ? QStringLiteral(" ") : QStringLiteral(". ")) + tr("Or open another file."));
    problem_->setVisible(!text.isEmpty());
}

void StartPage::setBusy(const QString& text) {
    problem_->setStyleSheet({});
    problem_->setText(text);
    problem_->setVisible(!text.isEmpty());
}

void StartPage::setDropping(bool dropping) {
    dropping_ = dropping;
    drop_->update();
}

void StartPage::paintEvent(QPaintEvent*) { QPainter(this).fillRect(rect(), Theme::current().canvas); }

bool StartPage::eventFilter(QObject* object, QEvent* event) {
    if (object == drop_ && event->type() == QEvent::Paint) {
        const Theme theme = Theme::current();
        QPainter painter(drop_);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(dropping_ ? theme.accent : theme.line, dropping_ ? 2 : 1.4, Qt::DashLine));
        painter.setBrush(dropping_ ? theme.accentSoft : theme.window);
        painter.drawRoundedRect(QRectF(drop_->rect()).adjusted(1, 1, -1, -1), 8, 8);
    }
    return QWidget::eventFilter(object, event);
}

}  // namespace vernier::ui
