// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/part.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "tests/support/made_dataset.h"

namespace vernier::test {
namespace {

DatasetPtr counted() {
    return std::make_shared<MadeDataset>(3, 10, [](Split split, std::uint64_t index) {
        Sample sample;
        sample.label = static_cast<std::int64_t>(index) + (split == Split::calibration ? 100 : 0);
        return sample;
    });
}

TEST(DatasetPart, HasOnlyItsValidationSamples) {
    const DatasetPtr whole = counted();
    const DatasetPtr part = part_of(whole, {1, 5, 9});
    EXPECT_EQ(part->size(Split::validation), 3U);
    EXPECT_EQ(part->size(Split::calibration), 3U);
    EXPECT_EQ(part->load(Split::validation, 2).label, 9);
    EXPECT_EQ(part->load(Split::calibration, 2).label, 102);
    EXPECT_EQ(part->name(), whole->name());
    // What is measured on one part is not taken for what is measured on another.
    EXPECT_NE(part->fingerprint(), whole->fingerprint());
    EXPECT_NE(part->fingerprint(), part_of(whole, {1, 5, 8})->fingerprint());
    EXPECT_EQ(part->fingerprint(), part_of(counted(), {1, 5, 9})->fingerprint());
}

}  // namespace
}  // namespace vernier::test
