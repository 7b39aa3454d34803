// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/providers.h"

#include <algorithm>
#include <vector>

#include "core/measure/placement.h"
#include "core/report/executed_counts.h"
#include "core/runtime/provider.h"

namespace vernier {

std::string providers_text(const TrialViews& trials) {
    std::vector<std::string> names;
    for (const TrialView& trial : trials)
        if (std::string name = provider_text(trial.measured.run); std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
    return text;
}

std::string ran_text(const Measurement& measured) {
    return is_on_cpu(measured.run) ? text_of(executed_counts(measured)) : text_of(placement(measured.profile));
}

}  // namespace vernier
