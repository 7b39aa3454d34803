// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/graph/spatial_grid.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vernier::ui {

namespace {

std::int32_t cellOf(double coordinate) { return static_cast<std::int32_t>(std::clamp(std::floor(coordinate / SpatialGrid::kCell), -1e9, 1e9)); }

}  // namespace

// Row first: the cells of one row lie side by side in the sorted array. The offset keeps negative columns in order.
std::uint64_t SpatialGrid::key(std::int32_t column, std::int32_t row) {
    const auto place = [](std::int32_t i) { return static_cast<std::uint64_t>(static_cast<std::int64_t>(i) + (1LL << 31)); };
    return (place(row) << 32) | place(column);
}

void SpatialGrid::add(int id, const QRectF& rect) {
    for (std::int32_t row = cellOf(rect.top()); row <= cellOf(rect.bottom()); ++row) {
        for (std::int32_t column = cellOf(rect.left()); column <= cellOf(rect.right()); ++column) {
            entries_.emplace_back(key(column, row), id);
        }
    }
}

void SpatialGrid::finish(int ids) {
    ids_ = ids;
    std::sort(entries_.begin(), entries_.end());
    entries_.erase(std::unique(entries_.begin(), entries_.end()), entries_.end());
    seen_.assign(static_cast<std::size_t>(ids), false);
}

std::vector<int> SpatialGrid::touching(const QRectF& rect) const {
    std::vector<int> result;
    const std::int64_t rows = static_cast<std::int64_t>(cellOf(rect.bottom())) - cellOf(rect.top()) + 1;
    if (rows > static_cast<std::int64_t>(entries_.size())) {  // most of the drawing: cheaper to give all
        result.resize(static_cast<std::size_t>(ids_));
        std::iota(result.begin(), result.end(), 0);
        return result;
    }
    for (std::int32_t row = cellOf(rect.top()); row <= cellOf(rect.bottom()); ++row) {
        const std::uint64_t last = key(cellOf(rect.right()), row);
        auto entry = std::lower_bound(entries_.begin(), entries_.end(), std::pair(key(cellOf(rect.left()), row), -1));
        for (; entry != entries_.end() && entry->first <= last; ++entry) {
            if (!seen_[static_cast<std::size_t>(entry->second)]) {
                seen_[static_cast<std::size_t>(entry->second)] = true;
                result.push_back(entry->second);
            }
        }
    }
    for (const int id : result) {
        seen_[static_cast<std::size_t>(id)] = false;
    }
    std::sort(result.begin(), result.end());
    return result;
}

}  // namespace vernier::ui
