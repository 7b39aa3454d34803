// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <onnx/onnx_pb.h>

#include "core/base/finding.h"
#include "core/base/job.h"
#include "core/base/json.h"
#include "core/quant/dialect.h"
#include "core/quant/quantize.h"

namespace vernier {

/// Static INT8 written in one kind of integers, and how long it runs.
struct DialectTrial {
    Dialect dialect = Dialect::u8s8;
    double ms = 0;
};

struct DialectChoice {
    Dialect taken = Dialect::u8s8;
    std::vector<DialectTrial> trials;  ///< empty: nothing could be timed
    double fp32_ms = 0;                ///< the opened file, in the same turns
    std::string why_not = {};
};

/// Which integers run fastest is a matter of the provider's kernels: what one fuses another runs in float. Each is written, all are timed in turns where the
/// model will run, and the usual ones are left only for those that take 3 % less time, since symmetric activations have half the codes behind a Relu.
[[nodiscard]] DialectChoice choose_dialect(const std::function<onnx::ModelProto(Dialect)>& emit, const Timer& timer, const Job& job);

/// "Integers of static INT8: U8S8. On CPU U8S8 runs in 0.41 ms, S8S8 in 0.98 ms, FP32 in 0.9 ms."
[[nodiscard]] Finding finding_of(const DialectChoice& choice, std::string_view provider);
/// {"taken", "fp32_ms", "trials": [{"dialect", "ms"}], "why_not"}
[[nodiscard]] Json to_json(const DialectChoice& choice);

}  // namespace vernier
