// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vernier {

/// In which integers static INT8 writes a graph.
enum class Dialect : std::uint8_t {
    u8s8,      ///< activations U8 with a zero point, weights S8: what the CPU's kernels take
    s8s8,      ///< activations S8 with zero point 0, weights S8: what OpenVINO and many accelerators take
    automatic  ///< each is written and timed where the model will run (dialect_choice.h); a plan shows u8s8
};

/// How far the codes of weights go.
enum class WeightRange : std::uint8_t {
    safe,      ///< scales with which no pair of products passes 16 bits (methods/pair_safe.h)
    full,      ///< all 8 bits: for CPUs with VNNI, and others that sum products in 32 bits
    seven_bit  ///< codes from -64 to 64, whatever the weights are
};

/// How a choice is called in recipes and on the command line.
template <class Choice>
struct DialectRow {
    Choice choice;
    std::string_view id;     ///< stored in recipes: never rename
    std::string_view words;  ///< for help
};

/// The first is the default.
inline constexpr std::array<DialectRow<Dialect>, 3> kDialects = {
    {{Dialect::u8s8, "u8s8", "U8 activations with a zero point, which the CPU's kernels take"},
     {Dialect::s8s8, "s8s8", "S8 activations with zero point 0, which OpenVINO and many accelerators take, and the CPU mostly runs in float"},
     {Dialect::automatic, "auto", "writes and times each where the model will run (--provider), and takes the fastest"}}};
inline constexpr std::array<DialectRow<WeightRange>, 3> kWeightRanges = {
    {{WeightRange::safe, "safe", "no sum of two products passes 16 bits, so that a CPU without VNNI computes right"},
     {WeightRange::full, "full", "all 8 bits, for CPUs with VNNI and providers that sum in 32 bits"},
     {WeightRange::seven_bit, "7bit", "codes from -64 to 64"}}};

/// Its row's id.
template <class Choice, std::size_t Count>
[[nodiscard]] constexpr std::string_view id_in(const std::array<DialectRow<Choice>, Count>& rows, Choice choice) {
    for (const DialectRow<Choice>& row : rows)
        if (row.choice == choice) return row.id;
    return {};
}

template <class Choice, std::size_t Count>
[[nodiscard]] std::optional<Choice> choice_in(const std::array<DialectRow<Choice>, Count>& rows, std::string_view id) {
    for (const DialectRow<Choice>& row : rows)
        if (row.id == id) return row.choice;
    return std::nullopt;
}

/// "u8s8, s8s8"
template <class Choice, std::size_t Count>
[[nodiscard]] std::string ids_in(const std::array<DialectRow<Choice>, Count>& rows) {
    std::string text;
    for (const DialectRow<Choice>& row : rows) text += (text.empty() ? "" : ", ") + std::string(row.id);
    return text;
}

}  // namespace vernier
