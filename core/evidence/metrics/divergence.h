// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/measure.h"

namespace vernier {

/// KL divergence of a classifier's scores that are no probabilities yet: of their softmax. Where they are, it is known from the output's rows.
/// first: what the first model answered; nothing is added to that model's own.
void add_divergence_of_scores(Measurement& measurement, const Answers& first);

}  // namespace vernier
