// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/method.h"

namespace vernier {

extern const MethodSpec kFp32Method;
constinit const MethodSpec kFp32Method{
    .id = "fp32",
    .title = "FP32",
    .badge = "F32",
    .colour = "#8a919e",
    .key = '1',
};

}  // namespace vernier
