// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/calibration/odd_source.h"

#include <cmath>
#include <deque>
#include <set>

namespace vernier {

OddSource odd_source(const GraphEdit& edit, const std::string& tensor) {
    std::deque<std::string> waiting{tensor};
    std::set<std::string> seen{tensor};
    while (!waiting.empty()) {
        const int producer = edit.producer(waiting.front());
        waiting.pop_front();
        if (producer < 0) continue;
        const auto& node = edit.item(static_cast<std::size_t>(producer)).proto;
        for (const auto& input : node.input()) {
            if (edit.is_float_constant(input) && !std::isfinite(edit.largest_magnitude(input))) return {input, node.name()};
            if (seen.insert(input).second) waiting.push_back(input);
        }
    }
    return {};
}

}  // namespace vernier
