// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "core/base/error.h"
#include "core/model/detail/steps.h"
#include "core/model/domain.h"

namespace vernier {
namespace {

constexpr std::int64_t kNewestOpset = 26;   // of the standard domain, ONNX Runtime 1.31.1
constexpr std::int64_t kNewestMlOpset = 5;  // of ai.onnx.ml
constexpr std::uint64_t kMaxExpandedNodes = 200'000;
constexpr int kMaxLevels = 100;  // of calls and subgraphs within each other
constexpr int kMaxGraphDepth = 32;

[[noreturn]] void refuse(std::string what, std::string remedy = {}) { throw Error(ErrorKind::bad_model, std::move(what), {}, std::move(remedy)); }

std::uint64_t add(std::uint64_t a, std::uint64_t b) {
    const std::uint64_t sum = a + b;
    return sum < a ? std::numeric_limits<std::uint64_t>::max() : sum;
}

/// A version from the future: the file can be looked at, but who knows what it means.
void too_new(Model::Parts& parts, std::string what, std::string remedy) {
    note_damage(parts, Error(ErrorKind::bad_model, std::move(what), {}, std::move(remedy)));
}

void check_versions(Model::Parts& parts, const onnx::ModelProto& proto) {
    if (!proto.has_ir_version() || proto.ir_version() < 1) refuse("has no IR version, so it is not an ONNX model", "Check that the file is a whole ONNX model");
    if (proto.ir_version() > onnx::Version::IR_VERSION)
        too_new(parts, fmt::format("has IR version {}; the newest known one is {}", proto.ir_version(), static_cast<int>(onnx::Version::IR_VERSION)),
                "Export it with an older version of onnx");
    if (!proto.has_graph()) refuse("has no graph", "Check that the file is a whole ONNX model");
    if (proto.opset_import().empty()) refuse("imports no operator set", "Export it again with an opset from 7 to 26");
    for (const auto& import : proto.opset_import()) {
        const bool standard = is_standard_domain(import.domain());
        const bool ml = import.domain() == "ai.onnx.ml";
        if (import.version() < 1 && (standard || ml)) refuse(fmt::format("imports opset {}, which does not exist", import.version()));
        const std::int64_t newest = standard ? kNewestOpset : kNewestMlOpset;
        if ((standard || ml) && import.version() > newest)
            too_new(parts, fmt::format("needs opset {} of {}; ONNX Runtime 1.31 takes at most {}", import.version(), ml ? "ai.onnx.ml" : "ai.onnx", newest),
                    fmt::format("Export it with opset {} or older", newest));
    }
}

/// How many nodes there are when every function call is followed. Counted before anything expands them.
class Expansion {
public:
    explicit Expansion(const onnx::ModelProto& proto) {
        for (const onnx::FunctionProto& function : proto.functions())
            functions_.emplace(key(function.domain(), function.name(), function.overload()), Entry{&function});
    }

    struct Size {
        std::uint64_t nodes = 0;
        int levels = 0;  ///< deepest nesting of calls and subgraphs
    };

    Size of_nodes(const google::protobuf::RepeatedPtrField<onnx::NodeProto>& nodes, int level, int graphs) {
        if (graphs > kMaxGraphDepth) refuse(fmt::format("has subgraphs nested deeper than {}", kMaxGraphDepth));
        if (level > kMaxLevels) refuse_depth();
        Size total;
        for (const onnx::NodeProto& node : nodes) {
            total.nodes = add(total.nodes, 1);
            merge(total, of_call(node, level));
            for (const onnx::AttributeProto& attribute : node.attribute()) {
                if (attribute.has_g()) merge(total, below(of_nodes(attribute.g().node(), level + 1, graphs + 1)));
                for (const onnx::GraphProto& graph : attribute.graphs()) merge(total, below(of_nodes(graph.node(), level + 1, graphs + 1)));
            }
        }
        return total;
    }

private:
    struct Entry {
        const onnx::FunctionProto* function = nullptr;
        bool open = false;
        bool known = false;
        Size size = {};
    };

    static std::string key(const std::string& domain, const std::string& name, const std::string& overload) {
        return (is_standard_domain(domain) ? std::string() : domain) + '\n' + name + '\n' + overload;
    }

    static void merge(Size& total, const Size& part) {
        total.nodes = add(total.nodes, part.nodes);
        total.levels = std::max(total.levels, part.levels);
    }

    static Size below(Size size) {
        ++size.levels;
        return size;
    }

    Size of_call(const onnx::NodeProto& node, int level) {
        const auto found = functions_.find(key(node.domain(), node.op_type(), node.overload()));
        if (found == functions_.end()) return {};
        Entry& entry = found->second;
        if (entry.open) refuse(fmt::format("function '{}' calls itself", printable(node.op_type())));
        if (!entry.known) {
            entry.open = true;
            entry.size = of_nodes(entry.function->node(), level + 1, 0);
            entry.open = false;
            entry.known = true;
        }
        if (level + 1 + entry.size.levels > kMaxLevels) refuse_depth();
        return below(entry.size);
    }

    [[noreturn]] static void refuse_depth() { refuse(fmt::format("has function calls nested deeper than {}", kMaxLevels)); }

    std::unordered_map<std::string, Entry> functions_;
};

}  // namespace

void check_bounds(Model::Parts& parts) {
    const onnx::ModelProto& proto = parts.source->proto;
    check_versions(parts, proto);
    Expansion expansion(proto);
    const std::uint64_t own = static_cast<std::uint64_t>(proto.graph().node_size());
    const std::uint64_t nodes = expansion.of_nodes(proto.graph().node(), 0, 0).nodes;
    // A large plain graph is the user's own wish; only what functions multiply is bounded.
    if (nodes > kMaxExpandedNodes && nodes / 2 > own && !proto.functions().empty())
        refuse(fmt::format("its functions expand to {} nodes; at most {} are followed", nodes, kMaxExpandedNodes));
    // Functions that nobody calls are checked by onnx's tools too.
    for (const onnx::FunctionProto& function : proto.functions()) {
        const std::uint64_t size = expansion.of_nodes(function.node(), 1, 0).nodes;
        if (size > kMaxExpandedNodes)
            refuse(fmt::format("its function '{}' expands to {} nodes; at most {} are followed", printable(function.name()), size, kMaxExpandedNodes));
    }
}

}  // namespace vernier
