// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/detail/kernels.h"

#include <algorithm>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/stats/kernels.cpp"
#include <hwy/foreach_target.h>
// foreach_target must come first
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace vernier::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr float kMaxFloat = 3.402823466e+38F;
/// Values a lane counter takes before it is added up; far below what 32 bits hold.
constexpr std::size_t kBlock = std::size_t{1} << 16;

template <class D, class V>
std::uint64_t lane_total(D d, V counters) {
    HWY_ALIGN std::int32_t lanes[HWY_MAX_BYTES / sizeof(std::int32_t)];
    hn::Store(counters, d, lanes);
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < hn::Lanes(d); ++i) total += static_cast<std::uint64_t>(lanes[i]);
    return total;
}

void ClassifyOne(std::uint32_t magnitude, Classes& c) {
    c.zero += magnitude == 0;
    c.to_zero_or_zero += magnitude <= 0x33000000U;
    c.small_or_zero += magnitude < 0x38800000U;
    c.large_or_not_finite += magnitude >= 0x477FF000U;
    c.not_finite += magnitude >= 0x7F800000U;
    c.nan += magnitude > 0x7F800000U;
}

void ClassifyBlock(const float* values, std::size_t count, Classes& c) {
    const hn::ScalableTag<float> df;
    const hn::RebindToSigned<decltype(df)> di;
    const std::size_t lanes = hn::Lanes(df);
    auto zero = hn::Zero(di), to_zero = zero, small = zero, large = zero, not_finite = zero, nan = zero;
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        const auto bits = hn::BitCast(di, hn::Abs(hn::LoadU(df, values + i)));
        // A true mask is -1, so that subtracting counts.
        zero = hn::Sub(zero, hn::VecFromMask(di, hn::Eq(bits, hn::Zero(di))));
        to_zero = hn::Sub(to_zero, hn::VecFromMask(di, hn::Lt(bits, hn::Set(di, 0x33000001))));
        small = hn::Sub(small, hn::VecFromMask(di, hn::Lt(bits, hn::Set(di, 0x38800000))));
        large = hn::Sub(large, hn::VecFromMask(di, hn::Gt(bits, hn::Set(di, 0x477FEFFF))));
        not_finite = hn::Sub(not_finite, hn::VecFromMask(di, hn::Gt(bits, hn::Set(di, 0x7F7FFFFF))));
        nan = hn::Sub(nan, hn::VecFromMask(di, hn::Gt(bits, hn::Set(di, 0x7F800000))));
    }
    c.zero += lane_total(di, zero);
    c.to_zero_or_zero += lane_total(di, to_zero);
    c.small_or_zero += lane_total(di, small);
    c.large_or_not_finite += lane_total(di, large);
    c.not_finite += lane_total(di, not_finite);
    c.nan += lane_total(di, nan);
    for (; i < count; ++i) {
        std::uint32_t bits = 0;
        hwy::CopyBytes<sizeof bits>(values + i, &bits);
        ClassifyOne(bits & 0x7FFFFFFFU, c);
    }
}

void Classify(const float* values, std::size_t count, Classes& c) {
    for (std::size_t i = 0; i < count; i += kBlock) ClassifyBlock(values + i, std::min(kBlock, count - i), c);
}

void Moments(const float* values, std::size_t count, float shift, double& sum, double& squares) {
    const hn::ScalableTag<double> dd;
    const hn::Rebind<float, decltype(dd)> df;
    const std::size_t lanes = hn::Lanes(dd);
    const auto center = hn::Set(dd, static_cast<double>(shift));
    auto total = hn::Zero(dd), total2 = hn::Zero(dd);
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        const auto x = hn::LoadU(df, values + i);
        const auto finite = hn::Le(hn::Abs(x), hn::Set(df, kMaxFloat));
        const auto d = hn::Sub(hn::PromoteTo(dd, hn::IfThenElse(finite, x, hn::Set(df, shift))), center);
        total = hn::Add(total, d);
        total2 = hn::MulAdd(d, d, total2);
    }
    sum += hn::GetLane(hn::SumOfLanes(dd, total));
    squares += hn::GetLane(hn::SumOfLanes(dd, total2));
    for (; i < count; ++i) {
        if (!(std::fabs(values[i]) <= kMaxFloat)) continue;
        const double d = static_cast<double>(values[i]) - static_cast<double>(shift);
        sum += d;
        squares += d * d;
    }
}

