// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <system_error>

namespace vernier {

/// A file that is only measured; it makes room for the next one.
class TrialFile {
public:
    explicit TrialFile(const std::filesystem::path& folder) : path_(folder / "trial.onnx") {}
    ~TrialFile() {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
        std::filesystem::remove(path_.string() + ".data", ignored);
    }
    TrialFile(const TrialFile&) = delete;
    TrialFile& operator=(const TrialFile&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace vernier
