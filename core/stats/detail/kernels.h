// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

// Loops over contiguous floats, compiled for several instruction sets; the best is chosen at run time.
// Results do not depend on alignment. Sums are taken in double precision.
namespace vernier::kernels {

/// Counts of |x| at or beyond bounds; each includes those that follow from it.
struct Classes {
    std::uint64_t zero = 0;                 ///< = 0
    std::uint64_t to_zero_or_zero = 0;      ///< |x| <= 2^-25
    std::uint64_t small_or_zero = 0;        ///< |x| < 2^-14
    std::uint64_t large_or_not_finite = 0;  ///< |x| >= 65520, Inf, NaN
    std::uint64_t not_finite = 0;           ///< Inf, NaN
    std::uint64_t nan = 0;
};
void classify(const float* values, std::size_t count, Classes& classes);

/// Adds the sums of x - shift and (x - shift)^2 over finite x.
void moments(const float* values, std::size_t count, float shift, double& sum, double& squares);

/// Extends [low, high]; values that compare with nothing (NaN) are skipped, infinities are taken.
void range(const float* values, std::size_t count, float& low, float& high);
/// The same, and infinities are skipped too.
void finite_range(const float* values, std::size_t count, float& low, float& high);
/// Extends low[i], high[i] by finite values[i].
void finite_ranges(const float* values, std::size_t count, float* low, float* high);

/// Bins of width 1 / scale from low on.
struct Bins {
    double low = 0, scale = 0;
    std::uint64_t* counts = nullptr;
    int count = 0;
};
/// Adds to bins.counts[floor((x - low) * scale)], the last bin holding what reaches beyond; finite x >= low only.
void histogram(const float* values, std::size_t count, const Bins& bins);

/// Sums over finite x that a format's error needs.
struct Error {
    double signal = 0;  ///< sum of x^2
    double noise = 0;   ///< sum of (x - x')^2
    double max = 0;     ///< max |x - x'|
};
/// x' = x rounded to binary16 and back; infinite beyond 65504.
void half_error(const float* values, std::size_t count, Error& error);
/// x' = clamp(rne(x / scale), -127, 127) * scale; scale 0 means x' = 0.
void int8_error(const float* values, std::size_t count, float scale, Error& error);
/// The same with one scale a value.
void int8_errors(const float* values, std::size_t count, const float* scales, Error& error);

}  // namespace vernier::kernels
