// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/latency_curves.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vernier {
namespace {

constexpr double kEnd = 0.99, kMiddles = 3;

std::vector<CurvePoint> points_of(const std::vector<double>& quantiles) {
    std::vector<CurvePoint> points;
    const auto finite = [](double ms) { return std::isfinite(ms); };
    if (quantiles.size() < 2 || !std::all_of(quantiles.begin(), quantiles.end(), finite) || !std::is_sorted(quantiles.begin(), quantiles.end())) return points;
    if (quantiles.front() == quantiles.back()) return points;
    for (std::size_t i = 0; i < quantiles.size(); ++i) points.push_back({quantiles[i], static_cast<double>(i) / static_cast<double>(quantiles.size() - 1)});
    return points;
}

/// Between two points of a curve, where it reaches a share.
double ms_at(const std::vector<CurvePoint>& points, double share) {
    for (std::size_t i = 1; i < points.size(); ++i) {
        const CurvePoint &a = points[i - 1], &b = points[i];
        if (b.share >= share) return a.ms + (share - a.share) / (b.share - a.share) * (b.ms - a.ms);
    }
    return points.back().ms;
}

/// Ends a curve where the axis ends; true when something was left out.
bool cut_at(std::vector<CurvePoint>& points, double hi) {
    const auto first = std::find_if(points.begin(), points.end(), [&](const CurvePoint& point) { return point.ms > hi; });
    if (first == points.end() || first == points.begin()) return false;
    const CurvePoint before = *(first - 1), after = *first;
    const double share = before.share + (hi - before.ms) / (after.ms - before.ms) * (after.share - before.share);
    points.erase(first, points.end());
    points.push_back({hi, share});
    return true;
}

}  // namespace

LatencyCurves latency_curves(const TrialViews& trials) {
    LatencyCurves all;
    double lo = std::numeric_limits<double>::infinity(), hi = -lo;
    for (std::size_t i = 0; i < trials.size(); ++i) {
        std::vector<CurvePoint> points = points_of(trials[i].measured.latency.quantiles);
        if (points.empty()) continue;
        lo = std::min(lo, points.front().ms);
        hi = std::max(hi, std::min(ms_at(points, kEnd), kMiddles * ms_at(points, 0.5)));
        all.curves.push_back({i, std::move(points)});
    }
    if (all.curves.empty()) return all;
    all.lo = lo;
    all.hi = hi > lo ? hi : lo + 1;
    for (LatencyCurve& curve : all.curves) all.cut = cut_at(curve.points, all.hi) || all.cut;
    return all;
}

std::vector<double> round_ticks(double lo, double hi) {
    std::vector<double> ticks;
    const double wide = hi - lo;
    if (!(wide > 0) || !std::isfinite(wide)) return ticks;
    double step = std::pow(10.0, std::floor(std::log10(wide / 4)));
    for (const double times : {5.0, 2.0})
        if (wide / (step * times) >= 4) {
            step *= times;
            break;
        }
    // Counted, since a step may be lost beside a large number.
    const double first = std::ceil(lo / step);
    for (int i = 0; i < 10 && (first + i) * step <= hi + step * 1e-9; ++i) ticks.push_back((first + i) * step);
    return ticks;
}

std::string curves_title() { return "Latency of all warm runs, ms"; }

std::string curves_note(const LatencyCurves& curves) {
    return std::string("share of runs that take no longer") + (curves.cut ? "; the slowest runs are left out" : "");
}

}  // namespace vernier
