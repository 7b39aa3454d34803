// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/static_loss.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "core/quant/calibration/table.h"
#include "core/quant/methods/channel_loss.h"
#include "core/quant/methods/log_loss.h"

namespace vernier {
namespace {

constexpr double kLostOperand = 0.25;  ///< of an operand's power: 6 dB are left
constexpr double kWider = 4;           ///< a part is only called lost where the whole is so much wider

double decibels(double noise_part) { return noise_part > 0 ? -10 * std::log10(noise_part) : 200; }

/// Mean of squares, from the histogram; exact zeros count as zero.
double power_of(const Observed& observed) {
    if (observed.count == 0) return 0;
    const double width = std::ldexp(2.0 / Observed::kBins, observed.exponent), start = -std::ldexp(1.0, observed.exponent);
    double sum = 0;
    for (std::size_t b = 0; b < observed.bins.size(); ++b) {
        const double centre = start + width * (double(b) + 0.5);
        const auto zeros = b == Observed::kBins / 2 ? std::min(observed.zeros, observed.bins[b]) : 0;
        sum += centre * centre * double(observed.bins[b] - zeros);
    }
    return sum / double(observed.count);
}

/// Part of a power that rounding to a step takes: numbers below the step are lost whole, not by a twelfth of it.
double lost_part(double power, double step) { return power > 0 ? std::min(power, step * step / 12) / power : 0; }

class Judge {
public:
    Judge(const GraphEdit& edit, const StaticPlan& plan, const Ranges& ranges, const Calibration& calibration)
        : edit_(edit), plan_(plan), ranges_(ranges), calibration_(calibration) {}

    std::vector<StaticLoss> run() {
        for (int i = 0; i < static_cast<int>(plan_.items.size()); ++i) {
            const StaticItem& item = plan_.items[at(i)];
            if (item.kernel == Kernel::none || item.absorbed) continue;
            if (item.kernel == Kernel::concat) judge_operands(i);
            if (item.kernel == Kernel::binary) judge_constant(i);
            if (item.kernel == Kernel::same_scale) judge_parts(i);
            if (is_heavy(item.kernel)) {
                judge_products(i);
                judge_runs(i);
                judge_logs(i);
            }
            if (item.kernel == Kernel::conv) judge_channels(i);
        }
        return std::move(losses_);
    }

    [[nodiscard]] std::vector<double> noise(const std::vector<bool>& per_channel) const {
        std::vector<double> parts(plan_.items.size(), 0.0);
        for (int i = 0; i < static_cast<int>(parts.size()); ++i) {
            const StaticItem& item = plan_.items[at(i)];
            if (item.kernel == Kernel::none || item.absorbed) continue;
            parts[at(i)] = noise_of_output(i) + (is_heavy(item.kernel) ? noise_of_product(i, per_channel[at(i)]) : 0);
        }
        return parts;
    }

private:
    static std::size_t at(int i) { return static_cast<std::size_t>(i); }
    const onnx::NodeProto& node(int i) const { return edit_.item(at(i)).proto; }
    bool runs(int i) const { return i >= 0 && at(i) < plan_.items.size() && plan_.items[at(i)].kernel != Kernel::none; }

    const Observed* seen(const std::string& tensor) const {
        const auto found = ranges_.find(tensor);
        return found == ranges_.end() || found->second.count == 0 ? nullptr : &found->second;
    }

    std::optional<Range> range(const std::string& tensor) const {
        const auto found = plan_.tensors.find(tensor);
        if (found == plan_.tensors.end()) return {};
        if (found->second.observe.empty()) return in_dialect({0, 255 * found->second.fixed_scale});
        if (seen(found->second.observe) == nullptr) return {};
        return in_dialect(range_of_key(plan_, ranges_, calibration_, found->second.observe));
    }

    /// What the codes of the dialect span.
    Range in_dialect(Range range) const {
        if (plan_.dialect == Dialect::u8s8) return range;
        const float most = std::max(-range.lo, range.hi);
        return {-most, most};
    }

    static double step_of(const Range& range) { return (double(range.hi) - double(range.lo)) / 255; }

