// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace vernier {

enum class Method { fp32, fp16, int8_dynamic, int8_static };

/// One row per method. CLI, recipe, window and manual read this table.
struct MethodRow {
    Method method;
    std::string_view id;      ///< stored in recipes: never rename
    std::string_view title;   ///< "INT8 static"
    std::string_view badge;   ///< "S8"
    std::string_view colour;  ///< "#009E73" (Okabe-Ito)
    int weight_bits;
    bool needs_calibration;
    char key;                 ///< the window's key
};
inline constexpr std::array kMethods = {
    MethodRow{Method::fp32, "fp32", "FP32", "F32", "#8a919e", 32, false, '1'},
    MethodRow{Method::fp16, "fp16", "FP16", "F16", "#56B4E9", 16, false, '2'},
    MethodRow{Method::int8_dynamic, "int8-dynamic", "INT8 dynamic", "D8", "#E69F00", 8, false, '3'},
    MethodRow{Method::int8_static, "int8-static", "INT8 static", "S8", "#009E73", 8, true, '4'},
};

[[nodiscard]] constexpr const MethodRow& row(Method method) { return kMethods[static_cast<std::size_t>(method)]; }
[[nodiscard]] constexpr std::string_view id(Method method) { return row(method).id; }
[[nodiscard]] std::optional<Method> method_from_id(std::string_view id);

}  // namespace vernier
