// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/measure_options.h"

#include "app/cli/options.h"
#include "core/base/error.h"
#include "core/data/task.h"

namespace vernier::cli {

void RunChoices::declare(OptionSet& options) {
    options.text("--data", data, "SPEC", "Samples: folder of images, .npz, .npy, folder of test_data_set_*, or .dataset.json");
    options.count("--samples", samples, "N", "Validation samples to use, spread evenly (default: all)", {1, 1'000'000'000});
    sizes.declare(options);
    options.number("--seconds", seconds, "S", "Time for the latency of each model (default 4)", false);
    options.threads(threads, "Threads of the runtime inside an operator (default 1)");
    provider.declare(options);
    options.text("--metric-command", metric_command, "PROGRAM", "Program that gets the answers as .npz and writes a line of JSON with metrics for each sample");
    options.text("--task", task, "TASK", "By which answers are judged (default: proposed from outputs and targets): " + task_names());
    options.flag("--raw", raw, "With --json: the single latencies and answers as well");
}

MeasureOptions RunChoices::read() const {
    constexpr double kADay = 86400;
    if (seconds.value_or(0) > kADay) throw Error(ErrorKind::usage, "--seconds is more than a day", {}, "Give a number up to 86400.");
    MeasureOptions options;
    options.run.threads = static_cast<int>(threads.value_or(1));
    options.samples = samples.value_or(0);
    options.seconds = seconds.value_or(options.seconds);
    options.sizes = sizes.read();
    if (!metric_command.empty() && data.empty()) throw Error(ErrorKind::usage, "--metric-command has no samples to measure", {}, "Give --data.");
    options.metric_command = metric_command;
    if (!task.empty()) {
        options.task = task_named(task);
        if (!options.task) throw Error(ErrorKind::usage, "there is no task \"" + task + "\"", {}, "There are: " + task_names() + ".");
        if (data.empty()) throw Error(ErrorKind::usage, "--task has no samples to judge answers of", {}, "Give --data.");
    }
    options.worker = "/proc/self/exe";
    return options;
}

std::vector<TargetedModel> RunChoices::read_models(const RuntimePtr& runtime, const std::vector<std::string>& words) const {
    return provider.read(runtime, words, read().run);
}

}  // namespace vernier::cli