    /// The quantized tensor behind a node: after clamps that vanished.
    std::string behind(int i, int slot = 0) const {
        std::string output = node(i).output(slot);
        for (int reader = edit_.only_reader(output); runs(reader) && plan_.items[at(reader)].absorbed; reader = edit_.only_reader(output))
            output = node(reader).output(0);
        return output;
    }

    void judge_operands(int i) {
        const std::string output = behind(i);
        const auto all = range(output);
        if (!all) return;
        for (const auto& input : node(i).input()) {
            const Observed* operand = seen(input);
            if (operand == nullptr || step_of(*all) * 255 < kWider * (double(operand->max) - double(operand->min))) continue;
            const double lost = lost_part(power_of(*operand), step_of(*all));
            if (lost <= kLostOperand) continue;
            const std::string what = fmt::format(
                "its operand '{}' lies between {:.3g} and {:.3g}, the whole between {:.3g} and {:.3g}, "
                "so that one step of their scale is {:.3g}",
                input, operand->min, operand->max, all->lo, all->hi, step_of(*all));
            return add({output, i, decibels(lost), what, with_readers(output, {i})});
        }
    }

    /// Add of a constant: the other operand is lost where the sum is far wider, and drowned where the constant's codes are coarse.
    void judge_constant(int i) {
        if (node(i).op_type() != "Add") return;
        const std::string output = behind(i);
        const auto all = range(output);
        for (int slot = 0; slot < 2 && all; ++slot) {
            if (!edit_.is_constant(node(i).input(slot))) continue;
            const Observed* operand = seen(node(i).input(1 - slot));
            if (operand == nullptr) return;
            const double power = power_of(*operand), codes = rounding_power(edit_.floats(node(i).input(slot)));
            const double lost = std::max(lost_part(power, step_of(*all)), power > 0 ? std::min(1.0, codes / power) : 0);
            if (lost <= kLostOperand) return;
            const std::string what = fmt::format("'{}' lies between {:.3g} and {:.3g}, the sum with '{}' between {:.3g} and {:.3g}", node(i).input(1 - slot),
                                                 operand->min, operand->max, node(i).input(slot), all->lo, all->hi);
            add({output, i, decibels(lost), what, with_readers(output, {i})});
        }
    }

    static double rounding_power(const std::vector<float>& values) {
        if (values.empty()) return 0;
        const auto [lo, hi] = std::minmax_element(values.begin(), values.end());
        const double step = step_of({std::min(*lo, 0.f), std::max(*hi, 0.f)});
        double sum = 0;
        for (const float value : values)
            if (step > 0) sum += std::pow(double(value) - std::nearbyint(double(value) / step) * step, 2);
        return sum / double(values.size());
    }

    void judge_parts(int i) {
        const auto whole = range(node(i).input(0));
        for (int slot = 0; slot < node(i).output_size() && whole; ++slot) {
            const std::string part = behind(i, slot);
            const Observed* own = seen(part);
            if (own == nullptr || step_of(*whole) * 255 < kWider * (double(own->max) - double(own->min))) continue;
            const double lost = lost_part(power_of(*own), step_of(*whole));
            if (lost <= kLostOperand) continue;
            const std::string what = fmt::format("'{}' lies between {:.3g} and {:.3g}, the tensor that it is a part of between {:.3g} and {:.3g}", part,
                                                 own->min, own->max, whole->lo, whole->hi);
            auto items = with_makers(node(i).input(0), {i});
            return add({node(i).input(0), i, decibels(lost), what, std::move(items)});
        }
    }

    /// What a heavy node makes of the channels of its input.
    void judge_products(int i) {
        const std::string& input = node(i).input(0);
        const auto all = range(input);
        const Observed* observed = seen(input);
        if (!all || observed == nullptr) return;
        const ProductLoss loss = product_loss(edit_, i, *observed, step_of(*all));
        if (loss.noise_part <= kMostProductNoise) return judge_sums(i, loss);
        std::string what = fmt::format("'{}' lies between {:.3g} and {:.3g}: one step of its scale is {:.3g}", input, all->lo, all->hi, step_of(*all));
        if (loss.small_channels > 0)
            what +=
                fmt::format(", and in {} of its {} channels no value is beyond {:.3g}", loss.small_channels, observed->channel_power.size(), loss.small_peak);
        add({input, i, decibels(loss.noise_part), what, with_makers(input, {i})});
    }

