// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <onnx/onnx_pb.h>

#include "core/base/file.h"
#include "core/model/unique_names.h"
#include "core/runtime/detail/append_provider.h"
#include "core/runtime/detail/ort.h"
#include "core/runtime/use.h"

namespace vernier {

namespace detail {

namespace fs = std::filesystem;

namespace {

std::atomic<std::uint64_t> sessions_opened{0}, runs_done{0};

/// Protobuf reads no more.
constexpr std::size_t kMostParsed = std::size_t{2047} << 20;

GraphOptimizationLevel ort_level(GraphLevel level) {
    switch (level) {
        case GraphLevel::off: return ORT_DISABLE_ALL;
        case GraphLevel::basic: return ORT_ENABLE_BASIC;
        case GraphLevel::extended: return ORT_ENABLE_EXTENDED;
        case GraphLevel::all: return ORT_ENABLE_ALL;
    }
    return ORT_ENABLE_ALL;
}

}  // namespace

SessionOptionsHandle session_options(const Library& library, const Target& target) {
    if (target.threads < 0) {
        throw Error(ErrorKind::usage, fmt::format("invalid thread count {}", target.threads), {}, "use 1 or more");
    }
    const OrtApi& api = library.api();
    SessionOptionsHandle handle(api);
    library.check(api.CreateSessionOptions(handle.out()), ErrorKind::internal);
    library.check(api.SetIntraOpNumThreads(handle.get(), target.threads), ErrorKind::usage);
    // Buffers serve twice in sequential sessions only, and a session is sequential where nodes have one thread.
    library.check(api.SetInterOpNumThreads(handle.get(), target.plan_memory ? 1 : 2), ErrorKind::internal);
    library.check(api.SetSessionExecutionMode(handle.get(), target.plan_memory ? ORT_SEQUENTIAL : ORT_PARALLEL), ErrorKind::internal);
    library.check(api.SetSessionGraphOptimizationLevel(handle.get(), ort_level(target.level)), ErrorKind::internal);
    library.check(api.SetSessionLogSeverityLevel(handle.get(), ORT_LOGGING_LEVEL_ERROR), ErrorKind::internal);
    for (const auto& [key, value] : target.config) {
        library.check(api.AddSessionConfigEntry(handle.get(), key.c_str(), value.c_str()), ErrorKind::usage);
    }
    append_provider(library, handle.get(), target);
    return handle;
}

void set_external_folder(const Library& library, OrtSessionOptions* options, const fs::path& folder) {
    if (folder.empty()) {
        return;
    }
    library.check(library.api().AddSessionConfigEntry(options, "session.model_external_initializers_file_folder_path", folder.c_str()), ErrorKind::internal);
}

namespace {

/// The bytes of a model in which every node has a name of its own; nothing where names are no reason to refuse it.
std::optional<std::string> with_unique_names(std::span<const std::byte> bytes) {
    onnx::ModelProto model;
    if (bytes.size() > kMostParsed || !model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return std::nullopt;
    if (!has_equal_node_names(model.graph())) return std::nullopt;
    name_nodes(*model.mutable_graph());
    return serialized(model);
}

SessionHandle open_as_named(const Library& library, std::span<const std::byte> bytes, const OrtSessionOptions* options) {
    ++sessions_opened;
    SessionHandle session(library.api());
    library.check(library.api().CreateSessionFromArray(library.env(), bytes.data(), bytes.size(), options, session.out()));
    return session;
}

}  // namespace

SessionHandle open_bytes(const Library& library, std::span<const std::byte> bytes, const fs::path& folder, const OrtSessionOptions* options) {
    OrtSessionOptions* own = nullptr;
    library.check(library.api().CloneSessionOptions(options, &own), ErrorKind::internal);
    SessionOptionsHandle guard(library.api());
    *guard.out() = own;
    set_external_folder(library, own, folder);
    try {
        return open_as_named(library, bytes, own);
    } catch (const Error& error) {
        const std::optional<std::string> renamed = error.kind() == ErrorKind::bad_model ? with_unique_names(bytes) : std::nullopt;
        if (!renamed) throw;
        return open_as_named(library, std::as_bytes(std::span(*renamed)), own);
    }
}

SessionHandle open_file(const Library& library, const fs::path& path, const OrtSessionOptions* options) {
    std::error_code error;
    if (!fs::exists(path, error)) {
        throw Error(ErrorKind::not_found, "there is no such file", {.file = path.string()});
    }
    ++sessions_opened;
    SessionHandle session(library.api());
    try {
        library.check(library.api().CreateSession(library.env(), path.c_str(), options, session.out()), ErrorKind::bad_model, {.file = path.string()});
        return session;
    } catch (const Error& refused) {
        if (refused.kind() != ErrorKind::bad_model || fs::file_size(path, error) > kMostParsed) throw;
        const std::string bytes = read_file(path, kMostParsed);
        const std::optional<std::string> renamed = with_unique_names(std::as_bytes(std::span(bytes)));
        if (!renamed) throw;
        return open_bytes(library, std::as_bytes(std::span(*renamed)), path.has_parent_path() ? path.parent_path() : fs::path("."), options);
    }
}

namespace {

/// Says what is wrong with an input before the runtime does, in terms of the dataset.
void check_input(const Port& port, const Tensor& tensor) {
    bool fits = port.type.element == tensor.type;
    if (port.type.has_shape) {
        fits = fits && port.type.dims.size() == tensor.dims.size();
        for (std::size_t i = 0; fits && i < tensor.dims.size(); ++i) {
            fits = port.type.dims[i].value < 0 || port.type.dims[i].value == tensor.dims[i];
        }
    }
    if (!fits) {
        throw Error(ErrorKind::bad_data,
                    fmt::format("the model takes {} and was given {}[{}]", port.type.text(), name(tensor.type), fmt::join(tensor.dims, ",")),
                    {.tensor = port.name});
    }
}

/// Values that the API fills, released one by one.
class Outputs {
public:
    Outputs(const OrtApi& api, std::size_t count) : api_(api), values_(count, nullptr) {}
    ~Outputs() {
        for (OrtValue* value : values_) {
            if (value != nullptr) {
                api_.ReleaseValue(value);
            }
        }
    }
    Outputs(const Outputs&) = delete;
    Outputs& operator=(const Outputs&) = delete;
    [[nodiscard]] OrtValue** data() { return values_.data(); }
    [[nodiscard]] const std::vector<OrtValue*>& values() const { return values_; }

private:
    const OrtApi& api_;
    std::vector<OrtValue*> values_;
};

class OpenSession final : public Session {
public:
    OpenSession(RuntimePtr runtime, std::shared_ptr<SessionCompanion> companion, SessionHandle handle, double start_ms)
        : runtime_(std::move(runtime)), library_(library_of(*runtime_)), companion_(std::move(companion)), session_(std::move(handle)), start_ms_(start_ms) {
        inputs_ = input_ports(library_, session_.get());
        outputs_ = output_ports(library_, session_.get());
        for (const Port& port : outputs_) {
            output_names_.push_back(port.name.c_str());
        }
    }

