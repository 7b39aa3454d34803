// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>
#include <cstring>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include "core/runtime/detail/ort.h"

namespace vernier {

namespace {

constexpr const char* kDomain = "vernier";
constexpr const char* kOperator = "Observe";

/// The observers of one session, by the id that each Observe node carries.
class Observers final : public detail::SessionCompanion {
public:
    explicit Observers(std::vector<Observer> observers) : observers_(std::move(observers)) {}

    void call(std::size_t id, std::span<const float> values, std::span<const std::int64_t> dims) {
        observers_[id](values, dims);
    }

    void keep(std::exception_ptr error) {
        const std::lock_guard lock(mutex_);
        if (error_ == nullptr) {
            error_ = std::move(error);
        }
    }

    void rethrow() override {
        std::exception_ptr error;
        {
            const std::lock_guard lock(mutex_);
            error = std::exchange(error_, nullptr);
        }
        if (error != nullptr) {
            std::rethrow_exception(error);
        }
    }

    [[nodiscard]] std::size_t size() const { return observers_.size(); }

private:
    std::vector<Observer> observers_;
    std::mutex mutex_;
    std::exception_ptr error_;
};

struct ObserveOp;

struct ObserveKernel {
    const ObserveOp& op;
    std::size_t id;
};

/// A pass-through operator whose output shares its input's buffer (alias map 0 -> 0).
struct ObserveOp : OrtCustomOp {
    ObserveOp(const OrtApi& table, Observers& target);
    const OrtApi& api;
    Observers& observers;
};

const ObserveOp& self(const OrtCustomOp* op) {
    return *static_cast<const ObserveOp*>(op);
}

OrtStatus* create_kernel(const OrtCustomOp* op, const OrtApi* api, const OrtKernelInfo* info, void** kernel) {
    std::int64_t id = -1;
    if (OrtStatus* status = api->KernelInfoGetAttribute_int64(info, "id", &id)) {
        return status;
    }
    if (id < 0 || static_cast<std::size_t>(id) >= self(op).observers.size()) {
        return api->CreateStatus(ORT_INVALID_ARGUMENT, "Observe without a known id");
    }
    *kernel = new ObserveKernel{self(op), static_cast<std::size_t>(id)};
    return nullptr;
}

/// Reads input 0, hands it over, and gives output 0 the same content.
void observe(const ObserveKernel& kernel, OrtKernelContext* context, OrtStatus*& status) {
    const OrtApi& api = kernel.op.api;
    const OrtValue* input = nullptr;
    detail::ShapeInfoHandle info(api);
    std::size_t rank = 0;
    std::size_t count = 0;
    if ((status = api.KernelContext_GetInput(context, 0, &input)) != nullptr ||
        (status = api.GetTensorTypeAndShape(input, info.out())) != nullptr ||
        (status = api.GetDimensionsCount(info.get(), &rank)) != nullptr ||
        (status = api.GetTensorShapeElementCount(info.get(), &count)) != nullptr) {
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
    kernel.op.observers.call(kernel.id, {static_cast<const float*>(from), count}, dims);
    // A graph output has its own buffer; everywhere else the runtime follows the alias map.
    if (to != from && count > 0) {
        std::memcpy(to, from, count * sizeof(float));
    }
}

OrtStatus* compute(void* raw, OrtKernelContext* context) {
    const auto& kernel = *static_cast<const ObserveKernel*>(raw);
    OrtStatus* status = nullptr;
    try {
        observe(kernel, context, status);
    } catch (...) {
        kernel.op.observers.keep(std::current_exception());
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
    std::vector<std::int64_t> dims(rank);
    std::vector<const char*> symbols(rank, "");
    if (OrtStatus* status = api.GetDimensions(info, dims.data(), rank)) {
        return status;
    }
    if (OrtStatus* status = api.GetSymbolicDimensions(info, symbols.data(), rank)) {
        return status;
    }
    // An unknown axis without a name would be taken for the size -1 (Slice behind it then aborts): name it.
    std::vector<std::string> names(symbols.begin(), symbols.end());
    for (std::size_t i = 0; i < rank; ++i) {
        if (dims[i] == -1 && names[i].empty()) {
            names[i] = fmt::format("vernier_axis_{}_{}", static_cast<const void*>(context), i);
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

ObserveOp::ObserveOp(const OrtApi& table, Observers& target) : OrtCustomOp{}, api(table), observers(target) {
    version = ORT_API_VERSION;
    GetName = [](const OrtCustomOp*) { return kOperator; };
    GetExecutionProviderType = [](const OrtCustomOp*) -> const char* { return nullptr; };
    GetInputType = [](const OrtCustomOp*, std::size_t) { return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT; };
    GetInputTypeCount = [](const OrtCustomOp*) -> std::size_t { return 1; };
    GetOutputType = [](const OrtCustomOp*, std::size_t) { return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT; };
    GetOutputTypeCount = [](const OrtCustomOp*) -> std::size_t { return 1; };
    KernelDestroy = [](void* kernel) { delete static_cast<ObserveKernel*>(kernel); };
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

/// Keeps all that a session with Observe nodes needs until after its end.
class ObservedCompanion final : public detail::SessionCompanion {
public:
    ObservedCompanion(const detail::Library& library, std::vector<Observer> observers)
        : observers_(std::move(observers)), op_(library.api(), observers_), domain_(library.api()) {
        library.check(library.api().CreateCustomOpDomain(kDomain, domain_.out()), ErrorKind::internal);
        library.check(library.api().CustomOpDomain_Add(domain_.get(), &op_), ErrorKind::internal);
    }
    void rethrow() override { observers_.rethrow(); }
    [[nodiscard]] OrtCustomOpDomain* domain() const { return domain_.get(); }

private:
    Observers observers_;
    ObserveOp op_;
    detail::DomainHandle domain_;
};

/// Rewrites a model so that Observe nodes sit behind the named tensors.
class Rewriter {
public:
    Rewriter(onnx::ModelProto& model, const std::map<std::string, Observer>& observers) : model_(model) {
        std::size_t id = 0;
        for (const auto& [name, observer] : observers) {
            ids_.emplace(name, id++);
        }
        collect_names(model_.graph());
    }

    void rewrite() {
        onnx::GraphProto& graph = *model_.mutable_graph();
        google::protobuf::RepeatedPtrField<onnx::NodeProto> old;
        old.Swap(graph.mutable_node());
        observe_inputs(graph, old);
        for (onnx::NodeProto& node : old) {
            onnx::NodeProto* moved = graph.add_node();
            moved->Swap(&node);
            observe_outputs(graph, *moved);
        }
        if (placed_ != ids_.size()) {
            throw Error(ErrorKind::internal, "a tensor to observe is neither computed nor an input of the main graph",
                        {.tensor = missing()});
        }
        add_domain();
    }

private:
    void collect_names(const onnx::GraphProto& graph) {
        for (const auto& input : graph.input()) {
            names_.insert(input.name());
        }
        for (const auto& tensor : graph.initializer()) {
            names_.insert(tensor.name());
        }
        for (const onnx::NodeProto& node : graph.node()) {
            names_.insert(node.output().begin(), node.output().end());
            for (const auto& attribute : node.attribute()) {
                if (attribute.has_g()) {
                    collect_names(attribute.g());
                }
                for (const auto& body : attribute.graphs()) {
                    collect_names(body);
                }
            }
        }
    }

    std::string fresh(const std::string& name) {
        std::string candidate = name + "/observed";
        for (int i = 2; !names_.insert(candidate).second; ++i) {
            candidate = fmt::format("{}/observed_{}", name, i);
        }
        return candidate;
    }

    void add_observe(onnx::GraphProto& graph, const std::string& from, const std::string& to, std::size_t id) {
        onnx::NodeProto* node = graph.add_node();
        node->set_op_type(kOperator);
        node->set_domain(kDomain);
        node->set_name(fresh("Observe"));
        node->add_input(from);
        node->add_output(to);
        onnx::AttributeProto* attribute = node->add_attribute();
        attribute->set_name("id");
        attribute->set_type(onnx::AttributeProto::INT);
        attribute->set_i(static_cast<std::int64_t>(id));
        ++placed_;
    }

    /// An input keeps its name, so its readers read the observed copy.
    void observe_inputs(onnx::GraphProto& graph, google::protobuf::RepeatedPtrField<onnx::NodeProto>& nodes) {
        std::unordered_set<std::string> constants;
        for (const auto& tensor : graph.initializer()) {
            constants.insert(tensor.name());
        }
        std::unordered_map<std::string, std::string> renamed;
        for (const auto& input : graph.input()) {
            const auto found = ids_.find(input.name());
            if (found == ids_.end() || constants.contains(input.name())) {
                continue;
            }
            renamed.emplace(input.name(), fresh(input.name()));
            add_observe(graph, input.name(), renamed.at(input.name()), found->second);
        }
        if (!renamed.empty()) {
            for (onnx::NodeProto& node : nodes) {
                rename_reads(node, renamed);
            }
        }
    }

    /// Follows readers into subgraphs as far as no inner name hides the outer one.
    void rename_reads(onnx::NodeProto& node, const std::unordered_map<std::string, std::string>& renamed) {
        for (std::string& input : *node.mutable_input()) {
            if (const auto found = renamed.find(input); found != renamed.end()) {
                input = found->second;
            }
        }
        for (auto& attribute : *node.mutable_attribute()) {
            if (attribute.has_g()) {
                rename_in_body(*attribute.mutable_g(), renamed);
            }
            for (auto& body : *attribute.mutable_graphs()) {
                rename_in_body(body, renamed);
            }
        }
    }

    void rename_in_body(onnx::GraphProto& body, std::unordered_map<std::string, std::string> renamed) {
        for (const auto& input : body.input()) {
            renamed.erase(input.name());
        }
        for (const auto& tensor : body.initializer()) {
            renamed.erase(tensor.name());
        }
        for (const onnx::NodeProto& node : body.node()) {
            for (const std::string& output : node.output()) {
                renamed.erase(output);
            }
        }
        for (onnx::NodeProto& node : *body.mutable_node()) {
            rename_reads(node, renamed);
        }
        for (auto& output : *body.mutable_output()) {
            if (const auto found = renamed.find(output.name()); found != renamed.end()) {
                output.set_name(found->second);
            }
        }
    }

    /// A computed tensor's producer writes to a new name, and Observe gives the old name: no reader changes, neither in
    /// subgraphs nor among the graph's outputs.
    void observe_outputs(onnx::GraphProto& graph, onnx::NodeProto& node) {
        std::vector<std::pair<std::string, std::string>> behind;
        for (std::string& output : *node.mutable_output()) {
            if (ids_.contains(output)) {
                behind.emplace_back(fresh(output), output);
                output = behind.back().first;
            }
        }
        for (const auto& [from, to] : behind) {
            add_observe(graph, from, to, ids_.at(to));
            observed_.insert(to);
        }
    }

    void add_domain() {
        for (const auto& opset : model_.opset_import()) {
            if (opset.domain() == kDomain) {
                return;
            }
        }
        onnx::OperatorSetIdProto* opset = model_.add_opset_import();
        opset->set_domain(kDomain);
        opset->set_version(1);
    }

    [[nodiscard]] std::string missing() const {
        std::unordered_set<std::string> inputs;
        for (const auto& input : model_.graph().input()) {
            inputs.insert(input.name());
        }
        for (const auto& [name, id] : ids_) {
            if (!observed_.contains(name) && !inputs.contains(name)) {
                return name;
            }
        }
        return {};
    }

    onnx::ModelProto& model_;
    std::map<std::string, std::size_t> ids_;
    std::unordered_set<std::string> names_;
    std::unordered_set<std::string> observed_;
    std::size_t placed_ = 0;
};

}  // namespace

std::unique_ptr<Session> Session::open_observed(RuntimePtr runtime, const onnx::ModelProto& model,
                                                const std::filesystem::path& folder, const RunOptions& options,
                                                const std::map<std::string, Observer>& observers) {
    const detail::Library& library = detail::library_of(*runtime);
    const auto begin = std::chrono::steady_clock::now();
    std::string bytes;
    {
        onnx::ModelProto copy = model;
        Rewriter(copy, observers).rewrite();
        bytes = detail::serialized(copy);
    }
    std::vector<Observer> ordered;  // a map's order is the order of the ids
    for (const auto& [name, observer] : observers) {
        ordered.push_back(observer);
    }
    auto companion = std::make_shared<ObservedCompanion>(library, std::move(ordered));
    const detail::SessionOptionsHandle handle = detail::session_options(library, options);
    library.check(library.api().AddCustomOpDomain(handle.get(), companion->domain()), ErrorKind::internal);
    detail::SessionHandle session =
        detail::open_bytes(library, std::as_bytes(std::span(bytes)), folder, handle.get());
    const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - begin;
    return detail::make_session(std::move(runtime), std::move(companion), std::move(session), taken.count());
}

}  // namespace vernier