    /// What such a node makes: sums that are far smaller than their terms. (Behind a clamp their powers are not known.)
    void judge_sums(int i, const ProductLoss& loss) {
        const std::string output = behind(i);
        const auto made = plan_.tensors.find(output);
        const Observed* observed = seen(output);
        if (made == plan_.tensors.end() || made->second.clamped || observed == nullptr) return;
        if (observed->channel_axis != (plan_.items[at(i)].kernel == Kernel::conv ? 1 : -1)) return;
        const double part = cancelled_part(loss, *observed);
        if (part <= kMostProductNoise) return;
        add({output, i, decibels(part),
             fmt::format("its products nearly cancel each other, so that the sums in '{}' are as small as the rounding of their terms", output),
             with_makers(node(i).input(0), {i}), LossCause::cancelling_sums});
    }

    /// What is left of the samples themselves, where few of them set the range: the channels tell nothing of that.
    void judge_runs(int i) {
        const std::string& input = node(i).input(0);
        const auto all = range(input);
        const Observed* observed = seen(input);
        if (!all || observed == nullptr) return;
        const RunLoss loss = run_loss(*observed, step_of(*all));
        if (loss.noise_part <= kMostProductNoise) return;
        const std::string what = fmt::format(
            "'{}' lies between {:.3g} and {:.3g}: one step of its scale is {:.3g}, and in half of the runs its values are of the "
            "size of {:.3g} (root mean square) or smaller",
            input, all->lo, all->hi, step_of(*all), loss.size);
        add({input, i, decibels(loss.noise_part), what, with_makers(input, {i})});
    }

    /// Small values of what such a node reads or makes, where a logarithm lies behind it.
    void judge_logs(int i) {
        const std::string output = behind(i);
        if (!goes_to_log(edit_, output)) return;
        for (const std::string& tensor : {node(i).input(0), output}) {
            const auto all = range(tensor);
            const Observed* observed = seen(tensor);
            if (!all || observed == nullptr) continue;
            const double lost = relative_loss(*observed, step_of(*all));
            if (lost <= kMostSmallNoise) continue;
            const std::string what = fmt::format(
                "'{}' lies between {:.3g} and {:.3g}: one step of its scale is {:.3g}, and the logarithm behind it makes "
                "smaller values count as much as large ones",
                tensor, all->lo, all->hi, step_of(*all));
            return add({tensor, i, decibels(lost), what, with_readers(output, with_makers(node(i).input(0), {i})), LossCause::logarithm});
        }
    }

    void judge_channels(int i) {
        const std::string output = behind(i);
        for (const int reader : edit_.readers(output))
            if (runs(reader)) return;  // judged there
        const auto all = range(output);
        const Observed* observed = seen(output);
        if (!all || observed == nullptr) return;
        const ProductLoss loss = channel_loss(*observed, step_of(*all));
        if (loss.noise_part <= kLostOperand) return;
        const std::string what = fmt::format("'{}' lies between {:.3g} and {:.3g}, and in {} of its {} channels no value is beyond {:.3g}", output, all->lo,
                                             all->hi, loss.small_channels, observed->channel_power.size(), loss.small_peak);
        add({output, i, decibels(loss.noise_part), what, {i}});
    }

    double noise_of_product(int i, bool per_channel) const {
        const std::string& input = node(i).input(0);
        const auto all = range(input);
        const Observed* observed = seen(input);
        if (!all || observed == nullptr) return 0;
        return product_loss(edit_, i, *observed, step_of(*all), per_channel).noise_part;
    }

    /// What moves codes adds nothing of its own.
    double noise_of_output(int i) const {
        if (plan_.items[at(i)].kernel == Kernel::same_scale) return 0;
        const std::string output = behind(i);
        const auto made = plan_.tensors.find(output);
        const auto all = range(output);
        const Observed* observed = seen(output);
        if (!all || observed == nullptr || !made->second.made_by_integer) return 0;
        return lost_part(power_of(*observed), step_of(*all));
    }

