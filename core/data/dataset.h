// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/finding.h"
#include "core/base/job.h"
#include "core/base/tensor.h"
#include "core/data/sample_target.h"
#include "core/data/task.h"
#include "core/model/model.h"

namespace vernier {

enum class Split { calibration, validation };

/// One sample as the model takes it: every tensor has a leading batch axis of 1.
struct Sample {
    std::map<std::string, Tensor> inputs;  ///< by model input name
    std::int64_t label = -1;               ///< class index, or -1 when there is none
    std::string name;                      ///< file name, or "#17"
    std::string text;                      ///< for people; may be empty
    SampleTarget target = {};              ///< of validation samples, where the right answer is more than a class
};

/// A picture of a sample for people: 8-bit RGB, row major; empty when the sample is not a picture.
struct Preview {
    int width = 0, height = 0;
    std::vector<std::uint8_t> rgb;
};

/// Labelled samples in two splits. Immutable; load() may be called from several threads.
class Dataset {
public:
    virtual ~Dataset() = default;
    [[nodiscard]] virtual const std::string& name() const = 0;
    [[nodiscard]] virtual const std::filesystem::path& path() const = 0;
    /// The files that the samples come from, so that no output is written over one.
    [[nodiscard]] virtual std::vector<std::filesystem::path> files() const { return {path()}; }
    [[nodiscard]] virtual std::uint64_t size(Split split) const = 0;
    /// How many samples the model takes in one run: its fixed first axis where a sample does not fill it; else 1.
    [[nodiscard]] virtual std::uint64_t batch() const { return 1; }
    /// Throws Error{bad_data} that names the sample.
    [[nodiscard]] virtual Sample load(Split split, std::uint64_t index) const = 0;
    [[nodiscard]] virtual const std::vector<std::string>& classes() const = 0;  ///< may be empty
    [[nodiscard]] virtual bool has_labels() const = 0;
    /// What the right answers of the validation samples are.
    [[nodiscard]] virtual TargetForm target() const { return has_labels() ? TargetForm::label : TargetForm::none; }
    /// What is said of the task.
    [[nodiscard]] virtual const TaskSpec& task() const {
        static const TaskSpec nothing;
        return nothing;
    }
    /// True when the scores are those of classes: there are labels or names of classes, or the dataset file gives a metric.
    [[nodiscard]] virtual bool classifies() const { return has_labels() || !classes().empty(); }
    /// Name of the output that holds the scores [N, classes]; empty means the model's first output.
    [[nodiscard]] virtual const std::string& output() const = 0;
    [[nodiscard]] virtual const std::vector<Finding>& findings() const = 0;  ///< e.g. calibration and validation overlap
    /// SHA-256 of what defines the samples (file contents or names and sizes, and the preprocessing).
    [[nodiscard]] virtual std::string fingerprint() const = 0;
    /// What the preprocessing does, one line for people ("shortest 256 bicubic, crop 224, RGB, /255, NCHW").
    [[nodiscard]] virtual std::string preprocessing() const = 0;
};

using DatasetPtr = std::shared_ptr<const Dataset>;

/// Opens a dataset: a folder of images (class subfolders or labels.csv), .npz or .npy (first axis = samples; "labels" or "targets"),
/// a folder of ONNX test_data_set_*, a .dataset.json, or a folder that holds one. Where the source has no splits, samples
/// are divided by a fixed rule (every fifth is calibration, of fewer than 50 ten or half; fewer than five serve as both) that is stated as a finding. The model
/// gives input names, types and shapes. A wrong shape is an error that names the input, what it should be and what it is. Throws Error{not_found, bad_data}.
[[nodiscard]] DatasetPtr open_dataset(const std::filesystem::path& path, const Model& model);

/// Samples of a split, by their indices.
struct Picked {
    Split split;
    const std::vector<std::uint64_t>& indices;
};

/// Calls consume(i, sample) in order for the picked samples, while up to threads threads (0 = all processors)
/// decode at most 2 * threads + 1 samples ahead. Throws what loading or consume throws, and Error{cancelled}.
void for_each_sample(const Dataset& dataset, const Picked& picked, int threads, const Job& job,
                     const std::function<void(std::uint64_t index, Sample& sample)>& consume);

/// Inputs of one run: the samples, from 1 to `batch` of them and all of the same shapes, stacked along the first axis.
/// They begin anew where they do not fill the batch. Throws Error{bad_data} when shapes or types differ.
[[nodiscard]] std::map<std::string, Tensor> stack_samples(std::vector<Sample>&& samples, std::uint64_t batch);

/// Loads the samples of one run (at most dataset.batch() indices) and stacks them. Throws what load() throws.
[[nodiscard]] std::map<std::string, Tensor> load_run(const Dataset& dataset, Split split, std::span<const std::uint64_t> indices);

/// First n indices of a split (all when n = 0 or above the size), spread evenly and in rising order.
[[nodiscard]] std::vector<std::uint64_t> pick_samples(const Dataset& dataset, Split split, std::uint64_t n);

/// The sample turned back into a picture, as the model gets it (values stretched to 0..255 per sample).
[[nodiscard]] Preview preview_of(const Sample& sample);

}  // namespace vernier
