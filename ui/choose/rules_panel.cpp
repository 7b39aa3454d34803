// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/choose/rules_panel.h"

#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSpinBox>
#include <QStyle>
#include <QTableWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/quant/calibration/table.h"
#include "ui/choose/badge.h"
#include "ui/choose/numbers.h"
#include "ui/choose/recipe_actions.h"
#include "ui/session/executed_text.h"
#include "ui/session/queue.h"
#include "ui/session/recipe_edit.h"
#include "ui/session/session.h"
#include "ui/theme/theme.h"
#include "ui/theme/theme_watch.h"

namespace vernier::ui {

namespace {

enum Column { Select, Badge, Count, ColumnCount };
constexpr int kFewLines = 14;

QToolButton* smallButton(const QString& text, const QString& tip) {
    auto* button = new QToolButton;
    button->setText(text);
    button->setToolTip(tip);
    button->setAccessibleName(tip);
    button->setAutoRaise(true);
    button->setFixedWidth(button->fontMetrics().height() + 10);
    return button;
}

QString textOf(std::string_view words) { return QString::fromUtf8(words.data(), static_cast<qsizetype>(words.size())); }

/// counts: of nodes by method; empty where all of them are as they were opened.
QString totalsText(const QString& counts, const Totals& totals) {
    const QString size = sizeText(totals.sizeEstimate);
    const QString text = totals.written ? RulesPanel::tr("%1, as written").arg(size) : RulesPanel::tr("about %1 (estimate)").arg(size);
    return counts.isEmpty() ? text : QStringLiteral("%1 · %2").arg(counts, text);
}

}  // namespace

RulesPanel::RulesPanel(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), title_(new QLabel), table_(new QTableWidget(0, ColumnCount)), calibration_(new QWidget), range_(new QComboBox),
      samples_(new QSpinBox), note_(new QLabel), quantize_(new QPushButton(tr("Quantize and measure"))) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 6, 12, 10);
    layout->setSpacing(6);
    layout->addWidget(buildHeader());
    buildTable();
    layout->addWidget(table_, 1);
    layout->addWidget(buildCalibration());
    note_->setProperty("role", "note");
    note_->setWordWrap(true);
    layout->addWidget(note_);
    layout->addWidget(quantize_);
    setFocusProxy(quantize_);  // who brings the panel up wants that done
    connect(quantize_, &QPushButton::clicked, this,
            [this] { session_.document().needsCalibration() && session_.datasetPath().isEmpty() ? emit dataRequested() : emit quantizeRequested(); });
    for (const auto signal : {&Session::stateChanged, &Session::recipeChanged}) {
        connect(&session, signal, this, &RulesPanel::refill);
    }
    connect(&ThemeWatch::instance(), &ThemeWatch::changed, this, &RulesPanel::refill);
    connect(&session, &Session::planChanged, this, &RulesPanel::showState);
    connect(&session, &Session::datasetChanged, this, &RulesPanel::showState);
    connect(&session, &Session::runsChanged, this, &RulesPanel::showState);
    connect(&session.filter(), &Filter::changed, this, &RulesPanel::showState);
    connect(&session.queue(), &Queue::changed, this, &RulesPanel::showState);
    refill();
}

