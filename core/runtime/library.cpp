// SPDX-License-Identifier: GPL-3.0-or-later
#include <dlfcn.h>
#include <array>
#include <cstdlib>

#include <fmt/format.h>

#include "core/runtime/detail/ort.h"
#include "core/runtime/detail/plug_in.h"
#include "core/runtime/provider.h"

namespace vernier {

namespace {

namespace fs = std::filesystem;

constexpr const char* kRemedy = "run packaging/deps, or give the library's path with --ort or VERNIER_ORT";

struct Attempt {
    fs::path path;
    std::string reason;
};

thread_local std::string logged_error;

/// Messages of the runtime are returned with its status codes; its own log lines would only repeat them on stderr. Where a provider
/// cannot be made, the line alone says why.
void ORT_API_CALL keep_log(void*, OrtLoggingLevel level, const char*, const char*, const char*, const char* message) {
    if (level >= ORT_LOGGING_LEVEL_ERROR && message != nullptr) logged_error = message;
}

/// A folder stands for the library in it.
fs::path library_in(const fs::path& path) {
    std::error_code ignored;
    if (!fs::is_directory(path, ignored)) {
        // A name without a folder would be looked for in the system's folders only.
        return fs::exists(path, ignored) ? fs::absolute(path) : path;
    }
    for (const char* file : {"libonnxruntime.so.1", "libonnxruntime.so"}) {
        if (fs::exists(path / file, ignored)) {
            return path / file;
        }
    }
    return path / "libonnxruntime.so.1";
}

/// Opens one library, or fills attempt.reason. RTLD_LOCAL keeps its symbols away from ours.
RuntimePtr try_open(Attempt& attempt) {
    void* handle = dlopen(attempt.path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
        const char* reason = dlerror();
        attempt.reason = reason != nullptr ? reason : "it cannot be loaded";
        if (const std::string prefix = attempt.path.string() + ": "; attempt.reason.starts_with(prefix)) {
            attempt.reason.erase(0, prefix.size());
        }
        return nullptr;
    }
    using GetBase = const OrtApiBase* (*)();
    const auto get_base = reinterpret_cast<GetBase>(dlsym(handle, "OrtGetApiBase"));
    if (get_base == nullptr) {
        attempt.reason = "it is not ONNX Runtime (no OrtGetApiBase)";
        return nullptr;
    }
    const OrtApiBase* base = get_base();
    const std::string version = base->GetVersionString();
    const OrtApi* api = base->GetApi(ORT_API_VERSION);
    if (api == nullptr) {
        attempt.reason = fmt::format("version {} is too old, 1.{} or newer is needed", version, ORT_API_VERSION);
        return nullptr;
    }
    Dl_info info{};
    const bool known = dladdr(reinterpret_cast<const void*>(get_base), &info) != 0 && info.dli_fname != nullptr;
    return std::make_shared<detail::Library>(*base, *api, known ? fs::path(info.dli_fname) : attempt.path);
}

[[noreturn]] void refuse(const std::vector<Attempt>& attempts) {
    std::string tried;
    for (const Attempt& attempt : attempts) {
        tried += fmt::format("{}{}: {}", tried.empty() ? "" : "; ", attempt.path.string(), attempt.reason);
    }
    throw Error(ErrorKind::runtime_missing, fmt::format("ONNX Runtime could not be loaded ({})", tried), {}, kRemedy);
}

std::vector<Attempt> default_places() {
    std::vector<Attempt> places;
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    if (!error) {
        places.push_back({program.parent_path().parent_path() / "lib" / "vernier" / "libonnxruntime.so.1", {}});
    }
    places.push_back({fs::path(VERNIER_PREFIX) / "lib" / "libonnxruntime.so.1", {}});
    places.push_back({"libonnxruntime.so.1", {}});
    places.push_back({"libonnxruntime.so", {}});
    return places;
}

}  // namespace

RuntimePtr Runtime::load(const fs::path& path) {
    const char* variable = std::getenv("VERNIER_ORT");
    fs::path asked = path;
    if (asked.empty() && variable != nullptr) {
        asked = variable;
    }
    std::vector<Attempt> attempts;
    if (!asked.empty()) {
        attempts.push_back({library_in(asked), {}});
    } else {
        attempts = default_places();
    }
    for (Attempt& attempt : attempts) {
        if (RuntimePtr runtime = try_open(attempt)) {
            return runtime;
        }
    }
    refuse(attempts);
}

namespace detail {

Library::Library(const OrtApiBase& base, const OrtApi& api, fs::path path)
    : base_(base), api_(api), version_(base.GetVersionString()), path_(std::move(path)), env_(api), memory_(api) {
    check(api_.CreateEnvWithCustomLogger(keep_log, nullptr, ORT_LOGGING_LEVEL_ERROR, "vernier", env_.out()), ErrorKind::runtime_missing);
    check(api_.CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, memory_.out()), ErrorKind::runtime_missing);
}

void Library::check(OrtStatus* status, ErrorKind kind, const Where& where) const {
    if (status == nullptr) {
        return;
    }
    const OrtErrorCode code = api_.GetErrorCode(status);
    std::string text = readable_message(api_.GetErrorMessage(status));
    api_.ReleaseStatus(status);
    throw Error(code == ORT_NO_SUCHFILE && kind == ErrorKind::bad_model ? ErrorKind::not_found : kind, std::move(text), where);
}

std::vector<std::string> Library::providers() const {
    char** names = nullptr;
    int count = 0;
    check(api_.GetAvailableProviders(&names, &count), ErrorKind::internal);
    std::vector<std::string> out;
    for (int i = 0; i < count; ++i) out.push_back(short_provider_name(names[i]));
    check(api_.ReleaseAvailableProviders(names, count), ErrorKind::internal);
    return out;
}

std::string take_logged_error() {
    const std::string message = std::exchange(logged_error, {});
    if (message.empty()) return {};
    std::string text = readable_message(message);
    constexpr std::string_view level = "[ERROR] ";
    if (const std::size_t at = text.find(level); at != std::string::npos) text.erase(at, level.size());
    return text;
}

const Library& library_of(const Runtime& runtime) { return dynamic_cast<const Library&>(runtime); }

}  // namespace detail
}  // namespace vernier
