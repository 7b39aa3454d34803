// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/model/model.h"
#include "core/quant/edit.h"

namespace vernier {

/// What every recipe for a model starts from: its graph with its bodies opened, names made unique and Constant nodes made
/// constants, which lie in the model. Made once, kept and shared; recipes work on copies of the graph that copy no constant.
/// What a recipe chooses for a node decides all else: whether constants are folded for it, in which type it computes, and which
/// rewritings see it, since a node that stays in float is written as it was opened.
struct Canonical {
    ModelPtr model;
    GraphEdit edit;
};
using CanonicalPtr = std::shared_ptr<const Canonical>;

[[nodiscard]] inline CanonicalPtr canonical(const ModelPtr& model) { return std::make_shared<const Canonical>(Canonical{model, GraphEdit(model)}); }

}  // namespace vernier
