// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include "core/base/file.h"
#include "core/runtime/detail/append_provider.h"
#include "core/runtime/detail/ort.h"
#include "core/runtime/opened_graph.h"

namespace vernier {

namespace detail {

namespace fs = std::filesystem;

void PrivateFolder::check_room(std::uint64_t bytes) const {
    std::error_code error;
    const fs::space_info space = fs::space(path(), error);
    if (!error && space.available < bytes) {
        throw Error(ErrorKind::cannot_write, "the folder for temporary files is full", {.file = path().string()}, kRoomForTemporaryFiles);
    }
}

std::string serialized(const onnx::ModelProto& model) {
    std::string bytes;
    if (!model.SerializeToString(&bytes)) {
        throw Error(ErrorKind::bad_model, "the model is larger than the 2 GB that one ONNX file can hold in memory", {}, "keep its weights in external data");
    }
    return bytes;
}

}  // namespace detail

namespace {

/// Below protobuf's 2 GB by a margin for the nodes that the optimizer adds.
constexpr std::size_t kInlineLimit = std::size_t{1900} << 20;

constexpr const char* kWeightsBeside = "session.optimized_model_external_initializers_file_name";

/// Some providers compile nodes into parts of their own, of which no graph can be written.
[[noreturn]] void refuse_compiled(const Target& target, const Error& error) {
    if (is_on_cpu(target) || std::string_view(error.what()).find("compiled nodes") == std::string_view::npos) throw error;
    throw Error(ErrorKind::bad_model, fmt::format("the provider {} compiles nodes into parts of its own, so that single nodes cannot be seen", target.provider),
                error.where(), "Look at single nodes on the CPU (--provider cpu).");
}

}  // namespace

std::string optimized_model(const RuntimePtr& runtime, const onnx::ModelProto& model, const std::filesystem::path& folder, const Target& target) {
    const detail::Library& library = detail::library_of(*runtime);
    const detail::PrivateFolder temporary;
    const std::filesystem::path written = temporary.path() / "optimized.onnx";
    Target own = target;
    own.config["session.disable_prepacking"] = std::string("1");  // it is never run
    detail::Lent lent;
    const std::string bytes = detail::serialized(lent.take(library, model));
    std::uint64_t external = lent.bytes();
    for (const auto& tensor : model.graph().initializer()) {
        if (tensor.data_location() == onnx::TensorProto::EXTERNAL) {
            const std::vector<std::int64_t> dims(tensor.dims().begin(), tensor.dims().end());
            external += byte_size(static_cast<ElementType>(tensor.data_type()), element_count(dims));
        }
    }
    if (bytes.size() + external > kInlineLimit) {
        own.config[kWeightsBeside] = "optimized.data";
    }
    const detail::SessionOptionsHandle handle = detail::session_options(library, own);
    lent.give(library, handle.get());
    library.check(library.api().SetOptimizedModelFilePath(handle.get(), written.c_str()), ErrorKind::internal);
    try {
        (void)detail::open_bytes(library, std::as_bytes(std::span(bytes)), folder, handle.get());
    } catch (const Error& error) {
        temporary.check_room(bytes.size() + external);
        refuse_compiled(target, error);
    }
    return read_file(written, std::size_t{1} << 31);
}

OpenedGraph open_with_graph(RuntimePtr runtime, const std::filesystem::path& model, const Target& target) {
    const detail::Library& library = detail::library_of(*runtime);
    const detail::PrivateFolder temporary;
    const std::filesystem::path written = temporary.path() / "optimized.onnx";
    Target own = target;
    own.config[kWeightsBeside] = "optimized.data";  // nobody reads them
    const detail::SessionOptionsHandle options = detail::session_options(library, own);
    library.check(library.api().SetOptimizedModelFilePath(options.get(), written.c_str()), ErrorKind::internal);
    const auto begin = std::chrono::steady_clock::now();
    detail::SessionHandle handle = detail::naming_provider(target, [&] { return detail::open_file(library, model, options.get()); });
    const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
    return {detail::make_session(std::move(runtime), nullptr, std::move(handle), ms), read_file(written, std::size_t{1} << 31)};
}

}  // namespace vernier
