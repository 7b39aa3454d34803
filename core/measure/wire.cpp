// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/wire.h"

#include <cstring>
#include <span>

namespace vernier {

Json wire_json(const std::vector<float>& values) { return wire_binary(std::as_bytes(std::span(values))); }

std::vector<float> floats_from_wire(const Json& json) {
    const auto& bytes = json.get_binary();
    std::vector<float> values(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
    return values;
}

Json wire_json(const SubjectRequest& request) {
    return {{"model", request.model.string()}, {"run", to_json(request.run)}, {"output", request.output}, {"inputs", wire_json(request.inputs)}};
}

SubjectRequest request_from_wire(const Json& json) {
    return {json.at("model").get<std::string>(), run_options_from_json(json.at("run")), json.at("output").get<std::string>(),
            tensors_from_wire(json.at("inputs"))};
}

Json wire_json(const Opened& opened) {
    return {{"size_bytes", opened.size_bytes}, {"sha256", opened.sha256}, {"session_start_ms", opened.session_start_ms},
            {"first_run_ms", opened.first_run_ms}, {"peak_rss_bytes", opened.peak_rss_bytes}};
}

Opened opened_from_wire(const Json& json) {
    return {json.at("size_bytes").get<std::uint64_t>(), json.at("sha256").get<std::string>(), json.at("session_start_ms").get<double>(),
            json.at("first_run_ms").get<double>(), json.at("peak_rss_bytes").get<std::uint64_t>()};
}

}  // namespace vernier
