// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "tests/cli/process.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {

using Words = std::vector<std::string>;

/// Quantizes one model in two ways and compares both files with it.
class WholeWay : public testing::Test {
protected:
    /// Where a file is slower than FP32 is no matter here, so that nothing is timed. The document says what became of nodes.
    Json quantized(const std::string& to, const Words& more = {}) const {
        Words words = {"quantize", model_, "-o", (folder_ / to).string(), "--method", "int8-static", "--data", data_, "--no-timing", "--json"};
        words.insert(words.end(), more.begin(), more.end());
        const Finished done = run_cli(words);
        EXPECT_EQ(done.exit_code, 0) << done.err << done.out;
        return done.exit_code == 0 ? done.json() : Json();
    }
    [[nodiscard]] Finished compared(const Words& gates, const Words& more = {}) const {
        Words words = {"compare", model_, (folder_ / "int8.onnx").string(), (folder_ / "some.onnx").string(), "--data", data_, "--seconds", "0.02", "--json"};
        words.insert(words.end(), more.begin(), more.end());
        for (const std::string& gate : gates) words.insert(words.end(), {"--gate", gate});
        return run_cli(words);
    }
    /// The comparison judged again by another limit, from its document alone: the same samples, and no model runs.
    [[nodiscard]] Finished judged(const Finished& comparison, const std::string& gate) const {
        return run_cli({"judge", folder_.write("evidence.json", comparison.out).string(), "--gate", gate, "--json"});
    }
    /// Both files, FP32 in some of the nodes of one of them.
    void quantize_both(const std::string& kept) const {
        static_cast<void>(quantized("int8.onnx"));
        static_cast<void>(quantized("some.onnx", {"--set", kept + "=fp32"}));
    }

    TempDir folder_;
    std::string model_, data_;
};

inline double metric(const Json& trial, const std::string& id) { return trial.at("metrics").at(id).at("value").get<double>(); }

/// The candidate's gate has these figures as its lines, all with this outcome.
inline void expect_gate(const Json& document, std::size_t candidate, const Words& figures, const std::string& outcome) {
    const Json& gate = document.at("candidates").at(candidate).at("gate");
    EXPECT_EQ(gate.at("outcome"), outcome) << gate.dump(1);
    Words told;
    for (const Json& line : gate.at("lines")) {
        told.push_back(line.at("figure").get<std::string>());
        EXPECT_EQ(line.at("outcome"), outcome) << gate.dump(1);
    }
    EXPECT_THAT(told, testing::UnorderedElementsAreArray(figures));
}

/// Both candidates are what they are called: one with INT8 only, one with some of it.
inline void expect_files(const Json& document) {
    const auto ran = [&](std::size_t i, const char* what) { return document.at("candidates").at(i).at("executed").at(what).get<int>(); };
    EXPECT_GT(ran(0, "int8"), ran(1, "int8")) << document.at("candidates").at(0).at("executed").dump() << document.at("candidates").at(1).at("executed").dump();
    EXPECT_GT(ran(1, "int8"), 0);
}

inline void expect_task(const Json& document, const std::string& task) {
    EXPECT_EQ(document.at("baseline").at("task"), task);
    for (const Json& each : document.at("candidates")) EXPECT_EQ(each.at("task"), task);
}

}  // namespace vernier::test