    [[nodiscard]] const std::vector<Port>& inputs() const override { return inputs_; }
    [[nodiscard]] const std::vector<Port>& outputs() const override { return outputs_; }
    [[nodiscard]] double start_ms() const override { return start_ms_; }

    std::vector<Tensor> run(const std::map<std::string, Tensor>& inputs, const std::vector<std::string>& wanted, std::stop_token stop) override {
        const Feed feed = make_feed(inputs);
        std::vector<const char*> names;
        for (const std::string& name : wanted) {
            names.push_back(wanted_name(name));
        }
        Outputs results(library_.api(), wanted.empty() ? output_names_.size() : names.size());
        run_once(feed, wanted.empty() ? output_names_ : names, results, stop);
        std::vector<Tensor> out;
        for (const OrtValue* value : results.values()) {
            out.push_back(copy_output(library_, value));
        }
        return out;
    }

    void bind(const std::map<std::string, Tensor>& inputs) override {
        bound_feed_ = Feed{};
        bound_inputs_ = inputs;
        bound_feed_ = make_feed(bound_inputs_);
    }

    void run_bound() override {
        ++runs_done;
        Outputs results(library_.api(), output_names_.size());
        library_.check(library_.api().Run(session_.get(), nullptr, bound_feed_.names.data(), bound_feed_.pointers.data(), bound_feed_.names.size(),
                                          output_names_.data(), output_names_.size(), results.data()));
    }

private:
    struct Feed {
        std::vector<const char*> names;
        std::vector<ValueHandle> values;
        std::vector<const OrtValue*> pointers;
    };

    Feed make_feed(const std::map<std::string, Tensor>& inputs) const {
        Feed feed;
        for (const Port& port : inputs_) {
            const auto given = inputs.find(port.name);
            if (given == inputs.end()) {
                throw Error(ErrorKind::bad_data, fmt::format("the model's input {} was not given", port.type.text()), {.tensor = port.name});
            }
            check_input(port, given->second);
            feed.names.push_back(port.name.c_str());
            feed.values.push_back(view_tensor(library_, port.name, given->second));
            feed.pointers.push_back(feed.values.back().get());
        }
        return feed;
    }

