// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/base/temporary.h"
#include "core/evidence/metrics/metric.h"
#include "core/measure/answers.h"

namespace vernier {

/// Names of metrics to what each sample adds; a sample that says nothing has no values.
using CommandMetrics = std::map<std::string, std::vector<SampleSums>>;

/// One line of a metric command: a number, or an object of numbers and of pairs [sum, count]; "id" must be that of the sample.
/// name: of the metric that a bare number is. Throws Error{bad_data}, whose text is about the line alone.
[[nodiscard]] std::map<std::string, SampleSums> command_line(const std::string& line, std::uint64_t id, const std::string& name);

/// A program that measures what Vernier does not: it is started with the path of an .npz for every batch of samples, and writes one
/// line of JSON for each to its standard output (docs/metric-command.md).
class MetricCommand : public AnswerSink {
public:
    MetricCommand(std::filesystem::path program, const Job& job);

    /// Throws Error{bad_data} that names the program, the batch and the line; {cancelled}.
    void take(std::size_t model, const std::vector<AskedSample>& asked, const std::map<std::string, Tensor>& outputs, std::uint64_t batch) override;
    void finish() override;
    /// By model, in the order of the samples; after finish().
    [[nodiscard]] const CommandMetrics& metrics(std::size_t model) const { return models_.at(model).metrics; }

private:
    using Parts = std::map<std::string, Tensor>;
    struct Model {
        std::vector<AskedSample> asked;  ///< that wait for a batch, with their outputs
        std::vector<Parts> parts;
        std::size_t bytes = 0;
        std::size_t done = 0;  ///< samples that have their lines
        CommandMetrics metrics;
    };
    void flush(std::size_t model);
    [[nodiscard]] std::vector<std::string> run(const std::filesystem::path& batch) const;
    void add_lines(Model& model, const std::vector<std::string>& lines);

    std::filesystem::path program_;
    Job job_;
    TemporaryFolder folder_;
    std::map<std::size_t, Model> models_;
};

/// The row by which such metrics are made: means over samples, or over what is counted in them.
extern const Metric kOfCommand;
/// Value and interval of each.
[[nodiscard]] std::map<std::string, MetricValue> values_of(const CommandMetrics& metrics);

}  // namespace vernier
