// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Private to core/runtime: ONNX Runtime's C API behind RAII. The C API and not the C++ one, because the C++ one keeps
// the table of functions in a global, and a user may compare two runtime builds in one process.

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <onnxruntime_c_api.h>

#include "core/base/error.h"
#include "core/base/temporary.h"
#include "core/runtime/runtime.h"

namespace vernier::detail {

/// Owns one handle that the API made and releases it with the API's function.
template <class T, void (*OrtApi::*Release)(T*)>
class Handle {
public:
    Handle() = default;
    explicit Handle(const OrtApi& api) : api_(&api) {}
    Handle(Handle&& other) noexcept : api_(other.api_), value_(std::exchange(other.value_, nullptr)) {}
    Handle& operator=(Handle&& other) noexcept {
        std::swap(api_, other.api_);
        std::swap(value_, other.value_);
        return *this;
    }
    ~Handle() {
        if (value_ != nullptr) {
            (api_->*Release)(value_);
        }
    }
    [[nodiscard]] T* get() const { return value_; }
    /// Where the API writes a new handle.
    [[nodiscard]] T** out() { return &value_; }

private:
    const OrtApi* api_ = nullptr;
    T* value_ = nullptr;
};

using EnvHandle = Handle<OrtEnv, &OrtApi::ReleaseEnv>;
using SessionHandle = Handle<OrtSession, &OrtApi::ReleaseSession>;
using SessionOptionsHandle = Handle<OrtSessionOptions, &OrtApi::ReleaseSessionOptions>;
using RunOptionsHandle = Handle<OrtRunOptions, &OrtApi::ReleaseRunOptions>;
using ValueHandle = Handle<OrtValue, &OrtApi::ReleaseValue>;
using MemoryInfoHandle = Handle<OrtMemoryInfo, &OrtApi::ReleaseMemoryInfo>;
using TypeInfoHandle = Handle<OrtTypeInfo, &OrtApi::ReleaseTypeInfo>;
using ShapeInfoHandle = Handle<OrtTensorTypeAndShapeInfo, &OrtApi::ReleaseTensorTypeAndShapeInfo>;
using DomainHandle = Handle<OrtCustomOpDomain, &OrtApi::ReleaseCustomOpDomain>;

/// The runtime's words without its source paths, function signatures and status prefix.
[[nodiscard]] std::string readable_message(std::string_view message);

/// Plug-in libraries that were loaded, by path, and the providers that they brought.
struct PlugIns {
    std::mutex mutex;
    std::map<std::string, std::vector<std::string>> providers;
};

/// A loaded library: the table of functions and the environment that all its sessions share.
class Library final : public Runtime {
public:
    /// api: the table of base, of the version that we are built with.
    Library(const OrtApiBase& base, const OrtApi& api, std::filesystem::path path);

    [[nodiscard]] const std::string& version() const override { return version_; }
    [[nodiscard]] const std::filesystem::path& path() const override { return path_; }
    [[nodiscard]] std::vector<std::string> providers() const override;

    [[nodiscard]] const OrtApi& api() const { return api_; }
    /// The table of a later version, which begins as api() does; null where the library is older.
    [[nodiscard]] const OrtApi* newer_api(std::uint32_t version) const { return base_.GetApi(version); }
    [[nodiscard]] OrtEnv* env() const { return env_.get(); }
    [[nodiscard]] PlugIns& plug_ins() const { return plug_ins_; }
    [[nodiscard]] const OrtMemoryInfo* memory() const { return memory_.get(); }

