// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/true_half.h"

#include <utility>

#include "core/runtime/detail/pass_through.h"

namespace vernier {

std::unique_ptr<Session> open_in_true_half(RuntimePtr runtime, std::shared_ptr<const onnx::ModelProto> model, const Target& target,
                                           const std::set<std::string>& tensors) {
    // An operator that only takes half: a float tensor must be rounded in front of it, and no optimization removes it.
    detail::PassThrough passing{"Half", ElementType::float16, {}, nullptr};
    for (const std::string& name : tensors) {
        passing.ids.emplace(name, passing.ids.size());
    }
    return detail::open_passing(std::move(runtime), std::move(model), {}, target, std::move(passing));
}

}  // namespace vernier
