// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/wire.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace vernier {
namespace {

constexpr std::uint64_t kPart = std::uint64_t{1} << 20;  ///< of a message for which room is made at once
constexpr int kPollMs = 50;                              ///< how soon a wait notices that a stop was asked for

bool send_all(int socket, std::span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
    return true;
}

bool receive_all(int socket, std::span<std::uint8_t> bytes, const std::stop_token& stop) {
    while (!bytes.empty()) {
        if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "cancelled");
        pollfd polled{socket, POLLIN, 0};
        if (::poll(&polled, 1, stop.stop_possible() ? kPollMs : -1) <= 0) continue;
        const auto got = ::recv(socket, bytes.data(), bytes.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(got));
    }
    return true;
}

}  // namespace

Json wire_binary(std::span<const std::byte> bytes) {
    const auto* first = reinterpret_cast<const std::uint8_t*>(bytes.data());
    return Json::binary({first, first + bytes.size()});
}

bool send_message(int socket, const Json& message) {
    const std::vector<std::uint8_t> body = Json::to_cbor(message);
    const std::uint64_t length = body.size();
    std::array<std::uint8_t, sizeof length> head{};
    std::memcpy(head.data(), &length, sizeof length);
    return send_all(socket, head) && send_all(socket, body);
}

std::optional<Json> receive_message(int socket, const std::stop_token& stop) {
    std::uint64_t length = 0;
    std::array<std::uint8_t, sizeof length> head{};
    if (!receive_all(socket, head, stop)) return std::nullopt;
    std::memcpy(&length, head.data(), sizeof length);
    // Room is made as bytes come, so that a head that is wrong takes none.
    std::vector<std::uint8_t> body;
    while (body.size() < length) {
        const std::size_t begin = body.size();
        body.resize(begin + static_cast<std::size_t>(std::min<std::uint64_t>(length - begin, kPart)));
        if (!receive_all(socket, std::span(body).subspan(begin), stop)) return std::nullopt;
    }
    return Json::from_cbor(body);
}

Json wire_json(const std::map<std::string, Tensor>& tensors) {
    Json json = Json::object();
    for (const auto& [name, tensor] : tensors)
        json[name] = {{"type", static_cast<std::int32_t>(tensor.type)}, {"dims", tensor.dims}, {"bytes", wire_binary(tensor.bytes)}};
    return json;
}

std::map<std::string, Tensor> tensors_from_wire(const Json& json) {
    std::map<std::string, Tensor> tensors;
    for (const auto& [name, item] : json.items()) {
        Tensor& tensor = tensors[name];
        tensor.type = static_cast<ElementType>(item.at("type").get<std::int32_t>());
        tensor.dims = item.at("dims").get<std::vector<std::int64_t>>();
        const auto bytes = std::as_bytes(std::span(item.at("bytes").get_binary()));
        tensor.bytes.assign(bytes.begin(), bytes.end());
    }
    return tensors;
}

Json wire_json(const Error& error) {
    const Where& where = error.where();
    return {{"kind", static_cast<int>(error.kind())},
            {"what", error.what()},
            {"file", where.file},
            {"node", where.node},
            {"tensor", where.tensor},
            {"remedy", error.remedy()}};
}

Error error_from_wire(const Json& json) {
    const auto text = [&](const char* key) { return json.at(key).get<std::string>(); };
    return {static_cast<ErrorKind>(json.at("kind").get<int>()), text("what"), {text("file"), text("node"), text("tensor")}, text("remedy")};
}

}  // namespace vernier