    /// Throws an Error of this kind when status is a failure, and releases the status.
    void check(OrtStatus* status, ErrorKind kind = ErrorKind::bad_model, const Where& where = {}) const;

private:
    const OrtApiBase& base_;
    const OrtApi& api_;
    std::string version_;
    std::filesystem::path path_;
    EnvHandle env_;
    MemoryInfoHandle memory_;
    mutable PlugIns plug_ins_;
};

/// What implements the public Runtime; every Runtime of this program is a Library.
[[nodiscard]] const Library& library_of(const Runtime& runtime);

/// Session options from the value; config entries included.
[[nodiscard]] SessionOptionsHandle session_options(const Library& library, const Target& target);

/// What must outlive a session: observers, and a model whose initializers it reads.
class SessionCompanion {
public:
    virtual ~SessionCompanion() = default;
    /// Throws what a callback of this session threw, once.
    virtual void rethrow() = 0;
};

/// The public session around an open handle.
[[nodiscard]] std::unique_ptr<Session> make_session(RuntimePtr runtime, std::shared_ptr<SessionCompanion> companion, SessionHandle handle, double start_ms);

/// Large initializers of a model that the runtime reads where they lie, so that they are neither copied nor serialized
/// (protobuf stops at 2 GB). The model must outlive the sessions that are opened with it.
class Lent {
public:
    /// The model without the bytes of its large initializers.
    [[nodiscard]] onnx::ModelProto take(const Library& library, const onnx::ModelProto& model);
    /// Lets sessions that are opened with these options find them.
    void give(const Library& library, OrtSessionOptions* options) const;
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

private:
    std::vector<std::string> names_;
    std::vector<ValueHandle> values_;
    std::uint64_t bytes_ = 0;
};

/// Opens a session; a failure is Error{bad_model}, or Error{not_found} when the file is not there.
[[nodiscard]] SessionHandle open_bytes(const Library& library, std::span<const std::byte> bytes, const std::filesystem::path& folder,
                                       const OrtSessionOptions* options);
[[nodiscard]] SessionHandle open_file(const Library& library, const std::filesystem::path& path, const OrtSessionOptions* options);

/// Adds "where external data lies" to options; nothing when folder is empty.
void set_external_folder(const Library& library, OrtSessionOptions* options, const std::filesystem::path& folder);

/// Type of an input, output or value as the API describes it.
[[nodiscard]] ValueType value_type(const Library& library, const OrtTypeInfo* info);

/// Names and types of a session's outputs.
[[nodiscard]] std::vector<Port> output_ports(const Library& library, const OrtSession* session);
[[nodiscard]] std::vector<Port> input_ports(const Library& library, const OrtSession* session);

/// An OrtValue that views bytes which the runtime only reads.
[[nodiscard]] ValueHandle view_bytes(const Library& library, const std::string& name, ElementType type, std::span<const std::int64_t> dims,
                                     std::span<const std::byte> bytes);
/// An OrtValue that views the tensor's bytes. Throws Error{bad_data} when bytes and shape do not agree.
[[nodiscard]] ValueHandle view_tensor(const Library& library, const std::string& name, const Tensor& tensor);

/// Copies an output. What is no tensor of numbers comes back with its type and without bytes.
[[nodiscard]] Tensor copy_output(const Library& library, const OrtValue* value);

inline constexpr const char* kRoomForTemporaryFiles = "Free some space there, or set TMPDIR to a folder that has some";

/// A folder that only this user can read, removed with all that is in it.
class PrivateFolder : public TemporaryFolder {
public:
    /// Throws Error{cannot_write} when there is no room for so many bytes.
    void check_room(std::uint64_t bytes) const;
};

/// The domain of pass-through operators (pass_through.h).
inline constexpr const char* kPassThroughDomain = "vernier";

/// Puts an operator behind each named tensor, those of bodies too; its attribute "id" says which tensor it is. Throws
/// Error{internal} when one is not there.
void insert_pass_through(onnx::ModelProto& model, const char* op_type, const std::map<std::string, std::size_t>& ids);

/// The model's bytes. Throws Error{bad_model} above protobuf's limit of 2 GB.
[[nodiscard]] std::string serialized(const onnx::ModelProto& model);

}  // namespace vernier::detail
