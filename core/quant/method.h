// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace vernier {

enum class Method { fp32, fp16, int8_dynamic, int8_static };

/// What the nodes of a method compute in.
enum class Arithmetic { floating, half, integer };

/// One row per method. CLI, recipe, window, audit and manual read this table.
struct MethodRow {
    Method method;
    std::string_view id;      ///< stored in recipes: never rename
    std::string_view title;   ///< "INT8 static"
    std::string_view badge;   ///< "S8"
    std::string_view colour;  ///< "#009E73" (Okabe-Ito)
    int weight_bits;
    Arithmetic computes;
    bool needs_calibration;
    bool light_colour;        ///< letters on the colour are dark
    char key;                 ///< the window's key; with Ctrl for the whole model
};
inline constexpr std::array kMethods = {
    MethodRow{Method::fp32, "fp32", "FP32", "F32", "#8a919e", 32, Arithmetic::floating, false, false, '1'},
    MethodRow{Method::fp16, "fp16", "FP16", "F16", "#56B4E9", 16, Arithmetic::half, false, false, '2'},
    MethodRow{Method::int8_dynamic, "int8-dynamic", "INT8 dynamic", "D8", "#E69F00", 8, Arithmetic::integer, false, true, '3'},
    MethodRow{Method::int8_static, "int8-static", "INT8 static", "S8", "#009E73", 8, Arithmetic::integer, true, false, '4'},
};

[[nodiscard]] constexpr const MethodRow& row(Method method) { return kMethods[static_cast<std::size_t>(method)]; }
[[nodiscard]] constexpr std::string_view id(Method method) { return row(method).id; }
[[nodiscard]] constexpr bool is_integer(Method method) { return row(method).computes == Arithmetic::integer; }
[[nodiscard]] std::optional<Method> method_from_id(std::string_view id);

}  // namespace vernier
