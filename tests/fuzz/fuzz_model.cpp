// SPDX-License-Identifier: GPL-3.0-or-later
// An ONNX file: opened for a look and for work, indexed, its weights read, its graph laid out.
#include "core/layout/layout.h"
#include "core/model/damage.h"
#include "core/model/weights.h"
#include "tests/fuzz/scratch_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vernier;
    const auto path = fuzz::scratch_file("model.onnx", data, size);
    fuzz::expect_error_or_nothing([&] {
        const ModelPtr model = open_to_look(path);
        for (const Node& node : model->nodes()) {
            (void)title_of(*model, node.id);
            (void)attribute_texts(node);
            for (const Weight& weight : weights_of(*model, node.id))
                if (weight.tensor->count() < 4096) (void)to_floats(*weight.tensor);
        }
        if (!damage_of(*model) && model->nodes().size() < 200) (void)layout_graph(*model);
    });
    return 0;
}
