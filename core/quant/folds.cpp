// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/folds.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "core/model/evaluate.h"
#include "core/quant/detail/protos.h"

namespace vernier {
namespace {

constexpr int kMaxDepth = 64;                       ///< longer sub-graphs are no weights of an exporter,
constexpr std::size_t kMaxNodes = 64;               ///< nor are larger ones
constexpr std::uint64_t kSmallElements = 1U << 16;  ///< results up to here are folded whatever they are made of
constexpr std::uint64_t kMaxIntegers = 1024;        ///< integers are axes, shapes and bounds, never weights
constexpr std::uint64_t kSmallBytes = 4096;         ///< growth that nobody notices

bool is_real(ElementType type) {
    return type == ElementType::float32 || type == ElementType::float64 || type == ElementType::float16 || type == ElementType::bfloat16;
}

const onnx::NodeProto& proto(const GraphEdit& edit, int index) { return edit.item(static_cast<std::size_t>(index)).proto; }

/// The constants that a sub-graph is made of.
struct Leaves {
    std::set<std::string> names;
    std::uint64_t elements = 0, bytes = 0, codes = 0;  ///< codes: bytes of integers of 8 bits or fewer
};

/// A rewriting may have given the node another constant, or another node its place.
bool still_reads(const GraphEdit& edit, const Fold& fold) {
    const auto& item = edit.item(static_cast<std::size_t>(fold.item));
    return !item.removed && fold.slot < item.proto.input_size() && item.proto.input(fold.slot) == fold.folded;
}

class Folder {
public:
    explicit Folder(GraphEdit& edit) : edit_(edit) {}

    Folds run(std::span<const FoldFor> chosen) {
        for (const FoldFor& each : chosen) {
            const int inputs = proto(edit_, each.item).input_size();
            if (is_constant_item(each.item)) continue;  // a part of a sub-graph itself
            for (int slot = 0; slot < inputs; ++slot) fold(each, slot);
        }
        return std::move(folds_);
    }

private:
    bool is_constant_item(int index) {
        const auto& node = proto(edit_, index);
        return node.output_size() > 0 && !node.output(0).empty() && is_constant(node.output(0), 0);
    }

    /// An initializer, or what known operators make of initializers.
    bool is_constant(const std::string& name, int depth) {
        if (edit_.is_constant(name)) return true;
        const int maker = edit_.producer(name);
        if (maker < 0 || depth > kMaxDepth) return false;
        if (const auto found = constant_.find(name); found != constant_.end()) return found->second;
        const auto& node = proto(edit_, maker);
        bool constant = can_evaluate(node) && node.input_size() > 0;
        for (int slot = 0; constant && slot < node.input_size(); ++slot) constant = node.input(slot).empty() || is_constant(node.input(slot), depth + 1);
        return constant_[name] = constant;
    }

    void collect_leaves(const std::string& name, Leaves& leaves, std::set<int>& items) const {
        if (edit_.is_constant(name)) {
            if (!leaves.names.insert(name).second) return;
            const ElementType type = edit_.type(name).element;
            const std::uint64_t count = element_count(edit_.dims(name)), bytes = byte_size(type, count);
            leaves.elements += count;
            leaves.bytes += bytes;
            if (bits(type) <= 8) leaves.codes += bytes;
            return;
        }
        const int maker = edit_.producer(name);
        if (!items.insert(maker).second) return;
        for (const auto& input : proto(edit_, maker).input())
            if (!input.empty()) collect_leaves(input, leaves, items);
    }

    /// Results of one sub-graph: what two of its nodes read is computed once.
    using Results = std::map<std::string, std::optional<Tensor>>;

    const std::optional<Tensor>& value(const std::string& name, std::uint64_t max_elements, Results& results) const {
        if (const auto found = results.find(name); found != results.end()) return found->second;
        auto made = computed(name, max_elements, results);
        return results[name] = std::move(made);
    }

