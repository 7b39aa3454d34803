// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/inspect/weight_facts.h"

#include <QStringList>

#include "core/model/weights.h"

namespace vernier::ui {

std::vector<WeightFacts> weightFacts(const ModelPtr& model, NodeId node, const Job& job) {
    std::vector<WeightFacts> facts;
    for (const Weight& weight : weights_of(*model, node)) {
        job.check();
        std::vector<float> storage;
        const auto values = view_floats(*weight.tensor, storage);
        WeightFacts one;
        one.name = QString::fromStdString(weight.tensor->name);
        one.dims = weight.tensor->dims;
        one.type = weight.tensor->type;
        one.bytes = weight.tensor->size_bytes();
        one.isBias = weight.is_bias;
        one.stats = compute_stats(values, one.dims, weight.channel_axis, kHistogramBins);
        one.errors = format_errors(values, one.dims, weight.channel_axis);
        one.head.assign(values.begin(), values.begin() + std::ptrdiff_t(std::min(values.size(), kShownValues)));
        facts.push_back(std::move(one));
    }
    return facts;
}

QString dimsText(const std::vector<std::int64_t>& dims) {
    QStringList parts;
    for (const std::int64_t dim : dims) {
        parts << QString::number(dim);
    }
    return parts.isEmpty() ? QStringLiteral("scalar") : parts.join(QStringLiteral(" × "));
}

}  // namespace vernier::ui