template <bool kFinite>
void RangeOf(const float* values, std::size_t count, float& low, float& high) {
    const hn::ScalableTag<float> df;
    const std::size_t lanes = hn::Lanes(df);
    auto least = hn::Set(df, low), most = hn::Set(df, high);
    const auto limit = hn::Set(df, kMaxFloat);
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        const auto x = hn::LoadU(df, values + i);
        // Comparisons with NaN are false, so the blends keep what was there.
        if constexpr (kFinite) {
            const auto finite = hn::Le(hn::Abs(x), limit);
            least = hn::IfThenElse(hn::And(finite, hn::Lt(x, least)), x, least);
            most = hn::IfThenElse(hn::And(finite, hn::Gt(x, most)), x, most);
        } else {
            least = hn::IfThenElse(hn::Lt(x, least), x, least);
            most = hn::IfThenElse(hn::Gt(x, most), x, most);
        }
    }
    low = hn::GetLane(hn::MinOfLanes(df, least));
    high = hn::GetLane(hn::MaxOfLanes(df, most));
    for (; i < count; ++i) {
        if (kFinite && !(std::fabs(values[i]) <= kMaxFloat)) continue;
        if (values[i] < low) low = values[i];
        if (values[i] > high) high = values[i];
    }
}

void Range(const float* values, std::size_t count, float& low, float& high) { RangeOf<false>(values, count, low, high); }
void FiniteRange(const float* values, std::size_t count, float& low, float& high) { RangeOf<true>(values, count, low, high); }

void FiniteRanges(const float* values, std::size_t count, float* low, float* high) {
    const hn::ScalableTag<float> df;
    const std::size_t lanes = hn::Lanes(df);
    const auto limit = hn::Set(df, kMaxFloat);
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        const auto x = hn::LoadU(df, values + i);
        const auto finite = hn::Le(hn::Abs(x), limit);
        const auto least = hn::LoadU(df, low + i), most = hn::LoadU(df, high + i);
        hn::StoreU(hn::IfThenElse(hn::And(finite, hn::Lt(x, least)), x, least), df, low + i);
        hn::StoreU(hn::IfThenElse(hn::And(finite, hn::Gt(x, most)), x, most), df, high + i);
    }
    for (; i < count; ++i) {
        if (!(std::fabs(values[i]) <= kMaxFloat)) continue;
        if (values[i] < low[i]) low[i] = values[i];
        if (values[i] > high[i]) high[i] = values[i];
    }
}

void FillHistogram(const float* values, std::size_t count, const Bins& bins) {
    const double low = bins.low, scale = bins.scale;
    std::uint64_t* const counts = bins.counts;
    const hn::ScalableTag<double> dd;
    const hn::Rebind<float, decltype(dd)> df;
    const hn::Rebind<std::int32_t, decltype(dd)> di;
    const std::size_t lanes = hn::Lanes(dd);
    const auto last = hn::Set(dd, static_cast<double>(bins.count - 1));
    HWY_ALIGN std::int32_t index[HWY_MAX_BYTES / sizeof(double)];
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        const auto x = hn::LoadU(df, values + i);
        const auto finite = hn::Le(hn::Abs(x), hn::Set(df, kMaxFloat));
        const auto kept = hn::IfThenElse(finite, x, hn::Set(df, 0.0F));
        const auto place = hn::Mul(hn::Sub(hn::PromoteTo(dd, kept), hn::Set(dd, low)), hn::Set(dd, scale));
        hn::Store(hn::DemoteTo(di, hn::Max(hn::Min(place, last), hn::Zero(dd))), di, index);
        if (HWY_LIKELY(hn::AllTrue(df, finite))) {
            for (std::size_t k = 0; k < lanes; ++k) ++counts[index[k]];
        } else {
            for (std::size_t k = 0; k < lanes; ++k)
                if (std::fabs(values[i + k]) <= kMaxFloat) ++counts[index[k]];
        }
    }
    for (; i < count; ++i) {
        if (!(std::fabs(values[i]) <= kMaxFloat)) continue;
        const double place = (static_cast<double>(values[i]) - low) * scale;
        ++counts[static_cast<int>(std::max(std::min(place, static_cast<double>(bins.count - 1)), 0.0))];
    }
}

/// x rounded to binary16 and back, in float arithmetic.
template <class D, class V>
V ToHalfAndBack(D df, V x) {
    const hn::RebindToUnsigned<D> du;
    const auto magnitude = hn::Abs(x);
    const auto bits = hn::BitCast(du, magnitude);
    const auto odd = hn::And(hn::ShiftRight<13>(bits), hn::Set(du, 1U));
    const auto rounded = hn::And(hn::Add(hn::Add(bits, hn::Set(du, 0xFFFU)), odd), hn::Set(du, 0xFFFFE000U));
    // Below 2^-14 the codes are multiples of 2^-24, which adding 0.5 rounds to.
    const auto half = hn::Set(df, 0.5F);
    const auto tiny = hn::Sub(hn::Add(magnitude, half), half);
    auto result = hn::IfThenElse(hn::Lt(magnitude, hn::Set(df, 0x1.0p-14F)), tiny, hn::BitCast(df, rounded));
    const auto infinity = hn::BitCast(df, hn::Set(du, 0x7F800000U));
    result = hn::IfThenElse(hn::Ge(magnitude, hn::Set(df, 65520.0F)), infinity, result);
    return hn::CopySignToAbs(result, x);
}

