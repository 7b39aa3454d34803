// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/wire.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <optional>
#include <string>

namespace vernier {
namespace {

/// The bytes as they come from a process that then ends.
std::optional<Json> received(const std::string& bytes) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return std::nullopt;
    EXPECT_EQ(send(ends[0], bytes.data(), bytes.size(), MSG_DONTWAIT), static_cast<ssize_t>(bytes.size()));
    close(ends[0]);
    std::optional<Json> message = receive_message(ends[1]);
    close(ends[1]);
    return message;
}

std::string framed(const Json& json, std::uint64_t more = 0) {
    const auto body = Json::to_cbor(json);
    const std::uint64_t length = body.size() + more;
    return std::string(reinterpret_cast<const char*>(&length), sizeof length) + std::string(body.begin(), body.end());
}

TEST(Wire, AMessageThatIsCutShortIsNone) {
    const Json message = {{"do", "open"}, {"size", 7}};
    const std::string whole = framed(message);
    const std::optional<Json> got = received(whole);
    ASSERT_TRUE(got.has_value());
    EXPECT_EQ(*got, message);
    for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(received(whole.substr(0, size)).has_value()) << size;
}

TEST(Wire, ALengthThatNeverComesTakesNoMemory) {
    for (const std::uint64_t length : {std::uint64_t{1} << 36, std::uint64_t{1} << 62, ~std::uint64_t{0} - 100})
        EXPECT_FALSE(received(framed({{"do", "open"}}, length)).has_value());
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    EXPECT_LT(usage.ru_maxrss, 1 << 20) << "KB";
}

}  // namespace
}  // namespace vernier
