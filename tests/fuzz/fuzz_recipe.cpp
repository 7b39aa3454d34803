// SPDX-License-Identifier: GPL-3.0-or-later
// A recipe file; one that is taken says the same after a round trip, and is resolved on a model.
#include <cstdlib>

#include "core/quant/recipe.h"
#include "tests/fuzz/scratch_file.h"
#include "tests/fuzz/small_models.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vernier;
    static const ModelPtr model = fuzz::picture_model();
    const auto path = fuzz::scratch_file("recipe.json", data, size);
    fuzz::expect_error_or_nothing([&] {
        const Recipe recipe = read_recipe(path);
        if (recipe_from_json(to_json(recipe)) != recipe) std::abort();
        (void)resolve(reanchored(recipe, *model), *model);
    });
    return 0;
}
