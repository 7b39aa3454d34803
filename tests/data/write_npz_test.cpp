// SPDX-License-Identifier: GPL-3.0-or-later
// What is written for a metric command is what NumPy, and our own reader, read.
#include "core/data/write_npz.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/data/detail/npz.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

template <class T>
Tensor tensor(ElementType type, const std::vector<std::int64_t>& dims, const std::vector<T>& values) {
    Tensor result{type, dims, std::vector<std::byte>(values.size() * sizeof(T))};
    std::memcpy(result.bytes.data(), values.data(), result.bytes.size());
    return result;
}

TEST(WriteNpz, ComesBackAsItWas) {
    const TempDir dir;
    const Tensor floats = tensor<float>(ElementType::float32, {2, 1, 3}, {1, 2, 3, 4, 5, 6});
    const Tensor ids = tensor<std::int64_t>(ElementType::int64, {2}, {7, -1});
    const Tensor none = tensor<float>(ElementType::float32, {2, 0, 6}, {});
    write_npz(dir / "a.npz", {{"scores", floats}, {"ids", ids}, {"none", none}});
    const NpzFile file(dir / "a.npz");
    EXPECT_EQ(file.names(), (std::vector<std::string>{"scores", "ids", "none"}));
    EXPECT_EQ(file.read("scores").dims, floats.dims);
    EXPECT_EQ(file.read("scores").bytes, floats.bytes);
    EXPECT_EQ(file.read("ids").type, ElementType::int64);
    EXPECT_EQ(file.read("ids").bytes, ids.bytes);
    EXPECT_EQ(file.read("none").bytes.size(), 0U);
}

TEST(WriteNpz, TextsAreCodePointsOfOneLength) {
    const TempDir dir;
    write_npz(dir / "a.npz", {{"names", {}, {"ab", "é", "\xFFx", ""}}});
    const std::string bytes = read_file(dir / "a.npz");
    const std::size_t header = bytes.find("'descr': '<U2'");
    ASSERT_NE(header, std::string::npos);
    EXPECT_NE(bytes.find("'shape': (4,)", header), std::string::npos);
    const std::size_t data = bytes.find('\n', header) + 1;
    const std::vector<std::uint32_t> expected = {'a', 'b', 0xE9, 0, '?', 'x', 0, 0};
    ASSERT_LE(data + 32, bytes.size());
    EXPECT_EQ(std::memcmp(bytes.data() + data, expected.data(), 32), 0);
}

TEST(WriteNpz, SaysWhereItCannotWrite) {
    const TempDir dir;
    try {
        write_npz(dir / "nowhere" / "a.npz", {{"ids", tensor<std::int64_t>(ElementType::int64, {1}, {1})}});
        FAIL() << "it was written";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::cannot_write);
    }
}

TEST(WriteNpz, KnowsWhichTypesNumpyHas) {
    EXPECT_TRUE(is_numpy_type(ElementType::float16));
    EXPECT_TRUE(is_numpy_type(ElementType::boolean));
    for (const ElementType type : {ElementType::bfloat16, ElementType::int4, ElementType::string, ElementType::undefined}) EXPECT_FALSE(is_numpy_type(type));
}

}  // namespace
}  // namespace vernier::test
