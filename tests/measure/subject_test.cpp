// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/subject.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <limits>
#include <thread>

#include "core/base/error.h"
#include "core/measure/wire.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"
#include "tests/support/temp_dir.h"

namespace vernier {
namespace {

/// Both ends of a socket, closed at the end.
struct Ends {
    Ends() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd), 0); }
    ~Ends() { close_own(), ::close(fd[1]); }
    void close_own() {
        if (fd[0] >= 0) ::close(fd[0]);
        fd[0] = -1;
    }
    int fd[2] = {-1, -1};
};

std::map<std::string, Tensor> sample() {
    Tensor x{ElementType::float32, {1, 16}, {}};
    const auto values = test::normal_floats(16, 3);
    const auto bytes = std::as_bytes(std::span(values));
    x.bytes.assign(bytes.begin(), bytes.end());
    return {{"x", x}};
}

class Subjects : public testing::Test {
protected:
    std::filesystem::path write_model() {
        test::ModelBuilder builder;
        builder.input("x", ElementType::float32, {"N", 16}).initializer("w", test::random_floats(160, 1), {16, 10});
        builder.node("MatMul", {"x", "w"}, {"scores"}).output("scores", ElementType::float32, {"N", 10});
        return folder_.write("m.onnx", builder.bytes());
    }

    test::TempDir folder_;
    RuntimePtr runtime_ = Runtime::load();
};

TEST(Wire, ValuesArriveBitForBit) {
    const Ends ends;
    const std::vector<float> scores = {0.1F, -0.F, std::numeric_limits<float>::infinity(), 1e-42F};
    Tensor sent{ElementType::float32, {4}, {}};
    const auto scores_bytes = std::as_bytes(std::span(scores));
    sent.bytes.assign(scores_bytes.begin(), scores_bytes.end());
    ASSERT_TRUE(send_message(ends.fd[0], {{"scores", wire_json({{"scores", sent}})}, {"inputs", wire_json(sample())}}));
    const auto message = receive_message(ends.fd[1]);
    ASSERT_TRUE(message);
    EXPECT_EQ(tensors_from_wire(message->at("scores")).at("scores").bytes, sent.bytes);
    const auto inputs = tensors_from_wire(message->at("inputs"));
    EXPECT_EQ(inputs.at("x").dims, sample().at("x").dims);
    EXPECT_EQ(inputs.at("x").bytes, sample().at("x").bytes);
}

TEST(Wire, TheEndOfTheOtherSideIsNoMessage) {
    Ends ends;
    ends.close_own();
    EXPECT_FALSE(receive_message(ends.fd[1]));
    EXPECT_FALSE(send_message(ends.fd[1], Json::object()));
}

TEST(Wire, WaitingEndsWhenAStopIsAskedFor) {
    const Ends ends;
    std::stop_source stop;
    std::thread asks_later([&] { stop.request_stop(); });
    EXPECT_THROW((void)receive_message(ends.fd[0], stop.get_token()), Error);
    asks_later.join();
}

TEST_F(Subjects, TheServedSideAnswersAsTheSessionDoes) {
    const Ends ends;
    std::thread served([&] { EXPECT_EQ(serve_subject(ends.fd[1]), 0); });
    const auto ask = [&](const Json& message) {
        EXPECT_TRUE(send_message(ends.fd[0], message));
        return receive_message(ends.fd[0]).value_or(Json::object());
    };
    const SubjectRequest request{write_model(), {}, sample()};
    const Json opened = ask({{"do", "open"}, {"runtime", runtime_->path().string()}, {"request", wire_json(request)}});
    EXPECT_EQ(opened_from_wire(opened.at("result")).size_bytes, std::filesystem::file_size(request.model));
    const auto here = open_here(runtime_, request, {});
    here->ask(sample());
    const Json reply = ask({{"do", "answer"}, {"inputs", wire_json(sample())}});
    EXPECT_EQ(tensors_from_wire(reply.at("result")).at("scores").bytes, here->answer().at("scores").bytes);
    ASSERT_EQ(here->opened().outputs.size(), 1U);
    EXPECT_EQ(here->opened().outputs[0].name, "scores");
    EXPECT_EQ(ask({{"do", "block"}, {"runs", 7}}).at("result").size(), 7U);
    const Error error = error_from_wire(ask({{"do", "answer"}, {"inputs", Json::object()}}).at("error"));
    EXPECT_EQ(error.kind(), ErrorKind::bad_data);
    ::shutdown(ends.fd[0], SHUT_RDWR);
    served.join();
}

TEST_F(Subjects, AChildThatEndsIsAnErrorThatNamesTheModel) {
    const auto model = write_model();
    try {
        (void)open_in_child("/bin/false", runtime_, {model, {}}, {});
        FAIL() << "the program ended without an answer";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::bad_model);
        EXPECT_EQ(error.where().file, model.string());
    }
    EXPECT_THROW((void)open_in_child(folder_.path() / "nothing", runtime_, {model, {}}, {}), Error);
}

}  // namespace
}  // namespace vernier
