// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/model/model.h"
#include "core/quant/method.h"
#include "core/quant/workload.h"

namespace vernier {

/// How one method suits the model.
struct MethodAdvice {
    Method method = Method::fp32;
    bool suits = false;
    std::string text;  ///< one sentence
};

/// What to try first, and what to expect of each method.
struct Advice {
    Method method = Method::fp32;
    std::string title;  ///< "INT8 static"
    std::string text;   ///< why
    std::vector<MethodAdvice> methods;
};
/// The method that is named changes nodes of the model (models above 256 MB are judged by their kinds of nodes).
[[nodiscard]] Advice advise(const Model& model);

[[nodiscard]] Json to_json(const Advice& advice);

}  // namespace vernier
