// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/audit/audit.h"
#include "core/layers/fault.h"
#include "core/layers/on_the_way.h"

namespace vernier {

/// What the tensors' errors show: `saturated-scale`, `dead-output`, `masked-scores-quantized`, `layernorm-quantized`, `wide-range-quantized`.
[[nodiscard]] std::vector<Fault> faults_on_the_way(const FilePair& files, const OnTheWay& way);

/// What the executed graph shows: `float-node-quantized`, `missed-fusion`. known: nodes that have a fault which explains it.
[[nodiscard]] std::vector<Fault> faults_of_execution(const FilePair& files, const Audit& audit, const std::vector<Fault>& known);

}  // namespace vernier
