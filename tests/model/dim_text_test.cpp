// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/dim_text.h"

#include <gtest/gtest.h>

namespace vernier {
namespace {

std::string shortOf(const char* name) { return short_dim(Dim{-1, name}); }

TEST(DimText, ShortensWhatShapeInferenceWrites) {
    EXPECT_EQ(shortOf("floor(floor(height/2 - 1/2)/2) + 1"), "H/4");
    EXPECT_EQ(shortOf("floor(width/2 - 1/2) + 1"), "W/2");
    EXPECT_EQ(shortOf("2*(floor(height/4))"), "H/2");
    EXPECT_EQ(shortOf("4*height"), "4*H");
    EXPECT_EQ(shortOf("sequence_length + 2"), "T+2");
    EXPECT_EQ(shortOf("seq - 1"), "seq-1");
    EXPECT_EQ(shortOf("batch_size"), "N");
    EXPECT_EQ(shortOf("N"), "N");
    EXPECT_EQ(short_dim(Dim{224, ""}), "224");
    EXPECT_EQ(short_dim(Dim{-1, ""}), "?");
}

TEST(DimText, SaysNothingWhereThereIsNoShortForm) {
    EXPECT_EQ(shortOf("height*width"), "?");
    EXPECT_EQ(shortOf("height*height"), "?");
    EXPECT_EQ(shortOf("unk__1234567890"), "?");
    EXPECT_EQ(shortOf("floor(height/2"), "?");
    EXPECT_EQ(shortOf("floor(height/0)"), "?");
    EXPECT_EQ(shortOf("h*w"), "h*w") << "short enough as it is";
    EXPECT_EQ(shortOf(std::string(100000, '(').c_str()), "?");
    EXPECT_EQ(shortOf(std::string(100000, '-').c_str()), "?");
}

TEST(DimText, WritesATypeWithShortAxes) {
    ValueType type;
    type.element = ElementType::float32;
    type.has_shape = true;
    type.dims = {{-1, "batch"}, {64, ""}, {-1, "floor(height/2 - 1/2) + 1"}, {-1, ""}};
    EXPECT_EQ(short_text(type), "float32[N,64,H/2,?]");
}

}  // namespace
}  // namespace vernier
