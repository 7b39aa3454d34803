// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/detail/npz.h"
#include "tests/fuzz/scratch_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vernier;
    const auto path = fuzz::scratch_file("arrays.npz", data, size);
    fuzz::expect_error_or_nothing([&] {
        const NpzFile file(path);
        for (const std::string& name : file.names()) fuzz::expect_error_or_nothing([&] { (void)file.read(name); });
    });
    return 0;
}
