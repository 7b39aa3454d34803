// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <vector>

#include "core/quant/method.h"

namespace vernier::ui {

class Session;

/// A row of the rules panel: the default (no rules), one rule, or all overrides of one method together.
struct RuleRow {
    QString text;  ///< "default", "op:Gemm · per tensor", "#0 #24 #39"
    Method method = Method::fp32;
    int count = 0;           ///< nodes that it decides
    std::vector<int> rules;  ///< indices into Recipe::rules; empty for the default
    QString error;
    bool ownChoices = false;
    QString select = {};       ///< of a single rule, as it is typed
    QString granularity = {};  ///< " · per tensor" where the rule says so
    QString tip = {};          ///< more of the ids than the text has room for
};

/// The recipe as rows, overrides behind the other rules grouped by method.
[[nodiscard]] std::vector<RuleRow> ruleRows(const Session& session);

}  // namespace vernier::ui
