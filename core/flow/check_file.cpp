// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/check_file.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <utility>

#include "core/audit/audit.h"
#include "core/base/error.h"
#include "core/flow/level_cause.h"
#include "core/flow/open.h"
#include "core/flow/run_faults.h"
#include "core/flow/unrolled.h"
#include "core/layers/tensor_error.h"
#include "core/layers/twin_rules.h"
#include "core/measure/cast.h"
#include "core/model/damage.h"
#include "core/model/weights.h"

namespace vernier {
namespace {

constexpr double kLevelsDb = 20;  // fused integer kernels differ from the file's arithmetic by a step, which leaves more

std::size_t at(std::int32_t id) { return static_cast<std::size_t>(id); }

bool is_float(const Tensor& tensor) {
    return tensor.type == ElementType::float32 || tensor.type == ElementType::float16 || tensor.type == ElementType::float64 ||
           tensor.type == ElementType::bfloat16;
}

std::unique_ptr<Session> open_model_session(const RuntimePtr& runtime, const Model& model, const Target& target) {
    return Session::open(runtime, std::make_shared<const onnx::ModelProto>(inlined_proto(model)), target);
}

/// A file held against itself: every float tensor that a node of its own makes, behind the codes that it goes through.
Twins same_file(const Model& model) {
    Twins twins;
    twins.nodes.resize(model.nodes().size());
    twins.reference_of.resize(model.nodes().size());
    for (const Node& node : model.nodes()) {
        twins.nodes[at(node.id)] = {Twin::Kind::same, Twin::By::name, {node.id}};
        twins.reference_of[at(node.id)] = node.id;
        if (node.op_type == "Constant" || is_carrier(model, node) || node.outputs.empty() || node.outputs[0] == kNone) continue;
        TensorPair pair{node.outputs[0], node.outputs[0], node.outputs[0], kNone, node.id};
        for (const NodeId reader : model.value(pair.made).consumers)
            if (model.node(reader).op_type == "QuantizeLinear" && model.node(reader).inputs[0] == pair.made) pair.quantize = reader;
        twins.tensors.push_back(pair);
    }
    return twins;
}

class Checker {
public:
    Checker(const RuntimePtr& runtime, const DatasetPtr& data, const CheckOptions& options, const Job& job)
        : runtime_(runtime), data_(data), options_(options), job_(job) {}

    CheckedFile run(ModelPtr reference, ModelPtr quantized) {
        checked_.reference = std::move(reference);
        checked_.quantized = std::move(quantized);
        job_.step("pair nodes", 0, 0);
        checked_.twins = pair_nodes(*checked_.reference, *checked_.quantized, job_);
        const FilePair files{*checked_.reference, *checked_.quantized, checked_.twins};
        take(stored_faults(files, job_));
        if (damage_of(*checked_.quantized)) {
            tell_damage();
            return std::move(checked_);
        }
        try {
            run_all(files);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::bad_model) throw;
            expect_reference_runs();
            tell_refusal(error);
        }
        sort();
        return std::move(checked_);
    }

private:
    void run_all(const FilePair& files) {
        job_.step("look at the executed graph", 0, 0);
        audit_ = audit_model(runtime_, inlined_proto(*checked_.quantized), {}, options_.target);
        if (data_) run_samples(files);
        take(faults_of_execution(files, audit_, checked_.faults));
        if (data_) look_at_levels(files);
    }

    /// A file is not to blame where FP32 itself does not run.
    void expect_reference_runs() {
        try {
            (void)open_model_session(runtime_, *checked_.reference, options_.target.at(GraphLevel::off));
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::bad_model) throw;
            throw Error(ErrorKind::bad_model, fmt::format("cannot be run, so that no file can be held against it: {}", error.what()),
                        {.file = checked_.reference->path().string()}, "Give an FP32 file that ONNX Runtime runs");
        }
    }

    /// The runtime does not take the file: what is stored in it may have told why.
    void tell_refusal(const Error& error) {
        const std::string text = fmt::format("ONNX Runtime does not run the file: {}.", error.what());
        checked_.findings.push_back({Severity::serious, "cannot-run", kNone, error.where().node, error.where().tensor, text, {}});
        if (checked_.faults.empty()) checked_.faults.push_back({"cannot-run", kNone, error.where().node, text, "Quantize the model again."});
    }

    /// What is stored wrong at a node says more than what its tensors then show.
    void take(std::vector<Fault> faults) {
        const auto is_stored = [](const Fault& fault) {
            return fault.code == "wrong-axis" || fault.code == "wrong-bias-scale" || fault.code == "opset" || fault.code == "saturated-scale";
        };
        const auto is_seen = [](const Fault& fault) {
            return fault.code == "wide-range-quantized" || fault.code == "saturated-scale" || fault.code == "dead-output";
        };
        for (Fault& fault : faults) {
            const bool known = is_seen(fault) && std::any_of(checked_.faults.begin(), checked_.faults.end(), [&](const Fault& each) {
                                   return each.node != kNone && each.node == fault.node && is_stored(each);
                               });
            if (!known) checked_.faults.push_back(std::move(fault));
        }
    }

