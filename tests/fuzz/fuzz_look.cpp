// SPDX-License-Identifier: GPL-3.0-or-later
// An ONNX file as inspect and plan look at it without a runtime: findings, advice, and what each method would do with it.
#include "core/flow/advice.h"
#include "core/flow/look.h"
#include "core/model/damage.h"
#include "core/model/precision.h"
#include "core/model/weights.h"
#include "core/quant/plan.h"
#include "tests/fuzz/scratch_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vernier;
    const auto path = fuzz::scratch_file("model.onnx", data, size);
    fuzz::expect_error_or_nothing([&] {
        const ModelPtr model = open_to_look(path);
        (void)look(*model, {});
        (void)advise(*model);
        for (const Value& value : model->values()) (void)computed_constant(*model, value.id);
        for (const Node& node : model->nodes()) (void)precision_of(*model, node.id);
        if (damage_of(*model) || model->nodes().size() > 200) return;
        for (const Method method : {Method::fp16, Method::int8_dynamic, Method::int8_static}) {
            Recipe recipe;
            recipe.default_method = method;
            (void)make_plan(model, recipe);
        }
    });
    return 0;
}
