// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace onnx {
class NodeProto;
}

namespace vernier {

class GraphEdit;
struct Calibration;
struct Observed;
struct ItemOutcome;
struct MethodFit;
struct Prepared;
struct Workload;
struct Writing;

/// A row of methods(). Those that have names here are the ones that others speak of: FP32 leaves a node as it is.
enum class Method : std::uint8_t { fp32, fp16, int8_dynamic, int8_static };

/// What the nodes of a method compute in: the kernels that the audit expects.
enum class Arithmetic { floating, half, integer };

/// What is known of a method for nodes of one operator, for the one who looks at such a node.
struct OpAdvice {
    std::string_view op;
    std::string_view applied;  ///< what to know where it was applied
    std::string_view kept;     ///< what to know where it was chosen only; {} is the title of the method that it has
    Method instead;            ///< what to choose
};

/// All that is known of a method. CLI, recipe, window, audit and manual read these rows; planning, calibration and writing run
/// their steps in the order of methods_in_order(). A step that a method does not need is null.
struct MethodSpec {
    std::string_view id;        ///< stored in recipes: never rename
    std::string_view title;     ///< "INT8 static"
    std::string_view badge;     ///< "S8"
    std::string_view colour;    ///< "#009E73" (Okabe-Ito)
    char key = ' ';             ///< the window's key, a digit; with Ctrl for the whole model
    bool light_colour = false;  ///< letters on the colour are dark

    int weight_bits = 32;
    int scale_percent = 0;  ///< bytes that scales add, for each 100 weights
    Arithmetic computes = Arithmetic::floating;
    bool needs_calibration = false;
    bool fuses = false;             ///< its nodes compute so only where the runtime fuses them with what stands around them
    bool any_kernel = false;        ///< which kernels run its nodes is left to the runtime: the audit expects none
    bool folds_batch_norm = false;  ///< a BatchNormalization behind its Conv goes into the weights before they are converted
    std::int64_t opset = 0;         ///< of the standard domain that what it writes needs; 0 = any

    /// Nodes that it takes one by one; null: also what lies between its nodes.
    bool (*takes)(const onnx::NodeProto& node) = nullptr;
    /// Notes why nodes cannot have it (Prepared::problem), and what a user should know.
    void (*plan)(Prepared& prepared) = nullptr;
    /// Plans what depends on all nodes together, again whenever one goes back to float; these items stay in float too.
    void (*settle)(Prepared& prepared, const std::set<int>& keep_float) = nullptr;
    /// What becomes of an item that can have it; null: it gets it.
    ItemOutcome (*outcome)(const Prepared& prepared, std::size_t item) = nullptr;

    /// Adds the tensors that calibration shall watch, with the channel axis where one is asked for. False: samples are not wanted.
    bool (*watch)(const Prepared& prepared, std::map<std::string, std::optional<int>>& tensors) = nullptr;
    /// Samples were wanted, but there are none.
    void (*without_samples)(Prepared& prepared, bool has_dataset) = nullptr;
    /// Takes back what the samples did not show, and what it cannot hold of them.
    void (*judge)(Prepared& prepared, const std::map<std::string, Observed>& ranges) = nullptr;
    /// After all have judged: takes back what would lose too much.
    void (*judge_losses)(Prepared& prepared, const std::map<std::string, Observed>& ranges, const Calibration& calibration) = nullptr;

    /// Items that are written as integer operators.
    std::vector<int> (*integer_items)(const Prepared& prepared) = nullptr;
    void (*write)(GraphEdit& edit, const Writing& writing) = nullptr;
    /// What it adds to the outputs of each item as a part of their power, by what calibration saw.
    std::vector<double> (*noise)(const Writing& writing) = nullptr;

    /// The first method to try on such a model, unless one before it (in methods_in_order) is, and why.
    bool (*first_choice)(const Workload& work) = nullptr;
    std::string (*reason)(const Workload& work) = nullptr;
    std::span<const OpAdvice> op_advice = {};
    MethodFit (*fit)(const Workload& work) = nullptr;  ///< never null

    Method method = Method::fp32;  ///< its place in the table, which sets it
};

/// All of them, in the order in which they are shown; the first is FP32.
[[nodiscard]] std::span<const MethodSpec> methods();
/// The same in the order in which they are planned and written, the last first: integers come before the Casts of half precision.
[[nodiscard]] const std::vector<const MethodSpec*>& methods_in_order();
[[nodiscard]] const MethodSpec& row(Method method);
[[nodiscard]] std::optional<Method> method_from_id(std::string_view id);

[[nodiscard]] inline std::string_view id(Method method) { return row(method).id; }
[[nodiscard]] inline bool is_integer(Method method) { return row(method).computes == Arithmetic::integer; }

}  // namespace vernier
