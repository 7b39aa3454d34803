// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/data/dataset.h"

namespace vernier::test {

/// A dataset whose samples a function makes; what a test does not set is empty.
class MadeDataset : public Dataset {
public:
    using Make = std::function<Sample(Split split, std::uint64_t index)>;

    MadeDataset(std::uint64_t calibration, std::uint64_t validation, Make make) : calibration_(calibration), validation_(validation), make_(std::move(make)) {}

    [[nodiscard]] const std::string& name() const override { return name_; }
    [[nodiscard]] const std::filesystem::path& path() const override { return path_; }
    [[nodiscard]] std::uint64_t size(Split split) const override { return split == Split::calibration ? calibration_ : validation_; }
    [[nodiscard]] std::uint64_t batch() const override { return batch_; }
    [[nodiscard]] Sample load(Split split, std::uint64_t index) const override { return make_(split, index); }
    [[nodiscard]] const std::vector<std::string>& classes() const override { return classes_; }
    [[nodiscard]] bool has_labels() const override { return labels_; }
    [[nodiscard]] TargetForm target() const override { return target_ == TargetForm::none ? Dataset::target() : target_; }
    [[nodiscard]] const TaskSpec& task() const override { return task_; }
    [[nodiscard]] const std::string& output() const override { return output_; }
    [[nodiscard]] const std::vector<Finding>& findings() const override { return findings_; }
    [[nodiscard]] std::string fingerprint() const override { return "made"; }
    [[nodiscard]] std::string preprocessing() const override { return "none"; }

    void set_labels(bool labels) { labels_ = labels; }
    void set_batch(std::uint64_t batch) { batch_ = batch; }
    void set_target(TargetForm target) { target_ = target; }
    void set_task(TaskSpec task) { task_ = std::move(task); }
    void set_classes(const std::vector<std::string>& classes) { classes_ = classes; }
    void set_output(const std::string& output) { output_ = output; }

private:
    std::uint64_t calibration_, validation_, batch_ = 1;
    Make make_;
    bool labels_ = false;
    TargetForm target_ = TargetForm::none;
    TaskSpec task_ = {};
    std::string name_ = "made", output_;
    std::filesystem::path path_ = "made";
    std::vector<std::string> classes_;
    std::vector<Finding> findings_;
};

}  // namespace vernier::test