    /// Back to where the tensor got its scale: everything there writes codes, which float readers would have to live with.
    std::vector<int> with_makers(std::string tensor, std::vector<int> items) const {
        tensor = before_moves(std::move(tensor));
        for (int maker = edit_.producer(tensor); runs(maker); maker = edit_.producer(tensor)) {
            const StaticItem& item = plan_.items[at(maker)];
            items.push_back(maker);
            if (item.kernel != Kernel::same_scale && !item.absorbed) break;
            const int slot = edit_.is_constant(node(maker).input(0)) ? 1 : 0;
            tensor = node(maker).input(slot);
        }
        return items;
    }

    /// The tensor that nodes in float only move: what made it wrote codes all the same.
    std::string before_moves(std::string tensor) const {
        static constexpr std::array kMoves = {"Cast", "Identity", "Pad", "Reshape", "Slice", "Squeeze", "Transpose", "Unsqueeze"};
        for (int maker = edit_.producer(tensor); maker >= 0 && !runs(maker); maker = edit_.producer(tensor)) {
            if (std::find(kMoves.begin(), kMoves.end(), node(maker).op_type()) == kMoves.end()) break;
            tensor = node(maker).input(0);
        }
        return tensor;
    }

    /// On to what reads it with the same scale, or would give it the same again.
    std::vector<int> with_readers(const std::string& tensor, std::vector<int> items) const {
        std::vector<std::string> waiting{tensor};
        std::set<std::string> done;
        while (!waiting.empty()) {
            const std::string name = waiting.back();
            waiting.pop_back();
            if (!done.insert(name).second || !is_as_wide(name, tensor)) continue;
            for (const int reader : edit_.readers(name)) {
                if (!runs(reader)) continue;
                items.push_back(reader);
                if (!is_heavy(plan_.items[at(reader)].kernel))
                    for (const auto& output : node(reader).output()) waiting.push_back(output);
            }
        }
        std::sort(items.begin(), items.end());
        items.erase(std::unique(items.begin(), items.end()), items.end());
        return items;
    }

    bool is_as_wide(const std::string& name, const std::string& first) const {
        const Observed *here = seen(name), *there = seen(first);
        return here == nullptr || there == nullptr || kWider * (double(here->max) - double(here->min)) >= double(there->max) - double(there->min);
    }

    void add(StaticLoss loss) { losses_.push_back(std::move(loss)); }

    const GraphEdit& edit_;
    const StaticPlan& plan_;
    const Ranges& ranges_;
    const Calibration& calibration_;
    std::vector<StaticLoss> losses_;
};

}  // namespace

std::vector<StaticLoss> static_losses(const GraphEdit& edit, const StaticPlan& plan, const Ranges& ranges, const Calibration& calibration) {
    return Judge(edit, plan, ranges, calibration).run();
}

std::vector<double> static_noise(const GraphEdit& edit, const StaticPlan& plan, const Ranges& ranges, const Calibration& calibration,
                                 const std::vector<bool>& per_channel) {
    return Judge(edit, plan, ranges, calibration).noise(per_channel);
}

namespace {

/// What the recipe says of a tensor, or of one that shares its range.
const Range* given_range(const StaticPlan& plan, const Calibration& calibration, const std::string& key) {
    for (const auto& [name, range] : calibration.given) {
        const auto tensor = plan.tensors.find(name);
        if (name == key || (tensor != plan.tensors.end() && tensor->second.observe == key)) return &range;
    }
    return nullptr;
}

}  // namespace

Range range_of_key(const StaticPlan& plan, const Ranges& ranges, const Calibration& calibration, const std::string& key) {
    const auto root = plan.tensors.find(key);
    const Range* given = given_range(plan, calibration, key);
    const bool last = root != plan.tensors.end() && root->second.last;
    Range range = given != nullptr ? *given : range_of({.observed = ranges.at(key), .last = last}, calibration);
    if (root != plan.tensors.end() && root->second.clamped) {
        range.lo = std::max(range.lo, std::min(0.f, root->second.lo_bound));
        range.hi = std::min(range.hi, std::max(0.f, root->second.hi_bound));
    }
    return range;
}

}  // namespace vernier
