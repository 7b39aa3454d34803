// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/runtime/detail/append_provider.h"
#include "core/runtime/detail/plug_in.h"
#include "core/runtime/provider.h"

namespace vernier::detail {

namespace {

/// Provider options as the C API takes them. Refers to the map.
struct Pairs {
    std::vector<const char*> keys, values;
    explicit Pairs(const std::map<std::string, std::string>& options) {
        for (const auto& [key, value] : options) {
            keys.push_back(key.c_str());
            values.push_back(value.c_str());
        }
    }
};

using Append = void (*)(const Library& library, OrtSessionOptions* options, const char* name, const Pairs& pairs);

void append_by_name(const Library& library, OrtSessionOptions* options, const char* name, const Pairs& pairs) {
    library.check(library.api().SessionOptionsAppendExecutionProvider(options, name, pairs.keys.data(), pairs.values.data(), pairs.keys.size()));
}

/// These two have options of a type of their own.
void append_cuda(const Library& library, OrtSessionOptions* options, const char* /*name*/, const Pairs& pairs) {
    const OrtApi& api = library.api();
    Handle<OrtCUDAProviderOptionsV2, &OrtApi::ReleaseCUDAProviderOptions> own(api);
    library.check(api.CreateCUDAProviderOptions(own.out()));
    library.check(api.UpdateCUDAProviderOptions(own.get(), pairs.keys.data(), pairs.values.data(), pairs.keys.size()));
    library.check(api.SessionOptionsAppendExecutionProvider_CUDA_V2(options, own.get()));
}

void append_tensorrt(const Library& library, OrtSessionOptions* options, const char* /*name*/, const Pairs& pairs) {
    const OrtApi& api = library.api();
    Handle<OrtTensorRTProviderOptionsV2, &OrtApi::ReleaseTensorRTProviderOptions> own(api);
    library.check(api.CreateTensorRTProviderOptions(own.out()));
    library.check(api.UpdateTensorRTProviderOptions(own.get(), pairs.keys.data(), pairs.values.data(), pairs.keys.size()));
    library.check(api.SessionOptionsAppendExecutionProvider_TensorRT_V2(options, own.get()));
}

/// What is special about a provider.
struct Row {
    std::string_view provider;  ///< in the library's list
    const char* name;           ///< as the C API asks for it
    const char* threads;        ///< its own option for the number of threads; null: none
    Append append;
};

constexpr std::array<Row, 6> kRows = {{{"OpenVINO", "OpenVINO", "num_of_threads", append_by_name},
                                       {"Xnnpack", "XNNPACK", "intra_op_num_threads", append_by_name},
                                       {"Azure", "AZURE", nullptr, append_by_name},
                                       {"Dml", "DML", nullptr, append_by_name},
                                       {"CUDA", "CUDA", nullptr, append_cuda},
                                       {"Tensorrt", "TensorRT", nullptr, append_tensorrt}}};

Row row_of(const std::string& provider) {
    const auto found = std::find_if(kRows.begin(), kRows.end(), [&](const Row& row) { return row.provider == provider; });
    return found != kRows.end() ? *found : Row{provider, provider.c_str(), nullptr, append_by_name};
}

}  // namespace

std::string spelled_provider(const Library& library, const std::string& name) {
    const std::vector<std::string> known = library.providers();
    const auto found = std::find_if(known.begin(), known.end(), [&](const std::string& each) { return same_provider(each, name); });
    if (found != known.end()) return *found;
    throw Error(ErrorKind::runtime_missing, fmt::format("ONNX Runtime {} has no provider \"{}\": it has {}", library.version(), name, fmt::join(known, ", ")),
                {.file = library.path().string()},
                "Choose one of these, or give a build of ONNX Runtime that has it with --ort, or a plug-in with --ep-library.");
}

Error unusable_provider(const Library& library, const std::string& provider, const std::string& reason) {
    const std::string logged = take_logged_error();
    return {ErrorKind::runtime_missing,
            fmt::format("the provider {} cannot be used: {}", provider, logged.empty() ? reason : logged),
            {.file = library.path().string()},
            "It needs its own libraries, drivers and a device, and takes the options of its documentation. Nothing was run on the CPU instead."};
}

void append_provider(const Library& library, OrtSessionOptions* options, const Target& target) {
    if (target.provider.empty() || is_on_cpu(target)) return;
    if (!plug_in_of(target).empty()) return append_plug_in(library, options, target);
    const std::string provider = spelled_provider(library, target.provider);
    const Row row = row_of(provider);
    std::map<std::string, std::string> given = target.provider_options;
    if (row.threads != nullptr && target.threads > 0) given.emplace(row.threads, std::to_string(target.threads));
    (void)take_logged_error();
    try {
        row.append(library, options, row.name, Pairs(given));
    } catch (const Error& error) {
        throw unusable_provider(library, provider, error.what());
    }
}

}  // namespace vernier::detail
