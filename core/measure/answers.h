// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/error.h"
#include "core/measure/measure.h"
#include "core/measure/sample_sums.h"
#include "core/measure/subject.h"

namespace vernier {

/// A model that answers, and where its answers go.
struct Answering {
    Subject* subject = nullptr;
    Measurement* result = nullptr;
};

/// Every sample is decoded once and answered by every model, so that all saw the same. Fills answers, outputs with their sums,
/// scores_output, classes, classifies and samples of each result. Outputs are matched by name with those of the first model. The options
/// say which sums are kept, and who else is given the answers. Throws Error{bad_data, bad_model, cancelled}.
void collect_answers(std::vector<Answering>& models, const Dataset& dataset, const std::vector<std::uint64_t>& samples, const MeasureOptions& options,
                     const Job& job);

/// Calls, and puts the model's file into an error that comes without one.
template <class Fn>
auto naming_file(const std::filesystem::path& model, const Fn& call) {
    try {
        return call();
    } catch (const Error& error) {
        Where where = error.where();
        if (where.file.empty() && error.kind() != ErrorKind::cancelled) where.file = model.string();
        throw Error(error.kind(), error.what(), where, error.remedy());
    }
}

}  // namespace vernier