    void tell_damage() {
        const Error error = *damage_of(*checked_.quantized);
        if (checked_.faults.empty()) throw error;
        checked_.findings.push_back({Severity::serious, "damaged", kNone, {}, {}, fmt::format("The file cannot be run: {}.", error.what()), {}});
    }

    void run_samples(const FilePair& files) {
        OnTheWayRequest request{files.reference, files.quantized, files.twins, data_, options_.samples, options_.target};
        checked_.way = errors_on_the_way(runtime_, request, job_);
        take(faults_on_the_way(files, checked_.way));
    }

    /// The outputs of the file at both levels, against FP32 and against each other.
    void look_at_levels(const FilePair& files) {
        const auto reference = open_model_session(runtime_, files.reference, options_.target);
        const auto all = open_model_session(runtime_, files.quantized, options_.target);
        std::unique_ptr<Session> off;
        try_plain([&] { off = open_model_session(runtime_, files.quantized, options_.target.at(GraphLevel::off)); });
        const Split split = data_->size(Split::validation) > 0 ? Split::validation : Split::calibration;
        std::vector<ErrorSums> against(all->outputs().size()), levels(all->outputs().size());
        const auto picked = pick_samples(*data_, split, options_.samples);
        for (std::size_t from = 0; from < picked.size();) {
            job_.step("compare outputs", from, picked.size());
            const std::size_t count = std::min<std::size_t>(std::max<std::uint64_t>(1, data_->batch()), picked.size() - from);
            const auto inputs = load_run(*data_, split, std::span(picked).subspan(from, count));
            from += count;
            const auto mine = reference->run(fitted(reference->inputs(), inputs), {}, job_.stop());
            const auto theirs = all->run(fitted(all->inputs(), inputs), {}, job_.stop());
            std::vector<Tensor> plain;
            if (off && !try_plain([&] { plain = off->run(fitted(off->inputs(), inputs), {}, job_.stop()); })) off.reset();
            for (std::size_t i = 0; i < theirs.size(); ++i) {
                if (!is_float(theirs[i])) continue;
                const std::vector<float> values = to_floats(theirs[i]);
                if (const auto k = place(reference->outputs(), all->outputs()[i].name, i); k && mine[*k].count() == theirs[i].count())
                    against[i].add(to_floats(mine[*k]), values);
                if (i < plain.size() && plain[i].count() == theirs[i].count()) levels[i].add(to_floats(plain[i]), values);
            }
        }
        tell_outputs(files, *all, against, levels);
    }

    /// Without graph optimizations some files cannot be run, which is told once; the rest is judged all the same.
    bool try_plain(const std::function<void()>& work) {
        try {
            work();
            return true;
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::bad_model) throw;
            checked_.findings.push_back({Severity::warning,
                                         "levels-unknown",
                                         kNone,
                                         error.where().node,
                                         error.where().tensor,
                                         fmt::format("Without graph optimizations the file cannot be run: {}.", error.what()),
                                         {}});
            return false;
        }
    }

    static std::optional<std::size_t> place(const std::vector<Port>& ports, const std::string& name, std::size_t otherwise) {
        for (std::size_t i = 0; i < ports.size(); ++i)
            if (ports[i].name == name) return i;
        return otherwise < ports.size() ? std::optional(otherwise) : std::nullopt;
    }

    void tell_outputs(const FilePair& files, const Session& session, const std::vector<ErrorSums>& against, const std::vector<ErrorSums>& levels) {
        std::optional<CheckedOutput> worst;
        for (std::size_t i = 0; i < against.size(); ++i) {
            TensorError error, level;
            against[i].tell(error);
            levels[i].tell(level);
            if (error.count == 0) continue;
            CheckedOutput output{session.outputs()[i].name, error.sqnr_db};
            if (level.count > 0) output.levels_db = level.sqnr_db;
            if (output.levels_db && *output.levels_db < kLevelsDb && (!worst || *output.levels_db < *worst->levels_db)) worst = output;
            checked_.outputs.push_back(std::move(output));
        }
        if (worst) tell_levels(files, *worst);
    }

    void tell_levels(const FilePair& files, const CheckedOutput& output) {
        const Twins twins = same_file(files.quantized);
        OnTheWayRequest request{files.quantized, files.quantized, twins, data_, options_.samples, options_.target};
        request.same_file = true;
        request.reference_target = options_.target.at(GraphLevel::off);
        const OnTheWay way = errors_on_the_way(runtime_, request, job_);
        const NodeId node = way.first ? way.first->node : kNone;
        const std::string cause = level_cause(files.quantized, node, audit_);
        const std::string where = node == kNone ? ""
                                                : fmt::format(" This node is the first that does: {:.1f} dB in front of it, {:.1f} dB behind.",
                                                              way.first->before_db, way.first->after_db);
        // What the tensors show at this node comes of that.
        std::erase_if(checked_.faults, [&](const Fault& fault) { return node != kNone && fault.node == node && fault.code == "wide-range-quantized"; });
        take({Fault{"levels-differ", node, files.label(node),
                    fmt::format("With and without the runtime's graph optimizations the file gives other answers at {} ({:.1f} dB).{}{}{}", output.name,
                                *output.levels_db, where, cause.empty() ? "" : " ", cause),
                    cause.empty() ? "Look at what the runtime makes of this node, or leave it in FP32."
                                  : "Leave this node in FP32, or quantize it so that what the runtime makes of it can hold its numbers."}});
    }

    /// Where most is lost comes first, then what is seen at the outputs too; else they stand in the order of the file.
    void sort() {
        const OnTheWay& way = checked_.way;
        double most = 0;
        for (Fault& fault : checked_.faults) {
            if (way.by_reach) fault.weight = 0;
            std::string reach;
            for (const Parting& parting : way.partings) {
                if (fault.node == kNone || parting.twin != fault.node) continue;
                fault.weight = std::max(fault.weight, way.weight(parting));
                reach = parting.reach_text();
            }
            fault.text += reach;
            most = std::max(most, fault.weight);
        }
        constexpr double kSeen = 0.01;
        const auto rank = [&](const Fault& fault) { return most > 0 && 2 * fault.weight >= most ? 0 : way.by_reach && fault.weight >= kSeen ? 1 : 2; };
        std::stable_sort(checked_.faults.begin(), checked_.faults.end(),
                         [&](const Fault& a, const Fault& b) { return rank(a) != rank(b) ? rank(a) < rank(b) : a.node < b.node; });
    }

    const RuntimePtr& runtime_;
    const DatasetPtr& data_;
    const CheckOptions& options_;
    const Job& job_;
    CheckedFile checked_;
    Audit audit_;  ///< of the quantized file
};

