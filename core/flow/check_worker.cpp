// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/check_worker.h"

#include <utility>

#include "core/base/error.h"
#include "core/base/temporary.h"
#include "core/base/wire.h"

namespace vernier {

CheckWorker::CheckWorker(const std::filesystem::path& program, Job job, RuntimePtr here) : job_(std::move(job)) {
    if (program.empty())
        here_ = std::make_unique<Checks>(std::move(here));
    else
        worker_ = std::make_unique<Worker>(program, std::vector<std::string>{kCheckArgument});
}

CheckWorker::~CheckWorker() {
    if (worker_ == nullptr) return;
    worker_.reset();
    remove_temporary_folders();  // what it was killed with
}

Json CheckWorker::call(const Json& message) {
    job_.check();
    if (here_ != nullptr) return here_->answer(message);
    if (!send_message(worker_->socket(), message)) throw WorkerDied(worker_->ending());
    auto reply = receive_message(worker_->socket(), job_.stop());
    if (!reply) throw WorkerDied(worker_->ending());
    if (const auto error = reply->find("error"); error != reply->end()) throw error_from_wire(*error);
    return std::move(reply->at("result"));
}

int serve_checks(int socket) {
    Checks checks;
    return serve(socket, [&](const Json& message) { return checks.answer(message); });
}

}  // namespace vernier
