// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstddef>
#include <numeric>
#include <unordered_map>

#include "core/base/file.h"
#include "core/runtime/detail/append_provider.h"
#include "core/runtime/detail/ort.h"

namespace vernier {

namespace {

/// Profiles are JSON of some hundred bytes per event; this is far above a million events.
constexpr std::size_t kProfileLimit = std::size_t{1} << 31;

std::string input_types(const Json& args) {
    std::string text;
    const auto found = args.find("input_type_shape");
    if (found == args.end() || !found->is_array()) {
        return text;
    }
    for (const Json& input : *found) {
        for (const auto& [type, shape] : input.items()) {
            if (!text.empty()) text += ',';
            text += type;
        }
    }
    return text;
}

/// The time at which the first run ended: what came before it is warm-up.
double warm_up_end(const Json& events) {
    for (const Json& event : events) {
        if (event.value("cat", "") == "Session" && event.value("name", "") == "model_run") {
            return event.value("ts", 0.0) + event.value("dur", 0.0);
        }
    }
    return 0;
}

/// The mean of the middle half: durations come in whole microseconds, which a median keeps, and one that waited for its processor
/// may last thousands, which a mean keeps.
double middle_mean(std::vector<double> durations) {
    std::sort(durations.begin(), durations.end());
    const auto quarter = static_cast<std::ptrdiff_t>(durations.size() / 4);
    return std::accumulate(durations.begin() + quarter, durations.end() - quarter, 0.0) /
           static_cast<double>(durations.size() - 2 * static_cast<std::size_t>(quarter));
}

std::vector<ProfileEvent> summed(const Json& events, int runs) {
    constexpr std::string_view suffix = "_kernel_time";
    const double begin = warm_up_end(events);
    std::vector<ProfileEvent> out;
    std::vector<std::vector<double>> durations;  // of the same
    std::unordered_map<std::string, std::size_t> index;
    for (const Json& event : events) {
        std::string name = event.value("name", "");
        if (event.value("cat", "") != "Node" || !name.ends_with(suffix) || event.value("ts", 0.0) < begin) {
            continue;
        }
        name.resize(name.size() - suffix.size());
        const Json args = event.value("args", Json::object());
        const std::string key = name + '\n' + args.value("node_index", "");
        const auto [place, added] = index.emplace(key, out.size());
        if (added) {
            ProfileEvent fresh;
            fresh.node = std::move(name);
            fresh.op_type = args.value("op_name", "");
            fresh.provider = args.value("provider", "");
            fresh.input_types = input_types(args);
            out.push_back(std::move(fresh));
            durations.emplace_back();
        }
        durations[place->second].push_back(event.value("dur", 0.0));
    }
    for (std::size_t i = 0; i < out.size(); ++i) {
        out[i].runs = durations[i].size();
        out[i].microseconds = middle_mean(durations[i]) * static_cast<double>(out[i].runs) / runs;  // bodies of a Loop run often
    }
    return out;
}

}  // namespace

std::vector<ProfileEvent> profile(const RuntimePtr& runtime, const std::filesystem::path& model, const Target& target,
                                  const std::map<std::string, Tensor>& inputs, int runs) {
    const detail::Library& library = detail::library_of(*runtime);
    const OrtApi& api = library.api();
    const int count = std::max(1, runs);
    const detail::PrivateFolder temporary;
    const std::filesystem::path prefix = temporary.path() / "profile";
    const detail::SessionOptionsHandle handle = detail::session_options(library, target);
    library.check(api.EnableProfiling(handle.get(), prefix.c_str()), ErrorKind::internal);
    detail::SessionHandle session = detail::naming_provider(target, [&] { return detail::open_file(library, model, handle.get()); });
    OrtSession* raw = session.get();
    const std::unique_ptr<Session> open = detail::make_session(runtime, nullptr, std::move(session), 0);
    open->bind(inputs);
    for (int i = 0; i < count + 1; ++i) {
        open->run_bound();
    }
    OrtAllocator* allocator = nullptr;
    library.check(api.GetAllocatorWithDefaultOptions(&allocator), ErrorKind::internal);
    char* file = nullptr;
    library.check(api.SessionEndProfiling(raw, allocator, &file), ErrorKind::internal);
    const std::filesystem::path path = file;
    library.check(api.AllocatorFree(allocator, file), ErrorKind::internal);
    try {
        return summed(Json::parse(read_file(path, kProfileLimit)), count);
    } catch (const nlohmann::json::exception&) {
        throw Error(ErrorKind::cannot_write, "the runtime could not write its profile whole", {.file = temporary.path().string()},
                    detail::kRoomForTemporaryFiles);
    }
}

}  // namespace vernier
