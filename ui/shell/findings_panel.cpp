// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/findings_panel.h"

#include <QHeaderView>
#include <QLabel>
#include <QStyle>
#include <QStyledItemDelegate>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

#include "core/report/measured_since.h"
#include "ui/session/session.h"
#include "ui/session/window_words.h"
#include "ui/theme/theme.h"
#include "ui/theme/theme_watch.h"

namespace vernier::ui {

namespace {

enum Column { Sign, Text, Node, Code, ColumnCount };
constexpr int kNodeRole = Qt::UserRole + 1;

/// Rows as high as their wrapped words ask for in the column's present width; the view's own guess is one line.
class WrappedText : public QStyledItemDelegate {
public:
    explicit WrappedText(QTreeWidget* tree) : QStyledItemDelegate(tree), tree_(tree) {}
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const QSize one = QStyledItemDelegate::sizeHint(option, index);
        const int width = tree_->columnWidth(Text) - 2 * (tree_->style()->pixelMetric(QStyle::PM_FocusFrameHMargin) + 1);
        if (!index.parent().isValid() || width <= 0) {
            return one;
        }
        const QRect words = option.fontMetrics.boundingRect(QRect(0, 0, width, 10'000), Qt::TextWordWrap, index.data().toString());
        return {width, std::max(one.height(), words.height() + 4)};
    }

private:
    QTreeWidget* tree_;
};

QString sign(Severity severity) {
    return severity == Severity::serious ? QStringLiteral("✕") : severity == Severity::warning ? QStringLiteral("⚠") : QStringLiteral("ℹ");
}

}  // namespace

int nodeOf(const Finding& finding, const Model& model) {
    if (finding.node >= 0) {
        return finding.node;
    }
    if (!finding.node_name.empty()) {
        const auto& nodes = model.nodes();
        const auto found = std::find_if(nodes.begin(), nodes.end(), [&](const auto& node) { return node.label == finding.node_name; });
        return found == nodes.end() ? -1 : found->id;
    }
    const ValueId value = finding.tensor.empty() ? kNone : model.find_value(finding.tensor);
    if (value == kNone) {
        return -1;
    }
    const Value& tensor = model.value(value);
    return tensor.producer != kNone ? tensor.producer : tensor.consumers.empty() ? -1 : tensor.consumers.front();
}

std::vector<Finding> findingsFrom(const Json& document, const char* key) {
    std::vector<Finding> findings;
    if (!document.is_object() || !document.contains(key) || !document[key].is_array()) {
        return findings;
    }
    for (const Json& entry : document[key]) {
        try {
            findings.push_back(finding_from_json(entry));
        } catch (const std::exception&) {
            continue;  // written by another version: the rest is still worth reading
        }
    }
    return findings;
}

FindingsPanel::FindingsPanel(Session& session, QWidget* parent) : QWidget(parent), session_(session), empty_(new QLabel), tree_(new QTreeWidget) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 8, 12, 4);
    empty_->setProperty("role", "note");
    empty_->setAlignment(Qt::AlignCenter);
    tree_->setColumnCount(ColumnCount);
    tree_->setHeaderHidden(true);
    tree_->setRootIsDecorated(false);
    tree_->setIndentation(12);
    tree_->setWordWrap(true);
    tree_->setUniformRowHeights(false);
    tree_->setItemDelegateForColumn(Text, new WrappedText(tree_));
    tree_->setAccessibleName(tr("Findings"));
    tree_->header()->setStretchLastSection(false);
    tree_->header()->setSectionResizeMode(Sign, QHeaderView::ResizeToContents);
    tree_->header()->setSectionResizeMode(Text, QHeaderView::Stretch);
    tree_->header()->setSectionResizeMode(Node, QHeaderView::ResizeToContents);
    tree_->header()->setSectionResizeMode(Code, QHeaderView::ResizeToContents);
    // Wrapped rows are as high as the column's width asks for, which is known only after a resize.
    connect(tree_->header(), &QHeaderView::sectionResized, tree_, &QTreeWidget::doItemsLayout, Qt::QueuedConnection);
    layout->addWidget(tree_);
    layout->addWidget(empty_);
    const auto go = [this](const QTreeWidgetItem* item) {
        const QVariant node = item->data(0, kNodeRole);
        if (node.isValid() && session_.model() && node.toInt() < static_cast<int>(session_.model()->nodes().size())) {
            session_.selection().setOne(node.toInt());
        }
    };
    connect(tree_, &QTreeWidget::itemClicked, this, go);
    connect(tree_, &QTreeWidget::itemActivated, this, go);  // Return does it, too
    connect(&session.selection(), &Selection::changed, this, &FindingsPanel::markSelection);
    connect(&session, &Session::stateChanged, this, &FindingsPanel::refill);
    connect(&session, &Session::inspectionChanged, this, &FindingsPanel::refill);
    connect(&session, &Session::planChanged, this, &FindingsPanel::refill);
    connect(&session, &Session::runsChanged, this, &FindingsPanel::refill);
    connect(&session, &Session::currentRunChanged, this, &FindingsPanel::refill);
    connect(&ThemeWatch::instance(), &ThemeWatch::changed, this, &FindingsPanel::refill);
    refill();
}

