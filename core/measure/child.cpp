// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <utility>

#include "core/base/worker.h"
#include "core/measure/processors.h"
#include "core/measure/profile_json.h"
#include "core/measure/subject.h"
#include "core/measure/wire.h"

namespace vernier {
namespace {

class SubjectInChild final : public Subject {
public:
    SubjectInChild(const std::filesystem::path& program, const RuntimePtr& runtime, const SubjectRequest& request, Job job)
        : model_(request.model), job_(std::move(job)), child_(program, {kWorkerArgument}) {
        Json message = {{"do", "open"}, {"runtime", runtime->path().string()}, {"request", wire_json(request)}};
        opened_ = opened_from_wire(call(message));
    }

    [[nodiscard]] const Opened& opened() const override { return opened_; }
    void ask(const std::map<std::string, Tensor>& inputs) override { send({{"do", "answer"}, {"inputs", wire_json(inputs)}}); }
    [[nodiscard]] std::map<std::string, Tensor> answer() override { return tensors_from_wire(receive()); }
    [[nodiscard]] WarmRun warm_up() override {
        const Json warm = call({{"do", "warm_up"}});
        return {warm.at("mean").get<double>(), warm.at("least").get<double>()};
    }
    [[nodiscard]] std::vector<double> block(int runs) override { return call({{"do", "block"}, {"runs", runs}}).get<std::vector<double>>(); }
    [[nodiscard]] std::vector<double> first_calls(int count) override { return call({{"do", "first_calls"}, {"count", count}}).get<std::vector<double>>(); }
    [[nodiscard]] std::vector<ProfileEvent> profile() override { return profile_from_json(call({{"do", "profile"}})); }

private:
    [[noreturn]] void lost() {
        throw Error(ErrorKind::bad_model, fmt::format("ONNX Runtime ended its process while it ran this model ({})", child_.ending().text()),
                    {.file = model_.string()}, "Leave this model out, or measure it on another build of the runtime with --ort.");
    }

    void send(const Json& message) {
        if (!send_message(child_.socket(), message)) lost();
    }

    Json receive() {
        auto reply = receive_message(child_.socket(), job_.stop());
        if (!reply) lost();
        if (const auto error = reply->find("error"); error != reply->end()) throw error_from_wire(*error);
        return std::move(reply->at("result"));
    }

    Json call(const Json& message) {
        send(message);
        return receive();
    }

    std::filesystem::path model_;
    Job job_;
    Worker child_;
    Opened opened_;
};

/// Does what one message asks for.
Json do_as_told(const Json& message, std::unique_ptr<Subject>& subject) {
    const auto what = message.at("do").get<std::string>();
    if (what == "open") {
        SubjectRequest request = request_from_wire(message.at("request"));
        pin_process(request.cpus);
        const RuntimePtr runtime = Runtime::load(message.at("runtime").get<std::string>());
        subject = open_here(runtime, std::move(request), {});
        return wire_json(subject->opened());
    }
    if (what == "answer") {
        subject->ask(tensors_from_wire(message.at("inputs")));
        return wire_json(subject->answer());
    }
    if (what == "warm_up") {
        const WarmRun warm = subject->warm_up();
        return {{"mean", warm.mean}, {"least", warm.least}};
    }
    if (what == "block") return subject->block(message.at("runs").get<int>());
    if (what == "first_calls") return subject->first_calls(message.at("count").get<int>());
    if (what == "profile") return profile_json(subject->profile());
    throw Error(ErrorKind::internal, fmt::format("unknown message \"{}\"", what));
}

}  // namespace

std::unique_ptr<Subject> open_in_child(const std::filesystem::path& program, const RuntimePtr& runtime, const SubjectRequest& request, const Job& job) {
    return std::make_unique<SubjectInChild>(program, runtime, request, job);
}

int serve_subject(int socket) {
    std::unique_ptr<Subject> subject;
    return serve(socket, [&](const Json& message) { return do_as_told(message, subject); });
}

}  // namespace vernier
