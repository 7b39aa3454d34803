// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/static_plan.h"

#include <algorithm>
#include <array>
#include <limits>
#include <set>

#include "core/quant/methods/island_edge.h"

namespace vernier {
namespace {

bool is_clamp(const StaticItem& item) { return item.kernel == Kernel::clamp; }
/// Its output's scale follows from the range that was seen, so that a clamp can narrow it.
bool has_own_scale(Kernel kernel) {
    return kernel != Kernel::same_scale && kernel != Kernel::concat && kernel != Kernel::fixed_unit && kernel != Kernel::hard_sigmoid;
}
bool is_light(Kernel kernel) { return kernel != Kernel::none && !is_heavy(kernel); }

/// Multiplies by a matrix, in whatever type: each of its outputs mixes many values.
bool has_weights(const onnx::NodeProto& node) {
    constexpr std::array kOps = {"Conv", "ConvTranspose", "Gemm", "MatMul", "Einsum", "LSTM", "GRU", "RNN"};
    return std::find(kOps.begin(), kOps.end(), node.op_type()) != kOps.end();
}

/// Finds what fuses, by walking the graph forwards and backwards over candidates.
class Planner {
public:
    Planner(const GraphEdit& edit, const std::vector<bool>& wants, bool edges)
        : edit_(edit), edges_(edges), order_(topological(edit)), up_(edit.size()), down_(edit.size()) {
        plan_.items.resize(edit.size());
        for (const int i : order_) {
            if (!wants[at(i)]) continue;
            const KernelChoice choice = int8_kernel(edit, edit.item(at(i)).proto);
            plan_.items[at(i)].kernel = choice.kernel;
            plan_.items[at(i)].why = choice.why;
        }
    }

    StaticPlan run() {
        absorb_biases();
        for (bool changed = true; changed;) {
            collect_heavy_inputs();
            walk_forwards();
            walk_backwards();
            changed = !edges_ && drop_light();
        }
        absorb_clamps();
        collect_tensors();
        mark_last();
        return std::move(plan_);
    }

private:
    static std::size_t at(int i) { return static_cast<std::size_t>(i); }
    const onnx::NodeProto& node(int i) const { return edit_.item(at(i)).proto; }
    Kernel kernel(int i) const { return i < 0 ? Kernel::none : plan_.items[at(i)].kernel; }

    /// MatMul, then Add of a constant row that does not widen the product: one unit with a bias.
    void absorb_biases() {
        for (const int i : order_) {
            if (kernel(i) != Kernel::matmul) continue;
            const int reader = edit_.only_reader(node(i).output(0));
            if (reader < 0 || kernel(reader) != Kernel::binary || node(reader).op_type() != "Add") continue;
            const auto columns = edit_.dims(node(i).input(1)).back();
            const int rank = edit_.rank(node(i).output(0));
            for (const auto& input : node(reader).input()) {
                const auto dims = edit_.dims(input);
                if (!edit_.is_constant(input) || dims.empty() || dims.back() != columns || !is_row(dims, columns)) continue;
                if (dims.size() > 1 && static_cast<int>(dims.size()) > rank) continue;
                bias_add_[i] = reader;
                bias_of_[reader] = i;
                plan_.items[at(reader)].absorbed = true;
            }
        }
    }

    /// Tensors that a heavy node reads in INT8: they are quantized whoever makes them.
    void collect_heavy_inputs() {
        heavy_inputs_.clear();
        for (const int i : order_)
            if (is_heavy(kernel(i))) heavy_inputs_.insert(node(i).input(0));
    }

    bool made_up(const std::string& tensor) const {
        const int producer = edit_.producer(tensor);
        return producer >= 0 && up_[at(producer)];
    }

    void walk_forwards() {
        for (const int i : order_) {
            const Kernel k = kernel(i);
            if (is_heavy(k) || bias_of_.contains(i))
                up_[at(i)] = true;
            else if (k == Kernel::none)
                up_[at(i)] = false;
            else {
                const auto inputs = activation_inputs(edit_, node(i), k);
                const bool any = std::any_of(inputs.begin(), inputs.end(), [&](const auto& t) { return made_up(t); });
                const bool all = std::all_of(inputs.begin(), inputs.end(), [&](const auto& t) { return made_up(t) || (heavy_inputs_.contains(t) && any); });
                up_[at(i)] = any && all;
            }
        }
    }