QWidget* RulesPanel::buildHeader() {
    auto* header = new QWidget;
    header->setObjectName(QStringLiteral("panelHeader"));
    auto* layout = new QHBoxLayout(header);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    title_->setProperty("role", "label");
    title_->setFont(labelFont());
    layout->addWidget(title_, 1);
    add_ = smallButton(QStringLiteral("+"), tr("Make the filter a rule"));
    up_ = smallButton(QStringLiteral("↑"), tr("Move the rule up: later rules win"));
    down_ = smallButton(QStringLiteral("↓"), tr("Move the rule down: later rules win"));
    remove_ = smallButton(QStringLiteral("✕"), tr("Remove the rule"));
    auto* more = smallButton(QStringLiteral("⋯"), tr("Open or save the recipe"));
    auto* menu = new QMenu(more);
    menu->addAction(tr("Open recipe…"), this, &RulesPanel::openRecipeRequested);
    menu->addAction(tr("Save recipe as…"), this, &RulesPanel::saveRecipeRequested);
    more->setMenu(menu);
    more->setPopupMode(QToolButton::InstantPopup);
    more->setStyleSheet(QStringLiteral("QToolButton::menu-indicator { image: none; }"));
    for (QToolButton* button : {add_, up_, down_, remove_, more}) {
        layout->addWidget(button);
    }
    connect(add_, &QToolButton::clicked, this, [this] {
        QMenu methods(this);
        addMethods(methods, false, [this](Method method) { session_.document().chooseBySelector(session_.filter().text(), method); });
        methods.exec(add_->mapToGlobal(QPoint(0, add_->height())));
    });
    connect(up_, &QToolButton::clicked, this, [this] { moveRow(currentRow(), -1); });
    connect(down_, &QToolButton::clicked, this, [this] { moveRow(currentRow(), 1); });
    connect(remove_, &QToolButton::clicked, this, [this] { removeRow(currentRow()); });
    return header;
}

void RulesPanel::buildTable() {
    table_->setAccessibleName(tr("Rules of the recipe"));
    table_->horizontalHeader()->hide();
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 9);
    table_->horizontalHeader()->setMinimumSectionSize(24);
    table_->horizontalHeader()->setSectionResizeMode(Select, QHeaderView::Stretch);
    table_->horizontalHeader()->resizeSection(Badge, badgeSize(QFontMetrics(labelFont())).width() + 12);
    table_->horizontalHeader()->resizeSection(Count, fontMetrics().horizontalAdvance(QStringLiteral("10000")) + 12);
    table_->setItemDelegateForColumn(Badge, new BadgeDelegate(table_));
    table_->setShowGrid(false);
    table_->setWordWrap(false);
    table_->setTextElideMode(Qt::ElideMiddle);
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setSelectionMode(QAbstractItemView::SingleSelection);
    table_->setContextMenuPolicy(Qt::CustomContextMenu);
    table_->setTabKeyNavigation(false);
    connect(table_, &QTableWidget::itemSelectionChanged, this, &RulesPanel::showState);
    connect(table_, &QTableWidget::cellClicked, this, [this](int row, int column) {
        if (column == Badge) {
            pickMethod(row);
        }
    });
    connect(table_, &QTableWidget::cellDoubleClicked, this, [this](int row, int column) {
        if (column != Badge && row > 0) {
            session_.filter().setText(rows_[static_cast<std::size_t>(row)].select);
        }
    });
    connect(table_, &QWidget::customContextMenuRequested, this, &RulesPanel::rowMenu);
}

QWidget* RulesPanel::buildCalibration() {
    auto* layout = new QHBoxLayout(calibration_);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    auto* label = new QLabel(tr("Calibration"));
    label->setProperty("role", "note");
    calibrationLabel_ = label;
    QStringList words;
    for (const RangeMethod& method : range_methods()) {
        range_->addItem(textOf(method.title), textOf(method.id));
        words << textOf(method.title) + QLatin1Char(' ') + textOf(method.words);
    }
    range_->setAccessibleName(tr("Calibration method"));
    range_->setToolTip(words.join(QStringLiteral("; ")));
    samples_->setRange(0, 1'000'000);
    samples_->setSpecialValueText(tr("all"));
    samples_->setSuffix(tr(" samples"));
    samples_->setKeyboardTracking(false);
    samples_->setButtonSymbols(QAbstractSpinBox::NoButtons);
    samples_->setAccessibleName(tr("Calibration samples"));
    layout->addWidget(label);
    layout->addWidget(range_, 1);
    layout->addWidget(samples_, 1);
    connect(range_, &QComboBox::activated, this, &RulesPanel::tellCalibration);
    connect(samples_, &QSpinBox::valueChanged, this, &RulesPanel::tellCalibration);
    return calibration_;
}

