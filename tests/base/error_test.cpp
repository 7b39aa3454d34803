// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"

#include <gtest/gtest.h>

#include <string>

namespace vernier {
namespace {

TEST(Error, ANulInANameCutsNoSentence) {
    const Error error(ErrorKind::bad_data, std::string("'file' is 'a\0b', which leads out", 32), {.file = "x.json"}, "give another");
    EXPECT_EQ(error.line(), "x.json: 'file' is 'a?b', which leads out. Give another");
}

}  // namespace
}  // namespace vernier
