// SPDX-License-Identifier: GPL-3.0-or-later
// Lines of JSON that hold samples.
#include <string_view>

#include "core/data/dataset.h"
#include "tests/fuzz/scratch_file.h"
#include "tests/fuzz/small_models.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vernier;
    static const ModelPtr model = fuzz::token_model();
    static constexpr std::string_view kFile = R"({"version": 1, "source": "jsonl", "splits": {"validation": {"file": "x.jsonl"}}})";
    static const auto spec = fuzz::scratch_file("x.dataset.json", reinterpret_cast<const std::uint8_t*>(kFile.data()), kFile.size());
    (void)fuzz::scratch_file("x.jsonl", data, size);
    fuzz::expect_error_or_nothing([&] {
        const DatasetPtr dataset = open_dataset(spec, *model);
        if (dataset->size(Split::validation) > 0) (void)dataset->load(Split::validation, 0);
    });
    return 0;
}
