// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/html_curves.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "core/report/html_rows.h"
#include "core/report/svg.h"

namespace vernier {
namespace {

constexpr int kLeft = 38, kTop = 8, kBottom = 158, kNames = 150, kName = 18;
/// Of curves of one colour: the second and third are told apart by these.
constexpr std::array<std::string_view, 4> kDashes = {"", "7 3", "2 3", "9 3 2 3"};

struct Area {
    int right = 0;
    double lo = 0, hi = 1;
    [[nodiscard]] double x(double ms) const { return kLeft + (ms - lo) / (hi - lo) * (right - kLeft); }
    [[nodiscard]] static double y(double share) { return kBottom - share * (kBottom - kTop); }
};

std::string grid(const Area& area) {
    std::string out;
    for (const double share : {0.0, 0.5, 1.0})
        out += fmt::format(
            "<line x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"#e4e7ec\"/><text x=\"{}\" y=\"{:.1f}\" class=\"label\" text-anchor=\"end\">{:.0f} "
            "%</text>",
            kLeft, area.right, Area::y(share), Area::y(share), kLeft - 5, Area::y(share) + 4, 100 * share);
    for (const double tick : round_ticks(area.lo, area.hi))
        out += fmt::format(
            "<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\" stroke=\"#8a919e\"/><text x=\"{0:.1f}\" y=\"{3}\" class=\"label\" "
            "text-anchor=\"middle\">{4:.4g}</text>",
            area.x(tick), kBottom, kBottom + 4, kBottom + 17, tick);
    return out;
}

/// How a curve is drawn.
struct Pen {
    std::string colour;
    std::string_view dash;
    bool bold = false;
    [[nodiscard]] std::string text() const {
        return fmt::format("fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"{}", colour, bold ? "2.6" : "1.8",
                           dash.empty() ? std::string() : fmt::format(" stroke-dasharray=\"{}\"", dash));
    }
};

std::string path(const LatencyCurve& curve, const Area& area, const Pen& pen) {
    std::string points;
    for (const CurvePoint& point : curve.points) points += fmt::format("{}{:.1f},{:.1f}", points.empty() ? "" : " ", area.x(point.ms), Area::y(point.share));
    return fmt::format("<polyline points=\"{}\" {}/>", points, pen.text());
}

}  // namespace

std::string curves_chart(const ComparedFiles& compared, const LatencyCurves& curves, int best, int width) {
    const TrialViews trials = views_of(compared.comparison);
    const Area area{width - kNames - 16, curves.lo, curves.hi};
    const int rows = static_cast<int>(curves.curves.size());
    std::string out =
        fmt::format("<svg viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" role=\"img\">", width, std::max(kBottom + 22, kTop + rows * kName + 8)) +
        grid(area);
    std::map<std::string, std::size_t> seen;
    for (int i = 0; i < rows; ++i) {
        const LatencyCurve& curve = curves.curves[static_cast<std::size_t>(i)];
        const TrialView& trial = trials[curve.trial];
        Pen pen{trial.compared == nullptr ? "#8a919e" : colour_of(*trial.compared), {}, static_cast<int>(curve.trial) - 1 == best && best >= 0};
        pen.dash = kDashes[seen[pen.colour]++ % kDashes.size()];
        const int x = width - kNames, y = kTop + i * kName + kName / 2;
        out += path(curve, area, pen) + fmt::format("<line x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\" {}/>", x, x + 20, y, y, pen.text());
        out += label_svg(title_of(trial), {x + 26, y, 20}, pen.bold);
    }
    return out + "</svg>";
}

}  // namespace vernier
