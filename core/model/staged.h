// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

namespace onnx {
class ModelProto;
}

namespace vernier {

/// A model that is written whole beside its target and gets the target's name later. Without put_in_place() nothing is left.
class StagedModel {
public:
    /// Above 1.9 GB, initializers go to "<file>.data" beside it. Throws Error{cannot_write}.
    StagedModel(const onnx::ModelProto& proto, const std::filesystem::path& path);
    StagedModel(const onnx::ModelProto& proto, const std::filesystem::path& path, std::uint64_t split_above);
    ~StagedModel();
    StagedModel(StagedModel&&) noexcept;
    StagedModel& operator=(StagedModel&&) noexcept;
    /// Where the whole model can be read by now; empty when it takes two files.
    [[nodiscard]] std::filesystem::path readable() const;
    [[nodiscard]] const std::filesystem::path& target() const;
    /// Throws Error{cannot_write}.
    void put_in_place();

private:
    struct Files;
    std::unique_ptr<Files> files_;
};

}  // namespace vernier