/// On a narrow side the sentences need the room of the codes, then that of the nodes' names; a click leads to the node all the same.
void FindingsPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    const int letters = width() / std::max(1, fontMetrics().averageCharWidth());
    tree_->setColumnHidden(Code, letters < 110);
    tree_->setColumnHidden(Node, letters < 80);
}

int FindingsPanel::count() const {
    int count = 0;
    for (int i = 0; i < tree_->topLevelItemCount(); ++i) {
        count += tree_->topLevelItem(i)->childCount();
    }
    return count;
}

void FindingsPanel::addGroup(const QString& title, const std::vector<Finding>& findings) {
    if (findings.empty()) {
        return;
    }
    const Theme theme = Theme::current();
    auto* group = new QTreeWidgetItem(tree_);
    group->setText(Sign, title);
    group->setFirstColumnSpanned(true);
    group->setFont(Sign, labelFont());
    group->setForeground(Sign, theme.text2);
    group->setFlags(Qt::ItemIsEnabled);
    for (const Finding& finding : findings) {
        auto* item = new QTreeWidgetItem(group);
        item->setText(Sign, sign(finding.severity));
        item->setForeground(Sign, theme.ink(finding.severity == Severity::serious   ? theme.bad
                                            : finding.severity == Severity::warning ? theme.warn
                                                                                    : theme.accent));
        const QString text = windowWords(finding.text);
        const QString remedy = windowWords(finding.remedy);
        item->setText(Text, remedy.isEmpty() ? text : text + QStringLiteral(" → ") + remedy);
        item->setToolTip(Text, item->text(Text) + (finding.node_name.empty() ? QString() : QLatin1Char('\n') + QString::fromStdString(finding.node_name)));
        item->setText(Node, QString::fromStdString(finding.node_name));
        item->setText(Code, QString::fromStdString(finding.code));
        item->setForeground(Code, theme.text2);
        item->setFont(Code, labelFont());
        if (const int node = nodeOf(finding, *session_.model()); node >= 0) {
            item->setData(0, kNodeRole, node);
        }
    }
    group->setExpanded(true);
}

/// Rows about nodes that are selected stand on a soft ground.
void FindingsPanel::markSelection() {
    const QBrush ground = Theme::current().accentSoft;
    for (int i = 0; i < tree_->topLevelItemCount(); ++i) {
        for (int j = 0; j < tree_->topLevelItem(i)->childCount(); ++j) {
            QTreeWidgetItem* item = tree_->topLevelItem(i)->child(j);
            const QVariant node = item->data(0, kNodeRole);
            const bool selected = node.isValid() && session_.selection().contains(node.toInt());
            for (int column = 0; column < ColumnCount; ++column) {
                item->setBackground(column, selected ? ground : QBrush());
            }
        }
    }
}

void FindingsPanel::refill() {
    tree_->clear();
    if (session_.model()) {
        std::vector<Finding> about = findingsFrom(session_.document().inspection(), "findings");
        if (session_.baseline() || !session_.isSound()) {
            std::erase_if(about, [](const Finding& finding) { return finding.code == "no-baseline"; });
        }
        // Until vernier-cli has inspected it, and where that failed, what opening the file found is all there is.
        addGroup(tr("THE MODEL"), session_.document().inspection().contains("findings") ? about : session_.model()->findings());
        addGroup(tr("THE PLAN"), session_.plan() ? session_.plan()->findings : std::vector<Finding>());
        const Run* run = session_.run(session_.currentRun());
        if (run == nullptr && !session_.runs().isEmpty()) {
            run = &session_.runs().last();
        }
        if (run != nullptr) {
            std::vector<Finding> found = findingsFrom(run->quantized, "findings");
            if (const CandidateComparison* measured = session_.measured(run->id); measured != nullptr && session_.baseline()) {
                found = measured_since(std::move(found), *measured, *session_.baseline());
            }
            addGroup(tr("RUN “%1”").arg(run->title), found);
        }
    }
    const bool none = tree_->topLevelItemCount() == 0;
    tree_->setVisible(!none);
    empty_->setVisible(none);
    empty_->setText(session_.model() ? tr("Nothing was found that needs your attention.") : tr("Open a model to see what there is to know about it."));
    markSelection();
    setWindowTitle(count() > 0 ? tr("Findings · %1").arg(count()) : tr("Findings"));  // of its tab
}

}  // namespace vernier::ui