    /// A node whose result some integer node needs quantized.
    void walk_backwards() {
        for (auto it = order_.rbegin(); it != order_.rend(); ++it) {
            const int i = *it;
            down_[at(i)] = false;
            for (const auto& output : node(i).output())
                for (const int reader : edit_.readers(output)) {
                    const Kernel k = kernel(reader);
                    if (is_heavy(k) && node(reader).input(0) == output)
                        down_[at(i)] = true;
                    else if (is_light(k) && up_[at(reader)] && down_[at(reader)])
                        down_[at(i)] = true;
                }
        }
    }

    /// Light nodes that lie on no path between heavy ones stay float. A clamp right behind a node that must be quantized
    /// anyway (Conv) is kept: it vanishes.
    bool drop_light() {
        bool changed = false;
        for (const int i : order_) {
            StaticItem& item = plan_.items[at(i)];
            if (!is_light(item.kernel) || bias_of_.contains(i)) continue;
            if (up_[at(i)] && (down_[at(i)] || clamps_quantized(i))) continue;
            item.kernel = Kernel::none;
            item.why = kEdgeOfIsland;
            changed = true;
        }
        return changed;
    }

    bool clamps_quantized(int i) const {
        if (!is_clamp(plan_.items[at(i)])) return false;
        const std::string& input = node(i).input(0);
        const int producer = edit_.producer(input);
        return producer >= 0 && edit_.only_reader(input) == i && kernel(producer) == Kernel::conv;
    }

    /// A clamp vanishes into its producer where that is integer and nothing else reads the tensor between. Of those that
    /// cannot vanish only Relu has an integer kernel, that of LeakyRelu.
    void absorb_clamps() {
        for (const int i : order_) {
            StaticItem& item = plan_.items[at(i)];
            if (!is_clamp(item)) continue;
            const std::string& input = node(i).input(0);
            const int producer = edit_.producer(input);
            const bool integer = producer >= 0 && (kernel(producer) != Kernel::none || bias_of_.contains(producer));
            const bool can = integer && edit_.only_reader(input) == i && has_own_scale(kernel(producer));
            if (can)
                item.absorbed = true;
            else if (node(i).op_type() == "Relu" && integer)
                item.kernel = Kernel::unary;  // written as LeakyRelu with slope 0
            else {
                item.kernel = Kernel::none;
                item.why = "its input is read elsewhere too, so it cannot vanish into the node before it";
            }
        }
    }

    /// The tensor behind a unit: after its bias and its clamps.
    std::string unit_output(int i, QuantTensor& tensor) const {
        if (const auto add = bias_add_.find(i); add != bias_add_.end()) i = add->second;
        std::string output = node(i).output(0);
        for (int reader = edit_.only_reader(output); reader >= 0; reader = edit_.only_reader(output)) {
            const StaticItem& item = plan_.items[at(reader)];
            if (!item.absorbed || !is_clamp(item)) break;
            float lo = 0, hi = 0;
            (void)clamp_bounds(edit_, node(reader), lo, hi);
            tensor.lo_bound = tensor.clamped ? std::max(tensor.lo_bound, lo) : lo;
            tensor.hi_bound = tensor.clamped ? std::min(tensor.hi_bound, hi) : hi;
            tensor.clamped = true;
            output = node(reader).output(0);
        }
        return output;
    }

    bool wanted_behind(int i) const {
        if (const auto add = bias_add_.find(i); add != bias_add_.end()) return down_unit(add->second) || clamped_behind(add->second);
        return kernel(i) == Kernel::conv || is_light(kernel(i)) || down_unit(i) || clamped_behind(i);
    }

    /// A clamp vanished into it, which only the quantized output makes up for.
    bool clamped_behind(int i) const {
        const int reader = edit_.only_reader(node(i).output(0));
        return reader >= 0 && plan_.items[at(reader)].absorbed && is_clamp(plan_.items[at(reader)]);
    }

    /// Looks through absorbed clamps.
    bool down_unit(int i) const {
        for (const auto& output : node(i).output())
            for (const int reader : edit_.readers(output)) {
                const StaticItem& item = plan_.items[at(reader)];
                if (is_heavy(item.kernel) && node(reader).input(0) == output) return true;
                if (item.kernel == Kernel::none) continue;
                if (item.absorbed && is_clamp(item) ? down_unit(reader) : is_light(item.kernel) && !item.absorbed) return true;
            }
        return false;
    }

    void collect_tensors() {
        for (const int i : order_) {
            const StaticItem& item = plan_.items[at(i)];
            if (item.kernel == Kernel::none || item.absorbed) continue;
            if (is_heavy(item.kernel)) plan_.heavy.push_back(i);
            for (const auto& input : activation_inputs(edit_, node(i), item.kernel))
                if (!plan_.tensors.contains(input)) plan_.tensors[input] = {.observe = input};
            if (!wanted_behind(i)) continue;
            for (int slot = 0; slot < node(i).output_size(); ++slot) add_output(i, slot);
        }
    }

