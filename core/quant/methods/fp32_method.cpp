// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/method.h"
#include "core/quant/workload.h"

namespace vernier {
namespace {

MethodFit fit(const Workload&) { return {false, "The baseline that everything is compared with."}; }

}  // namespace

extern const MethodSpec kFp32Method;
constinit const MethodSpec kFp32Method{
    .id = "fp32",
    .title = "FP32",
    .badge = "F32",
    .colour = "#8a919e",
    .key = '1',
    .fit = fit,
};

}  // namespace vernier
