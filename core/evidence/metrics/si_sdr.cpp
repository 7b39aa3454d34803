// SPDX-License-Identifier: GPL-3.0-or-later
// Scale-invariant signal-to-distortion ratio (J. Le Roux et al., 2019): the mean over signals (the last axis of targets) of
// 10 log10(|a s|^2 / |a s - answer|^2) with s the target and a = <answer, s> / |s|^2. A silent target says nothing.
#include <cstddef>
#include <cstdint>

#include "core/evidence/metrics/kept_figure.h"
#include "core/evidence/metrics/records.h"
#include "core/evidence/tasks/regression.h"

namespace vernier {
namespace {

constexpr char kId[] = "si_sdr";

}  // namespace

extern constexpr Metric kSiSdr = {.figure = kept_figure<kId>({"SI-SDR", "SI-SDR", "dB", Form::decibels}, Better::higher),
                                  .of = only(Task::enhancement),
                                  .of_answer = [](const Answers& own, const Answers&, std::size_t i) -> SampleSums {
                                      const SampleRecord* record = record_at(own.records, i);
                                      if (record == nullptr) return {};
                                      const RegressionSums sums = regression_of(*record);
                                      return {{sums.decibels}, static_cast<std::uint64_t>(sums.signals)};
                                  },
                                  .range = {-200, 200},
                                  .value = mean_value,
                                  .interval = mean_interval};

}  // namespace vernier
