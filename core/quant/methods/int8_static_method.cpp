// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/method.h"

namespace vernier {

extern const MethodSpec kInt8StaticMethod;
constinit const MethodSpec kInt8StaticMethod{
    .id = "int8-static",
    .title = "INT8 static",
    .badge = "S8",
    .colour = "#009E73",
    .key = '4',
    .weight_bits = 8,
    .computes = Arithmetic::integer,
    .needs_calibration = true,
};

}  // namespace vernier
