// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/session.h"

#include "core/base/error.h"
#include "core/model/precision.h"
#include "core/quant/method.h"
#include "ui/session/layer_study.h"
#include "ui/session/recipe_search.h"
#include "ui/session/recipe_view.h"
#include "ui/session/run_estimate.h"
#include "ui/session/session_file.h"

namespace vernier::ui {

Session::Session(QObject* parent)
    : QObject(parent), queue_(std::make_unique<Queue>()), document_(std::make_unique<Document>(*queue_)), planner_(std::make_unique<Planner>()),
      trials_(std::make_unique<Trials>(*document_, *planner_, *queue_)), layers_(std::make_unique<LayerStudy>(*document_, *trials_, *queue_)),
      search_(std::make_unique<RecipeSearch>(*document_, *trials_, *queue_)) {
    // Trials listens to the document from its own beginning on: what a panel hears of, it has taken in.
    followDocument();
    connect(trials_.get(), &Trials::changed, this, &Session::runsChanged);
    connect(trials_.get(), &Trials::currentChanged, this, &Session::currentRunChanged);
    connect(trials_.get(), &Trials::told, this, &Session::told);
    connect(trials_.get(), &Trials::madeChanged, this, &Session::planChanged);
    connect(planner_.get(), &Planner::changed, this, &Session::planChanged);
    trials_->setEstimator([this] { return estimateOfPresent(*this); });
    recipeView_ = std::make_unique<RecipeView>(*this);
}

Session::~Session() = default;

void Session::followDocument() {
    const Document* document = document_.get();
    connect(document, &Document::stateChanged, this, &Session::stateChanged);
    connect(document, &Document::readingChanged, this, &Session::readingChanged);
    connect(document, &Document::modelMissing, this, &Session::modelMissing);
    connect(document, &Document::restored, this, &Session::restored);
    connect(document, &Document::openRefused, this, &Session::openRefused);
    connect(document, &Document::recipeChanged, this, &Session::recipeChanged);
    connect(document, &Document::datasetChanged, this, &Session::datasetChanged);
    connect(document, &Document::datasetRefused, this, &Session::datasetRefused);
    connect(document, &Document::gateChanged, this, &Session::gateChanged);
    connect(document, &Document::measureSettingsChanged, this, &Session::measureSettingsChanged);
    connect(document, &Document::sizesChanged, this, &Session::sizesChanged);
    connect(document, &Document::inspectionChanged, this, &Session::inspectionChanged);
    connect(document, &Document::modifiedChanged, this, &Session::modifiedChanged);
    connect(document, &Document::cardsChanged, this, &Session::cardsChanged);
    // After the panels: they show the old plan until the new one comes, not none.
    connect(document, &Document::recipeChanged, this, &Session::makePlan);
    connect(document, &Document::sizesChanged, this, &Session::makePlan);
    connect(document, &Document::closing, planner_.get(), &Planner::clear);
}

void Session::choose(const QVector<int>& nodes, std::optional<Method> method) {
    const auto all = static_cast<int>(document_->choose(nodes, method).size());
    if (const int more = all - static_cast<int>(nodes.size()); more > 0 && nodes.size() > 1) {
        const QString what = method ? QString::fromUtf8(row(*method).title.data(), qsizetype(row(*method).title.size())) : tr("Default");
        tell(tr("%1 for %L2 nodes: the %L3 selected and %L4 fused with them").arg(what).arg(all).arg(nodes.size()).arg(more));
    }
}

void Session::makePlan() { isSound() ? planner_->make(model(), document_->usableRecipe()) : planner_->clear(); }

std::optional<QString> Session::write(const QString& path, KeepRuns runs) const {
    try {
        writeSessionFile(*this, path, runs);
    } catch (const Error& error) {
        return QString::fromStdString(error.line());
    } catch (const std::exception& error) {
        return QString::fromUtf8(error.what());
    }
    return std::nullopt;
}

std::optional<QString> Session::save(const QString& path) {
    std::optional<QString> problem = write(path, KeepRuns::beside_the_session);
    if (!problem) {
        document_->savedTo(path);
    }
    return problem;
}

std::optional<QString> Session::keepCopy(const QString& path) const { return write(path, KeepRuns::where_they_are); }

const Plan* Session::shownPlan() const { return trials_->made() ? &*trials_->made() : plan() ? &*plan() : nullptr; }

NodeState Session::nodeState(NodeId node) const {
    NodeState state;
    const auto index = static_cast<std::size_t>(node);
    if (node < 0 || index >= choices().size()) {
        return state;
    }
    const Choice& choice = choices()[index];
    state.chosen = state.applied = choice.method;
    state.per_channel = choice.per_channel;
    state.rule = choice.rule;
    state.own = document_->isOwnRule(choice.rule);
    state.written = trials_->made().has_value();
    state.already = precision_of(*model(), node);
    if (const Plan* plan = shownPlan(); plan != nullptr && index < plan->nodes.size()) {
        const NodePlan& planned = plan->nodes[index];
        state.applied = planned.applied;
        state.absorbed = planned.absorbed;
        if (!planned.why.empty()) {
            state.why = QString::fromStdString(planned.why);
        }
    }
    if (trials_->made() && index < executed().size()) {
        state.executed = executed()[index];
    }
    return state;
}

Totals Session::totals() const {
    Totals totals;
    if (!model()) {
        return totals;
    }
    const Plan* plan = shownPlan();
    totals.planned = plan != nullptr;
    totals.written = trials_->made().has_value();
    totals.sizeEstimate = plan != nullptr ? plan->size_estimate_bytes : 0;
    for (const Node& node : model()->nodes()) {
        const auto at = static_cast<std::size_t>(node.id);
        if (node.op_type != "Constant" && at < choices().size()) {
            const Method applied = plan != nullptr && at < plan->nodes.size() ? plan->nodes[at].applied : choices()[at].method;
            const Precision already = precision_of(*model(), node.id);
            const bool stays = applied == Method::fp32 && already != Precision::fp32;
            totals.notAsChosen += !stays && applied == Method::fp32 && choices()[at].method != Method::fp32 ? 1 : 0;
            ++(stays ? totals.already[static_cast<std::size_t>(already)] : totals.nodes[static_cast<std::size_t>(applied)]);
        }
    }
    return totals;
}

}  // namespace vernier::ui
