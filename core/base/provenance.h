// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/base/json.h"

namespace vernier {

/// The machine that measured something.
struct Host {
    std::string name;
    std::string cpu;                     ///< model name
    int cores = 0;                       ///< processors that this process may use
    std::vector<std::string> cpu_flags;  ///< only those that matter to INT8 and FP16: avx2, avx512_vnni, avx_vnni, ...
    std::string os;
    std::string governor;  ///< empty when unknown
    double load = 0;       ///< one-minute load average at the time

    bool operator==(const Host&) const = default;
};

[[nodiscard]] Host this_host();
/// The instructions that decide how fast INT8 is there, in words: "AVX512-VNNI", "AVX2, no VNNI"; empty where none is known.
[[nodiscard]] std::string int8_flags(const Host& host);
[[nodiscard]] Json to_json(const Host& host);
[[nodiscard]] Host host_from_json(const Json& json);

/// Local date and time, ISO 8601 with offset.
[[nodiscard]] std::string now_iso8601();
/// Peak resident memory of this process so far, in bytes.
[[nodiscard]] std::uint64_t peak_rss_bytes();

}  // namespace vernier