/// What can be chosen needs the room more than its name.
void RulesPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    showState();
    calibrationLabel_->setVisible(width() >= fontMetrics().horizontalAdvance(calibrationLabel_->text() + range_->itemText(0) + tr("100 samples")) + 110);
}

void RulesPanel::tellCalibration() {
    Calibration calibration = session_.recipe().calibration;
    calibration.method = range_->currentData().toString().toStdString();
    calibration.samples = static_cast<std::uint64_t>(samples_->value());
    session_.document().setCalibration(calibration);
}

void RulesPanel::refill() {
    const int kept = currentRow();
    rows_ = session_.model() ? ruleRows(session_) : std::vector<RuleRow>();
    const QSignalBlocker quiet(table_);
    table_->setRowCount(static_cast<int>(rows_.size()));
    const Theme theme = Theme::current();
    for (int i = 0; i < table_->rowCount(); ++i) {
        const RuleRow& row = rows_[static_cast<std::size_t>(i)];
        auto* select = new QTableWidgetItem(row.text);
        select->setToolTip(!row.error.isEmpty() ? row.error : row.tip.isEmpty() ? row.text : row.tip);
        if (!row.error.isEmpty()) {
            select->setForeground(theme.ink(theme.bad));
        }
        auto* badge = new QTableWidgetItem;
        badge->setData(MethodRole, static_cast<int>(row.method));
        badge->setData(OwnRole, row.ownChoices);
        badge->setToolTip(tr("Click to choose another method"));
        auto* count = new QTableWidgetItem(row.error.isEmpty() ? QString::number(row.count) : QStringLiteral("✕"));
        count->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        table_->setItem(i, Select, select);
        table_->setItem(i, Badge, badge);
        table_->setItem(i, Count, count);
    }
    if (kept >= 0 && kept < table_->rowCount()) {
        table_->selectRow(kept);
    }
    const QSignalBlocker quietRange(range_);
    const QSignalBlocker quietSamples(samples_);
    range_->setCurrentIndex(range_->findData(QString::fromStdString(session_.recipe().calibration.method)));
    samples_->setValue(static_cast<int>(std::min<std::uint64_t>(session_.recipe().calibration.samples, 1'000'000)));
    showState();
}

void RulesPanel::showState() {
    const bool open = static_cast<bool>(session_.model());
    const auto rules = rows_.empty() ? 0 : rows_.size() - 1;  // the default is none
    title_->setText(!open || rules == 0 ? tr("RECIPE") : rules == 1 ? tr("RECIPE · 1 rule") : tr("RECIPE · %1 rules").arg(rules));
    const int row = currentRow();
    const bool movable = row > 0 && !rows_[static_cast<std::size_t>(row)].ownChoices;
    const int last = static_cast<int>(std::count_if(rows_.begin(), rows_.end(), [](const RuleRow& r) { return !r.ownChoices; })) - 1;
    add_->setEnabled(session_.isSound() && session_.filter().active() && session_.filter().error().isEmpty());
    up_->setEnabled(movable && row > 1);
    down_->setEnabled(movable && row < last);
    remove_->setEnabled(row > 0);
    calibration_->setVisible(open && session_.document().needsCalibration());
    const Totals totals = session_.totals();
    QStringList parts;
    for (const MethodSpec& method : methods()) {
        const int count = totals.nodes[static_cast<std::size_t>(method.method)];
        if (count > 0) {
            parts << tr("%1 %2").arg(count).arg(textOf(method.title));
        }
    }
    const bool missing = open && session_.document().needsCalibration() && session_.datasetPath().isEmpty();
    // The totals are in the status bar too: in a low panel the rules need their lines more.
    const bool plain = !missing && session_.planError().isEmpty() && session_.isSound();
    note_->setVisible(open && (!plain || height() >= kFewLines * fontMetrics().height()));
    note_->setText(open && !session_.isSound()       ? session_.lookOnly()
                   : missing                         ? tr("INT8 static needs calibration samples: pick a dataset first.")
                   : !session_.planError().isEmpty() ? session_.planError()
                   : !totals.planned                 ? tr("Planning…")
                                                     : totalsText(parts.join(QStringLiteral(", ")), totals));
    note_->setToolTip(executedSummary(session_.executed()));
    const bool anything = changes_anything(session_.choices());
    quantize_->setText(missing ? tr("Pick a dataset…") : tr("Quantize and measure"));
    quantize_->setEnabled(session_.isSound() && anything && session_.planError().isEmpty());
    quantize_->setToolTip(open && !session_.isSound() ? session_.lookOnly() : anything ? QString() : tr("Choose a method for at least one node first"));
    // One primary action at a time: before there is a comparison it is that of the invitation in its place.
    const bool primary = anything && session_.comparison() != nullptr;
    if (quantize_->property("primary").toBool() != primary) {
        quantize_->setProperty("primary", primary);
        quantize_->style()->unpolish(quantize_);
        quantize_->style()->polish(quantize_);
    }
}

