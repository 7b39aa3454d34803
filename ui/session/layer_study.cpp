// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/layer_study.h"

#include <QDir>
#include <QFileInfo>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/temporary.h"
#include "core/quant/method.h"
#include "ui/session/command.h"
#include "ui/session/document.h"
#include "ui/session/recipe_edit.h"
#include "ui/session/session_file.h"
#include "ui/session/trials.h"

namespace vernier::ui {

LayerStudy::LayerStudy(Document& document, Trials& trials, Queue& queue)
    : Study(trials, queue), document_(document), work_(QString::fromStdString((temporary_base() / (temporary_prefix() + "XXXXXX")).string())) {
    connect(&document, &Document::closing, this, &LayerStudy::clear);
    connect(&document, &Document::restoring, this, &LayerStudy::restore);
    connect(&trials, &Trials::madeChanged, this, &LayerStudy::changed);
    for (const auto signal :
         {&Document::recipeChanged, &Document::datasetChanged, &Document::measureSettingsChanged, &Document::sizesChanged, &Document::closed}) {
        connect(&document, signal, this, &LayerStudy::changed);
    }
}

void LayerStudy::clear() {
    layers_.reset();
    regionOf_.clear();
    ++revision_;
    forget();
}

const LayerRegion* LayerStudy::regionOf(NodeId id) const {
    const auto at = static_cast<std::size_t>(id);
    return id >= 0 && at < regionOf_.size() ? regionOf_[at] : nullptr;
}

/// What names a node that the open model does not have is of another model.
void LayerStudy::take(Layers layers) {
    const std::size_t count = document_.model()->nodes().size();
    const auto known = [count](NodeId node) {
        if (node < 0 || static_cast<std::size_t>(node) >= count) {
            throw Error(ErrorKind::bad_data, fmt::format("Node #{} is not in the open model, which has {} nodes", node, count));
        }
    };
    for (const LayerNode& node : layers.nodes) {
        known(node.id);
    }
    for (const LayerRegion& region : layers.regions) {
        std::for_each(region.nodes.begin(), region.nodes.end(), known);
        known(region.core);
    }
    if (layers.first_divergence) {
        known(layers.first_divergence->node);
    }
    std::sort(layers.nodes.begin(), layers.nodes.end(), [](const LayerNode& a, const LayerNode& b) { return a.id < b.id; });
    layers_ = std::move(layers);
    ++revision_;
    regionOf_.assign(count, nullptr);
    for (const LayerRegion& region : layers_->regions) {
        for (const NodeId node : region.nodes) {
            regionOf_[static_cast<std::size_t>(node)] = &region;
        }
    }
}

Recipe LayerStudy::wanted() const {
    return changes_anything(document_.choices()) ? document_.usableRecipe() : with_whole_model(document_.recipe(), Method::int8_static);
}

LayerStudy::Of LayerStudy::present() const {
    Of of{wanted(), {}, document_.datasetPath(), {}, document_.measureSettings().sizes, {}};
    // What a run's timing left in FP32 is in its file alone.
    const Run* run = changes_anything(document_.choices()) ? trials_.madeRun() : nullptr;
    if (run != nullptr && !run->changed && QFileInfo::exists(run->file)) {
        of.file = run->file;
    }
    if (document_.model()) {
        of.sha256 = document_.model()->sha256();
        of.title = QString::fromStdString(recipe_title(of.recipe, resolve(of.recipe, *document_.model())));
    }
    return of;
}

/// Nodes that are quantized in what was analysed, and that the run of the present recipe took back to float.
int LayerStudy::keptInFloat() const {
    const std::optional<Plan>& made = trials_.made();
    if (!made || without_anchors(wanted()) != without_anchors(of_.recipe)) {
        return 0;
    }
    return static_cast<int>(std::count_if(layers_->nodes.begin(), layers_->nodes.end(), [&made](const LayerNode& node) {
        const auto method = method_from_id(node.applied);
        const auto at = static_cast<std::size_t>(node.id);
        return method && *method != Method::fp32 && at < made->nodes.size() && made->nodes[at].applied == Method::fp32;
    }));
}

QString LayerStudy::staleness() const {
    if (!layers_ || !document_.model()) {
        return {};
    }
    QStringList sentences;
    if (document_.model()->sha256() != of_.sha256) {
        sentences << tr("The model has changed since: these are figures of the model before.");
    }
    if (without_anchors(wanted()) != without_anchors(of_.recipe)) {
        sentences << tr("The recipe has changed since: quantized times and errors on the way are those of “%1”. Errors alone still hold.").arg(of_.title);
    }
    if (const int kept = keptInFloat(); kept > 0) {
        sentences << (kept == 1 ? tr("The run “%2” left 1 of these nodes in FP32 after measuring it; this table shows it quantized.")
                                : tr("The run “%2” left %1 of these nodes in FP32 after measuring them; this table shows them quantized.").arg(kept))
                         .arg(trials_.madeRun()->title);
    }
    if (document_.datasetPath() != of_.dataset) {
        sentences << tr("The data have changed since: errors are those on the data before.");
    }
    if (document_.measureSettings().sizes != of_.sizes) {
        sentences << tr("The sizes of the inputs have changed since.");
    }
    return sentences.join(QLatin1Char(' '));
}

Json LayerStudy::saved() const {
    if (!layers_) {
        return {};
    }
    Json json{{"model_sha256", of_.sha256}, {"recipe", to_json(of_.recipe)}, {"title", of_.title.toStdString()}, {"dataset", of_.dataset.toStdString()}};
    json["sizes"] = Json::array();
    for (const QString& size : of_.sizes) {
        json["sizes"].push_back(size.toStdString());
    }
    json["document"] = to_json(*layers_);
    return json;
}

/// What cannot be read is as good as not analysed: everything else of the session holds without it.
void LayerStudy::restore(const SavedSession& saved) {
    if (!saved.layers.is_object()) {
        return;
    }
    try {
        Of of{recipe_from_json(saved.layers.at("recipe")),
              QString::fromStdString(saved.layers.at("title").get<std::string>()),
              QString::fromStdString(saved.layers.at("dataset").get<std::string>()),
              {},
              {},
              saved.layers.at("model_sha256").get<std::string>()};
        for (const Json& size : saved.layers.at("sizes")) {
            of.sizes << QString::fromStdString(size.get<std::string>());
        }
        take(layers_from_json(saved.layers.at("document")));
        of_ = std::move(of);
    } catch (const std::exception& error) {
        clear();
        queue_.note(tr("the layers of the session cannot be read: %1").arg(QString::fromUtf8(error.what())));
    }
    emit changed();
}

QString LayerStudy::missing() const {
    return missingForSamples(document_, work_, tr("The errors of layers are measured on samples. Pick a dataset in the Data tab."));
}

QStringList LayerStudy::words() {
    asked_ = present();
    const QStringList sizes = runWords(document_.measureSettings(), *document_.model());
    if (!asked_.file.isEmpty()) {
        return QStringList{QStringLiteral("layers"), document_.modelPath(), asked_.file, QStringLiteral("--data"), asked_.dataset} + sizes;
    }
    const QString recipe = QDir(work_.path()).filePath(QStringLiteral("layers.recipe.json"));
    write_file(recipe.toStdString(), to_json(asked_.recipe).dump(2) + "\n");
    return QStringList{QStringLiteral("layers"), document_.modelPath(), QStringLiteral("--recipe"), recipe, QStringLiteral("--data"), asked_.dataset} + sizes;
}

QString LayerStudy::command() const {
    if (!missing().isEmpty()) {
        return {};
    }
    const Of of = present();
    QStringList words{QStringLiteral("vernier-cli layers"), CliJob::quoted(document_.modelPath())};
    if (of.file.isEmpty()) {
        words << QStringLiteral("--recipe") << CliJob::quoted(keptRecipe(of.recipe));
    } else {
        words << CliJob::quoted(of.file);
    }
    words << QStringLiteral("--data") << CliJob::quoted(of.dataset);
    for (const QString& word : runWords(document_.measureSettings(), *document_.model())) {
        words << CliJob::quoted(word);
    }
    return words.join(QLatin1Char(' '));
}

void LayerStudy::answered(const Json& result) {
    take(layers_from_json(result));
    of_ = asked_;
    document_.touch();
}

void LayerStudy::analyse() {
    if (!refused()) {
        ask(tr("Analysing the layers"), QStringLiteral("layers"));
    }
}

}  // namespace vernier::ui
