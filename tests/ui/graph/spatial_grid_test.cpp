// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/graph/spatial_grid.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/random.h"

namespace vernier::ui {
namespace {

TEST(SpatialGrid, FindsAllThatTouches) {
    test::Random random(7);
    std::vector<QRectF> rects;
    SpatialGrid grid;
    for (int i = 0; i < 500; ++i) {
        rects.emplace_back(random.uniform(-9000, 9000), random.uniform(-9000, 9000), random.uniform(1, 2000), random.uniform(1, 900));
        grid.add(i, rects.back());
    }
    grid.finish(500);
    for (int round = 0; round < 200; ++round) {
        const QRectF asked(random.uniform(-9000, 9000), random.uniform(-9000, 9000), random.uniform(1, 3000), random.uniform(1, 3000));
        const std::vector<int> found = grid.touching(asked);
        EXPECT_TRUE(std::is_sorted(found.begin(), found.end()));
        EXPECT_EQ(std::adjacent_find(found.begin(), found.end()), found.end());
        for (int i = 0; i < 500; ++i) {
            if (rects[static_cast<std::size_t>(i)].intersects(asked)) {
                EXPECT_TRUE(std::binary_search(found.begin(), found.end(), i));
            }
        }
    }
}

TEST(SpatialGrid, GivesOnlyWhatIsNear) {
    SpatialGrid grid;
    for (int i = 0; i < 100; ++i) {
        grid.add(i, QRectF(0, i * 1000.0, 200, 46));
    }
    grid.finish(100);
    EXPECT_LE(grid.touching(QRectF(0, 50'000, 300, 300)).size(), 2U);
    EXPECT_TRUE(grid.touching(QRectF(5000, 0, 10, 10)).empty());
    EXPECT_EQ(grid.touching(QRectF(-1e9, -1e9, 2e9, 2e9)).size(), 100U);
    EXPECT_EQ(SpatialGrid().touching(QRectF(0, 0, 1, 1)).size(), 0U);
}

}  // namespace
}  // namespace vernier::ui
