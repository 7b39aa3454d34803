// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstring>
#include <span>

#include "core/data/detail/npy.h"
#include "tests/fuzz/scratch_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vernier;
    std::size_t at = 0;
    const auto reader = [&](std::span<std::byte> into) {
        const std::size_t count = std::min(into.size(), size - at);
        if (count > 0) std::memcpy(into.data(), data + at, count);
        at += count;
        return count;
    };
    fuzz::expect_error_or_nothing([&] { (void)read_npy(reader, size, "array"); });
    fuzz::expect_error_or_nothing([&] { (void)parse_npy_header(std::as_bytes(std::span(data, size)), "array"); });
    return 0;
}
