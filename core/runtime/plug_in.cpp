// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <atomic>
#include <cctype>
#include <cstring>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "core/runtime/detail/append_provider.h"
#include "core/runtime/detail/plug_in.h"
#include "core/runtime/provider.h"

namespace vernier::detail {

namespace {

struct Device;          // OrtEpDevice
struct HardwareDevice;  // OrtHardwareDevice

/// The functions of API 22 (ONNX Runtime 1.22) that plug-in providers need. The headers that we are built with end at API 21, and the
/// table of functions only ever grows at its end, in the order of the runtime's own header: GetEpApi closes API 22 with number 317.
constexpr std::uint32_t kApiVersion = 22;
static_assert(ORT_API_VERSION < kApiVersion && sizeof(OrtApi) == 285 * sizeof(void*), "newer headers declare these functions: use those");

class PlugInApi {
public:
    explicit PlugInApi(const Library& library) : library_(library), table_(library.newer_api(kApiVersion)) {
        if (table_ == nullptr)
            throw Error(ErrorKind::runtime_missing, fmt::format("ONNX Runtime {} takes no plug-in providers: 1.22 and newer do", library.version()),
                        {.file = library.path().string()}, "Give a newer ONNX Runtime with --ort.");
    }

    void add_library(const std::string& name, const std::string& path) const {
        library_.check(function<OrtStatus*(OrtEnv*, const char*, const char*)>(301)(library_.env(), name.c_str(), path.c_str()));
    }
    [[nodiscard]] std::vector<const Device*> devices() const {
        const Device* const* list = nullptr;
        std::size_t count = 0;
        library_.check(function<OrtStatus*(const OrtEnv*, const Device* const**, std::size_t*)>(303)(library_.env(), &list, &count));
        return {list, list + count};
    }
    void append(OrtSessionOptions* options, const Device* device, const std::vector<const char*>& keys, const std::vector<const char*>& values) const {
        const auto call =
            function<OrtStatus*(OrtSessionOptions*, OrtEnv*, const Device* const*, std::size_t, const char* const*, const char* const*, std::size_t)>(304);
        library_.check(call(options, library_.env(), &device, 1, keys.data(), values.data(), keys.size()));
    }
    [[nodiscard]] std::string provider(const Device* device) const { return short_provider_name(function<const char*(const Device*)>(312)(device)); }
    /// "cpu", "gpu", "npu".
    [[nodiscard]] std::string kind(const Device* device) const {
        const int type = function<int(const HardwareDevice*)>(307)(function<const HardwareDevice*(const Device*)>(316)(device));
        return type == 0 ? "cpu" : type == 1 ? "gpu" : "npu";
    }

private:
    template <class Signature>
    [[nodiscard]] Signature* function(std::size_t number) const {
        Signature* function = nullptr;
        std::memcpy(&function, reinterpret_cast<const char*>(table_) + number * sizeof(void*), sizeof function);
        return function;
    }

    const Library& library_;
    const OrtApi* table_;
};

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

/// Loads the library, and says which providers then have devices that none had before.
std::vector<std::string> registered(const Library& library, const std::string& path) {
    static std::atomic<int> count{0};
    const PlugInApi api(library);
    const std::vector<const Device*> before = api.devices();
    (void)take_logged_error();
    try {
        // Each of our environments has a name of its own for it: one that is taken is refused.
        api.add_library(fmt::format("vernier{}", count++), std::filesystem::absolute(path).string());
    } catch (const Error& error) {
        throw Error(ErrorKind::runtime_missing, fmt::format("this plug-in cannot be loaded: {}", error.what()), {.file = path},
                    "--ep-library takes the shared library of an execution provider, built for this ONNX Runtime or an older one.");
    }
    std::vector<std::string> names;
    for (const Device* device : api.devices()) {
        if (std::find(before.begin(), before.end(), device) != before.end()) continue;
        if (std::string name = api.provider(device); std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
    }
    return names;
}

}  // namespace

std::string plug_in_of(const Target& target) {
    const auto found = target.provider_options.find(kPlugInOption);
    return found == target.provider_options.end() ? std::string() : found->second;
}

bool same_provider(std::string_view one, std::string_view other) {
    return lower(short_provider_name(std::string(one))) == lower(short_provider_name(std::string(other)));
}

std::vector<std::string> plug_in_providers(const Library& library, const std::string& path) {
    std::error_code error;
    if (!std::filesystem::exists(path, error)) throw Error(ErrorKind::not_found, "there is no such file", {.file = path}, "Give --ep-library another path.");
    const std::lock_guard lock(library.plug_ins().mutex);
    auto& known = library.plug_ins().providers;
    const auto found = known.find(path);
    return found != known.end() ? found->second : known.emplace(path, registered(library, path)).first->second;
}

void append_plug_in(const Library& library, OrtSessionOptions* options, const Target& target) {
    (void)plug_in_providers(library, plug_in_of(target));
    const PlugInApi api(library);
    std::vector<const char*> keys, values;
    std::string wanted;
    for (const auto& [key, value] : target.provider_options) {
        if (key == "device") {
            wanted = lower(value);
            continue;
        }
        if (key == kPlugInOption) continue;
        keys.push_back(key.c_str());
        values.push_back(value.c_str());
    }
    std::set<std::string> kinds;
    const Device* chosen = nullptr;
    for (const Device* device : api.devices()) {
        if (!same_provider(api.provider(device), target.provider)) continue;
        kinds.insert(api.kind(device));
        if (chosen == nullptr && (wanted.empty() || api.kind(device) == wanted)) chosen = device;
    }
    (void)take_logged_error();
    if (chosen == nullptr) {
        std::string there;
        for (const std::string& kind : kinds) there += fmt::format("{}{}", there.empty() ? "" : ", ", kind);
        throw unusable_provider(library, target.provider,
                                there.empty() ? std::string("it has no device here") : fmt::format("it has no device \"{}\" here, only {}", wanted, there));
    }
    try {
        api.append(options, chosen, keys, values);
    } catch (const Error& error) {
        throw unusable_provider(library, target.provider, error.what());
    }
}

}  // namespace vernier::detail
