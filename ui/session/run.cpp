// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/run.h"

#include <QCoreApplication>

#include <algorithm>
#include <vector>

namespace vernier::ui {

std::string Run::madeSha256() const { return quantized.is_object() ? quantized.value("sha256", std::string()) : std::string(); }

Method Run::mainMethod() const {
    const auto nodes = quantized.is_object() ? quantized.find("nodes") : quantized.end();
    if (!quantized.is_object() || nodes == quantized.end() || !nodes->is_array()) {
        return recipe.default_method;
    }
    std::vector<int> counts(methods().size());
    for (const Json& node : *nodes) {
        const auto applied = node.find("applied");
        if (applied != node.end() && applied->is_string()) {
            if (const auto method = method_from_id(applied->get<std::string>())) {
                ++counts[static_cast<std::size_t>(*method)];
            }
        }
    }
    counts[static_cast<std::size_t>(Method::fp32)] = 0;  // shapes and the like are always float: they say nothing
    const auto most = std::max_element(counts.begin(), counts.end());
    return *most == 0 ? Method::fp32 : static_cast<Method>(most - counts.begin());
}

QString stateText(Run::State state) {
    switch (state) {
        case Run::State::waiting: return QCoreApplication::translate("Run", "waiting");
        case Run::State::quantizing: return QCoreApplication::translate("Run", "quantizing");
        case Run::State::quantized: return QCoreApplication::translate("Run", "not measured yet");
        case Run::State::measuring: return QCoreApplication::translate("Run", "measuring");
        case Run::State::measured: return QCoreApplication::translate("Run", "measured");
        case Run::State::failed: return QCoreApplication::translate("Run", "failed");
    }
    return {};
}

}  // namespace vernier::ui
