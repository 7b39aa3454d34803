// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/detail/pass_through.h"

#include <atomic>
#include <chrono>
#include <cstring>
#include <exception>
#include <mutex>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include "core/model/declared.h"
#include "core/runtime/provider.h"

namespace vernier::detail {

namespace {

/// What the operators of one session share.
class Passing {
public:
    explicit Passing(PassThrough passing) : passing_(std::move(passing)) {}

    [[nodiscard]] const PassThrough& what() const { return passing_; }

    void see(std::size_t id, void* values, std::size_t count, std::span<const std::int64_t> dims) const {
        if (passing_.onlooker != nullptr) {
            passing_.onlooker->see(id, values, count, dims);
        }
    }

    void keep(std::exception_ptr error) {
        const std::lock_guard lock(mutex_);
        if (error_ == nullptr) {
            error_ = std::move(error);
        }
    }

    void rethrow() {
        std::exception_ptr error;
        {
            const std::lock_guard lock(mutex_);
            error = std::exchange(error_, nullptr);
        }
        if (error != nullptr) {
            std::rethrow_exception(error);
        }
    }

private:
    PassThrough passing_;
    std::mutex mutex_;
    std::exception_ptr error_;
};

/// Its output shares its input's buffer (alias map 0 -> 0).
struct PassOp : OrtCustomOp {
    PassOp(const OrtApi& table, Passing& target);
    const OrtApi& api;
    Passing& passing;
    mutable std::atomic<std::uint64_t> next_axis{0};  ///< names for axes that have none
};

struct PassKernel {
    const PassOp& op;
    std::size_t id;
};

const PassOp& self(const OrtCustomOp* op) { return *static_cast<const PassOp*>(op); }

OrtStatus* create_kernel(const OrtCustomOp* op, const OrtApi* api, const OrtKernelInfo* info, void** kernel) {
    std::int64_t id = -1;
    if (OrtStatus* status = api->KernelInfoGetAttribute_int64(info, "id", &id)) {
        return status;
    }
    if (id < 0 || static_cast<std::size_t>(id) >= self(op).passing.what().ids.size()) {
        return api->CreateStatus(ORT_INVALID_ARGUMENT, "a pass-through operator without a known id");
    }
    *kernel = new PassKernel{self(op), static_cast<std::size_t>(id)};
    return nullptr;
}

/// Gives output 0 the content of input 0, and shows it.
void pass(const PassKernel& kernel, OrtKernelContext* context, OrtStatus*& status) {
    const OrtApi& api = kernel.op.api;
    const OrtValue* input = nullptr;
    ShapeInfoHandle info(api);
    std::size_t rank = 0;
    std::size_t count = 0;
    if ((status = api.KernelContext_GetInput(context, 0, &input)) != nullptr || (status = api.GetTensorTypeAndShape(input, info.out())) != nullptr ||
        (status = api.GetDimensionsCount(info.get(), &rank)) != nullptr || (status = api.GetTensorShapeElementCount(info.get(), &count)) != nullptr) {
        return;
    }
    std::vector<std::int64_t> dims(rank);
    void* from = nullptr;
    void* to = nullptr;
    OrtValue* output = nullptr;
    if ((status = api.GetDimensions(info.get(), dims.data(), rank)) != nullptr ||
        (status = api.GetTensorMutableData(const_cast<OrtValue*>(input), &from)) != nullptr ||
        (status = api.KernelContext_GetOutput(context, 0, dims.data(), rank, &output)) != nullptr ||
        (status = api.GetTensorMutableData(output, &to)) != nullptr) {
        return;
    }
    // A graph output has its own buffer; everywhere else the runtime follows the alias map.
    if (to != from && count > 0) {
        std::memcpy(to, from, byte_size(kernel.op.passing.what().element, count));
    }
    kernel.op.passing.see(kernel.id, to, count, dims);
}

OrtStatus* compute(void* raw, OrtKernelContext* context) {
    const auto& kernel = *static_cast<const PassKernel*>(raw);
    OrtStatus* status = nullptr;
    try {
        pass(kernel, context, status);
    } catch (...) {
        kernel.op.passing.keep(std::current_exception());
        status = kernel.op.api.CreateStatus(ORT_FAIL, "an observer stopped the run");
    }
    return status;
}

OrtStatus* infer_shape(const OrtCustomOp* op, OrtShapeInferContext* context) {
    const OrtApi& api = self(op).api;
    OrtTensorTypeAndShapeInfo* info = nullptr;  // belongs to the context
    if (OrtStatus* unknown = api.ShapeInferContext_GetInputTypeShape(context, 0, &info)) {
        api.ReleaseStatus(unknown);
        return nullptr;
    }
    std::size_t rank = 0;
    if (OrtStatus* status = api.GetDimensionsCount(info, &rank)) {
        return status;
    }
    // The API tells a scalar and an unknown rank in the same way. Handed on as a scalar, an unknown rank would be refused by
    // the first Conv, MatMul or LSTM behind it; a scalar handed on as unknown costs nothing.
    if (rank == 0) {
        return nullptr;
    }
    std::vector<std::int64_t> dims(rank);
    std::vector<const char*> symbols(rank, "");
    if (OrtStatus* status = api.GetDimensions(info, dims.data(), rank)) {
        return status;
    }
    if (OrtStatus* status = api.GetSymbolicDimensions(info, symbols.data(), rank)) {
        return status;
    }
    // An unknown axis without a name would be taken for the size -1 (Slice behind it then aborts): name it. Never the same
    // name twice: the runtime plans one buffer for tensors whose axes have equal names.
    std::vector<std::string> names(symbols.begin(), symbols.end());
    for (std::size_t i = 0; i < rank; ++i) {
        if (dims[i] == -1 && names[i].empty()) {
            names[i] = fmt::format("vernier_axis_{}", self(op).next_axis++);
        }
        symbols[i] = names[i].c_str();
    }
    if (OrtStatus* status = api.SetSymbolicDimensions(info, symbols.data(), rank)) {
        return status;
    }
    return api.ShapeInferContext_SetOutputTypeShape(context, 0, info);
}

std::size_t alias_map(int** input, int** output) {
    static int zero_in = 0;
    static int zero_out = 0;
    *input = &zero_in;
    *output = &zero_out;
    return 1;
}

ONNXTensorElementDataType element_of(const OrtCustomOp* op, std::size_t) { return static_cast<ONNXTensorElementDataType>(self(op).passing.what().element); }

PassOp::PassOp(const OrtApi& table, Passing& target) : OrtCustomOp{}, api(table), passing(target) {
    version = ORT_API_VERSION;
    GetName = [](const OrtCustomOp* op) { return self(op).passing.what().op_type; };
    GetExecutionProviderType = [](const OrtCustomOp*) -> const char* { return nullptr; };
    GetInputType = element_of;
    GetInputTypeCount = [](const OrtCustomOp*) -> std::size_t { return 1; };
    GetOutputType = element_of;
    GetOutputTypeCount = [](const OrtCustomOp*) -> std::size_t { return 1; };
    KernelDestroy = [](void* kernel) { delete static_cast<PassKernel*>(kernel); };
    GetInputCharacteristic = [](const OrtCustomOp*, std::size_t) { return INPUT_OUTPUT_REQUIRED; };
    GetOutputCharacteristic = [](const OrtCustomOp*, std::size_t) { return INPUT_OUTPUT_REQUIRED; };
    GetInputMemoryType = [](const OrtCustomOp*, std::size_t) { return OrtMemTypeDefault; };
    GetVariadicInputMinArity = [](const OrtCustomOp*) { return 1; };
    GetVariadicInputHomogeneity = [](const OrtCustomOp*) { return 1; };
    GetVariadicOutputMinArity = [](const OrtCustomOp*) { return 1; };
    GetVariadicOutputHomogeneity = [](const OrtCustomOp*) { return 1; };
    CreateKernelV2 = create_kernel;
    KernelComputeV2 = compute;
    InferOutputShapeFn = infer_shape;
    GetStartVersion = [](const OrtCustomOp*) { return 1; };
    GetEndVersion = [](const OrtCustomOp*) { return 1; };
    GetAliasMap = alias_map;
    ReleaseAliasMap = [](int*, int*) {};
}

/// Keeps all that a session with pass-through operators needs until after its end.
class PassingCompanion final : public SessionCompanion {
public:
    PassingCompanion(const Library& library, PassThrough passing, std::shared_ptr<const onnx::ModelProto> model)
        : model_(std::move(model)), passing_(std::move(passing)), op_(library.api(), passing_), domain_(library.api()) {
        library.check(library.api().CreateCustomOpDomain(kPassThroughDomain, domain_.out()), ErrorKind::internal);
        library.check(library.api().CustomOpDomain_Add(domain_.get(), &op_), ErrorKind::internal);
    }
    void rethrow() override { passing_.rethrow(); }
    [[nodiscard]] OrtCustomOpDomain* domain() const { return domain_.get(); }

private:
    std::shared_ptr<const onnx::ModelProto> model_;
    Passing passing_;
    PassOp op_;
    DomainHandle domain_;
};

}  // namespace

std::unique_ptr<Session> open_passing(RuntimePtr runtime, std::shared_ptr<const onnx::ModelProto> model, const std::filesystem::path& folder,
                                      const Target& target, PassThrough passing) {
    const Library& library = library_of(*runtime);
    const auto begin = std::chrono::steady_clock::now();
    Lent lent;
    onnx::ModelProto light = lent.take(library, *model);
    // Behind a tensor whose declared shape is wrong, the operator would make the runtime believe it.
    forget_declared_shapes(*light.mutable_graph());
    insert_pass_through(light, passing.op_type, passing.ids);
    const std::string bytes = serialized(light);
    auto companion = std::make_shared<PassingCompanion>(library, std::move(passing), std::move(model));
    const SessionOptionsHandle handle = session_options(library, on_cpu(target));  // the operator is one of the CPU's
    lent.give(library, handle.get());
    library.check(library.api().AddCustomOpDomain(handle.get(), companion->domain()), ErrorKind::internal);
    SessionHandle session = open_bytes(library, std::as_bytes(std::span(bytes)), folder, handle.get());
    const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - begin;
    return make_session(std::move(runtime), std::move(companion), std::move(session), taken.count());
}

}  // namespace vernier::detail
