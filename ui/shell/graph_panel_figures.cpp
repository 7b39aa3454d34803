// SPDX-License-Identifier: GPL-3.0-or-later
// What cards can be coloured by beside their methods: the size of their weights, and, of the analysed model, time and error.
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "core/layers/layers.h"
#include "ui/choose/numbers.h"
#include "ui/graph/graph_canvas.h"
#include "ui/session/layer_study.h"
#include "ui/session/session.h"
#include "ui/shell/graph_panel.h"

namespace vernier::ui {

namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

CardFigures sizesOf(const Model& model) {
    CardFigures figures;
    figures.title = QObject::tr("size of the weights");
    figures.words = [](double bytes) { return sizeText(static_cast<quint64>(bytes)); };
    for (const Node& node : model.nodes()) {
        figures.values.push_back(node.weight_bytes > 0 ? static_cast<double>(node.weight_bytes) : kUnknown);
    }
    return figures;
}

/// A value for each node of the model.
template <class Of>
std::vector<double> valuesOf(const Model& model, const Of& of) {
    std::vector<double> values;
    values.reserve(model.nodes().size());
    for (const Node& node : model.nodes()) {
        const std::optional<double> value = of(node.id);
        values.push_back(value.value_or(kUnknown));
    }
    return values;
}

CardFigures timesOf(const Model& model, const LayerStudy& study) {
    CardFigures figures;
    figures.title = QObject::tr("time");
    figures.note = QObject::tr("of one run, quantized:\n%1").arg(study.recipeTitle());
    figures.words = [](double ms) { return timeText(ms); };
    figures.values = valuesOf(model, [&study](NodeId id) {
        const LayerNode* node = study.node(id);
        return node != nullptr ? node->ms : std::nullopt;
    });
    return figures;
}

/// The nodes of a region have its error together.
CardFigures errorsOf(const Model& model, const LayerStudy& study) {
    CardFigures figures;
    figures.title = QObject::tr("error alone");
    figures.note = QObject::tr("share of the output error, when only\nthis region is quantized");
    figures.words = [](double share) { return shareText(share); };
    figures.values = valuesOf(model, [&study](NodeId id) {
        const LayerRegion* region = study.regionOf(id);
        return region != nullptr ? region->error_share : std::nullopt;
    });
    for (const Node& node : model.nodes()) {
        const LayerRegion* region = study.regionOf(node.id);
        figures.owners.push_back(region != nullptr ? region->id : -1 - node.id);
    }
    return figures;
}

}  // namespace

void GraphPanel::showFigures() {
    if (!session_.model() || !layout_) {
        return;
    }
    const Model& model = *session_.model();
    const LayerStudy& study = session_.layers();
    canvas_->setFigures(ColourMode::Size, sizesOf(model));
    if (shownStudy_ == study.revision()) {
        return;
    }
    shownStudy_ = study.revision();
    const bool known = study.layers() != nullptr;
    canvas_->setFigures(ColourMode::Time, known ? std::optional(timesOf(model, study)) : std::nullopt);
    canvas_->setFigures(ColourMode::Error, known ? std::optional(errorsOf(model, study)) : std::nullopt);
}

}  // namespace vernier::ui
