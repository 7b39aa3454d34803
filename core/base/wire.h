// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/tensor.h"

namespace vernier {

/// Messages to and from worker processes over a stream socket: the length (8 bytes, this machine's order: both ends are the
/// same program) and one JSON value as CBOR, in which tensors are byte strings.

/// Returns false when the other end is gone.
[[nodiscard]] bool send_message(int socket, const Json& message);
/// Nothing when the other end is gone. Throws Error{cancelled} when a stop was asked for while waiting.
[[nodiscard]] std::optional<Json> receive_message(int socket, const std::stop_token& stop = {});

[[nodiscard]] Json wire_binary(std::span<const std::byte> bytes);
[[nodiscard]] Json wire_json(const std::map<std::string, Tensor>& tensors);
[[nodiscard]] std::map<std::string, Tensor> tensors_from_wire(const Json& json);
[[nodiscard]] Json wire_json(const Error& error);
[[nodiscard]] Error error_from_wire(const Json& json);

}  // namespace vernier
