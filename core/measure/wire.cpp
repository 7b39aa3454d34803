// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/wire.h"

namespace vernier {

Json wire_json(const SubjectRequest& request) {
    return {{"model", request.model.string()},
            {"run", to_json(request.run)},
            {"inputs", wire_json(request.inputs)},
            {"dims", request.sizes.dims},
            {"shapes", request.sizes.shapes},
            {"only_time", request.only_time},
            {"carry", {{"states", request.carry.states}, {"framed", request.carry.framed}, {"join", request.carry.join}}},
            {"cpus", request.cpus}};
}

SubjectRequest request_from_wire(const Json& json) {
    const Json& carry = json.at("carry");
    return {json.at("model").get<std::string>(),
            target_from_json(json.at("run")),
            tensors_from_wire(json.at("inputs")),
            {json.at("dims").get<std::map<std::string, std::int64_t>>(), json.at("shapes").get<std::map<std::string, std::vector<std::int64_t>>>()},
            json.at("only_time").get<bool>(),
            json.at("cpus").get<std::vector<int>>(),
            {carry.at("states").get<std::map<std::string, std::string>>(), carry.at("framed").get<std::vector<std::string>>(),
             carry.at("join").get<std::size_t>()}};
}

Json wire_json(const Opened& opened) {
    Json outputs = Json::array();
    for (const OutputPort& port : opened.outputs) outputs.push_back({{"name", port.name}, {"other", port.other}});
    return {{"size_bytes", opened.size_bytes},
            {"sha256", opened.sha256},
            {"session_start_ms", opened.session_start_ms},
            {"first_run_ms", opened.first_run_ms},
            {"peak_rss_bytes", opened.peak_rss_bytes},
            {"outputs", std::move(outputs)},
            {"made", opened.made}};
}

Opened opened_from_wire(const Json& json) {
    Opened opened{json.at("size_bytes").get<std::uint64_t>(), json.at("sha256").get<std::string>(), json.at("session_start_ms").get<double>(),
                  json.at("first_run_ms").get<double>(), json.at("peak_rss_bytes").get<std::uint64_t>()};
    for (const Json& port : json.at("outputs")) opened.outputs.push_back({port.at("name").get<std::string>(), port.at("other").get<std::string>()});
    opened.made = json.at("made").get<std::map<std::string, std::vector<std::int64_t>>>();
    return opened;
}

}  // namespace vernier
