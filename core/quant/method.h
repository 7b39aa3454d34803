// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace vernier {

/// A row of methods(). Those that have names here are the ones that others speak of: FP32 leaves a node as it is.
enum class Method : std::uint8_t { fp32, fp16, int8_dynamic, int8_static };

/// What the nodes of a method compute in.
enum class Arithmetic { floating, half, integer };

/// All that is known of a method. CLI, recipe, window, audit and manual read these rows.
struct MethodSpec {
    std::string_view id;      ///< stored in recipes: never rename
    std::string_view title;   ///< "INT8 static"
    std::string_view badge;   ///< "S8"
    std::string_view colour;  ///< "#009E73" (Okabe-Ito)
    char key = ' ';           ///< the window's key, a digit; with Ctrl for the whole model
    bool light_colour = false; ///< letters on the colour are dark
    int weight_bits = 32;
    Arithmetic computes = Arithmetic::floating;
    bool needs_calibration = false;
    Method method = Method::fp32; ///< its place in the table, which sets it
};

/// All of them, in the order in which they are shown; the first is FP32.
[[nodiscard]] std::span<const MethodSpec> methods();
[[nodiscard]] const MethodSpec& row(Method method);
[[nodiscard]] std::optional<Method> method_from_id(std::string_view id);

[[nodiscard]] inline std::string_view id(Method method) { return row(method).id; }
[[nodiscard]] inline bool is_integer(Method method) { return row(method).computes == Arithmetic::integer; }

}  // namespace vernier
