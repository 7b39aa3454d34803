// SPDX-License-Identifier: GPL-3.0-or-later
#include <string_view>

#include "core/quant/selector.h"
#include "tests/fuzz/scratch_file.h"
#include "tests/fuzz/small_models.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vernier;
    static const ModelPtr model = fuzz::picture_model();
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    fuzz::expect_error_or_nothing([&] {
        const Selector selector = Selector::parse(text);
        (void)selector.match(*model);
        (void)selector.suggestion(*model);
    });
    fuzz::expect_error_or_nothing([&] { (void)completions(text, *model); });
    return 0;
}
