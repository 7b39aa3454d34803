// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/carried_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/model_builder.h"

namespace vernier::test {
namespace {

using testing::ElementsAre;

Tensor floats(std::vector<std::int64_t> dims, const std::vector<float>& values) {
    const auto bytes = std::as_bytes(std::span(values));
    return {ElementType::float32, std::move(dims), {bytes.begin(), bytes.end()}};
}

/// y = h + x summed so far, twice that as "y2"; hn = h + x.
std::unique_ptr<Session> adding_up() {
    ModelBuilder builder;
    builder.input("x", ElementType::float32, {1, 2}).input("h", ElementType::float32, {1, 2}).input("scale", ElementType::float32, {});
    builder.node("Add", {"x", "h"}, {"hn"}).node("Mul", {"hn", "scale"}, {"y"});
    builder.output("y", ElementType::float32, {1, 2}).output("hn", ElementType::float32, {1, 2});
    const std::string bytes = builder.bytes();
    return Session::open(Runtime::load(), std::as_bytes(std::span(bytes)), {}, {});
}

std::map<std::string, Tensor> sample() {
    return {{"x", floats({3, 1, 2}, {1, 2, 10, 20, 100, 200})}, {"h", floats({1, 2}, {1000, 0})}, {"scale", floats({}, {2})}};
}

TEST(CarriedRun, WhatOneRunGivesIsTheStateOfTheNext) {
    const auto session = adding_up();
    const auto inputs = sample();
    const Carry carry{{{"h", "hn"}}, {"x"}, 1};
    const std::vector<std::string> wanted = {"y", "hn"};
    std::vector<float> states;
    const auto outputs = run_parts(*session, {inputs, carry, wanted}, {}, [&](std::size_t part, const auto& given) {
        EXPECT_EQ(part, states.size());
        states.push_back(given.at("h").template as<float>()[0]);
    });
    EXPECT_THAT(states, ElementsAre(1000, 1001, 1011));
    EXPECT_THAT(outputs.at(0).dims, ElementsAre(1, 6));
    EXPECT_THAT(outputs.at(0).as<float>(), ElementsAre(2002, 4, 2022, 44, 2222, 444));
    EXPECT_THAT(outputs.at(1).dims, ElementsAre(1, 2)) << "a state is that of the last run";
    EXPECT_THAT(outputs.at(1).as<float>(), ElementsAre(1111, 222));
}

TEST(CarriedRun, StatesNeedNotBeAskedFor) {
    const auto session = adding_up();
    const auto inputs = sample();
    const Carry carry{{{"h", "hn"}}, {"x"}, 0};
    const std::vector<std::string> wanted = {"y"};
    const auto outputs = run_parts(*session, {inputs, carry, wanted}, {});
    ASSERT_EQ(outputs.size(), 1U);
    EXPECT_THAT(outputs[0].dims, ElementsAre(1, 3, 2)) << "a new axis of parts";
    EXPECT_EQ(outputs[0].as<float>()[5], 444);
}

TEST(CarriedRun, ASingleRunIsASingleRun) {
    const auto session = adding_up();
    std::map<std::string, Tensor> inputs = sample();
    inputs.at("x") = floats({1, 2}, {1, 2});
    const std::vector<std::string> wanted = {"y"};
    EXPECT_THAT(run_parts(*session, {inputs, {}, wanted}, {}).at(0).dims, ElementsAre(1, 2));
    EXPECT_THAT(run_parts(*session, {inputs, {{{"h", "hn"}}, {}, 0}, wanted}, {}).at(0).dims, ElementsAre(1, 2));
}

}  // namespace
}  // namespace vernier::test
