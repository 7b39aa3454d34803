// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/mend.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/flow/check_worker.h"
#include "core/flow/executed.h"
#include "core/flow/half_overflow.h"
#include "core/flow/halving.h"
#include "core/flow/low_sqnr.h"
#include "core/flow/node_names.h"
#include "core/flow/slower.h"

namespace vernier {
namespace {

using Nodes = std::set<NodeId>;

bool has(const Plan& plan, Arithmetic computes) { return plan.count(computes) > 0; }

/// True for a plan with nodes that compute in integers only where the runtime fuses them.
bool has_fused(const Plan& plan) {
    return std::any_of(plan.nodes.begin(), plan.nodes.end(), [](const NodePlan& node) { return node.counted && row(node.applied).fuses; });
}

VerifyLimits limits_of(const Plan& plan) {
    if (has_int4(plan)) return {.sqnr_db = 5};
    if (has_int8(plan)) return {};
    return {20, 0.8};
}

/// Nodes that are converted: what nobody chose explicitly first, so that it is taken back first.
std::vector<NodeId> in_order(const Plan& plan) {
    std::vector<NodeId> order;
    for (const bool chosen : {false, true})
        for (const NodePlan& node : plan.nodes)
            if (node.applied != Method::fp32 && node.chosen.explicit_choice() == chosen) order.push_back(node.node);
    return order;
}

class Mender {
public:
    Mender(const Emitting& emitting, Verifier& verifier, const Model& model, std::filesystem::path target, const Job& job)
        : emitting_(emitting), verifier_(verifier), model_(model), target_(std::move(target)), job_(job) {}

    Mended run() {
        repair();
        raise_low();
        take_back_all_unexecuted();
        if (take_back_slower()) {
            repair();
            take_back_all_unexecuted();
        }
        for (Finding& finding : low_sqnr_findings(low_source(), verified_)) findings_.push_back(std::move(finding));
        for (Finding& finding : differences(executed_, model_, emitting_.plan())) findings_.push_back(std::move(finding));
        if (!has_fused(emitting_.plan())) executed_ = look_at_executed();
        return {std::move(current()), std::move(verified_), std::move(findings_), slower_, std::move(executed_)};
    }

private:
    /// What would be written, and the same in memory where it takes two files.
    struct Staged {
        StagedModel file;
        std::shared_ptr<const onnx::ModelProto> model;
    };

    [[nodiscard]] Staged staged(std::shared_ptr<const onnx::ModelProto> model) const {
        StagedModel file(*model, target_);
        if (!file.readable().empty()) model.reset();
        return {std::move(file), std::move(model)};
    }

    Staged& now() {
        if (!current_) current_.emplace(staged(emitting_.emit({})));
        return *current_;
    }
    StagedModel& current() { return now().file; }

    void keep_float(const Nodes& nodes, const std::string& why) {
        emitting_.keep_float(nodes, why);
        current_.reset();
    }

    /// What would be written: what the runtime makes of it is asked for next.
    [[nodiscard]] Verification check_now() { return now().model ? verifier_.check(now().model) : verifier_.check_with_graph(current().readable()); }

    [[nodiscard]] Verification check(const Staged& staged) { return staged.model ? verifier_.check(staged.model) : verifier_.check(staged.file.readable()); }

    [[nodiscard]] Audit audit() { return current().readable().empty() ? Audit{} : verifier_.executed(current().readable()); }

    /// What is executed where nothing depends on it: only told, so that it may not stop the work nor take its memory.
    [[nodiscard]] Audit look_at_executed() {
        constexpr std::uintmax_t kLargest = 200'000'000;  // bytes; the audit holds several copies
        std::error_code unknown;
        const std::filesystem::path file = current().readable();
        if (file.empty() || std::filesystem::file_size(file, unknown) > kLargest || unknown) return {};
        try {
            return audit();
        } catch (const WorkerDied&) {
            return {};
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::cancelled) throw;
            return {};
        }
    }

    /// Checks, and takes nodes back until nothing is wrong.
    void repair() {
        job_.step("check", 0, 0);
        const Plan plan = emitting_.plan();
        const VerifyLimits limits = limits_of(plan);
        verified_ = check_now();
        const auto fault = verifier_.fault(verified_, limits);
        if (!fault) return;
        const Repair repair = find_repair(plan, limits, *fault);
        say_kept(repair, plan, *fault);
        verified_ = check_now();
        if (const auto left = verifier_.fault(verified_, limits)) fail("is wrong after nodes went back to float", *left);
    }

    [[nodiscard]] LowSource low_source() const { return {emitting_, verifier_, model_, target_, job_}; }

    /// Nothing is wrong any more, but few nodes may cost more than INT8 usually does.
    void raise_low() {
        Raised raised = raise_low_sqnr(low_source(), verified_);
        if (raised.nodes.empty()) return;
        keep_float(raised.nodes, raised.why);
        std::move(raised.findings.begin(), raised.findings.end(), std::back_inserter(findings_));
        verified_ = check_now();
    }

    /// By the processor time of the worker too.
    [[nodiscard]] HalvingBounds bounds(HalvingBounds bounds) const {
        bounds.clock = [this] { return verifier_.cpu_seconds(); };
        return bounds;
    }

