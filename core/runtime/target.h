// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/base/json.h"

namespace vernier {

enum class GraphLevel { off = 0, basic = 1, extended = 2, all = 99 };
[[nodiscard]] std::string_view name(GraphLevel level);

/// What a model runs on, and how: the one value that every session gets. Saved with each result.
struct Target {
    /// The ONNX Runtime that a result comes from; empty for a session that is yet to be opened, which takes the loaded one.
    struct Library {
        std::string version = {}, path = {};
        bool operator==(const Library&) const = default;
    };
    int threads = 1;  ///< intra-op threads
    GraphLevel level = GraphLevel::all;
    std::string provider = "CPU";
    std::map<std::string, std::string> provider_options = {};
    std::map<std::string, std::string> config = {};  ///< session config entries
    /// False for a session that is only opened, never run: which buffers serve twice is not planned, which takes the square of
    /// the nodes where axes have neither a size nor a name. Not saved.
    bool plan_memory = true;
    Library library = {};

    [[nodiscard]] Target at(GraphLevel other) const;
    [[nodiscard]] Target on_threads(int count) const;
    bool operator==(const Target&) const = default;
};

/// {"version", "threads", "level", "provider", "provider_options", "config", "path"}: the library's two only where it is known, provider
/// options only where there are some.
[[nodiscard]] Json to_json(const Target& target);
/// What is missing is as in Target{}. Throws Error{bad_data}.
[[nodiscard]] Target target_from_json(const Json& json);

}  // namespace vernier