    const char* wanted_name(const std::string& name) const {
        for (const Port& port : outputs_) {
            if (port.name == name) {
                return port.name.c_str();
            }
        }
        throw Error(ErrorKind::bad_data, "the model has no such output", {.tensor = name});
    }

    void run_once(const Feed& feed, const std::vector<const char*>& names, Outputs& results, const std::stop_token& stop) {
        ++runs_done;
        const OrtApi& api = library_.api();
        RunOptionsHandle options(api);
        library_.check(api.CreateRunOptions(options.out()), ErrorKind::internal);
        OrtStatus* status = nullptr;
        {
            const std::stop_callback terminate(stop, [&] { api.ReleaseStatus(api.RunOptionsSetTerminate(options.get())); });
            status =
                api.Run(session_.get(), options.get(), feed.names.data(), feed.pointers.data(), feed.names.size(), names.data(), names.size(), results.data());
        }
        if (stop.stop_requested()) {
            api.ReleaseStatus(status);
            throw Error(ErrorKind::cancelled, "cancelled");
        }
        if (companion_ != nullptr) {
            try {
                companion_->rethrow();
            } catch (...) {
                api.ReleaseStatus(status);
                throw;
            }
        }
        library_.check(status);
    }

    RuntimePtr runtime_;
    const Library& library_;
    std::shared_ptr<SessionCompanion> companion_;  // before session_: it must be destroyed after it
    SessionHandle session_;
    double start_ms_;
    std::vector<Port> inputs_;
    std::vector<Port> outputs_;
    std::vector<const char*> output_names_;
    std::map<std::string, Tensor> bound_inputs_;
    Feed bound_feed_;
};

}  // namespace

std::unique_ptr<Session> make_session(RuntimePtr runtime, std::shared_ptr<SessionCompanion> companion, SessionHandle handle, double start_ms) {
    return std::make_unique<OpenSession>(std::move(runtime), std::move(companion), std::move(handle), start_ms);
}

}  // namespace detail

RuntimeUse runtime_use() { return {detail::sessions_opened, detail::runs_done}; }

namespace {

/// The owner of initializers that a session reads.
class KeptModel final : public detail::SessionCompanion {
public:
    explicit KeptModel(std::shared_ptr<const onnx::ModelProto> model) : model_(std::move(model)) {}
    void rethrow() override {}

private:
    std::shared_ptr<const onnx::ModelProto> model_;
};

double milliseconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

std::unique_ptr<Session> Session::open(RuntimePtr runtime, const std::filesystem::path& model, const Target& target) {
    const detail::Library& library = detail::library_of(*runtime);
    const auto begin = std::chrono::steady_clock::now();
    const detail::SessionOptionsHandle own = detail::session_options(library, target);
    detail::SessionHandle handle = detail::naming_provider(target, [&] { return detail::open_file(library, model, own.get()); });
    return detail::make_session(std::move(runtime), nullptr, std::move(handle), milliseconds_since(begin));
}

std::unique_ptr<Session> Session::open(RuntimePtr runtime, std::shared_ptr<const onnx::ModelProto> model, const Target& target) {
    const detail::Library& library = detail::library_of(*runtime);
    const auto begin = std::chrono::steady_clock::now();
    const detail::SessionOptionsHandle own = detail::session_options(library, target);
    detail::Lent lent;
    const std::string bytes = detail::serialized(lent.take(library, *model));
    lent.give(library, own.get());
    detail::SessionHandle handle = detail::naming_provider(target, [&] { return detail::open_bytes(library, std::as_bytes(std::span(bytes)), {}, own.get()); });
    return detail::make_session(std::move(runtime), std::make_shared<KeptModel>(std::move(model)), std::move(handle), milliseconds_since(begin));
}

std::unique_ptr<Session> Session::open(RuntimePtr runtime, std::span<const std::byte> model, const std::filesystem::path& folder, const Target& target) {
    const detail::Library& library = detail::library_of(*runtime);
    const auto begin = std::chrono::steady_clock::now();
    const detail::SessionOptionsHandle own = detail::session_options(library, target);
    detail::SessionHandle handle = detail::naming_provider(target, [&] { return detail::open_bytes(library, model, folder, own.get()); });
    return detail::make_session(std::move(runtime), nullptr, std::move(handle), milliseconds_since(begin));
}

}  // namespace vernier
