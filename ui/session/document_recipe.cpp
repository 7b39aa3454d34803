// SPDX-License-Identifier: GPL-3.0-or-later
// The part of Document that edits the recipe and knows what it means for each node.
#include <QFileInfo>

#include <algorithm>
#include <set>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/quant/selector.h"
#include "ui/session/document.h"
#include "ui/session/recipe_edit.h"
#include "ui/session/undo_step.h"

namespace vernier::ui {

namespace {

std::vector<NodeId> ids(const QVector<int>& nodes) { return {nodes.begin(), nodes.end()}; }

QString titleOf(Method method) {
    const std::string_view title = row(method).title;
    return QString::fromUtf8(title.data(), static_cast<qsizetype>(title.size()));
}

QString nodesText(const Model& model, const QVector<int>& nodes) {
    return nodes.size() == 1 ? QString::fromStdString(model.node(nodes.first()).label) : QObject::tr("%L1 nodes").arg(nodes.size());
}

std::vector<Method> methodsOf(const std::vector<Choice>& choices) {
    std::vector<Method> methods;
    methods.reserve(choices.size());
    for (const Choice& choice : choices) {
        methods.push_back(choice.method);
    }
    return methods;
}

}  // namespace

void Document::setRecipe(const Recipe& recipe, const QString& text) {
    if (isSound() && recipe != recipe_) {
        undo_.push(new UndoStep(
            text, [this, recipe] { applyRecipe(recipe); }, [this, before = recipe_] { applyRecipe(before); }));
    }
}

void Document::applyRecipe(const Recipe& recipe) {
    recipe_ = recipe;
    resolveChoices();
    emit recipeChanged();
}

void Document::setCards(std::vector<std::vector<NodeId>> cards) {
    cards_.clear();
    for (std::vector<NodeId>& card : cards) {
        const NodeId head = card.front();
        cards_.emplace(head, std::move(card));
    }
    emit cardsChanged();
}

std::vector<NodeId> Document::cardOf(NodeId head) const {
    const auto card = cards_.find(head);
    return card == cards_.end() ? std::vector<NodeId>() : card->second;
}

std::vector<NodeId> Document::choose(const QVector<int>& nodes, std::optional<Method> method) {
    if (!isSound() || nodes.isEmpty()) {
        return {};
    }
    const QString what = nodesText(*model_, nodes);
    std::set<NodeId> all(nodes.begin(), nodes.end());
    for (const int node : nodes) {
        const std::vector<NodeId> card = cardOf(node);
        all.insert(card.begin(), card.end());
    }
    std::vector<NodeId> chosen(all.begin(), all.end());
    setRecipe(with_choice(recipe_, chosen, method), method ? tr("%1 for %2").arg(titleOf(*method), what) : tr("Reset %1").arg(what));
    return chosen;
}

void Document::chooseGranularity(const QVector<int>& nodes, bool perChannel) {
    if (!model_ || nodes.isEmpty()) {
        return;
    }
    const QString what = nodesText(*model_, nodes);
    setRecipe(with_granularity(recipe_, ids(nodes), perChannel, choices_), perChannel ? tr("Per channel for %1").arg(what) : tr("Per tensor for %1").arg(what));
}

void Document::setDefaultMethod(Method method) {
    Recipe recipe = recipe_;
    recipe.default_method = method;
    setRecipe(recipe, tr("%1 by default").arg(titleOf(method)));
}

void Document::chooseBySelector(const QString& selector, Method method) {
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

void Document::chooseWholeModel(Method method) { setRecipe(with_whole_model(recipe_, method), tr("%1 for the whole model").arg(titleOf(method))); }

void Document::removeRule(int index) {
    if (index < 0 || index >= static_cast<int>(recipe_.rules.size())) {
        return;
    }
    Recipe recipe = recipe_;
    const QString select = QString::fromStdString(recipe.rules[static_cast<std::size_t>(index)].select);
    recipe.rules.erase(recipe.rules.begin() + index);
    setRecipe(recipe, tr("Remove rule %1").arg(select));
}

void Document::moveRule(int from, int to) {
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

void Document::setCalibration(const Calibration& calibration) {
    Recipe recipe = recipe_;
    recipe.calibration = calibration;
    setRecipe(recipe, tr("Calibration"));
}

std::optional<QString> Document::openRecipe(const QString& path) {
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

std::optional<QString> Document::saveRecipe(const QString& path) const {
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

void Document::resolveChoices() {
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

QString Document::ruleError(int index) const {
    return index >= 0 && index < static_cast<int>(ruleErrors_.size()) ? ruleErrors_[static_cast<std::size_t>(index)] : QString();
}

int Document::ruleCount(int index) const {
    if (index < 0) {
        return defaultCount_;
    }
    return index < static_cast<int>(ruleCounts_.size()) ? ruleCounts_[static_cast<std::size_t>(index)] : 0;
}

Recipe Document::usableRecipe() const {
    Recipe usable = recipe_;
    for (std::size_t i = usable.rules.size(); i-- > 0;) {
        if (!ruleErrors_[i].isEmpty()) {
            usable.rules.erase(usable.rules.begin() + static_cast<std::ptrdiff_t>(i));
        }
    }
    return usable;
}

bool Document::needsCalibration() const {
    return std::any_of(choices_.begin(), choices_.end(), [](const Choice& choice) { return row(choice.method).needs_calibration; });
}

}  // namespace vernier::ui
