// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>

#include <cstdint>
#include <utility>
#include <vector>

namespace vernier::ui {

/// Which of many rectangles touch a rectangle: square cells in one sorted array.
class SpatialGrid {
public:
    static constexpr double kCell = 512;

    /// Adds a rectangle of an id; an id may have several. Call finish() after the last one.
    void add(int id, const QRectF& rect);
    void finish(int ids);
    /// Ids whose cells touch rect, each once, in rising order. The rectangles themselves may lie just outside.
    [[nodiscard]] std::vector<int> touching(const QRectF& rect) const;

private:
    static std::uint64_t key(std::int32_t column, std::int32_t row);

    std::vector<std::pair<std::uint64_t, int>> entries_;
    int ids_ = 0;
    mutable std::vector<bool> seen_;
};

}  // namespace vernier::ui
