// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/gate_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "app/cli/options.h"
#include "app/cli/text_table.h"
#include "core/base/error.h"
#include "core/evidence/figures.h"
#include "core/evidence/gate_text.h"
#include "core/evidence/limit_range.h"
#include "core/evidence/limits.h"

namespace vernier::cli {
namespace {

/// "p90=1.2" as a limit of a gate.
void add_old_limit(Gate& gate, const std::string& text) {
    const std::size_t equals = text.find('=');
    const std::string id = text.substr(0, equals);
    const auto all = figures();
    const auto named = std::find_if(all.begin(), all.end(), [&](const Figure& each) { return each.id == id && can_limit(each); });
    if (named == all.end())
        throw Error(ErrorKind::usage, fmt::format("no figure \"{}\" can be limited", printable(id)), {}, "These can: " + limit_names() + ".");
    double bound = 0;
    const char* const end = text.data() + text.size();
    const char* const begin = equals == std::string::npos ? end : text.data() + equals + 1;
    const auto [rest, problem] = std::from_chars(begin, end, bound);
    if (problem != std::errc() || rest != end || !std::isfinite(bound))
        throw Error(ErrorKind::usage, fmt::format("\"{}\" names no limit", printable(text)), {}, "Write a figure and a number, such as p90=1.2.");
    gate.limits[id] = bound;
}

}  // namespace

void GateOptions::declare(OptionSet& set) {
    set.list("--gate", gates, "LIMIT",
             "Gate: a limit on any figure or metric: 'p99<=20' (itself), 'macro_f1 drop<=0.5' (points below the baseline), 'p90 ratio>=1.2'");
    set.number("--max-drop", max_drop, "POINTS", "Gate: top-1 may fall by this many points at most", true);
    set.number("--min-speedup", min_speedup, "X", "Gate: p50 must be this many times that of the baseline or better", false);
    set.number("--min-agreement", min_agreement, "P", "Gate: at least this percent of samples must get the baseline's answer", true);
    set.number("--min-sqnr", min_sqnr, "DB", "Gate: the SQNR of each output must be at least this many dB", true);
    set.list("--limit", limits, "FIGURE=X",
             "Gate: a limit against the baseline on another figure, such as p90=1.2 (times as fast), size=0.5 or memory=0.9 (of the baseline's), cosine=0.99");
}

Gate GateOptions::read(bool any_name) const {
    Gate gate;
    gate.max_drop_points = max_drop;
    gate.min_speedup = min_speedup;
    gate.min_agreement = min_agreement;
    gate.min_sqnr_db = min_sqnr;
    for (const std::string& limit : limits) add_old_limit(gate, limit);
    for (const std::string& limit : gates) add_limit(gate, limit, any_name);
    check_limits(gate);
    return gate;
}

}  // namespace vernier::cli
