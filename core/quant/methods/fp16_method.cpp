// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/method.h"

namespace vernier {

extern const MethodSpec kFp16Method;
constinit const MethodSpec kFp16Method{
    .id = "fp16",
    .title = "FP16",
    .badge = "F16",
    .colour = "#56B4E9",
    .key = '2',
    .weight_bits = 16,
    .computes = Arithmetic::half,
};

}  // namespace vernier
