// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <filesystem>
#include <mutex>

#include "core/base/json.h"
#include "core/layers/candidates.h"

namespace vernier {

/// A file that keeps what candidates were measured to be, so that work goes on after a stop. It is used only where all that decides the
/// figures is the same: model, recipe, samples, runtime, machine and this program.
class SensitivityState {
public:
    /// An empty path keeps nothing. Reads what is there into the candidates.
    /// Throws Error{bad_data} for a file that is no state, so that none is written over.
    SensitivityState(std::filesystem::path path, Candidates& candidates);

    /// The file was of something else: what it holds is not used, and it will be written anew.
    [[nodiscard]] bool was_stale() const { return stale_; }
    /// Writes it unless it was written a moment ago; from any thread. Throws Error{cannot_write}.
    void save();
    /// Writes it now.
    void save_now();

private:
    std::filesystem::path path_;
    Candidates& candidates_;
    Json of_;
    bool stale_ = false;
    std::mutex mutex_;
    std::chrono::steady_clock::time_point saved_{};
};

}  // namespace vernier
