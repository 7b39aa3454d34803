// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/provenance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace vernier {
namespace {

TEST(Host, TheBestInstructionsForInt8AreNamed) {
    Host host;
    EXPECT_EQ(int8_flags(host), "");
    host.cpu_flags = {"f16c"};
    EXPECT_EQ(int8_flags(host), "") << "halves are no integers";
    host.cpu_flags = {"avx2", "f16c"};
    EXPECT_EQ(int8_flags(host), "AVX2, no VNNI");
    host.cpu_flags = {"avx2", "avx512f", "avx512bw"};
    EXPECT_EQ(int8_flags(host), "AVX-512, no VNNI");
    host.cpu_flags = {"avx2", "avx_vnni"};
    EXPECT_EQ(int8_flags(host), "AVX-VNNI");
    host.cpu_flags = {"avx2", "avx512f", "avx512_vnni", "amx_int8"};
    EXPECT_EQ(int8_flags(host), "AMX-INT8");
}

TEST(Host, FlagsAreThoseOfThisMachineAndComeBackFromTheDocument) {
    const Host host = this_host();
    std::ifstream file("/proc/cpuinfo");
    const std::string info{std::istreambuf_iterator<char>(file), {}};
    std::istringstream words(info);
    bool avx2 = false;
    for (std::string word; words >> word;) avx2 = avx2 || word == "avx2";
    const bool told = std::find(host.cpu_flags.begin(), host.cpu_flags.end(), "avx2") != host.cpu_flags.end();
    EXPECT_EQ(told, avx2);
    EXPECT_EQ(host_from_json(to_json(host)), host);
}

}  // namespace
}  // namespace vernier
