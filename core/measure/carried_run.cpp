// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/carried_run.h"

#include <algorithm>
#include <utility>

#include "core/measure/cast.h"

namespace vernier {
namespace {

using Names = std::vector<std::string>;

std::size_t place(const Names& names, const std::string& name) { return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin()); }

bool gives_state(const Carry& carry, const std::string& output) {
    return std::any_of(carry.states.begin(), carry.states.end(), [&](const auto& state) { return state.second == output; });
}

}  // namespace

std::vector<Tensor> run_parts(Session& session, const CarriedSample& sample, const Job& job, const SeePart& see) {
    const auto& [inputs, carry, wanted] = sample;
    if (!carry.any()) {
        if (see) see(0, inputs);
        return session.run(fitted(session.inputs(), inputs), wanted, job.stop());
    }
    Names asked = wanted;
    for (const auto& [input, output] : carry.states)
        if (place(asked, output) == asked.size()) asked.push_back(output);
    std::map<std::string, Tensor> states;
    std::vector<std::vector<Tensor>> answers(wanted.size());
    const std::size_t parts = parts_of(inputs, carry);
    for (std::size_t part = 0; part < parts; ++part) {
        std::map<std::string, Tensor> own = part_of_inputs(inputs, carry, part);
        for (auto& [input, state] : states) own.insert_or_assign(input, std::move(state));
        if (see) see(part, own);
        std::vector<Tensor> outputs = session.run(fitted(session.inputs(), own), asked, job.stop());
        for (const auto& [input, output] : carry.states) states.insert_or_assign(input, outputs[place(asked, output)]);
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            if (gives_state(carry, wanted[i])) answers[i].clear();
            answers[i].push_back(std::move(outputs[i]));
        }
    }
    std::vector<Tensor> whole;
    for (std::size_t i = 0; i < wanted.size(); ++i)
        whole.push_back(carry.framed.empty() || gives_state(carry, wanted[i]) ? std::move(answers[i].front()) : joined(answers[i], carry.join));
    return whole;
}

}  // namespace vernier
