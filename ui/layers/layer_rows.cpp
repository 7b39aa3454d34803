// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/layers/layer_rows.h"

#include <QCoreApplication>

#include <algorithm>

#include "core/layers/layers.h"
#include "ui/session/layer_study.h"
#include "ui/session/session.h"
#include "ui/session/window_words.h"

namespace vernier::ui {

namespace {

constexpr double kSlowerBy = 1.05;  ///< less is noise of the profiler
constexpr double kSlowerByMs = 0.001;
constexpr double kLeastMs = 0.0005;  ///< a node of no region that takes less has no row

QString tr(const char* words) { return QCoreApplication::translate("Layers", words); }

QString text(const std::string& words) { return QString::fromStdString(words); }

void addTo(std::optional<double>& sum, const std::optional<double>& value) {
    if (value) {
        sum = sum.value_or(0) + *value;
    }
}

/// "INT8", "float", "folded", "fused into #12".
QString executedWords(const LayerNode& node) {
    if (node.fused_into != kNone) {
        return tr("fused into #%1").arg(node.fused_into);
    }
    return node.executed == "int8" ? QStringLiteral("INT8") : node.executed == "fp16" ? QStringLiteral("FP16") : text(node.executed);
}

QString executedTip(const LayerNode& node) {
    QStringList lines;
    if (!node.runs_as.empty()) {
        lines << tr("ONNX Runtime runs it as %1.").arg(text(node.runs_as));
    }
    if (!node.reason.empty()) {
        lines << text(node.reason);
    }
    return lines.join(QLatin1Char('\n'));
}

bool becomesInteger(const LayerNode& node) {
    const auto method = method_from_id(node.applied);
    return method && is_integer(*method);
}

/// What the document says of the row's nodes.
void addNodes(LayerRow& row, const LayerStudy& study) {
    for (const int id : row.nodes) {
        const LayerNode* node = study.node(id);
        if (node == nullptr) {
            continue;
        }
        addTo(row.fp32Ms, node->fp32_ms);
        addTo(row.ms, node->ms);
        if (node->output_sqnr_db) {
            row.sqnr = std::min(row.sqnr.value_or(*node->output_sqnr_db), *node->output_sqnr_db);
        }
        if (id == row.head || (row.why.isEmpty() && row.change.isEmpty())) {
            const bool says = !node->why.empty() || !node->change.empty();
            row.why = says ? windowWords(node->why) : row.why;
            row.change = says ? windowWords(node->change) : row.change;
        }
    }
}

LayerRow rowOf(const LayerStudy& study, const Model& model, int head, const QVector<int>& nodes) {
    LayerRow row;
    row.head = head;
    row.nodes = nodes;
    row.name = text(model.node(head).label);
    row.more = nodes.size() > 1 ? QStringLiteral(" + %1").arg(nodes.size() - 1) : QString();
    row.op = text(model.node(head).op_type);
    if (const LayerNode* node = study.node(head)) {
        row.executed = executedWords(*node);
        row.executedTip = executedTip(*node);
        row.inFloat = node->executed == "float" && becomesInteger(*node);
    }
    addNodes(row, study);
    return row;
}

LayerRow rowOf(const LayerStudy& study, const Model& model, const LayerRegion& region) {
    QVector<int> nodes(region.nodes.begin(), region.nodes.end());
    std::sort(nodes.begin(), nodes.end());
    LayerRow row = rowOf(study, model, region.core, nodes);
    row.share = region.error_share;
    row.error = region.error_alone;
    row.kl = region.kl_alone;
    return row;
}

}  // namespace

bool LayerRow::slower() const { return fp32Ms && ms && *ms > *fp32Ms * kSlowerBy && *ms > *fp32Ms + kSlowerByMs; }

std::vector<LayerRow> layerRows(const Session& session) {
    std::vector<LayerRow> rows;
    const LayerStudy& study = session.layers();
    if (study.layers() == nullptr || !session.model()) {
        return rows;
    }
    for (const LayerRegion& region : study.layers()->regions) {
        rows.push_back(rowOf(study, *session.model(), region));
    }
    for (const LayerNode& node : study.layers()->nodes) {
        const double most = std::max(node.fp32_ms.value_or(0), node.ms.value_or(0));
        if (study.regionOf(node.id) == nullptr && most >= kLeastMs) {
            rows.push_back(rowOf(study, *session.model(), node.id, {node.id}));
        }
    }
    std::sort(rows.begin(), rows.end(), [](const LayerRow& a, const LayerRow& b) { return a.head < b.head; });
    return rows;
}

}  // namespace vernier::ui