template <class D, class V>
V ToInt8AndBack(D df, V x, V scale) {
    const auto code = hn::Round(hn::Div(x, scale));
    const auto clamped = hn::Min(hn::Max(code, hn::Set(df, -127.0F)), hn::Set(df, 127.0F));
    return hn::IfThenElse(hn::Gt(scale, hn::Zero(df)), hn::Mul(clamped, scale), hn::Zero(df));
}

/// Adds what rounding costs; round_at(tag, x, i) gives x' for the values that begin at index i.
template <class RoundAt>
void AddErrors(const float* values, std::size_t count, Error& error, const RoundAt& round_at) {
    const hn::ScalableTag<double> dd;
    const hn::Rebind<float, decltype(dd)> df;
    const std::size_t lanes = hn::Lanes(dd);
    auto signal = hn::Zero(dd), noise = hn::Zero(dd), worst = hn::Zero(dd);
    const auto add = [&](auto x, auto back) {
        const auto finite = hn::Le(hn::Abs(x), hn::Set(df, kMaxFloat));
        const auto wide = hn::PromoteTo(dd, hn::IfThenElseZero(finite, x));
        const auto difference = hn::Sub(wide, hn::PromoteTo(dd, hn::IfThenElseZero(finite, back)));
        signal = hn::MulAdd(wide, wide, signal);
        noise = hn::MulAdd(difference, difference, noise);
        worst = hn::Max(worst, hn::Abs(difference));
    };
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        const auto x = hn::LoadU(df, values + i);
        add(x, round_at(df, x, i, lanes));
    }
    if (i < count) {  // the rest, filled up with zeros, which add nothing
        HWY_ALIGN float rest[HWY_MAX_BYTES / sizeof(double)] = {};
        std::copy(values + i, values + count, rest);
        const auto x = hn::Load(df, rest);
        add(x, round_at(df, x, i, count - i));
    }
    error.signal += hn::GetLane(hn::SumOfLanes(dd, signal));
    error.noise += hn::GetLane(hn::SumOfLanes(dd, noise));
    error.max = std::max(error.max, hn::GetLane(hn::MaxOfLanes(dd, worst)));
}

void HalfError(const float* values, std::size_t count, Error& error) {
    AddErrors(values, count, error, [](auto df, auto x, std::size_t, std::size_t) { return ToHalfAndBack(df, x); });
}

void Int8Error(const float* values, std::size_t count, float scale, Error& error) {
    AddErrors(values, count, error, [scale](auto df, auto x, std::size_t, std::size_t) { return ToInt8AndBack(df, x, hn::Set(df, scale)); });
}

void Int8Errors(const float* values, std::size_t count, const float* scales, Error& error) {
    AddErrors(values, count, error, [scales](auto df, auto x, std::size_t at, std::size_t number) {
        if (number == hn::Lanes(df)) return ToInt8AndBack(df, x, hn::LoadU(df, scales + at));
        HWY_ALIGN float rest[HWY_MAX_BYTES / sizeof(double)] = {};
        std::copy(scales + at, scales + at + number, rest);
        return ToInt8AndBack(df, x, hn::Load(df, rest));
    });
}

}  // namespace vernier::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vernier::kernels {

HWY_EXPORT(Classify);
HWY_EXPORT(Moments);
HWY_EXPORT(Range);
HWY_EXPORT(FiniteRange);
HWY_EXPORT(FiniteRanges);
HWY_EXPORT(FillHistogram);
HWY_EXPORT(HalfError);
HWY_EXPORT(Int8Error);
HWY_EXPORT(Int8Errors);

void classify(const float* values, std::size_t count, Classes& classes) { HWY_DYNAMIC_DISPATCH(Classify)(values, count, classes); }
void moments(const float* values, std::size_t count, float shift, double& sum, double& squares) {
    HWY_DYNAMIC_DISPATCH(Moments)(values, count, shift, sum, squares);
}
void range(const float* values, std::size_t count, float& low, float& high) { HWY_DYNAMIC_DISPATCH(Range)(values, count, low, high); }
void finite_range(const float* values, std::size_t count, float& low, float& high) { HWY_DYNAMIC_DISPATCH(FiniteRange)(values, count, low, high); }
void finite_ranges(const float* values, std::size_t count, float* low, float* high) { HWY_DYNAMIC_DISPATCH(FiniteRanges)(values, count, low, high); }
void histogram(const float* values, std::size_t count, const Bins& bins) { HWY_DYNAMIC_DISPATCH(FillHistogram)(values, count, bins); }
void half_error(const float* values, std::size_t count, Error& error) { HWY_DYNAMIC_DISPATCH(HalfError)(values, count, error); }
void int8_error(const float* values, std::size_t count, float scale, Error& error) { HWY_DYNAMIC_DISPATCH(Int8Error)(values, count, scale, error); }
void int8_errors(const float* values, std::size_t count, const float* scales, Error& error) { HWY_DYNAMIC_DISPATCH(Int8Errors)(values, count, scales, error); }

}  // namespace vernier::kernels
#endif
