// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

#include <vector>

#include "ui/session/node_state.h"

namespace vernier::ui {

class Session;

/// A node of which two recipes make different things.
struct RecipeDifference {
    NodeId node = kNone;
    NodeState from, to;
};

/// Another recipe than the present one, to be looked at: that of a run, or what differs between the recipes of two. The graph shows it;
/// the present recipe is not touched.
class RecipeView : public QObject {
    Q_OBJECT

public:
    static constexpr int kPresent = 0;  ///< in a run's place: the recipe that is worked on

    explicit RecipeView(const Session& session);

    /// The run's recipe is shown; kPresent: none but that.
    void show(int run);
    /// What differs from one to the other is shown.
    void compare(int from, int to);
    void clear() { show(kPresent); }

    [[nodiscard]] bool active() const { return compares_ || to_ != kPresent; }
    [[nodiscard]] bool compares() const { return compares_; }
    [[nodiscard]] int from() const { return from_; }
    [[nodiscard]] int to() const { return to_; }
    /// What the shown recipe, or the one that is compared to, makes of the nodes; by NodeId.
    [[nodiscard]] const std::vector<NodeState>& states() const { return states_; }
    /// Nodes of which the two make different things, rising.
    [[nodiscard]] const std::vector<RecipeDifference>& differences() const { return differences_; }
    [[nodiscard]] const RecipeDifference* difference(NodeId node) const;
    /// "“INT8 static, 3 nodes FP32”", "the present recipe".
    [[nodiscard]] QString title(int run) const;
    /// "3 of 48 nodes differ between “A” and “B”: 2 INT8 static → FP32, 1 INT8 static → FP16."; of one recipe what is shown.
    [[nodiscard]] QString sentence() const;
    /// The run has a recipe: it was made here.
    [[nodiscard]] bool hasRecipe(int run) const;

signals:
    void changed();  ///< all of it

private:
    void set(bool compares, int from, int to);
    void refresh();
    [[nodiscard]] std::vector<NodeState> statesOf(int run) const;

    const Session& session_;
    bool compares_ = false;
    int from_ = kPresent, to_ = kPresent;
    std::vector<NodeState> states_;
    std::vector<RecipeDifference> differences_;
};

/// "INT8 static", "INT8 static, per tensor": what becomes of a node.
[[nodiscard]] QString methodWords(const NodeState& state, const Node& node);

}  // namespace vernier::ui
