// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/feedable.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/plain_text.h"

namespace vernier {

const Value* unfeedable_input(const Model& model) {
    const auto& inputs = model.inputs();
    const auto found = std::find_if(inputs.begin(), inputs.end(), [&](ValueId id) {
        const ValueType& type = model.value(id).type;
        return type.element == ElementType::string || !type.other.empty();
    });
    return found == inputs.end() ? nullptr : &model.value(*found);
}

std::string why_unfeedable(const Value& input) {
    const char* what = input.type.element == ElementType::string ? "text" : "no tensor";
    return fmt::format("its input {} takes {} ({}), and samples hold numbers only", plain_text(input.name), what, input.type.text());
}

}  // namespace vernier
