// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/data/carried.h"
#include "core/data/dataset.h"
#include "core/data/detail/carry.h"
#include "core/data/detail/fields.h"
#include "core/data/detail/preprocess.h"

namespace vernier {

/// What the model says about one of its inputs.
struct InputSpec {
    std::string name;
    ValueType type;
};

[[nodiscard]] std::vector<InputSpec> inputs_of(const Model& model);
/// The input of this name; throws Error{bad_data} that lists the inputs when there is none.
[[nodiscard]] const InputSpec& input_named(const std::vector<InputSpec>& inputs, const std::string& name, const std::filesystem::path& file);

/// Samples of a source are numbered from 0; a split is a list of these numbers.
struct Splits {
    std::vector<std::uint64_t> calibration;
    std::vector<std::uint64_t> validation;
};

/// What all kinds of datasets have in common.
struct DatasetInfo {
    std::string name;
    std::filesystem::path path;
    std::string output;
    std::vector<std::string> classes;
    std::vector<InputSpec> inputs;
    std::vector<Finding> findings;
    bool has_metric = false;  ///< the dataset file says how answers are judged
    TaskSpec task = {};       ///< what it says of the task
    CarrySpec carry = {};     ///< what it says of states, of parts and of inputs that are the same for all samples
};

/// Base of all kinds of datasets: a source says how many samples there are and how to load one; this class keeps the
/// splits and checks labels and shapes.
class SourceDataset : public Dataset, public Carries {
public:
    explicit SourceDataset(DatasetInfo info) : info_(std::move(info)) {}

    [[nodiscard]] const std::string& name() const final { return info_.name; }
    [[nodiscard]] const std::filesystem::path& path() const final { return info_.path; }
    [[nodiscard]] std::uint64_t size(Split split) const final { return numbers(split).size(); }
    [[nodiscard]] std::uint64_t batch() const final { return batch_; }
    [[nodiscard]] Sample load(Split split, std::uint64_t index) const final;
    [[nodiscard]] const std::vector<std::string>& classes() const final { return info_.classes; }
    [[nodiscard]] bool has_labels() const final { return has_labels_; }
    [[nodiscard]] TargetForm target() const final { return target_form() == TargetForm::none ? Dataset::target() : target_form(); }
    [[nodiscard]] const TaskSpec& task() const final { return info_.task; }
    [[nodiscard]] bool classifies() const final;
    [[nodiscard]] const std::string& output() const final { return info_.output; }
    [[nodiscard]] const std::vector<Finding>& findings() const final { return info_.findings; }
    [[nodiscard]] std::string fingerprint() const final;
    [[nodiscard]] const Carry& carry() const final { return framing_.carry(); }

    /// Takes the splits, looks for overlap, wrong labels and a fixed batch, and loads one sample of each split, so that a
    /// wrong shape is found when a dataset is opened. Throws Error{bad_data}.
    void finish(Splits splits);

protected:
    /// Number of samples that the source holds.
    [[nodiscard]] virtual std::uint64_t total() const = 0;
    [[nodiscard]] virtual Sample load_sample(std::uint64_t number) const = 0;
    [[nodiscard]] virtual std::int64_t label(std::uint64_t number) const = 0;
    [[nodiscard]] virtual std::string sample_name(std::uint64_t number) const = 0;
    /// Of targets that are more than a class; none where there are no such.
    [[nodiscard]] virtual TargetForm target_form() const { return TargetForm::none; }
    [[nodiscard]] virtual SampleTarget target_of(std::uint64_t number) const;
    /// All that defines the samples, as a text that is hashed.
    [[nodiscard]] virtual std::string identity() const = 0;
    /// A hash of the sample's raw values, where these stand in memory anyway.
    [[nodiscard]] virtual std::optional<std::uint64_t> content_hash(std::uint64_t number) const;
    /// Validation samples that a calibration sample equals; what counts as equal is the source's matter.
    struct Overlap {
        std::uint64_t count = 0;
        std::string example;
    };
    [[nodiscard]] virtual Overlap overlap(const Splits& splits) const;
    /// Of these samples, those that equal an earlier one of them.
    [[nodiscard]] virtual Overlap copies(const std::vector<std::uint64_t>& samples) const;

