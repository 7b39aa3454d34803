// SPDX-License-Identifier: GPL-3.0-or-later
// The labelled models beside the checkout: what the reader gives for the first validation sample must be what the
// recorded run of another reader gave.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/data/detail/elements.h"
#include "tests/data/data_support.h"
#include "tests/support/paths.h"

namespace vernier::test {
namespace {

struct Case {
    const char* name;
    std::uint64_t calibration, validation;
};

void PrintTo(const Case& value, std::ostream* out) { *out << value.name; }

class CoreModels : public testing::TestWithParam<Case> {};

std::vector<double> first_values(const Tensor& tensor, std::size_t n) {
    std::vector<double> out;
    visit_element(tensor.type, [&](auto sample) {
        const auto values = tensor.as<decltype(sample)>();
        for (std::size_t i = 0; i < std::min(n, values.size()); ++i) out.push_back(static_cast<double>(values[i]));
    });
    return out;
}

TEST_P(CoreModels, FirstSampleEqualsTheRecordedOne) {
    const auto folder = std::filesystem::path(test::shared_data()) / "core" / GetParam().name;
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no labelled models at " << folder;
    const ModelPtr model = open_model(folder / "model.onnx");
    const DatasetPtr data = open_dataset(folder / (std::string(GetParam().name) + ".dataset.json"), *model);
    EXPECT_EQ(data->size(Split::calibration), GetParam().calibration);
    EXPECT_EQ(data->size(Split::validation), GetParam().validation);
    EXPECT_TRUE(data->has_labels());
    for (const Finding& finding : data->findings()) EXPECT_EQ(finding.severity, Severity::info) << finding.text;

    const Sample sample = data->load(Split::validation, 0);
    const auto expected = Json::parse(read_file(folder / "expected_fp32.json"))["first_sample_input_first_8"].get<std::vector<double>>();
    const auto found = first_values(sample.inputs.begin()->second, expected.size());
    ASSERT_EQ(found.size(), expected.size());
    // the record has 6 decimals; a JPEG decoder may differ by one grey level, which is 1/127.5 there
    const double tolerance = GetParam().name == std::string_view("mobilenet_v1_025") ? 1 / 127.5 + 1e-6 : 1e-6;
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], tolerance) << i;
    for (const Split split : {Split::calibration, Split::validation}) EXPECT_NO_THROW(static_cast<void>(data->load(split, data->size(split) - 1)));
}

INSTANTIATE_TEST_SUITE_P(All, CoreModels,
                         testing::Values(Case{"agnews_bilstm", 200, 1300}, Case{"dscnn_kws", 200, 800}, Case{"effnet_cifar10", 200, 1200},
                                         Case{"letter_mlp", 200, 2000}, Case{"magika_v3", 200, 700}, Case{"mnist_cnn", 200, 2000},
                                         Case{"mobilenet_v1_025", 150, 850}, Case{"resnet8_cifar10", 200, 1200}, Case{"sst2_transformer", 200, 1300}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace vernier::test
