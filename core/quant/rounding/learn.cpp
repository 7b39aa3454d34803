// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/rounding/learn.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "core/quant/calibration/calibrate.h"
#include "core/quant/methods/static_plan.h"
#include "core/quant/methods/weight_bias.h"
#include "core/quant/methods/weight_walk.h"

namespace vernier {
namespace {

constexpr std::uint64_t kMostSamples = 128, kHeldOut = 4;  ///< one run in so many
constexpr std::size_t kMostColumns = 4096, kMostSteps = 64;
constexpr std::size_t kStoredSteps = 8;                         ///< where weights are only stored in codes: activations stay in float, and means drift less
constexpr std::uint64_t kMostBytes = std::uint64_t{256} << 20;  ///< of moments in one pass over the samples
constexpr std::size_t kFewestRows = 1024, kMostRows = 6144, kRowsAColumn = 3, kRowsAtOnce = 512;
constexpr double kGolden = 0.6180339887498949;  ///< steps of it leave no pattern

/// A product that can be learned.
struct Learned {
    int item = -1;
    WeightWalk walk;
    std::vector<std::int64_t> weight_dims;

    [[nodiscard]] std::size_t columns() const { return walk.inputs * walk.inner; }
    [[nodiscard]] std::uint64_t bytes() const { return 2 * 8 * walk.groups * columns() * columns(); }
};

/// Methods that store weights in codes, and compute in float.
bool stores_codes(const MethodSpec& method) { return method.computes == Arithmetic::floating && method.weight_bits <= 8; }

std::vector<int> rounded_items(const Prepared& prepared) {
    std::vector<int> items = prepared.static_plan.heavy;
    for (const MethodSpec& method : methods()) {
        if (!stores_codes(method)) continue;
        const auto more = prepared.items_of(method.method);
        items.insert(items.end(), more.begin(), more.end());
    }
    return items;
}

bool is_convolution(const onnx::NodeProto& node) { return node.op_type() == "Conv" || node.op_type() == "ConvTranspose"; }

std::vector<Learned> learnable(const Prepared& prepared) {
    const GraphEdit& edit = prepared.edit;
    std::vector<Learned> products;
    for (const int item : rounded_items(prepared)) {
        const auto& node = edit.item(static_cast<std::size_t>(item)).proto;
        const bool conv = is_convolution(node), gemm = node.op_type() == "Gemm", recurrent = is_recurrent(node.op_type());
        if (!is_standard(node) || !(conv || gemm || recurrent || node.op_type() == "MatMul") || node.input_size() < 2) continue;
        if (edit.is_constant(node.input(0)) || !edit.is_float_constant(node.input(1)) || edit.readers(node.input(1)).size() != 1) continue;
        const auto dims = edit.dims(node.input(1));
        if ((conv ? dims.size() < 3 : dims.size() != (recurrent ? 3U : 2U)) || (gemm && attribute_int(node, "transA", 0) != 0)) continue;
        Learned product{item, weight_walk(node, dims), dims};
        if (product.walk.channels % product.walk.groups == 0 && product.columns() <= kMostColumns && product.bytes() <= kMostBytes)
            products.push_back(std::move(product));
    }
    return products;
}

/// What reads a tensor in the same way has the same moments.
std::string way_of(const onnx::NodeProto& node, const Learned& product) {
    std::string way = node.input(0);
    if (!is_convolution(node)) return way;
    way += '\n' + node.op_type();
    for (const char* name : {"pads", "strides", "dilations", "output_padding", "output_shape"})
        for (const std::int64_t value : attribute_ints(node, name)) way += '\n' + std::to_string(value);
    for (std::size_t a = 1; a < product.weight_dims.size(); ++a) way += '\n' + std::to_string(product.weight_dims[a]);
    return way + '\n' + attribute_string(node, "auto_pad") + '\n' + std::to_string(product.walk.groups);
}

/// Collects the rows of one way to read a tensor.
class Collector {
public:
    Collector(const onnx::NodeProto& node, const Learned& product, std::size_t runs) : node_(node), product_(product), seen_(std::make_shared<SeenInputs>()) {
        seen_->fit = seen_->held_out = Moments(product.walk.groups, product.columns());
        const std::size_t wanted = std::clamp(kRowsAColumn * product.columns(), kFewestRows, kMostRows);
        rows_a_run_ = (wanted + runs - 1) / std::max<std::size_t>(runs, 1);
    }

