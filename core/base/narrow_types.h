// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/tensor.h"

namespace vernier {

/// Element types of opset 24 and later, with the numbers of ONNX's TensorProto.DataType. Two-bit types lie four a byte, the
/// first in the lowest bits; float8e8m0 is a power of two without sign.
inline constexpr ElementType kFloat8e8m0{24};
inline constexpr ElementType kUint2{25};
inline constexpr ElementType kInt2{26};

}  // namespace vernier
