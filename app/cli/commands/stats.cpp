// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "app/cli/commands/table.h"
#include "app/cli/context.h"
#include "app/cli/options.h"
#include "core/flow/open.h"
#include "core/flow/tensors.h"
#include "core/report/format.h"

namespace vernier::cli {
namespace {

struct Options {
    std::string model, tensor;
    std::optional<std::uint64_t> bins;
};

std::string shape_text(const std::vector<std::int64_t>& dims) {
    std::string text;
    for (const std::int64_t dim : dims) text += (text.empty() ? "" : "x") + std::to_string(dim);
    return text.empty() ? "scalar" : text;
}

std::string decibel(const TensorReport& report, WeightFormat format) {
    for (const FormatError& error : report.errors)
        if (error.format == format) return error.sqnr_db > 300 ? "exact" : fmt::format("{:.1f}", error.sqnr_db);
    return "-";
}

std::string table_text(const std::vector<TensorReport>& reports, const Style& style) {
    TextTable table({"<tensor", "<shape", ">min", ">max", ">mean", ">deviation", ">zeros %", ">FP16 dB", ">tensor dB", ">channel dB", "<read by"});
    for (const TensorReport& report : reports) {
        const TensorStats& stats = report.stats;
        const double zeros = stats.count == 0 ? 0 : 100.0 * static_cast<double>(stats.zeros) / static_cast<double>(stats.count);
        table.row({report.tensor, shape_text(report.dims), significant(stats.min), significant(stats.max), significant(stats.mean),
                   significant(stats.deviation), significant(zeros), decibel(report, WeightFormat::fp16), decibel(report, WeightFormat::int8_per_tensor),
                   decibel(report, WeightFormat::int8_per_channel), report.node_label});
    }
    return table.text(style, 40);
}

/// One bar a bin; the longest takes 50 columns.
std::string histogram_text(const Histogram& histogram, const Style& style) {
    std::uint64_t most = 1;
    for (const std::uint64_t count : histogram.counts) most = std::max(most, count);
    TextTable table({">from", ">values", "<"});
    const double width = histogram.counts.empty() ? 0 : (histogram.hi - histogram.lo) / static_cast<double>(histogram.counts.size());
    for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
        const std::uint64_t count = histogram.counts[i];
        const auto length = static_cast<std::size_t>((count * 50 + most - 1) / most);
        table.row({significant(histogram.lo + width * static_cast<double>(i)), std::to_string(count), std::string(length, '#')});
    }
    return table.text(style);
}

std::string details_text(const TensorReport& report, const Style& style) {
    const TensorStats& stats = report.stats;
    std::string text = style.bold(printable(report.tensor)) + "\n" +
                       fmt::format("  {} {}, {} values, {} zeros, {} NaN, {} infinite\n", name(report.type), shape_text(report.dims), grouped(stats.count),
                                   grouped(stats.zeros), stats.nan, stats.inf);
    text += fmt::format("  FP16: {} overflow, {} subnormal, {} become 0\n\n", stats.fp16_overflow, stats.fp16_subnormal, stats.fp16_to_zero);
    TextTable formats({"<format", ">SQNR dB", ">max error", ">step", ">clip"});
    for (const FormatError& error : report.errors)
        formats.row({name(error.format), error.sqnr_db > 300 ? "exact" : fmt::format("{:.1f}", error.sqnr_db), significant(error.max_error),
                     significant(error.step), significant(error.clip)});
    return text + formats.text(style) + "\n" + histogram_text(stats.histogram, style);
}

Run declare(OptionSet& set) {
    auto options = std::make_shared<Options>();
    set.argument("MODEL", options->model, "ONNX file");
    set.text("--tensor", options->tensor, "NAME", "Only this weight, with its histogram and channel ranges");
    set.count("--bins", options->bins, "N", "Bins of the histogram (default 64)", {1, 65536});
    return [options](Context& context) {
        const ModelPtr model = open_for_work(nullptr, options->model, context.job());
        const std::vector<TensorReport> reports = tensor_reports(*model, options->tensor, static_cast<int>(options->bins.value_or(64)), context.job());
        const bool one = !options->tensor.empty();
        Json document = {{"vernier_report", 1}, {"model", options->model}, {"tensors", Json::array()}};
        for (const TensorReport& report : reports) document["tensors"].push_back(to_json(report, one));
        context.result(document, [&](const Style& style) {
            if (one) return details_text(reports.front(), style);
            return reports.empty() ? std::string("This model has no float weights.\n") : table_text(reports, style);
        });
        return 0;
    };
}

}  // namespace

const Command kStats = {"stats", "Show numbers about the weights: ranges, zeros, and the error of each format",
                        "For each float constant: range, mean, deviation, share of zeros, and the signal-to-noise ratio (SQNR, in dB) that is left "
                        "after rounding to FP16, INT8 per tensor and INT8 per channel. With --tensor one of them with its histogram.",
                        "vernier-cli stats model.onnx\nvernier-cli stats model.onnx --tensor conv1.weight --bins 32", declare};

}  // namespace vernier::cli
