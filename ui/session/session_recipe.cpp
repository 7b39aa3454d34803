// SPDX-License-Identifier: GPL-3.0-or-later
// The part of Session that edits the recipe and knows what it means for each node.
#include <QFileInfo>
#include <QUndoCommand>

#include <algorithm>
#include <set>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/quant/selector.h"
#include "ui/session/planner.h"
#include "ui/session/recipe_edit.h"
#include "ui/session/session.h"

namespace vernier::ui {

namespace {

std::vector<NodeId> ids(const QVector<int>& nodes) {
    return {nodes.begin(), nodes.end()};
}

QString titleOf(Method method) {
    const std::string_view title = row(method).title;
    return QString::fromUtf8(title.data(), static_cast<qsizetype>(title.size()));
}

QString nodesText(const Model& model, const QVector<int>& nodes) {
    return nodes.size() == 1 ? QString::fromStdString(model.node(nodes.first()).label)
                             : QObject::tr("%1 nodes").arg(nodes.size());
}

std::vector<Method> methodsOf(const std::vector<Choice>& choices) {
    std::vector<Method> methods;
    methods.reserve(choices.size());
    for (const Choice& choice : choices) {
        methods.push_back(choice.method);
    }
    return methods;
}

/// What the document of `quantize` says became of the nodes; nothing when it is not of this model.
std::optional<Plan> planOf(const Json& document, const std::vector<Choice>& choices) try {
    const auto nodes = document.find("nodes");
    if (nodes == document.end() || !nodes->is_array() || nodes->size() != choices.size()) {
        return std::nullopt;
    }
    Plan plan;
    for (const Json& entry : *nodes) {
        const auto method = method_from_id(entry.value("applied", std::string()));
        if (!method) {
            return std::nullopt;
        }
        const auto id = static_cast<NodeId>(plan.nodes.size());
        plan.nodes.push_back({id, choices[static_cast<std::size_t>(id)], *method, entry.value("why", std::string()), entry.value("absorbed", false)});
    }
    plan.size_estimate_bytes = document.value("size_bytes", std::uint64_t{0});
    return plan;
} catch (const Json::exception&) {
    return std::nullopt;  // a session file of another hand
}

/// What the same document says the runtime runs; empty where it does not say it.
std::vector<Executed> executedOf(const Json& document) try {
    std::vector<Executed> executed;
    bool known = false;
    for (const Json& entry : document.at("nodes")) {
        const auto found = entry.find("executed");
        executed.push_back(found == entry.end() ? Executed{} : executed_from_json(*found));
        known = known || found != entry.end();
    }
    return known ? executed : std::vector<Executed>();
} catch (const Json::exception&) {
    return {};
}

}  // namespace

/// The one undo command: the recipe before and after.
class RecipeCommand : public QUndoCommand {
public:
    RecipeCommand(Session& session, Recipe after, const QString& text)
        : QUndoCommand(text), session_(session), before_(session.recipe()), after_(std::move(after)) {}
    void undo() override { session_.applyRecipe(before_); }
    void redo() override { session_.applyRecipe(after_); }

private:
    Session& session_;
    Recipe before_, after_;
};

void Session::setRecipe(const Recipe& recipe, const QString& text) {
    if (isSound() && recipe != recipe_) {
        undo_.push(new RecipeCommand(*this, recipe, text));
    }
}

void Session::applyRecipe(const Recipe& recipe) {
    recipe_ = recipe;
    resolveChoices();
    emit recipeChanged();
    makePlan();
}

void Session::setCards(std::vector<std::vector<NodeId>> cards) {
    cards_.clear();
    for (std::vector<NodeId>& card : cards) {
        const NodeId head = card.front();
        cards_.emplace(head, std::move(card));
    }
    emit cardsChanged();
}

std::vector<NodeId> Session::cardOf(NodeId head) const {
    const auto card = cards_.find(head);
    return card == cards_.end() ? std::vector<NodeId>() : card->second;
}

void Session::choose(const QVector<int>& nodes, std::optional<Method> method) {
    if (!model_ || nodes.isEmpty()) {
        return;
    }
    const QString what = nodesText(*model_, nodes);
    std::set<NodeId> all(nodes.begin(), nodes.end());
    for (const int node : nodes) {
        const std::vector<NodeId> card = cardOf(node);
        all.insert(card.begin(), card.end());
    }
    setRecipe(with_choice(recipe_, {all.begin(), all.end()}, method), method ? tr("%1 for %2").arg(titleOf(*method), what) : tr("Reset %1").arg(what));
}

void Session::chooseGranularity(const QVector<int>& nodes, bool perChannel) {
    if (!model_ || nodes.isEmpty()) {
        return;
    }
    const QString what = nodesText(*model_, nodes);
    setRecipe(with_granularity(recipe_, ids(nodes), perChannel, choices_),
              perChannel ? tr("Per channel for %1").arg(what) : tr("Per tensor for %1").arg(what));
}

void Session::setDefaultMethod(Method method) {
    Recipe recipe = recipe_;
    recipe.default_method = method;
    setRecipe(recipe, tr("%1 by default").arg(titleOf(method)));
}

void Session::chooseByOp(const QString& opType, Method method) {
    chooseBySelector(QStringLiteral("op:") + opType, method);
}

void Session::chooseBySelector(const QString& selector, Method method) {
    if (!model_) {
        return;
    }
    const std::string text = selector.trimmed().toStdString();
    std::vector<bool> covered;
    try {
        covered = Selector::parse(text).match(*model_, methodsOf(choices_));
    } catch (const Error&) {
        return;  // the panels offer only selectors that the filter line has accepted
    }
    setRecipe(with_rule(recipe_, text, method, covered), tr("%1 for %2").arg(titleOf(method), selector.trimmed()));
}

void Session::chooseWholeModel(Method method) {
    setRecipe(with_whole_model(recipe_, method), tr("%1 for the whole model").arg(titleOf(method)));
}

void Session::removeRule(int index) {
    if (index < 0 || index >= static_cast<int>(recipe_.rules.size())) {
        return;
    }
    Recipe recipe = recipe_;
    const QString select = QString::fromStdString(recipe.rules[static_cast<std::size_t>(index)].select);
    recipe.rules.erase(recipe.rules.begin() + index);
    setRecipe(recipe, tr("Remove rule %1").arg(select));
}

void Session::moveRule(int from, int to) {
    const int count = static_cast<int>(recipe_.rules.size());
    if (from < 0 || from >= count || to < 0 || to >= count || from == to) {
        return;
    }
    Recipe recipe = recipe_;
    const Rule rule = recipe.rules[static_cast<std::size_t>(from)];
    recipe.rules.erase(recipe.rules.begin() + from);
    recipe.rules.insert(recipe.rules.begin() + to, rule);
    setRecipe(recipe, tr("Move rule %1").arg(QString::fromStdString(rule.select)));
}

void Session::setCalibration(const Calibration& calibration) {
    Recipe recipe = recipe_;
    recipe.calibration = calibration;
    setRecipe(recipe, tr("Calibration"));
}

std::optional<QString> Session::openRecipe(const QString& path) {
    if (!isSound()) {
        return model_ ? lookOnly() : tr("Open a model first.");
    }
    try {
        setRecipe(reanchored(read_recipe(path.toStdString()), *model_), tr("Open recipe %1").arg(QFileInfo(path).fileName()));
    } catch (const Error& error) {
        return QString::fromStdString(error.line());
    }
    return std::nullopt;
}

std::optional<QString> Session::saveRecipe(const QString& path) const {
    if (!model_) {
        return tr("Open a model first.");
    }
    try {
        write_file(path.toStdString(), to_json(anchored(recipe_, *model_)).dump(2) + "\n");
    } catch (const Error& error) {
        return QString::fromStdString(error.line());
    }
    return std::nullopt;
}

void Session::resolveChoices() {
    ruleErrors_.assign(recipe_.rules.size(), {});
    ruleCounts_.assign(recipe_.rules.size(), 0);
    ruleOwn_.clear();
    for (const Rule& rule : recipe_.rules) {
        ruleOwn_.push_back(node_range(rule.select).has_value());
    }
    defaultCount_ = 0;
    choices_.clear();
    if (!model_) {
        return;
    }
    try {
        choices_ = resolve(recipe_, *model_);
    } catch (const Error&) {
        // A rule that cannot be used is shown as such and left out, so that the others go on to work.
        Recipe usable = recipe_;
        usable.rules.clear();
        std::vector<int> position;
        for (std::size_t i = 0; i < recipe_.rules.size(); ++i) {
            usable.rules.push_back(recipe_.rules[i]);
            try {
                (void)resolve(usable, *model_);
                position.push_back(static_cast<int>(i));
            } catch (const Error& error) {
                ruleErrors_[i] = QString::fromStdString(error.line());
                usable.rules.pop_back();
            }
        }
        choices_ = resolve(usable, *model_);
        for (Choice& choice : choices_) {
            choice.rule = choice.rule >= 0 ? position[static_cast<std::size_t>(choice.rule)] : -1;
        }
    }
    for (std::size_t i = 0; i < choices_.size(); ++i) {
        if (model_->nodes()[i].op_type == "Constant") {
            continue;  // no count includes them
        }
        const int rule = choices_[i].rule;
        ++(rule >= 0 ? ruleCounts_[static_cast<std::size_t>(rule)] : defaultCount_);
    }
    filter_.setModel(model_, methodsOf(choices_));
}

QString Session::ruleError(int index) const {
    return index >= 0 && index < static_cast<int>(ruleErrors_.size()) ? ruleErrors_[static_cast<std::size_t>(index)] : QString();
}

int Session::ruleCount(int index) const {
    if (index < 0) {
        return defaultCount_;
    }
    return index < static_cast<int>(ruleCounts_.size()) ? ruleCounts_[static_cast<std::size_t>(index)] : 0;
}

const std::optional<Plan>& Session::plan() const {
    return planner_->plan();
}

const QString& Session::planError() const {
    return planner_->error();
}

const Plan* Session::shownPlan() const {
    return made_ ? &*made_ : plan() ? &*plan() : nullptr;
}

/// Without the rules that cannot be used.
void Session::makePlan() {
    if (!isSound()) {
        planner_->clear();
        return;
    }
    Recipe usable = recipe_;
    for (std::size_t i = usable.rules.size(); i-- > 0;) {
        if (!ruleErrors_[i].isEmpty()) {
            usable.rules.erase(usable.rules.begin() + static_cast<std::ptrdiff_t>(i));
        }
    }
    planner_->make(model_, usable);
}

/// The newest run of this very recipe, or the selected one where it is one of those.
void Session::findMade() {
    const auto made = [this](const Run& run) { return !run.foreign && run.quantized.is_object() && run.recipe == recipe_; };
    const Run* found = run(currentRun_);
    if (found == nullptr || !made(*found)) {
        const auto newest = std::find_if(runs_.rbegin(), runs_.rend(), made);
        found = newest == runs_.rend() ? nullptr : &*newest;
    }
    const int id = found == nullptr ? 0 : found->id;
    if (id == madeBy_) {
        return;
    }
    madeBy_ = id;
    made_ = found == nullptr ? std::nullopt : planOf(found->quantized, choices_);
    executed_ = made_ ? executedOf(found->quantized) : std::vector<Executed>();
    emit planChanged();
}

NodeState Session::nodeState(NodeId node) const {
    NodeState state;
    const auto index = static_cast<std::size_t>(node);
    if (node < 0 || index >= choices_.size()) {
        return state;
    }
    const Choice& choice = choices_[index];
    state.chosen = state.applied = choice.method;
    state.per_channel = choice.per_channel;
    state.rule = choice.rule;
    state.own = choice.rule >= 0 && ruleOwn_[static_cast<std::size_t>(choice.rule)];
    state.written = made_.has_value();
    state.already = precision_of(*model_, node);
    if (const Plan* plan = shownPlan(); plan != nullptr && index < plan->nodes.size()) {
        const NodePlan& planned = plan->nodes[index];
        state.applied = planned.applied;
        state.absorbed = planned.absorbed;
        if (!planned.why.empty()) {
            state.why = QString::fromStdString(planned.why);
        }
    }
    if (made_ && index < executed_.size()) {
        state.executed = executed_[index];
    }
    return state;
}

Totals Session::totals() const {
    Totals totals;
    if (!model_) {
        return totals;
    }
    const Plan* plan = shownPlan();
    totals.planned = plan != nullptr;
    totals.written = made_.has_value();
    totals.sizeEstimate = plan != nullptr ? plan->size_estimate_bytes : 0;
    for (const Node& node : model_->nodes()) {
        const auto at = static_cast<std::size_t>(node.id);
        if (node.op_type != "Constant" && at < choices_.size()) {
            const Method applied = plan != nullptr && at < plan->nodes.size() ? plan->nodes[at].applied : choices_[at].method;
            const Precision already = precision_of(*model_, node.id);
            const bool stays = applied == Method::fp32 && already != Precision::fp32;
            ++(stays ? totals.already[static_cast<std::size_t>(already)] : totals.nodes[static_cast<std::size_t>(applied)]);
        }
    }
    return totals;
}

QString Session::quantizeProblem() const {
    return !model_                            ? tr("Open a model first.")
           : !isSound()                       ? lookOnly()
           : !planError().isEmpty()           ? planError()
           : !changes_anything(choices_)      ? tr("Choose a method for at least one node first.")
                                              : QString();
}

bool Session::isQuantizedAlready() const {
    return model_ && std::any_of(model_->nodes().begin(), model_->nodes().end(), [this](const Node& node) { return is_integer(precision_of(*model_, node.id)); });
}

bool Session::needsCalibration() const {
    return std::any_of(choices_.begin(), choices_.end(), [](const Choice& choice) { return row(choice.method).needs_calibration; });
}

}  // namespace vernier::ui
