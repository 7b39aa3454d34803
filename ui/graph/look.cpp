// SPDX-License-Identifier: GPL-3.0-or-later
// What colours cards, and what their badges say.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include "ui/graph/scene_painter.h"

namespace vernier::ui {

namespace {

constexpr std::array<std::pair<ColourMode, const char*>, 6> kModes = {{{ColourMode::Method, "method"},
                                                                       {ColourMode::Executed, "executed"},
                                                                       {ColourMode::Time, "time"},
                                                                       {ColourMode::Error, "error"},
                                                                       {ColourMode::Size, "size"},
                                                                       {ColourMode::OpCategory, "category"}}};

/// Adds up what the nodes of one card have, each owner's once.
class Sum {
public:
    explicit Sum(const CardFigures& figures) : figures_(figures) {}

    void add(NodeId node) {
        const auto at = static_cast<std::size_t>(node);
        if (at >= figures_.values.size() || std::isnan(figures_.values[at])) {
            return;
        }
        if (at < figures_.owners.size()) {
            const int owner = figures_.owners[at];
            if (std::find(owners_.begin(), owners_.end(), owner) != owners_.end()) {
                return;
            }
            owners_.push_back(owner);
        }
        sum_ = std::isnan(sum_) ? figures_.values[at] : sum_ + figures_.values[at];
    }
    [[nodiscard]] double value() const { return sum_; }

private:
    const CardFigures& figures_;
    std::vector<int> owners_;
    double sum_ = std::numeric_limits<double>::quiet_NaN();
};

}  // namespace

const char* name(ColourMode mode) {
    return std::find_if(kModes.begin(), kModes.end(), [mode](const auto& row) { return row.first == mode; })->second;
}

std::optional<ColourMode> colourModeFrom(const QString& name) {
    const auto found = std::find_if(kModes.begin(), kModes.end(), [&name](const auto& row) { return name == QLatin1String(row.second); });
    return found == kModes.end() ? std::nullopt : std::optional(found->first);
}

const CardFigures* Look::shownFigures() const {
    const auto found = figures.find(mode);
    return found == figures.end() ? nullptr : &found->second;
}

bool Look::has(ColourMode wanted) const {
    return wanted == ColourMode::Method || wanted == ColourMode::OpCategory || (wanted == ColourMode::Executed ? knowsRuns() : figures.contains(wanted));
}

void Look::weigh(const Scene& scene) {
    ofCards.clear();
    most = 0;
    const CardFigures* shown = shownFigures();
    for (int card = 0; shown != nullptr && card < static_cast<int>(scene.cards().size()); ++card) {
        Sum sum(*shown);
        for (const NodeId node : scene.nodesOf(card)) {
            sum.add(node);
        }
        for (const NodeId node : scene.innerNodes(card)) {
            sum.add(node);
        }
        ofCards.push_back(sum.value());
        most = std::isnan(sum.value()) ? most : std::max(most, sum.value());
    }
}

std::optional<double> Look::figureOf(int card) const {
    const auto at = static_cast<std::size_t>(card);
    return card >= 0 && at < ofCards.size() && !std::isnan(ofCards[at]) ? std::optional(ofCards[at]) : std::nullopt;
}

const CardMethod* Look::methodOf(NodeId node) const {
    const auto index = static_cast<std::size_t>(node);
    return node >= 0 && index < methods.size() && !methods[index].badge.isEmpty() ? &methods[index] : nullptr;
}

namespace {

constexpr std::size_t kMostBadges = 3;

}  // namespace

std::vector<CardMethod> Look::methodsOf(const Scene& scene, int card) const {
    std::vector<CardMethod> found;
    const auto add = [&](const CardMethod& method) {
        const bool known = std::any_of(found.begin(), found.end(), [&](const CardMethod& m) { return m.badge == method.badge && m.own == method.own; });
        if (!known && found.size() < kMostBadges) {
            found.push_back(method);
        }
    };
    const CardMethod* head = methodOf(scene.nodeOf(card));
    const std::vector<NodeId>& inner = scene.innerNodes(card);
    if (!scene.isBlock(card) && inner.empty()) {
        for (const NodeId node : scene.nodesOf(card)) {
            const CardMethod* method = methodOf(node);
            if (method != nullptr && (method == head || head == nullptr || method->chosen != head->chosen)) {
                add(*method);
            }
        }
        return found;
    }
    const auto addIf = [&](NodeId node, bool heavy) {
        const CardMethod* method = methodOf(node);
        if (method != nullptr && ((scene.model().node(node).macs > 0) == heavy) && (heavy || method->own)) {
            add(*method);
        }
    };
    for (const bool heavy : {true, false}) {
        for (const NodeId node : scene.nodesOf(card)) {
            addIf(node, heavy);
        }
        for (const NodeId node : inner) {
            addIf(node, heavy);
        }
    }
    if (found.empty() && head != nullptr) {
        found.push_back(*head);
    }
    return found;
}

QColor Look::colourOf(const CardMethod& method) const {
    return mode != ColourMode::Executed ? method.colour : method.runsColour.isValid() ? method.runsColour : theme.line;
}

bool Look::knowsRuns() const {
    return std::any_of(methods.begin(), methods.end(), [](const CardMethod& method) { return !method.runs.isEmpty(); });
}

QColor Look::barColour(const Scene& scene, int card) const {
    if (mode == ColourMode::OpCategory) {
        return theme.category(scene.category(card));
    }
    if (shownFigures() != nullptr) {
        const std::optional<double> figure = figureOf(card);
        return figure ? theme.ramp(most > 0 ? *figure / most : 0) : theme.line;
    }
    const CardMethod* method = methodOf(scene.nodeOf(card));
    if (scene.isBlock(card) || !scene.innerNodes(card).empty()) {
        const std::vector<CardMethod> shown = methodsOf(scene, card);
        return shown.empty() ? theme.method(u"fp32") : colourOf(shown.front());
    }
    return method != nullptr ? colourOf(*method) : theme.method(u"fp32");
}

}  // namespace vernier::ui
