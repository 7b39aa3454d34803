// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/gate_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/evidence/figures.h"
#include "core/evidence/limit_range.h"
#include "core/evidence/limits.h"

namespace vernier {
namespace {

enum class Of { value, drop, rise, ratio };

/// A limit as it is written.
struct Written {
    const Figure* figure = nullptr;  ///< nullptr: a metric of a metric command
    std::string name;
    Of of = Of::value;
    bool least = false;
    double bound = 0;
};

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(' ');
    return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

[[noreturn]] void refuse(std::string_view text, const std::string& why, const std::string& remedy) {
    throw Error(ErrorKind::usage, fmt::format("\"{}\" is no limit: {}", text, why), {}, remedy);
}

/// By its id, or its id and its unit: "p99", "p99_ms". Where no metric command may mean its own by it, by its short name too: "wer".
const Figure* figure_named(std::string_view name, bool any_name) {
    for (const Figure& each : figures())
        if (name == each.id || name == fmt::format("{}_{}", each.id, lower(each.unit))) return &each;
    for (const Figure& each : figures())
        if (!any_name && name == lower(std::string(each.column))) return &each;
    return nullptr;
}

std::string names() {
    std::string all;
    for (const Figure& each : figures()) all += (all.empty() ? "" : ", ") + std::string(each.id);
    return all;
}

double number_in(std::string_view text, std::string_view number) {
    double bound = 0;
    const auto [rest, problem] = std::from_chars(number.data(), number.data() + number.size(), bound);
    if (problem != std::errc() || rest != number.data() + number.size() || !std::isfinite(bound))
        refuse(text, fmt::format("\"{}\" is no number", number), "Write a figure, <= or >=, and a number, such as p99<=20.");
    return bound;
}

Written read(std::string_view text, bool any_name) {
    const std::size_t at = std::min(text.find("<="), text.find(">="));
    if (at == std::string_view::npos) refuse(text, "it has neither <= nor >=", "Write it as \"p99<=20\" or \"macro_f1 drop<=0.5\".");
    std::string_view name = trimmed(text.substr(0, at)), of;
    if (const std::size_t space = name.find(' '); space != std::string_view::npos) {
        of = trimmed(name.substr(space));
        name = name.substr(0, space);
    }
    Written written;
    if (name == "speedup" && of.empty()) {
        name = "p50";
        of = "ratio";
    }
    written.figure = figure_named(name, any_name);
    written.name = written.figure == nullptr ? name : written.figure->id;
    if (written.figure == nullptr && (!any_name || name.empty())) refuse(text, fmt::format("there is no figure \"{}\"", name), "There are: " + names() + ".");
    if (of == "drop")
        written.of = Of::drop;
    else if (of == "rise")
        written.of = Of::rise;
    else if (of == "ratio")
        written.of = Of::ratio;
    else if (!of.empty())
        refuse(text, fmt::format("\"{}\" is none of drop, rise and ratio", of), "Write it as \"macro_f1 drop<=0.5\".");
    written.least = text[at] == '>';
    written.bound = number_in(text, trimmed(text.substr(at + 2)));
    return written;
}

GateLimit::Of kind_of(Of of) { return of == Of::drop ? GateLimit::Of::drop : of == Of::rise ? GateLimit::Of::rise : GateLimit::Of::value; }

void refuse_what_it_has_not(std::string_view text, const Written& written) {
    const Figure& figure = *written.figure;
    const bool in_points = needs_samples(figure) && !figure.relative && figure.against != nullptr;
    if ((written.of == Of::drop || written.of == Of::rise) && !in_points)
        refuse(text, fmt::format("{} has no {} in points", figure.title, written.of == Of::drop ? "drop" : "rise"),
               fmt::format("Limit {} itself{}.", figure.id, figure.relative ? "" : ", or its ratio to the baseline's"));
    if (written.of == Of::ratio && (needs_samples(figure) || figure.against == nullptr))
        refuse(text, fmt::format("{} has no ratio to the baseline's", figure.title),
               fmt::format("Limit {} itself{}.", figure.id, in_points ? ", or its drop" : ""));
}

void refuse_the_wrong_side(std::string_view text, const Written& written) {
    const Figure& figure = *written.figure;
    const bool least = written.of == Of::value ? figure.better == Better::higher : written.of == Of::ratio && is_least(figure);
    if (least == written.least) return;
    refuse(text, fmt::format("{} is limited from {}", figure.title, least ? "below" : "above"), fmt::format("Write {} instead.", least ? ">=" : "<="));
}

SetLimit set_limit(const Written& written) {
    const std::string_view of = written.of == Of::drop ? "drop" : written.of == Of::rise ? "rise" : written.of == Of::ratio ? "ratio" : "";
    return {{written.name, of, written.least, {}}, written.bound};
}

/// Those that the gate's own fields hold.
bool put_into_field(Gate& gate, const Written& written) {
    const std::string_view id = written.figure->id;
    if (id == "top1" && written.of == Of::drop)
        gate.max_drop_points = written.bound;
    else if (id == "agreement" && written.of == Of::value)
        gate.min_agreement = written.bound;
    else if (id == "sqnr" && written.of == Of::value)
        gate.min_sqnr_db = written.bound;
    else if (id == "p50" && written.of == Of::ratio)
        gate.min_speedup = written.bound;
    else if (can_limit(*written.figure) && (written.of == Of::ratio || (written.figure->relative && written.of == Of::value)))
        gate.limits[std::string(id)] = written.bound;
    else
        return false;
    return true;
}

}  // namespace

void add_limit(Gate& gate, std::string_view text, bool any_name) {
    const Written written = read(text, any_name);
    if (written.figure != nullptr) {
        refuse_what_it_has_not(text, written);
        refuse_the_wrong_side(text, written);
        check_limit(set_limit(written));
        if (put_into_field(gate, written)) return;
    } else if (written.of == Of::ratio || (written.of != Of::value && written.least)) {
        refuse(text, "a metric of a command is limited itself, or by the most of its drop or rise", "Write \"wer<=8\" or \"wer rise<=0.5\".");
    }
    const GateLimit limit{written.name, kind_of(written.of), written.bound, written.least};
    std::erase_if(gate.more, [&](const GateLimit& each) { return each.figure == limit.figure && each.of == limit.of && each.least == limit.least; });
    gate.more.push_back(limit);
}

std::string text_of(const GateLimit& limit) {
    const std::string_view of = limit.of == GateLimit::Of::drop ? " drop" : limit.of == GateLimit::Of::rise ? " rise" : "";
    return fmt::format("{}{}{}{}", limit.figure, of, limit.least ? ">=" : "<=", limit.bound);
}

}  // namespace vernier