    [[nodiscard]] const std::vector<std::uint64_t>& numbers(Split split) const {
        return split == Split::calibration ? splits_.calibration : splits_.validation;
    }
    DatasetInfo info_;

private:
    void find_framing();
    void find_batch();
    void check_labels();
    void check_overlap();
    void check_copies();
    void check_inputs(const Sample& sample) const;
    [[nodiscard]] bool is_framed(const std::string& input) const;

    Splits splits_;
    Framing framing_;
    std::uint64_t batch_ = 1;
    bool has_labels_ = false;
    mutable std::once_flag fingerprint_once_;
    mutable std::string fingerprint_;
};

using SourcePtr = std::shared_ptr<SourceDataset>;

/// Every fifth sample calibrates, the others validate. Of fewer than fifty samples ten calibrate, or half of them where that is
/// less, spread evenly. Fewer than five serve as both, with a serious finding by finish(). Says so as a finding.
[[nodiscard]] Splits fixed_splits(std::uint64_t total, std::vector<Finding>& findings);

/// The samples of a split given as {"range": [first, last+1]} or {"indices": [...]}.
[[nodiscard]] std::vector<std::uint64_t> parse_indices(Fields fields, std::uint64_t total, std::vector<Finding>& findings);

/// Steps for one input of array data when the file gives none: only a cast to what the model takes.
[[nodiscard]] Preprocess cast_only(const InputSpec& input);

/// Opens the source of a dataset file. `top` has read the keys that all sources share.
[[nodiscard]] SourcePtr open_npz_source(Fields& top, DatasetInfo info);
[[nodiscard]] SourcePtr open_npy_source(Fields& top, DatasetInfo info);
[[nodiscard]] SourcePtr open_images_source(Fields& top, DatasetInfo info);
[[nodiscard]] SourcePtr open_jsonl_source(Fields& top, DatasetInfo info);
[[nodiscard]] SourcePtr open_onnx_source(Fields& top, DatasetInfo info);
/// Pictures with boxes: COCO's file, or else a YOLO folder.
[[nodiscard]] SourcePtr open_boxes_source(Fields& top, DatasetInfo info, bool coco);
[[nodiscard]] SourcePtr open_sounds_source(Fields& top, DatasetInfo info);

/// Opens a path without a dataset file; names, shapes and layouts come from the model.
[[nodiscard]] SourcePtr open_npz_path(DatasetInfo info);
[[nodiscard]] SourcePtr open_npy_path(DatasetInfo info);
[[nodiscard]] SourcePtr open_images_folder(DatasetInfo info);
[[nodiscard]] SourcePtr open_onnx_folder(DatasetInfo info);
[[nodiscard]] SourcePtr open_coco_path(DatasetInfo info);
[[nodiscard]] SourcePtr open_yolo_folder(DatasetInfo info);
[[nodiscard]] SourcePtr open_sounds_folder(DatasetInfo info);
/// True for a folder in which, or below which, a WAVE file is met before a picture.
[[nodiscard]] bool is_sound_folder(const std::filesystem::path& folder);
/// True for a folder that is, or holds, ONNX test data (input_0.pb).
[[nodiscard]] bool is_onnx_folder(const std::filesystem::path& folder);

/// The input of a model that takes pictures; throws Error{bad_data} where it has several.
[[nodiscard]] const InputSpec& only_picture_input(const DatasetInfo& info);
/// What most image models take, fitted to the size and layout of this model's input, and the finding that says so.
[[nodiscard]] Preprocess assumed_picture_steps(DatasetInfo& info, const InputSpec& input);

/// The steps of each input under the key "preprocess" of a dataset file; inputs that it does not name are left out.
/// Throws Error{bad_data} when it names an input that the model does not have.
[[nodiscard]] std::map<std::string, Preprocess> parse_all_preprocess(Fields& top, bool images, DatasetInfo& info);

/// Adds bytes to a hash that starts at 0. Equal contents give equal hashes; different ones practically never do.
[[nodiscard]] std::uint64_t hash_bytes(std::uint64_t hash, std::span<const std::byte> bytes);

/// Lines of a UTF-8 text file, without line ends; a last empty line does not count.
[[nodiscard]] std::vector<std::string> read_lines(const std::filesystem::path& path);

}  // namespace vernier
