// SPDX-License-Identifier: GPL-3.0-or-later
// A .dataset.json beside real arrays and pictures, for a model of one picture input.
#include "core/data/dataset.h"
#include "tests/fuzz/scratch_file.h"
#include "tests/fuzz/small_models.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vernier;
    static const ModelPtr model = fuzz::picture_model();
    static const bool ready = fuzz::write_arrays(fuzz::scratch_folder()) && fuzz::write_pictures(fuzz::scratch_folder());
    if (!ready) return -1;
    const auto path = fuzz::scratch_file("x.dataset.json", data, size);
    fuzz::expect_error_or_nothing([&] {
        const DatasetPtr dataset = open_dataset(path, *model);
        for (const Split split : {Split::calibration, Split::validation})
            if (dataset->size(split) > 0) (void)dataset->load(split, dataset->size(split) - 1);
        (void)dataset->preprocessing();
    });
    return 0;
}