    std::optional<Tensor> computed(const std::string& name, std::uint64_t max_elements, Results& results) const {
        const int maker = edit_.producer(name);
        const auto& node = proto(edit_, maker);
        std::vector<Initializer> views(static_cast<std::size_t>(node.input_size()));
        Evaluation request{&node, 0, {}, max_elements};
        for (int slot = 0; slot < node.output_size(); ++slot)
            if (node.output(slot) == name) request.output = slot;
        for (std::size_t slot = 0; slot < views.size(); ++slot) {
            const std::string& input = node.input(static_cast<int>(slot));
            request.inputs.push_back(input.empty() ? nullptr : &views[slot]);
            if (input.empty()) continue;
            if (const auto* tensor = edit_.initializer(input)) {
                views[slot] = as_initializer(*tensor);
                continue;
            }
            const std::optional<Tensor>& made = value(input, max_elements, results);
            if (!made) return std::nullopt;
            views[slot].type = made->type;
            views[slot].dims = made->dims;
            views[slot].data = made->bytes;
        }
        return evaluate(request);
    }

    void fold(const FoldFor& reader, int slot) {
        const std::string name = proto(edit_, reader.item).input(slot);
        if (name.empty() || edit_.is_constant(name) || !is_constant(name, 0)) return;
        auto found = done_.find(name);
        if (found == done_.end()) found = done_.emplace(name, compute(name)).first;
        const Done& done = found->second;
        if (done.folded.empty()) return;  // the method says what it misses
        const std::uint64_t wanted = done.elements * static_cast<std::uint64_t>(reader.weight_bits) / 8;
        if (done.real && !reader.explicit_choice && wanted > done.bytes + done.bytes / 10 + kSmallBytes) {
            if (done.codes)
                folds_.reasons[reader.item] = fmt::format("its weight is stored in integers already: {} bytes, which would become {}", done.bytes, wanted);
            return;
        }
        edit_.set_input(reader.item, slot, done.folded);
        folds_.reads.push_back({reader.item, slot, name, done.folded});
        folds_.chain.insert(done.items.begin(), done.items.end());
    }

    struct Done {
        std::string folded;                     ///< empty where it cannot be, or is too large
        std::uint64_t elements = 0, bytes = 0;  ///< of the result; of what it is made of
        bool real = false, codes = false;       ///< float; made of integers of 8 bits or fewer
        std::set<int> items;
    };

    Done compute(const std::string& name) {
        Done done;
        Leaves leaves;
        collect_leaves(name, leaves, done.items);
        done.bytes = leaves.bytes;
        if (done.items.size() > kMaxNodes) return done;
        Results results;
        const auto& tensor = value(name, std::max(kSmallElements, 2 * leaves.elements), results);
        if (!tensor) return done;
        done.elements = tensor->count();
        done.real = is_real(tensor->type);
        done.codes = leaves.codes > leaves.bytes / 2;
        if (!done.real && done.elements > kMaxIntegers) return done;
        done.folded = edit_.add_initializer(name + "_folded", tensor->type, tensor->dims, tensor->bytes);
        return done;
    }

    GraphEdit& edit_;
    Folds folds_;
    std::unordered_map<std::string, bool> constant_;
    std::unordered_map<std::string, Done> done_;
};

}  // namespace

Folds fold_constants(GraphEdit& edit, std::span<const FoldFor> chosen) { return Folder(edit).run(chosen); }

std::set<int> live_chain(const GraphEdit& edit, const Folds& folds, const std::function<bool(int item)>& stays_float) {
    std::vector<std::string> wanted;
    for (const Fold& fold : folds.reads)
        if (still_reads(edit, fold) && stays_float(fold.item)) wanted.push_back(fold.computed);
    for (const int index : folds.chain) {
        for (const auto& output : proto(edit, index).output()) {
            const auto readers = edit.readers(output);
            const bool outside = std::any_of(readers.begin(), readers.end(), [&](int reader) { return !folds.chain.contains(reader); });
            if (outside || edit.is_output(output) || edit.has_outer_reads(output)) wanted.push_back(output);
        }
    }
    std::set<int> live;
    while (!wanted.empty()) {
        const int maker = edit.producer(wanted.back());
        wanted.pop_back();
        if (maker < 0 || !live.insert(maker).second) continue;
        for (const auto& input : proto(edit, maker).input())
            if (!input.empty()) wanted.push_back(input);
    }
    return live;
}

void unfold(GraphEdit& edit, const Folds& folds, const std::function<bool(int item)>& stays_float) {
    const std::set<int> live = live_chain(edit, folds, stays_float);
    for (const Fold& fold : folds.reads)
        if (still_reads(edit, fold) && stays_float(fold.item)) edit.set_input(fold.item, fold.slot, fold.computed);
    for (const int index : folds.chain)
        if (!live.contains(index)) edit.remove(index);
}

}  // namespace vernier
