// SPDX-License-Identifier: GPL-3.0-or-later
// Agreement of tokens: the share of those that count whose class is the one that the first model answers.
#include <cstddef>

#include "core/evidence/metrics/kept_figure.h"
#include "core/evidence/metrics/records.h"
#include "core/evidence/tasks/tokens.h"

namespace vernier {
namespace {

constexpr char kId[] = "token_agreement";

}  // namespace

extern constexpr Metric kTokenAgreement = {
    .figure = kept_agreement<kId>({"Tokens with the baseline's class", "token agreement"}),
    .of = only(Task::tokens),
    .to_first = true,
    .of_answer = [](const Answers& own, const Answers&, std::size_t i) { return right_percent(record_at(own.against, i)); },
    .value = mean_value,
    .interval = percent_mean_interval};

}  // namespace vernier
