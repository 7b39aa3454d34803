// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/commands/table.h"
#include "app/cli/context.h"
#include "app/cli/options.h"
#include "app/cli/size_options.h"
#include "core/flow/data_file.h"
#include "core/report/documents.h"
#include "core/report/format.h"

namespace vernier::cli {
namespace {

struct Options {
    std::string spec, model, dump, theirs;
    std::optional<std::uint64_t> samples;
    SizeOptions sizes;
};

std::string split_text(const char* title, const LookedSplit& split, const Dataset& data) {
    std::string text = fmt::format("  {}: {} samples, {} looked at", title, split.samples, split.looked);
    if (split.top1) text += fmt::format(", the model is right on {:.1f} %", *split.top1);
    text += "\n";
    if (split.labels.empty()) return text;
    constexpr std::size_t kMost = 12;
    std::vector<std::string> parts;
    for (const auto& [label, count] : split.labels) {
        if (parts.size() == kMost) break;
        const auto at = static_cast<std::size_t>(label);
        parts.push_back(fmt::format("{} {}", at < data.classes().size() ? printable(data.classes()[at]) : std::to_string(label), count));
    }
    return text + fmt::format("    labels: {}{}\n", fmt::join(parts, ", "),
                              split.labels.size() > kMost ? fmt::format(" and {} classes more", split.labels.size() - kMost) : "");
}

std::string inputs_text(const LookedData& looked, const Style& style) {
    TextTable table({"<input", "<split", "<shape", ">min", ">max", ">mean", ">deviation", "<means of channels"});
    for (const auto& [title, split] : {std::pair{"calibration", &looked.calibration}, std::pair{"validation", &looked.validation}})
        for (const LookedInput& input : split->inputs) {
            std::vector<std::string> channels;
            for (const double mean : input.channel_means) channels.push_back(significant(mean));
            table.row({printable(input.name), title, fmt::format("{}", fmt::join(input.shape, "x")), significant(input.min), significant(input.max),
                       significant(input.mean), significant(input.deviation), fmt::format("{}", fmt::join(channels, " "))});
        }
    return table.text(style);
}

std::string compared_text(const ComparedInput& input) {
    if (input.differing == 0) return fmt::format("  {}: equal on {} samples\n", printable(input.input), input.samples);
    std::string text = fmt::format("  {}: {} of {} values differ on {} samples, by {} at most and {} on average; first at [{}]: {} here, {} there\n",
                                   printable(input.input), input.differing, input.values, input.samples, significant(input.largest), significant(input.mean),
                                   fmt::join(input.first, ","), significant(input.ours, 6), significant(input.theirs, 6));
    return text + fmt::format("    {}\n", input.cause.empty() ? "no usual mistake explains it: is it the same sample?" : input.cause);
}

std::string text_of(const LookedData& looked, const Options& options, const Style& style) {
    const Dataset& data = *looked.data;
    std::string text = style.bold(printable(data.name())) + "\n" + fmt::format("  {}\n", printable(data.preprocessing()));
    text += split_text("calibration", looked.calibration, data) + split_text("validation", looked.validation, data) + "\n" + inputs_text(looked, style) + "\n";
    if (looked.reach)
        text += fmt::format("  on {} validation samples activations have {} times the width that calibration samples showed, and {} % of values lie outside\n",
                            looked.reach->samples, significant(looked.reach->wider), significant(100 * looked.reach->outside));
    for (const ComparedInput& input : looked.compared) text += compared_text(input);
    if (looked.dumped > 0) text += fmt::format("  {} validation samples written to {}\n", looked.dumped, printable(options.dump));
    return text + "\n" + cli::text_of(looked.findings, style);
}

Run declare(OptionSet& set) {
    auto options = std::make_shared<Options>();
    set.argument("SPEC", options->spec, "Samples: folder of images, .npz, .npy, folder of test_data_set_*, or .dataset.json");
    set.text("--model", options->model, "MODEL", "The model that takes them", true);
    set.text("--dump", options->dump, "OUT.npz", "Write validation samples as the model gets them (16 at most)");
    set.text("--compare", options->theirs, "THEIRS.npz", "Hold validation samples against an array for each input that another program prepared");
    set.count("--samples", options->samples, "N", "Samples of each split to look at (default 100)", {1, 1000000});
    options->sizes.declare(set);
    return [options](Context& context) {
        DataRequest request{options->spec, options->model, options->dump, options->theirs, options->samples.value_or(100), options->sizes.read()};
        const LookedData looked = look_at_data(context.runtime(), request, context.job());
        context.result(document(to_json(looked)), [&](const Style& style) { return text_of(looked, *options, style); });
        return 0;
    };
}

}  // namespace

const Command kData = {
    "data",
    "Show what a model really gets from a dataset, and what is amiss in it",
    "Looks at samples of both splits as the model gets them: shapes, values, labels. Runs the model on them and says where the calibration samples are unlike "
    "those "
    "that it is judged on (few, copies, one class, other values), where classes are numbered otherwise, and where it answers no better than chance. "
    "--compare holds the values against those that another program prepared, and names the likely cause of a difference: channels, layout, scale, mean, "
    "resize.",
    "vernier-cli data model.dataset.json --model model.onnx\n"
    "vernier-cli data pictures --model model.onnx --compare theirs.npz",
    declare,
    InWorker::yes};

}  // namespace vernier::cli
