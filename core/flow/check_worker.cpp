// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/check_worker.h"

#include <fmt/format.h>

#include <span>
#include <utility>

#include "core/base/error.h"
#include "core/base/wire.h"
#include "core/flow/blame.h"
#include "core/runtime/runtime.h"

namespace vernier {
namespace {

/// Opens model bytes at a level and drops the session.
Json open_bytes(const Json& message) {
    RunOptions options;
    options.level = static_cast<GraphLevel>(message.at("level").get<int>());
    const RuntimePtr runtime = Runtime::load(message.at("ort").get<std::string>());
    const auto bytes = std::as_bytes(std::span(message.at("bytes").get_binary()));
    return Session::open(runtime, bytes, message.at("folder").get<std::string>(), options)->start_ms();
}

Json do_as_told(const Json& message) {
    const auto what = message.at("do").get<std::string>();
    if (what == "open") return open_bytes(message);
    if (what == "blame") return blame(message);
    throw Error(ErrorKind::internal, fmt::format("unknown message \"{}\"", what));
}

}  // namespace

Json CheckWorker::call(const Json& message) {
    if (!send_message(worker_.socket(), message)) throw WorkerDied(worker_.ending());
    auto reply = receive_message(worker_.socket(), job_.stop());
    if (!reply) throw WorkerDied(worker_.ending());
    if (const auto error = reply->find("error"); error != reply->end()) throw error_from_wire(*error);
    return std::move(reply->at("result"));
}

int serve_checks(int socket) { return serve(socket, do_as_told); }

}  // namespace vernier
