// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/sensitivity_state.h"

#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/provenance.h"

namespace vernier {
namespace {

constexpr const char* kKey = "vernier_sensitivity_state";
constexpr std::chrono::milliseconds kBetweenWrites{1000};

/// All that decides what a candidate is measured to be, but for the candidate.
Json origin_of(const Candidates& candidates) {
    const CandidateSource& source = candidates.source();
    Target target = source.target;
    target.library = {source.runtime->version(), {}};
    return {{"model", source.canonical->model->sha256()},
            {"recipe", sha256(to_json(source.recipe).dump())},
            {"data", source.dataset->fingerprint()},
            {"split", source.split == Split::calibration ? "calibration" : "validation"},
            {"samples", candidates.samples()},
            {"run", to_json(target)},
            {"cpu", this_host().cpu},
            {"version", VERNIER_VERSION}};
}

}  // namespace

SensitivityState::SensitivityState(std::filesystem::path path, Candidates& candidates) : path_(std::move(path)), candidates_(candidates) {
    if (path_.empty()) return;
    of_ = origin_of(candidates);
    std::error_code ignored;
    if (!std::filesystem::exists(path_, ignored)) return;
    const Json json = Json::parse(read_file(path_), nullptr, false);
    if (!json.is_object() || !json.contains(kKey) || json.value(kKey, 0) != 1)
        throw Error(ErrorKind::bad_data, "is no state of a sensitivity analysis", {.file = path_.string()}, "Name a file that is not there yet.");
    stale_ = json.value("of", Json()) != of_;
    if (stale_) return;
    try {
        candidates_.take_measured(json.at("candidates"));
    } catch (const Json::exception&) {
        stale_ = true;
    }
}

void SensitivityState::save() {
    if (path_.empty()) return;
    {
        const std::lock_guard guard(mutex_);
        const auto now = std::chrono::steady_clock::now();
        if (now - saved_ < kBetweenWrites) return;
        saved_ = now;
    }
    save_now();
}

void SensitivityState::save_now() {
    if (path_.empty()) return;
    const Json json = {{kKey, 1}, {"of", of_}, {"candidates", candidates_.measured()}};
    const std::lock_guard guard(mutex_);
    write_file(path_, json.dump(1) + "\n");
}

}  // namespace vernier
