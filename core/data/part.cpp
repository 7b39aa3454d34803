// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/part.h"

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "core/base/file.h"
#include "core/data/carried.h"

namespace vernier {
namespace {

class DatasetPart : public Dataset, public Carries {
public:
    DatasetPart(DatasetPtr whole, std::vector<std::uint64_t> validation) : whole_(std::move(whole)), validation_(std::move(validation)) {}

    [[nodiscard]] const std::string& name() const override { return whole_->name(); }
    [[nodiscard]] const std::filesystem::path& path() const override { return whole_->path(); }
    [[nodiscard]] std::vector<std::filesystem::path> files() const override { return whole_->files(); }
    [[nodiscard]] std::uint64_t size(Split split) const override { return split == Split::validation ? validation_.size() : whole_->size(split); }
    [[nodiscard]] std::uint64_t batch() const override { return whole_->batch(); }
    [[nodiscard]] Sample load(Split split, std::uint64_t index) const override {
        return whole_->load(split, split == Split::validation ? validation_.at(static_cast<std::size_t>(index)) : index);
    }
    [[nodiscard]] const std::vector<std::string>& classes() const override { return whole_->classes(); }
    [[nodiscard]] bool has_labels() const override { return whole_->has_labels(); }
    [[nodiscard]] TargetForm target() const override { return whole_->target(); }
    [[nodiscard]] const TaskSpec& task() const override { return whole_->task(); }
    [[nodiscard]] bool classifies() const override { return whole_->classifies(); }
    [[nodiscard]] const std::string& output() const override { return whole_->output(); }
    [[nodiscard]] const std::vector<Finding>& findings() const override { return whole_->findings(); }
    [[nodiscard]] std::string fingerprint() const override {
        std::string text = whole_->fingerprint();
        for (const std::uint64_t index : validation_) text.append(1, ' ').append(std::to_string(index));
        return sha256(text);
    }
    [[nodiscard]] std::string preprocessing() const override { return whole_->preprocessing(); }
    [[nodiscard]] const Carry& carry() const override { return carry_of(*whole_); }

private:
    DatasetPtr whole_;
    std::vector<std::uint64_t> validation_;
};

}  // namespace

DatasetPtr part_of(DatasetPtr dataset, std::vector<std::uint64_t> validation) {
    return std::make_shared<DatasetPart>(std::move(dataset), std::move(validation));
}

}  // namespace vernier
