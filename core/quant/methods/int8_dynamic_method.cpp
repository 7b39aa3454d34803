// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/method.h"

namespace vernier {

extern const MethodSpec kInt8DynamicMethod;
constinit const MethodSpec kInt8DynamicMethod{
    .id = "int8-dynamic",
    .title = "INT8 dynamic",
    .badge = "D8",
    .colour = "#E69F00",
    .key = '3',
    .light_colour = true,
    .weight_bits = 8,
    .computes = Arithmetic::integer,
};

}  // namespace vernier