    void add_output(int i, int slot) {
        const Kernel k = kernel(i);
        QuantTensor tensor;
        const std::string output = slot == 0 ? unit_output(i, tensor) : node(i).output(slot);
        if (output.empty()) return;
        tensor.made_by_integer = true;
        if (k == Kernel::same_scale) {
            const QuantTensor& input = plan_.tensors[node(i).input(0)];
            tensor.observe = input.observe;
            tensor.fixed_scale = input.fixed_scale;
        } else if (k == Kernel::fixed_unit) {
            tensor.fixed_scale = 1.f / 256.f;
        } else if (k == Kernel::hard_sigmoid) {
            tensor.fixed_scale = 1.f / 255.f;
            tensor.written = saturation_of(node(i));
        } else {
            tensor.observe = output;
        }
        plan_.tensors[output] = tensor;
    }

    /// What leaves a body counts as last: whether it is read behind the body is not followed.
    void mark_last() {
        std::set<std::string> read_on;  // by a node with weights, at once or later
        for (auto it = order_.rbegin(); it != order_.rend(); ++it) {
            const auto& outputs = node(*it).output();
            const bool on = has_weights(node(*it)) || std::any_of(outputs.begin(), outputs.end(), [&](const auto& t) { return read_on.contains(t); });
            if (on) read_on.insert(node(*it).input().begin(), node(*it).input().end());
        }
        for (auto& [name, tensor] : plan_.tensors) tensor.last = !read_on.contains(name);
    }

    const GraphEdit& edit_;
    const bool edges_;
    std::vector<int> order_;
    std::vector<char> up_, down_;
    std::set<std::string> heavy_inputs_;
    std::map<int, int> bias_add_;  ///< MatMul -> its Add
    std::map<int, int> bias_of_;   ///< Add -> its MatMul
    StaticPlan plan_;
};

}  // namespace

std::vector<std::string> StaticPlan::observed() const {
    std::set<std::string> names;
    for (const auto& [name, tensor] : tensors) names.insert({tensor.observe.empty() ? name : tensor.observe, name});
    return {names.begin(), names.end()};
}

int input_channel_axis(const onnx::NodeProto& heavy) {
    if (heavy.op_type() == "Conv" || heavy.op_type() == "ConvTranspose") return 1;
    return heavy.op_type() == "Gemm" && attribute_int(heavy, "transA", 0) != 0 ? 0 : -1;
}

std::map<std::string, int> StaticPlan::channel_axes(const GraphEdit& edit) const {
    std::map<std::string, int> axes;
    for (const int i : heavy) {
        const auto at = static_cast<std::size_t>(i);
        axes.emplace(edit.item(at).proto.input(0), input_channel_axis(edit.item(at).proto));
    }
    for (const auto& [name, tensor] : tensors) {
        int maker = edit.producer(name);  // behind clamps that vanished
        while (maker >= 0 && items[static_cast<std::size_t>(maker)].absorbed) maker = edit.producer(edit.item(static_cast<std::size_t>(maker)).proto.input(0));
        if (maker >= 0 && is_heavy(items[static_cast<std::size_t>(maker)].kernel))
            axes.emplace(name, items[static_cast<std::size_t>(maker)].kernel == Kernel::conv ? 1 : -1);
    }
    return axes;
}

StaticPlan plan_static(const GraphEdit& edit, const std::vector<bool>& wants, bool edges) { return Planner(edit, wants, edges).run(); }

std::vector<int> topological(const GraphEdit& edit) {
    std::vector<int> waiting(edit.size(), 0), order, ready;
    std::vector<std::vector<int>> next(edit.size());
    for (std::size_t i = 0; i < edit.size(); ++i) {
        if (edit.item(i).removed) continue;
        std::set<int> before;
        for (const auto& input : edit.item(i).proto.input())
            if (const int p = edit.producer(input); p >= 0) before.insert(p);
        waiting[i] = static_cast<int>(before.size());
        for (const int p : before) next[static_cast<std::size_t>(p)].push_back(static_cast<int>(i));
        if (before.empty()) ready.push_back(static_cast<int>(i));
    }
    while (!ready.empty()) {
        const int i = ready.back();
        ready.pop_back();
        order.push_back(i);
        for (const int reader : next[static_cast<std::size_t>(i)])
            if (--waiting[static_cast<std::size_t>(reader)] == 0) ready.push_back(reader);
    }
    return order;
}

}  // namespace vernier