int RulesPanel::currentRow() const {
    const auto ranges = table_->selectedRanges();
    const int row = ranges.isEmpty() ? -1 : ranges.first().topRow();
    return row < static_cast<int>(rows_.size()) ? row : -1;
}

void RulesPanel::pickMethod(int row) {
    if (row < 0 || row >= static_cast<int>(rows_.size())) {
        return;
    }
    const RuleRow chosen = rows_[static_cast<std::size_t>(row)];
    QMenu menu(this);
    addMethods(menu, false, [this, chosen](Method method) {
        if (chosen.rules.empty()) {
            session_.document().setDefaultMethod(method);
            return;
        }
        Recipe recipe = session_.recipe();
        for (const int index : chosen.rules) {
            recipe.rules[static_cast<std::size_t>(index)].method = method;
        }
        session_.document().setRecipe(recipe, tr("Method of %1").arg(chosen.text));
    });
    menu.exec(table_->viewport()->mapToGlobal(table_->visualItemRect(table_->item(row, Badge)).bottomLeft()));
}

void RulesPanel::removeRow(int row) {
    if (row <= 0 || row >= static_cast<int>(rows_.size())) {
        return;
    }
    Recipe recipe = session_.recipe();
    const std::vector<int>& gone = rows_[static_cast<std::size_t>(row)].rules;
    std::vector<Rule> kept;
    for (int i = 0; i < static_cast<int>(recipe.rules.size()); ++i) {
        if (std::find(gone.begin(), gone.end(), i) == gone.end()) {
            kept.push_back(recipe.rules[static_cast<std::size_t>(i)]);
        }
    }
    recipe.rules = std::move(kept);
    session_.document().setRecipe(recipe, tr("Remove rule %1").arg(rows_[static_cast<std::size_t>(row)].text));
}

void RulesPanel::moveRow(int row, int step) {
    const int to = row + step;
    if (row > 0 && to > 0 && to < static_cast<int>(rows_.size())) {
        const int from = rows_[static_cast<std::size_t>(row)].rules.front();
        const int target = rows_[static_cast<std::size_t>(to)].rules.front();
        table_->selectRow(to);
        session_.document().moveRule(from, target);
    }
}

void RulesPanel::rowMenu(const QPoint& position) {
    const int row = table_->rowAt(position.y());
    if (row < 0) {
        return;
    }
    QMenu menu(this);
    menu.addAction(tr("Choose method…"), this, [this, row] { pickMethod(row); });
    if (row > 0) {
        const RuleRow chosen = rows_[static_cast<std::size_t>(row)];
        menu.addAction(tr("Select its nodes"), this, [this, chosen] {
            QVector<int> nodes;
            for (std::size_t i = 0; i < session_.choices().size(); ++i) {
                if (std::find(chosen.rules.begin(), chosen.rules.end(), session_.choices()[i].rule) != chosen.rules.end()) {
                    nodes << static_cast<int>(i);
                }
            }
            session_.selection().set(nodes);
        });
        menu.addAction(tr("Remove"), this, [this, row] { removeRow(row); });
    }
    menu.exec(table_->viewport()->mapToGlobal(position));
}

}  // namespace vernier::ui