    /// The nodes that repair the file, which are taken back.
    Repair find_repair(const Plan& plan, const VerifyLimits& limits, const std::string& fault) {
        int tries = 0;
        const auto repaired_by = [&](const auto& emit) {
            return [this, &emit, &limits, &tries](const Nodes& nodes) {
                job_.step("find what is wrong", static_cast<std::uint64_t>(++tries), 0);
                return !verifier_.fault(check(staged(emit(nodes))), limits);
            };
        };
        const std::string why = "checked before writing: " + fault;
        if (const auto repair = repair_overflows(plan, repaired_by(emitting_.emit))) {
            keep_float(repair->nodes, why);
            return *repair;
        }
        if (const auto repair = smallest_repair(in_order(plan), repaired_by(emitting_.emit), bounds({}))) {
            keep_float(repair->nodes, why);
            return *repair;
        }
        // Each try calibrates again.
        constexpr int kFew = 14;
        constexpr double kLong = 60;
        const auto repair = emitting_.emit_anew ? smallest_repair(in_order(plan), repaired_by(emitting_.emit_anew), bounds({kFew, kLong})) : std::nullopt;
        if (!repair) fail("is wrong, and no node in float repairs it", fault);
        emitting_.leave_untouched(repair->nodes, why);
        current_.reset();
        return *repair;
    }

    /// Where values of FP32 lie beyond the range of half precision, the nodes around them are known: they go back together, since
    /// they may be too many for a search (four in each LayerNorm that is taken apart).
    [[nodiscard]] std::optional<Repair> repair_overflows(const Plan& plan, const std::function<bool(const Nodes&)>& repairs) {
        constexpr std::size_t kSearched = 16;
        if (!has(plan, Arithmetic::half) || !verifier_.has_inputs()) return std::nullopt;
        const Nodes nodes = half_nodes_at(verifier_.beyond_half(tensors_of_half_nodes(model_, plan)), model_, plan);
        if (nodes.empty() || !repairs(nodes)) return std::nullopt;
        if (nodes.size() > kSearched) return Repair{nodes, true, 1};  // each works on what half precision cannot hold
        std::vector<NodeId> order = in_order(plan);
        std::erase_if(order, [&](NodeId node) { return !nodes.contains(node); });
        return smallest_repair(order, repairs, bounds({}));
    }

    [[noreturn]] void fail(const std::string& what, const std::string& fault) const {
        throw Error(ErrorKind::internal, fmt::format("the quantized model {}: {}", what, fault), {.file = model_.path().string()},
                    "Nothing was written. Please report this as a defect of Vernier.");
    }

    /// One finding for what was chosen in the same way: the cause is one.
    void say_kept(const Repair& repair, const Plan& plan, const std::string& fault) {
        for (const bool chosen : {true, false}) {
            std::vector<NodeId> nodes;
            std::set<std::string> methods;
            for (const NodeId id : repair.nodes) {
                const NodePlan& node = plan.nodes.at(static_cast<std::size_t>(id));
                if (node.chosen.explicit_choice() != chosen) continue;
                nodes.push_back(id);
                methods.insert(std::string(row(node.applied).title));
            }
            if (nodes.empty()) continue;
            const bool one = nodes.size() == 1;
            findings_.push_back(
                {chosen ? Severity::serious : Severity::warning,
                 "kept-float",
                 nodes.front(),
                 model_.node(nodes.front()).label,
                 {},
                 fmt::format("{} stay{} in float{}: with {} in {}, {}.", node_names(model_, nodes), one ? "s" : "",
                             chosen ? ", though a rule or a click chose otherwise" : "", one ? "it" : "them", fmt::join(methods, " or "), fault),
                 repair.smallest ? "" : "The search ended at its limit; fewer nodes may do."});
        }
    }

    /// Each node that goes back may leave another one alone between conversions.
    void take_back_all_unexecuted() {
        for (int round = 0; round < 3 && take_back_unexecuted(); ++round) repair();
    }

    /// INT8 nodes that run in float cost two conversions and gain nothing.
    bool take_back_unexecuted() {
        const Plan plan = emitting_.plan();
        executed_ = has_fused(plan) ? audit() : Audit{};
        Nodes nodes;
        for (const NodeId id : unexecuted(executed_, model_, plan))
            if (!plan.nodes[static_cast<std::size_t>(id)].chosen.explicit_choice()) nodes.insert(id);
        if (nodes.empty()) return false;
        keep_float(nodes, "the runtime would run it in float, between two conversions");
        findings_.push_back({Severity::info,
                             "kept-float",
                             *nodes.begin(),
                             model_.node(*nodes.begin()).label,
                             {},
                             fmt::format("{} INT8 node{} in float, because the runtime has no kernel for {}.", grouped(nodes.size()),
                                         nodes.size() == 1 ? " stays" : "s stay", nodes.size() == 1 ? "it" : "them"),
                             {}});
        return true;
    }

    bool take_back_slower() {
        if (!emitting_.timing || current().readable().empty()) return false;
        const Slower slower = find_slower(emitting_, verifier_, model_, current(), job_);
        findings_.insert(findings_.end(), slower.findings.begin(), slower.findings.end());
        for (const auto& [nodes, why] : slower.take_back) keep_float(nodes, why);
        slower_ = !slower.take_back.empty();
        return slower_;
    }

    const Emitting& emitting_;
    Verifier& verifier_;
    const Model& model_;
    std::filesystem::path target_;
    const Job& job_;
    std::optional<Staged> current_;
    Verification verified_;
    std::vector<Finding> findings_;
    Audit executed_;
    bool slower_ = false;
};

}  // namespace

Mended mend(const Emitting& emitting, Verifier& verifier, const Model& model, const std::filesystem::path& target, const Job& job) {
    return Mender(emitting, verifier, model, target, job).run();
}

}  // namespace vernier