    void look(std::span<const float> values, std::span<const std::int64_t> dims, double seed) {
        append_rows({node_, product_.walk, product_.weight_dims}, values, dims, rows_a_run_, seed, rows_);
    }

    /// Between runs; a run's rows go to one of both.
    void settle(MomentAdder& adder, bool held_out, bool last) {
        if (!last && rows_.size() < kRowsAtOnce * product_.walk.groups * product_.columns()) return;
        adder.add(rows_, held_out ? seen_->held_out : seen_->fit);
        rows_.clear();
    }

    [[nodiscard]] std::shared_ptr<const SeenInputs> seen() const { return seen_; }

private:
    const onnx::NodeProto& node_;
    const Learned& product_;
    std::shared_ptr<SeenInputs> seen_;
    std::size_t rows_a_run_ = 1;
    std::vector<float> rows_;
};

/// One pass over the samples for some products.
class Pass {
public:
    Pass(const Prepared& prepared, std::span<const Learned> products, std::size_t runs) {
        for (const Learned& product : products) {
            const auto& node = prepared.edit.item(static_cast<std::size_t>(product.item)).proto;
            const std::string way = way_of(node, product);
            collectors_.try_emplace(way, node, product, runs);
            by_tensor_[node.input(0)].insert(way);
            items_.push_back({product.item, way});
        }
    }

    void run(const Samples& samples, const std::shared_ptr<const onnx::ModelProto>& model, const LearningRuns& runs, const Job& job) {
        std::map<std::string, Observer> observers;
        double seed = 0;
        for (const auto& [tensor, ways] : by_tensor_) {
            observers[tensor] = [this, &ways = ways, &seed](std::span<const float> values, std::span<const std::int64_t> dims) {
                for (const std::string& way : ways) collectors_.at(way).look(values, dims, seed);
            };
        }
        const auto session = Session::open_observed(samples.runtime, model, {}, samples.target, observers);
        MomentAdder adder(samples.runtime);
        for (const bool held_out : {false, true}) {
            const auto& some = held_out ? runs.held_out : runs.learned;
            for (std::size_t i = 0; i < some.size(); ++i) {
                job.step("round weights", i, some.size());
                seed = (seed + kGolden) - static_cast<double>(static_cast<int>(seed + kGolden));
                (void)session->run(load_run(*samples.dataset, Split::calibration, some[i]), {}, job.stop());
                for (auto& [way, collector] : collectors_) collector.settle(adder, held_out, i + 1 == some.size());
            }
        }
    }

