// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/times.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <numeric>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/audit/audit.h"
#include "core/base/error.h"
#include "core/base/temporary.h"
#include "core/layers/detail/borders.h"
#include "core/layers/detail/cover.h"
#include "core/layers/detail/run_graph.h"
#include "core/model/unique_names.h"

namespace vernier {
namespace {

using detail::RunGraph;
using detail::RunNode;

onnx::ModelProto executed_graph(const TimesRequest& request) {
    const std::string bytes = optimized_model(request.runtime, detail::named_by_id(*request.file), request.file->folder(), request.run);
    onnx::ModelProto executed;
    if (!executed.ParseFromString(bytes)) throw Error(ErrorKind::internal, "the runtime's optimized graph cannot be read");
    for (const onnx::TensorProto& tensor : executed.graph().initializer()) {
        if (tensor.data_location() != onnx::TensorProto::EXTERNAL) continue;
        throw Error(ErrorKind::bad_model, "the model is too large to be timed node by node", {.file = request.file->path().string()},
                    "Models up to 1.9 GB can be.");
    }
    return executed;
}

/// The runtime writes graphs that it does not read: what its optimizer adds in bodies that lie in each other has equal names.
void name_values_apart(onnx::ModelProto& model) {
    int next = 0;
    (void)make_names_unique(*model.mutable_graph(), [&](std::string_view name) { return fmt::format("{}~{}", name, next++); });
}

/// What the profiler says of each executed node.
struct Profiled {
    std::vector<double> ms;                ///< by RunNode, without what runs in its bodies
    std::vector<std::string> input_types;  ///< by RunNode
};

/// A file as it is executed, saved for the profiler.
class ExecutedFile {
public:
    ExecutedFile(const TimesRequest& request, const Job& job) : request_(request), executed_(executed_graph(request)), run_(executed_, *request.file) {
        job.check();
        name_values_apart(executed_);
        save_model(executed_, path());
    }
    ExecutedFile(const ExecutedFile&) = delete;
    ExecutedFile& operator=(const ExecutedFile&) = delete;

    [[nodiscard]] const RunGraph& run() const { return run_; }
    [[nodiscard]] Profiled profiled() const;

private:
    [[nodiscard]] std::filesystem::path path() const { return folder_.path() / "executed.onnx"; }

