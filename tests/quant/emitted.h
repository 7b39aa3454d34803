// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/finding.h"
#include "core/quant/edit.h"
#include "tests/quant/run_fixture.h"

namespace vernier::test {

/// What a method makes of a model, and what it says.
struct Emitted {
    onnx::ModelProto proto;
    std::vector<std::string> reasons;
    std::vector<Finding> findings;
};

/// Asks a method why nodes cannot have it, what it finds, and has it emit those that can.
template <class Node, class WhyNot, class Findings, class Emit>
Emitted emitted(GraphEdit& edit, const std::vector<Node>& nodes, WhyNot why_not, Findings find, Emit emit) {
    Emitted result;
    result.reasons = why_not(edit, nodes);
    result.findings = find(edit, nodes, result.reasons);
    std::vector<Node> possible;
    for (std::size_t i = 0; i < nodes.size(); ++i)
        if (result.reasons[i].empty()) possible.push_back(nodes[i]);
    emit(edit, possible);
    result.proto = edit.build();
    return result;
}

/// SQNR in dB of the first output against the float model's.
inline double fidelity(const Model& model, const Emitted& emitted, const std::map<std::string, Tensor>& inputs) {
    return sqnr_db(first_output(model.proto(), inputs), first_output(emitted.proto, inputs));
}

}  // namespace vernier::test
