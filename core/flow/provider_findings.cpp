// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/provider_findings.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/measure/placement.h"
#include "core/runtime/provider.h"

namespace vernier {
namespace {

std::string op_types_of(const Placed& placed) {
    constexpr std::size_t kNamed = 6;
    std::vector<std::string> names(placed.op_types.begin(), placed.op_types.end());
    const std::size_t more = names.size() > kNamed ? names.size() - kNamed : 0;
    names.resize(names.size() - more);
    return fmt::format("{}{}", fmt::join(names, ", "), more > 0 ? fmt::format(" and {} more", more) : "");
}

}  // namespace

std::vector<Finding> provider_findings(const Target& target, const std::vector<ProfileEvent>& profile, const std::string& file) {
    const std::vector<Placed> placed = placement(profile);
    if (is_on_cpu(target) || placed.empty()) return {};
    const auto on = [&](const std::string& provider) {
        return std::find_if(placed.begin(), placed.end(), [&](const Placed& each) { return each.provider == provider; });
    };
    const auto own = on(target.provider), cpu = on(Target{}.provider);
    if (own == placed.end())
        return {{.severity = Severity::warning,
                 .code = "provider-unused",
                 .text = fmt::format("ran nothing on {}: {}.", target.provider, text_of(placed)),
                 .remedy = "Its time is that of the other provider.",
                 .file = file}};
    if (cpu == placed.end()) return {{.code = "provider-whole", .text = fmt::format("ran whole on {}: {}.", target.provider, text_of(placed)), .file = file}};
    return {{.code = "provider-partly",
             .text = fmt::format("ran in part on {}: {}; {:.0f} % of the time is on the CPU ({}).", target.provider, text_of(placed), 100 * cpu->share,
                                 op_types_of(*cpu)),
             .remedy = "Values are handed over between the providers on each run.",
             .file = file}};
}

}  // namespace vernier