    const TimesRequest& request_;
    TemporaryFolder folder_;
    onnx::ModelProto executed_;
    RunGraph run_;
};

Profiled ExecutedFile::profiled() const {
    std::unordered_map<std::string, ProfileEvent> events;
    // It is executed as it is: optimizing it again might change it.
    for (ProfileEvent& event : profile(request_.runtime, path(), request_.run.at(GraphLevel::off), request_.inputs, request_.runs))
        events.emplace(event.node, std::move(event));
    const std::size_t count = run_.nodes().size();
    Profiled out{std::vector<double>(count), std::vector<std::string>(count)};
    for (std::size_t k = 0; k < count; ++k) {
        const auto event = events.find(fmt::format("k{}", k));
        if (event == events.end()) continue;
        out.ms[k] = event->second.microseconds / 1000;
        out.input_types[k] = event->second.input_types;
    }
    std::vector<double> inside(count);
    for (std::size_t k = 0; k < count; ++k)
        if (const int holder = run_.nodes()[k].holder; holder >= 0) inside[static_cast<std::size_t>(holder)] += out.ms[k];
    for (std::size_t k = 0; k < count; ++k) out.ms[k] = std::max(0.0, out.ms[k] - inside[k]);
    return out;
}

/// The middle value of each kernel.
std::vector<double> medians(const std::vector<std::vector<double>>& rounds) {
    std::vector<double> middle(rounds.front().size()), values(rounds.size());
    for (std::size_t k = 0; k < middle.size(); ++k) {
        for (std::size_t r = 0; r < rounds.size(); ++r) values[r] = rounds[r][k];
        std::sort(values.begin(), values.end());
        middle[k] = (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
    }
    return middle;
}

Arithmetic computes(const RunNode& node, std::string_view input_types) {
    const std::string& op = node.proto->op_type();
    const std::string_view first = input_types.substr(0, input_types.find(','));
    // A Cast of integers and what picks by a mask of bytes are no arithmetic on 8 bits; all else that moves them is.
    if (is_integer_operator(op) || (op != "Cast" && (first == "uint8" || first == "int8"))) return Arithmetic::integer;
    return first == "float16" ? Arithmetic::half : Arithmetic::floating;
}

bool is_blocked(const onnx::NodeProto& node) {
    if (node.domain() == "com.microsoft.nchwc") return !node.op_type().starts_with("Reorder");
    return std::any_of(node.attribute().begin(), node.attribute().end(),
                       [](const onnx::AttributeProto& attribute) { return attribute.name() == "channels_last" && attribute.i() == 1; });
}

/// Charges the kernels of one file to the nodes of the opened model.
class Charge {
public:
    Charge(const TimesRequest& request, const RunGraph& run, Profiled profile)
        : request_(request), run_(run), profile_(std::move(profile)), cover_(detail::cover_of(run, *request.file)) {
        const std::size_t nodes = request.opened->nodes().size();
        times_.ms.resize(nodes);
        times_.conversions_ms.resize(nodes);
        times_.kernel_of.assign(nodes, -1);
        times_.folded.resize(nodes);
    }

    FileTimes charged() {
        for (std::size_t k = 0; k < run_.nodes().size(); ++k) add_kernel(k);
        charge_conversions();
        for (std::size_t k = 0; k < times_.kernels.size(); ++k) charge(k);
        find_hosts();
        return std::move(times_);
    }

private:
    [[nodiscard]] NodeId opened(NodeId of_file) const { return request_.pairing(of_file); }

    void add_kernel(std::size_t k) {
        const RunNode& node = run_.nodes()[k];
        TimedKernel kernel;
        kernel.op = node.proto->op_type();
        kernel.ms = profile_.ms[k];
        kernel.computes = computes(node, profile_.input_types[k]);
        bool own_change = false;  // the opened model's own Cast, Transpose or QuantizeLinear
        for (const NodeId id : cover_.nodes[k]) {
            const NodeId source = opened(id);
            if (source == kNone || std::find(kernel.nodes.begin(), kernel.nodes.end(), source) != kernel.nodes.end()) continue;
            kernel.nodes.push_back(source);
            const std::string& op = request_.opened->node(source).op_type;
            own_change |= op == kernel.op || (op == "Transpose" && kernel.op.starts_with("Reorder"));
        }
        name_after_work(kernel.nodes);
        kernel.conversion = kernel.nodes.empty() || (detail::changes_form(node) && !own_change);
        if (kernel.conversion) {
            kernel.of_constant = node.inputs.empty();
            kernel.nodes.clear();
        } else {
            for (const NodeId source : kernel.nodes) times_.kernel_of[static_cast<std::size_t>(source)] = static_cast<int>(k);
        }
        times_.profile_ms += kernel.ms;
        times_.kernels.push_back(std::move(kernel));
    }

    /// Names may be those of what stands last in a fused operator; the node with the work is the one to speak of.
    void name_after_work(std::vector<NodeId>& nodes) const {
        const auto work = [&](NodeId id) { return std::pair(request_.opened->node(id).macs, request_.opened->node(id).parameters); };
        constexpr std::pair<std::uint64_t, std::uint64_t> work_of_none{0, 0};
        const auto most = std::max_element(nodes.begin(), nodes.end(), [&](NodeId a, NodeId b) { return work(a) < work(b); });
        if (most != nodes.end() && work(*most) > work_of_none) std::rotate(nodes.begin(), most, most + 1);
    }

    void charge_conversions() {
        std::vector<detail::Form> forms;
        for (std::size_t k = 0; k < times_.kernels.size(); ++k) {
            const TimedKernel& kernel = times_.kernels[k];
            const int level = (kernel.computes == Arithmetic::integer ? 2 : 0) + (is_blocked(*run_.nodes()[k].proto) ? 1 : 0);
            forms.push_back({kernel.conversion, level, kernel.ms});
        }
        const std::vector<std::vector<int>> causes = detail::causes(run_, forms);
        for (std::size_t k = 0; k < causes.size(); ++k)
            for (const int cause : causes[k]) times_.kernels[k].nodes.push_back(times_.kernels[static_cast<std::size_t>(cause)].nodes.front());
    }

    void charge(std::size_t k) {
        const TimedKernel& kernel = times_.kernels[k];
        if (kernel.nodes.empty()) {
            times_.unassigned_ms += kernel.ms;
            return;
        }
        const std::vector<double> shares = shares_of(kernel);
        for (std::size_t i = 0; i < shares.size(); ++i) {
            const auto node = static_cast<std::size_t>(kernel.nodes[i]);
            times_.ms[node] += kernel.ms * shares[i];
            if (kernel.conversion && detail::changes_form(run_.nodes()[k])) times_.conversions_ms[node] += kernel.ms * shares[i];
        }
    }

    [[nodiscard]] std::vector<double> shares_of(const TimedKernel& kernel) const {
        const std::size_t count = kernel.nodes.size();
        if (kernel.conversion) return std::vector<double>(count, 1.0 / static_cast<double>(count));
        std::vector<double> shares(count);
        double all = 0;
        for (std::size_t i = 0; i < count; ++i) all += shares[i] = static_cast<double>(request_.opened->node(kernel.nodes[i]).macs);
        if (all > 0) {
            for (double& share : shares) share /= all;
        } else {
            shares.front() = 1;
        }
        return shares;
    }

    /// Nodes that the file does not have, or of which nothing is left in what is executed: computed before the first run, or merged
    /// into what makes their input, else into what reads their output.
    void find_hosts() {
        const Model& model = *request_.opened;
        const std::vector<bool> once = detail::computed_once(model);
        for (const Node& node : model.nodes()) {
            const auto at = static_cast<std::size_t>(node.id);
            if (times_.kernel_of[at] >= 0 || node.op_type == "Constant") continue;
            times_.folded[at] = once[at];
            if (times_.folded[at] || node.inputs.empty() || node.inputs.front() == kNone) continue;
            if (const NodeId maker = model.value(node.inputs.front()).producer; maker != kNone)
                times_.kernel_of[at] = times_.kernel_of[static_cast<std::size_t>(maker)];
        }
        for (auto node = model.nodes().rbegin(); node != model.nodes().rend(); ++node) {
            const auto at = static_cast<std::size_t>(node->id);
            if (times_.kernel_of[at] >= 0 || times_.folded[at] || node->op_type == "Constant" || node->outputs.empty() || node->outputs.front() == kNone)
                continue;
            const std::vector<NodeId>& readers = model.value(node->outputs.front()).consumers;
            if (readers.size() == 1) times_.kernel_of[at] = times_.kernel_of[static_cast<std::size_t>(readers.front())];
        }
    }

    const TimesRequest& request_;
    const RunGraph& run_;
    Profiled profile_;
    detail::Cover cover_;
    FileTimes times_;
};

}  // namespace

void FileTimes::scale_to(double total_ms) {
    double sum = unassigned_ms;
    for (const double each : ms) sum += each;
    if (sum <= 0) return;
    const double factor = total_ms / sum;
    for (TimedKernel& kernel : kernels) kernel.ms *= factor;
    for (double& each : ms) each *= factor;
    for (double& each : conversions_ms) each *= factor;
    unassigned_ms *= factor;
}

NodeId FileTimes::runs_in(NodeId node) const {
    const int kernel = kernel_of.at(static_cast<std::size_t>(node));
    return kernel < 0 ? kNone : kernels[static_cast<std::size_t>(kernel)].nodes.front();
}

Pairing paired_by_name(const Model& opened, const Model& file) {
    std::unordered_map<std::string, NodeId> by_label;
    for (const Node& node : opened.nodes())
        if (node.op_type != "Constant") by_label.emplace(node.label, node.id);
    std::vector<NodeId> pairs;
    for (const Node& node : file.nodes()) {
        // The label of a node without a name counts its place, which is another one in another file.
        const auto found = node.name.empty() ? by_label.end() : by_label.find(node.label);
        pairs.push_back(found == by_label.end() || node.op_type == "Constant" ? kNone : found->second);
    }
    return [pairs = std::move(pairs)](NodeId of_file) { return pairs.at(static_cast<std::size_t>(of_file)); };
}

namespace {

TimesRequest with_pairing(TimesRequest request) {
    if (request.opened == request.file) request.pairing = [](NodeId id) { return id; };
    if (!request.pairing) request.pairing = paired_by_name(*request.opened, *request.file);
    return request;
}

}  // namespace

FileTimes node_times(const TimesRequest& given, const Job& job) {
    const TimesRequest request = with_pairing(given);
    const ExecutedFile executed(request, job);
    Profiled profile = executed.profiled();
    job.check();
    return Charge(request, executed.run(), std::move(profile)).charged();
}

std::vector<FileTimes> node_times_in_turns(const std::vector<TimesRequest>& given, int rounds, const Job& job) {
    std::vector<TimesRequest> requests;
    for (const TimesRequest& each : given) requests.push_back(with_pairing(each));
    std::vector<std::unique_ptr<ExecutedFile>> files;
    for (const TimesRequest& request : requests) files.push_back(std::make_unique<ExecutedFile>(request, job));
    std::vector<std::vector<std::vector<double>>> ms(files.size());  // by file, round and kernel, over the first file's whole
    std::vector<Profiled> last(files.size());
    std::vector<double> wholes;
    for (int round = 0; round < std::max(1, rounds); ++round) {
        double whole = 0;
        for (std::size_t i = 0; i < files.size(); ++i) {
            job.check();
            last[i] = files[i]->profiled();
            if (i == 0) whole = std::accumulate(last[0].ms.begin(), last[0].ms.end(), 0.0);
            ms[i].push_back(last[i].ms);
            for (double& each : ms[i].back()) each /= whole > 0 ? whole : 1;
        }
        wholes.push_back(whole > 0 ? whole : 1);
    }
    std::sort(wholes.begin(), wholes.end());
    std::vector<FileTimes> times;
    for (std::size_t i = 0; i < files.size(); ++i) {
        last[i].ms = medians(ms[i]);
        for (double& each : last[i].ms) each *= wholes[wholes.size() / 2];
        times.push_back(Charge(requests[i], files[i]->run(), std::move(last[i])).charged());
    }
    return times;
}

}  // namespace vernier