/// A file that does not hold together is opened as far as it does: what is stored in it may tell why.
ModelPtr open_stranger(const RuntimePtr& runtime, const std::filesystem::path& path, const Job& job, const SizeChoices& sizes) {
    try {
        return open_for_work(runtime, path, job, sizes);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::bad_model) throw;
        return open_for_look(runtime, path, job, sizes);
    }
}

}  // namespace

CheckedFile check_models(const RuntimePtr& runtime, const CheckedModels& models, const CheckOptions& options, const Job& job) {
    const DatasetPtr data = unrolled(models.data, {runtime, models.reference, options.target, options.samples}, job);
    return Checker(runtime, data, options, job).run(models.reference, models.quantized);
}

CheckedFile check_file(const RuntimePtr& runtime, const CheckFileRequest& request, const Job& job) {
    const ModelPtr reference = open_for_work(runtime, request.reference, job, request.sizes);
    const ModelPtr quantized = open_stranger(runtime, request.quantized, job, request.sizes);
    CheckedFile checked = check_models(runtime, {reference, quantized, open_data(request.data, *reference)}, request.options, job);
    if (request.data.empty())
        checked.findings.push_back(
            {Severity::info, "check-without-data", kNone, {}, {}, "Without samples only what is stored and executed is judged.", "Give --data."});
    return checked;
}

Json to_json(const CheckedFile& checked) {
    Json faults = Json::array(), unpaired = Json::array(), outputs = Json::array();
    for (const Fault& fault : checked.faults)
        faults.push_back({{"code", fault.code},
                          {"node", fault.label},
                          {"id", fault.node == kNone ? Json() : Json(fault.node)},
                          {"text", fault.text},
                          {"remedy", fault.remedy}});
    for (const Node& node : checked.reference->nodes())
        if (node.op_type != "Constant" && checked.twins.nodes[at(node.id)].kind == Twin::Kind::missing) unpaired.push_back(node.label);
    for (const CheckedOutput& output : checked.outputs)
        outputs.push_back({{"name", output.name}, {"sqnr_db", output.sqnr_db}, {"levels_db", output.levels_db ? Json(*output.levels_db) : Json()}});
    Json places = Json::array();
    for (const Parting& parting : checked.way.places()) places.push_back(to_json(parting, *checked.reference));
    return {{"model", checked.quantized->path().string()},
            {"against", checked.reference->path().string()},
            {"nodes", {{"counted", checked.twins.counted}, {"found", checked.twins.found}}},
            {"unpaired", std::move(unpaired)},
            {"faults", std::move(faults)},
            {"first_divergence", checked.way.first ? to_json(*checked.way.first, *checked.reference) : Json()},
            {"divergences", std::move(places)},
            {"outputs", std::move(outputs)},
            {"samples", checked.way.samples},
            {"findings", to_json(checked.findings)}};
}

}  // namespace vernier
