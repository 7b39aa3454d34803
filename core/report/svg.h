// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vernier {

/// Text for HTML and SVG: & < > " ' and control characters are made harmless.
[[nodiscard]] std::string escaped(std::string_view text);

/// Where a label begins, the middle of its line, and how many characters it has room for.
struct LabelPlace {
    int x = 0, y = 0;
    std::size_t chars = 26;
};
/// A label that fits its column; the whole text is its tip.
[[nodiscard]] std::string label_svg(const std::string& label, const LabelPlace& place, bool bold);

/// One row of a dot-and-interval chart.
struct DotRow {
    std::string label = {};
    double value = 0;
    std::optional<double> lo = {}, hi = {};  ///< the interval; nothing when there is none
    std::string text = {};                   ///< the figures at the right end
    std::string colour = {};                 ///< "#009E73"
    bool baseline = false;                   ///< a square, and the dashed line through all rows
    bool best = false;                       ///< bold, larger
    bool known = true;                       ///< else there is no dot, and the text says why
};

/// A chart of rows on one common axis: label, interval with dot, figures. width in px; 24 px a row.
[[nodiscard]] std::string dot_chart(const std::vector<DotRow>& rows, int width);

/// One row of a before-and-after chart.
struct ChangeRow {
    std::string label;
    double before = 0, after = 0;
    std::string text;
};

/// Square (before) and dot (after) joined by a bar, from zero up.
[[nodiscard]] std::string change_chart(const std::vector<ChangeRow>& rows, const std::string& colour, int width);

}  // namespace vernier