    void tell(const std::vector<Learned>& products, SampleRounding& rounding) const {
        for (const auto& [item, way] : items_) {
            const auto product = std::find_if(products.begin(), products.end(), [&, id = item](const Learned& each) { return each.item == id; });
            rounding.learn(item, collectors_.at(way).seen(), product->walk);
        }
    }

private:
    std::map<std::string, Collector> collectors_;
    std::map<std::string, std::set<std::string>> by_tensor_;
    std::vector<std::pair<int, std::string>> items_;
};

/// How many of some products with weights lie before each of them on the longest way.
std::map<int, std::size_t> depths(const GraphEdit& edit, const std::set<int>& heavy) {
    std::map<std::string, std::size_t> behind;  // by tensor
    std::map<int, std::size_t> depth;
    for (const int item : topological(edit)) {
        const auto& node = edit.item(static_cast<std::size_t>(item)).proto;
        std::size_t before = 0;
        for (const auto& input : node.input())
            if (const auto found = behind.find(input); found != behind.end()) before = std::max(before, found->second);
        if (heavy.contains(item)) depth[item] = before;
        for (const auto& output : node.output()) behind[output] = before + (heavy.contains(item) ? 1 : 0);
    }
    return depth;
}

/// What lies before a product changes what it reads: of static INT8 where integer nodes made it.
bool reads_changed(const Prepared& prepared, const std::set<int>& integer, int item, std::size_t depth) {
    if (!integer.contains(item)) return depth > 0;
    const auto tensor = prepared.static_plan.tensors.find(prepared.edit.item(static_cast<std::size_t>(item)).proto.input(0));
    return tensor != prepared.static_plan.tensors.end() && tensor->second.made_by_integer;
}

/// Tensors to watch in the written model, by step: what products read that others changed.
std::map<std::size_t, Watched> steps_of(const Prepared& prepared) {
    const std::set<int> integer(prepared.static_plan.heavy.begin(), prepared.static_plan.heavy.end());
    const std::vector<int> giving = items_with_biases(prepared);
    std::set<int> all = integer;
    all.insert(giving.begin(), giving.end());
    std::map<std::size_t, Watched> steps;
    for (const auto& [item, depth] : depths(prepared.edit, all)) {
        const auto& node = prepared.edit.item(static_cast<std::size_t>(item)).proto;
        if (prepared.edit.graph_of(item) == 0 && reads_changed(prepared, integer, item, depth)) steps[depth].emplace(node.input(0), input_channel_axis(node));
    }
    return steps;
}

/// The same in fewer steps, each of several that follow each other.
std::map<std::size_t, Watched> merged(const std::map<std::size_t, Watched>& steps, std::size_t most) {
    if (steps.size() <= most) return steps;
    std::map<std::size_t, Watched> fewer;
    std::size_t at = 0;
    for (const auto& [depth, tensors] : steps) fewer[at++ * most / steps.size()].insert(tensors.begin(), tensors.end());
    return fewer;
}

bool makes(const onnx::ModelProto& model, const std::string& tensor) {
    return std::any_of(model.graph().node().begin(), model.graph().node().end(),
                       [&](const onnx::NodeProto& node) { return std::find(node.output().begin(), node.output().end(), tensor) != node.output().end(); });
}

}  // namespace

std::vector<int> items_with_biases(const Prepared& prepared) {
    std::vector<int> items;
    for (const MethodSpec& method : methods()) {
        if (!stores_codes(method)) continue;
        for (const int item : prepared.items_of(method.method))
            if (can_give_back(prepared.edit, item)) items.push_back(item);
    }
    return items;
}

LearningRuns learning_runs(const Samples& samples) {
    const std::uint64_t count = samples.count == 0 ? kMostSamples : std::min(samples.count, kMostSamples);
    const auto indices = pick_samples(*samples.dataset, Split::calibration, count);
    const std::size_t batch = samples.dataset->batch();
    LearningRuns runs;
    for (std::size_t at = 0, run = 0; at < indices.size(); at += batch, ++run) {
        auto& some = run % kHeldOut == kHeldOut - 1 ? runs.held_out : runs.learned;
        some.emplace_back(indices.begin() + static_cast<std::ptrdiff_t>(at),
                          indices.begin() + static_cast<std::ptrdiff_t>(std::min(at + batch, indices.size())));
    }
    return runs;
}

std::shared_ptr<SampleRounding> learn_inputs(const Prepared& prepared, const Samples& samples, const LearningRuns& runs, const Job& job) {
    auto rounding = std::make_shared<SampleRounding>();
    const std::vector<Learned> products = learnable(prepared);
    if (products.empty()) return rounding;
    const auto model = std::make_shared<const onnx::ModelProto>(prepared.edit.build());
    for (std::size_t first = 0; first < products.size();) {
        std::uint64_t bytes = 0;
        std::size_t last = first;
        while (last < products.size() && (last == first || bytes + products[last].bytes() <= kMostBytes)) bytes += products[last++].bytes();
        Pass pass(prepared, std::span(products).subspan(first, last - first), runs.learned.size());
        pass.run(samples, model, runs, job);
        pass.tell(products, *rounding);
        first = last;
    }
    return rounding;
}

void learn_means(const std::shared_ptr<SampleRounding>& rounding, const Prepared& prepared, const Samples& samples,
                 const std::function<onnx::ModelProto()>& emit, const Job& job) {
    const auto steps = merged(steps_of(prepared), prepared.static_plan.heavy.empty() ? kStoredSteps : kMostSteps + 1);
    if (steps.size() > kMostSteps) return;
    std::size_t done = 0;
    for (const auto& [depth, tensors] : steps) {
        job.step("measure means", done++, steps.size());
        const auto model = std::make_shared<const onnx::ModelProto>(emit());
        Watched there = tensors;
        std::erase_if(there, [&](const auto& tensor) { return !makes(*model, tensor.first); });
        if (there.empty()) continue;
        // On the very samples of the means that they are held against: other samples differ by more than rounding does.
        const Ranges seen = calibrate({samples.runtime, samples.target, model, *samples.dataset, samples.count, samples.at_once}, there, {});
        for (const auto& [tensor, observed] : seen)
            if (observed.channel_axis == there.at(tensor)) rounding->set_mean(tensor, observed.channel_mean);
    }
}

}  // namespace vernier
