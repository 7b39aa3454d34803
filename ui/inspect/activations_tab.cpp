// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/inspect/activations_tab.h"

#include <QHeaderView>
#include <QLabel>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <set>
#include <vector>

#include "core/base/plain_text.h"
#include "core/model/damage.h"
#include "ui/session/session.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

enum Column { Value, Range, Step, ColumnCount };

bool isCalibrated(const Run& run) { return !run.file.isEmpty() && (run.foreign || run.quantized.is_object()); }

/// The candidate to read from; nothing before there is one.
const Run* sourceOf(const Session& session) {
    if (const Run* current = session.run(session.currentRun()); current != nullptr && isCalibrated(*current)) {
        return current;
    }
    const auto& runs = session.runs();
    const auto newest = std::find_if(runs.rbegin(), runs.rend(), [](const Run& run) { return isCalibrated(run) && row(run.method()).needs_calibration; });
    return newest == runs.rend() ? nullptr : &*newest;
}

QTableWidgetItem* cell(const QString& text, const QString& tip, bool right) {
    auto* item = new QTableWidgetItem(text);
    item->setToolTip(tip);
    item->setTextAlignment((right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    return item;
}

QString figure(double value) { return QString::number(value, 'g', 3); }

}  // namespace

ActivationsTab::ActivationsTab(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), note_(new QLabel), table_(new QTableWidget(0, ColumnCount)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 8, 0, 0);
    note_->setProperty("role", "note");
    note_->setWordWrap(true);
    table_->setHorizontalHeaderLabels({tr("value"), tr("covers"), tr("step")});
    table_->horizontalHeaderItem(Value)->setTextAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    table_->horizontalHeaderItem(Range)->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    table_->horizontalHeaderItem(Step)->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 6);
    table_->setShowGrid(false);
    table_->setWordWrap(false);
    table_->setTextElideMode(Qt::ElideMiddle);
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->setSelectionMode(QAbstractItemView::NoSelection);
    table_->setFrameShape(QFrame::NoFrame);
    table_->setAccessibleName(tr("Ranges of the activations"));
    table_->horizontalHeader()->setSectionResizeMode(Value, QHeaderView::Stretch);
    table_->horizontalHeader()->setSectionResizeMode(Range, QHeaderView::ResizeToContents);
    table_->horizontalHeader()->setSectionResizeMode(Step, QHeaderView::ResizeToContents);
    layout->addWidget(note_);
    layout->addWidget(table_, 1);
    layout->addStretch(0);
    for (const auto signal : {&Session::runsChanged, &Session::currentRunChanged, &Session::cardsChanged, &Session::planChanged}) {
        connect(&session, signal, this, &ActivationsTab::load);
    }
}

void ActivationsTab::showNode(NodeId node) {
    node_ = node;
    load();
}

void ActivationsTab::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    load();
}

/// Reads the candidate's file where it is another than before, and only while someone looks.
void ActivationsTab::load() {
    if (!isVisible()) {
        return;
    }
    const Run* run = session_.model() ? sourceOf(session_) : nullptr;
    title_ = run == nullptr ? QString() : run->title;
    const QString file = run == nullptr ? QString() : run->file;
    if (file != file_) {
        file_ = file;
        ranges_.clear();
        loading_.cancel();
        if (!file.isEmpty()) {
            loading_.run([file, original = session_.model()](const Job& job) { return activationRanges(*open_to_look(file.toStdString(), job), *original); },
                         [this](std::map<std::string, ActivationRange> ranges) {
                             ranges_ = std::move(ranges);
                             refill();
                         },
                         [this](const QString& problem) { note_->setText(tr("The ranges cannot be read: %1").arg(problem)); });
        }
    }
    refill();
}

void ActivationsTab::addRow(const QString& role, ValueId id) {
    const vernier::Value& value = session_.model()->value(id);
    const auto found = ranges_.find(value.name);
    const QString name = QString::fromStdString(plain_text(value.name));
    const QString shape = QString::fromStdString(value.type.text());
    const int row = table_->rowCount();
    table_->insertRow(row);
    table_->setItem(row, Value, cell(QStringLiteral("%1 %2").arg(role, name), name.left(1000) + QLatin1Char('\n') + shape, false));
    if (found == ranges_.end()) {
        const QString why = tr("No integers here: this value stays in float in that candidate, or is never made because its node is folded into another one.");
        table_->setItem(row, Range, cell(tr("float"), why, true));
        table_->setItem(row, Step, cell(QStringLiteral("–"), why, true));
        return;
    }
    const ActivationRange& range = found->second;
    const QString tip = tr("scale %1, zero point %2").arg(range.scale, 0, 'g', 6).arg(range.zero);
    table_->setItem(row, Range, cell(QStringLiteral("%1 … %2").arg(figure(range.least()), figure(range.most())), tip, true));
    table_->setItem(row, Step, cell(figure(range.scale), tip, true));
}

void ActivationsTab::refill() {
    table_->setRowCount(0);
    const bool known = !file_.isEmpty() && !loading_.busy() && !ranges_.empty();
    table_->setVisible(known);
    if (!known) {
        note_->setText(loading_.busy()   ? tr("Reading the ranges of “%1”…").arg(title_)
                       : file_.isEmpty() ? tr("Ranges of activations come from calibration: quantize with INT8 static, and they are shown here.")
                                         : tr("“%1” holds no calibrated ranges: INT8 static has them, the other methods need none.").arg(title_));
        return;
    }
    note_->setText(tr("What 8 bits cover, as calibrated for “%1”.").arg(title_));
    table_->setFont(monoFont(11.0 / 13));
    if (!session_.model() || node_ < 0 || node_ >= static_cast<NodeId>(session_.model()->nodes().size())) {
        return;
    }
    const Model& model = *session_.model();
    std::vector<NodeId> card = session_.document().cardOf(node_);
    if (card.empty()) {
        card = {node_};
    }
    std::set<ValueId> inside;
    for (const NodeId id : card) {
        inside.insert(model.node(id).outputs.begin(), model.node(id).outputs.end());
    }
    std::set<ValueId> told;
    for (const NodeId id : card) {
        for (const ValueId input : model.node(id).inputs) {
            if (input != kNone && !model.value(input).is_constant() && inside.count(input) == 0 && told.insert(input).second) {
                addRow(tr("in "), input);
            }
        }
    }
    for (const ValueId output : model.node(card.back()).outputs) {
        if (output != kNone) {
            addRow(tr("out"), output);
        }
    }
}

}  // namespace vernier::ui
