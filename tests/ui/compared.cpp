// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/compared.h"

#include "core/measure/latency.h"
#include "core/report/verdict.h"
#include "tests/measure/simulated.h"

namespace vernier::test {

namespace {

Json run_json(int id, const std::string& title, const std::string& method, const std::filesystem::path& file, const std::string& sha256) {
    return {{"id", id},
            {"title", title},
            {"recipe", {{"vernier_recipe", 1}, {"default", {{"method", method}}}, {"rules", Json::array()}}},
            {"file", file.filename().string()},
            {"sha256", sha256},
            {"quantized", nullptr},
            {"measured", true}};
}

}  // namespace

Measurement simulated(const std::string& model, double cost, std::uint64_t size_bytes, std::size_t samples, std::size_t wrong) {
    Measurement m;
    m.model = model;
    m.sha256 = "0123456789abcdef0123456789abcdef";
    m.size_bytes = size_bytes;
    m.session_start_ms = 4;
    m.first_run_ms = 1;
    m.latency = summarise(simulated_launches(cost, size_bytes));
    add_answers(m, samples, {0, wrong});
    m.profile = {{"conv", "Conv", "CPU", cost * 700, 20, "float"}, {"act", "Relu", "CPU", 100, 20, "float"}};
    m.run.library.version = "1.31.1";
    m.data_name = "simulated";
    m.host.name = "test";
    m.date = "2026-01-02T03:04:05+0000";
    m.vernier_version = VERNIER_VERSION;
    return m;
}

Comparison simulated_comparison(std::size_t samples) {
    Measurement baseline = simulated("base.onnx", 1.0, 1'000'000, samples, samples / 10);
    Measurement half = simulated("half.onnx", 1.0, 500'000, samples, samples / 10);
    return compare({std::move(baseline), simulated("static.onnx", 0.5, 250'000, samples, samples / 10 + samples / 1000), std::move(half)},
                   samples > 0 ? Gate{0.5, std::nullopt} : Gate{});
}

bool open_compared(SmallSession& small, const Comparison& comparison) {
    const std::string sha = small.session.model()->sha256();
    Json document = to_json(comparison);
    document["verdict"] = to_json(verdict_of(comparison));
    document["findings"] = {
        {{"severity", "warning"}, {"code", "busy-machine"}, {"text", "Other work was running."}, {"remedy", "Measure again."}},
        {{"severity", "warning"}, {"code", "two-speeds"}, {"text", "takes 0.4 ms or 0.6 ms."}, {"remedy", "Fix the clock."}, {"file", "static.onnx"}},
        {{"severity", "info"}, {"code", "few-samples"}, {"text", "There are 2,000 samples."}, {"remedy", ""}},
        {{"severity", "serious"}, {"code", "splits-overlap"}, {"text", "Some samples are in both splits."}, {"remedy", "Give each its own."}}};
    document["candidates"][0]["origin"] = {
        {"counts", {{"fp32", 2}, {"int8-static", 4}}}, {"recipe_sha256", "fedcba9876543210fedcba98"}, {"data", {{"name", "simulated"}, {"samples", 100}}}};
    // The runs' files only have to be there and unchanged: the model itself stands in for them.
    Json session{{"vernier_session", 1}, {"model", {{"path", "net.onnx"}, {"sha256", sha}}}};
    session["recipe"] = {{"vernier_recipe", 1}, {"default", {{"method", "int8-static"}}}, {"rules", Json::array()}};
    session["gate"] = {{"max_drop_points", comparison.gate.max_drop_points ? Json(*comparison.gate.max_drop_points) : Json()}, {"min_speedup", nullptr}};
    session["baseline"] = to_json(comparison.baseline.measurement);
    session["runs"] = {run_json(1, "all static", "int8-static", "net.onnx", sha), run_json(2, "FP16", "fp16", "net.onnx", sha)};
    session["comparison"] = document;
    const auto path = small.folder.write("s.vernier", session.dump());
    small.session.open(QString::fromStdString(path.string()));
    return wait_until([&] { return small.session.document().readingName().isEmpty(); }) && small.session.comparison() != nullptr;
}

}  // namespace vernier::test
