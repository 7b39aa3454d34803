// SPDX-License-Identifier: GPL-3.0-or-later
// The part of Document that knows what open axes count as.
#include <algorithm>
#include <utility>

#include "core/data/carried.h"
#include "core/data/dataset.h"
#include "core/model/sizes.h"
#include "ui/session/document.h"
#include "ui/session/size_words.h"

namespace vernier::ui {

namespace {

/// Shapes of the first sample: what a dataset gives is no guess.
SampleShapes shapesOf(const DatasetPtr& data) {
    SampleShapes shapes;
    if (data && data->size(Split::validation) > 0) {
        const auto sample = load_run(*data, Split::validation, pick_samples(*data, Split::validation, 1));
        for (const auto& [name, tensor] : part_of_inputs(sample, carry_of(*data), 0)) {
            shapes[name] = tensor.dims;
        }
    }
    return shapes;
}

/// The same numbers, each a guess in both or in none: what samples give is shown, and no finding names it any more.
bool sameSizes(const std::vector<InputSize>& a, const std::vector<InputSize>& b) {
    const auto sameAxis = [](const SizedAxis& x, const SizedAxis& y) {
        return x.size == y.size && (x.source == SizeSource::assumed) == (y.source == SizeSource::assumed);
    };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](const InputSize& x, const InputSize& y) {
        return x.name == y.name && std::equal(x.axes.begin(), x.axes.end(), y.axes.begin(), y.axes.end(), sameAxis);
    });
}

ModelPtr sized(const ModelPtr& model, const QStringList& words, const DatasetPtr& data) {
    std::vector<InputSize> sizes = input_sizes(*model, sizeChoices(words, *model), shapesOf(data));
    return sameSizes(sizes, model->sizes()) ? model : with_sizes(model, std::move(sizes));
}

}  // namespace

/// Work and advice are those of the sizes that are measured. Nodes and values stay what they are.
void Document::countAtSizes(bool inspectAnyway) {
    sizing_.cancel();
    if (!isSound() || model_->sizes().empty()) {
        return;
    }
    sizing_.run([model = model_, words = measureSettings_.sizes, data = dataset_](const Job&) { return sized(model, words, data); },
                [this, anyway = inspectAnyway, before = model_](const ModelPtr& model) {
                    const bool anew = model != before && model_ == before;
                    if (anew) {
                        model_ = model;
                        resolveChoices();
                        emit sizesChanged();
                    }
                    if (anew || anyway) {
                        inspect();
                    }
                },
                [this](const QString& problem) { queue_.note(tr("The sizes of open axes cannot be counted: %1").arg(problem)); });
}

}  // namespace vernier::ui
