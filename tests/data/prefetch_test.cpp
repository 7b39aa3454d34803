// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <numeric>
#include <thread>

#include "tests/data/data_support.h"
#include "tests/support/made_dataset.h"

namespace vernier::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

/// Samples whose label is their index; loading takes a while that differs from one to the next.
class SlowDataset final : public MadeDataset {
public:
    explicit SlowDataset(std::uint64_t size, std::uint64_t bad = ~std::uint64_t{0})
        : MadeDataset(size, size, [this, bad](Split, std::uint64_t index) {
              std::this_thread::sleep_for(std::chrono::milliseconds(index % 3));
              if (index == bad) throw Error(ErrorKind::bad_data, "sample is broken");
              loaded = std::max(loaded.load(), index + 1);
              Sample sample;
              sample.label = static_cast<std::int64_t>(index);
              return sample;
          }) {}

    mutable std::atomic<std::uint64_t> loaded{0};
};

std::vector<std::uint64_t> all_of(const SlowDataset& data) { return pick_samples(data, Split::validation, 0); }

TEST(Prefetch, DeliversInOrder) {
    const SlowDataset data(60);
    for (const int threads : {1, 2, 5, 0}) {
        std::vector<std::uint64_t> seen;
        for_each_sample(data, {Split::validation, all_of(data)}, threads, {}, [&](std::uint64_t index, Sample& sample) {
            EXPECT_EQ(sample.label, static_cast<std::int64_t>(index));
            seen.push_back(index);
        });
        EXPECT_EQ(seen, all_of(data));
    }
    for_each_sample(data, {Split::validation, {}}, 2, {}, [](std::uint64_t, Sample&) { FAIL(); });
}

TEST(Prefetch, RunsOnlySoFarAhead) {
    const SlowDataset data(200);
    for_each_sample(data, {Split::validation, all_of(data)}, 2, {}, [&](std::uint64_t index, Sample&) {
        if (index == 10) std::this_thread::sleep_for(50ms);
        EXPECT_LE(data.loaded.load(), index + 7);
    });
}

TEST(Prefetch, DeliversAnErrorAfterTheSamplesBeforeIt) {
    const SlowDataset data(60, 20);
    std::uint64_t count = 0;
    const Error error = error_of([&] { for_each_sample(data, {Split::validation, all_of(data)}, 3, {}, [&](std::uint64_t, Sample&) { ++count; }); });
    EXPECT_EQ(error.kind(), ErrorKind::bad_data);
    EXPECT_EQ(count, 20U);
}

TEST(Prefetch, StopsWhenTheConsumerThrows) {
    const SlowDataset data(10000);
    EXPECT_THROW(for_each_sample(data, {Split::validation, all_of(data)}, 3, {},
                                 [](std::uint64_t index, Sample&) {
                                     if (index == 5) throw std::runtime_error("enough");
                                 }),
                 std::runtime_error);
    EXPECT_LT(data.loaded.load(), 50U);
}

TEST(Prefetch, CancelsWithin200Milliseconds) {
    const SlowDataset data(1000000);
    std::stop_source stop;
    std::chrono::steady_clock::time_point asked;
    const std::jthread canceller([&] {
        std::this_thread::sleep_for(60ms);
        asked = std::chrono::steady_clock::now();
        stop.request_stop();
    });
    const Error error = error_of([&] {
        for_each_sample(data, {Split::validation, all_of(data)}, 2, Job(stop.get_token(), {}), [](std::uint64_t, Sample&) {});
    });
    EXPECT_EQ(error.kind(), ErrorKind::cancelled);
    EXPECT_LT(std::chrono::steady_clock::now() - asked, 200ms);
}

TEST(PickSamples, SpreadsEvenly) {
    const SlowDataset data(10);
    EXPECT_THAT(pick_samples(data, Split::validation, 4), ElementsAre(0, 2, 5, 7));
    EXPECT_EQ(pick_samples(data, Split::validation, 0).size(), 10U);
    EXPECT_EQ(pick_samples(data, Split::validation, 99).size(), 10U);
    EXPECT_TRUE(pick_samples(SlowDataset(0), Split::validation, 3).empty());
}

Tensor ramp(std::vector<std::int64_t> dims) {
    Tensor tensor{.type = ElementType::float32, .dims = std::move(dims), .bytes = {}};
    tensor.bytes.resize(tensor.count() * sizeof(float));
    std::iota(tensor.as<float>().begin(), tensor.as<float>().end(), -3.0F);
    return tensor;
}

Preview preview_of_tensor(Tensor tensor) {
    Sample sample;
    sample.inputs["x"] = std::move(tensor);
    return preview_of(sample);
}

TEST(PreviewOf, FindsThePictureInEitherLayout) {
    const Preview nchw = preview_of_tensor(ramp({1, 3, 2, 4}));
    EXPECT_EQ(nchw.width, 4);
    EXPECT_EQ(nchw.height, 2);
    EXPECT_EQ(nchw.rgb.front(), 0);
    EXPECT_EQ(nchw.rgb.back(), 255);
    EXPECT_EQ(nchw.rgb[1], 89);  // element 8 of 0..23, green of the first pixel
    const Preview nhwc = preview_of_tensor(ramp({1, 2, 4, 3}));
    EXPECT_EQ(nhwc.width, 4);
    EXPECT_EQ(nhwc.rgb[1], 11);  // element 1 of 0..23
}

TEST(PreviewOf, ShowsOneChannelAsGreyAndOtherThingsNotAtAll) {
    const Preview grey = preview_of_tensor(ramp({1, 49, 10, 1}));
    EXPECT_EQ(grey.width, 10);
    EXPECT_EQ(grey.height, 49);
    EXPECT_EQ(grey.rgb[3], grey.rgb[5]);
    EXPECT_TRUE(preview_of_tensor(ramp({1, 16})).rgb.empty());
    EXPECT_TRUE(preview_of_tensor(ramp({1, 64, 7, 7})).rgb.empty());
}

}  // namespace
}  // namespace vernier::test
