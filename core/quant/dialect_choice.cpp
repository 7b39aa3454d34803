// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/dialect_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "core/base/error.h"
#include "core/base/timed.h"

namespace vernier {
namespace {

constexpr double kFaster = 0.97;  ///< of the usual one's time: less is within what timing in turns tells apart

std::string title(Dialect dialect) {
    std::string text(id_in(kDialects, dialect));
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

}  // namespace

DialectChoice choose_dialect(const std::function<onnx::ModelProto(Dialect)>& emit, const Timer& timer, const Job& job) {
    job.step("time kinds of integers", 0, 0);
    DialectChoice choice;
    std::vector<Dialect> tried;
    std::vector<onnx::ModelProto> models;
    for (const auto& row : kDialects) {
        if (row.choice == Dialect::automatic) continue;
        job.check();
        tried.push_back(row.choice);
        models.push_back(emit(row.choice));
    }
    std::vector<double> times;
    try {
        times = timer(std::move(models));
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
        choice.why_not = error.what();
    }
    if (times.size() != tried.size() + 1) return choice;
    choice.fp32_ms = times[0];
    for (std::size_t i = 0; i < tried.size(); ++i) choice.trials.push_back({tried[i], times[i + 1]});
    const auto fastest = std::min_element(choice.trials.begin(), choice.trials.end(), [](const auto& a, const auto& b) { return a.ms < b.ms; });
    if (fastest->ms < kFaster * choice.trials.front().ms) choice.taken = fastest->dialect;
    return choice;
}

Finding finding_of(const DialectChoice& choice, std::string_view provider) {
    Finding finding{Severity::info, "dialect-chosen", kNone, {}, {}, {}, "Another one can be named (--dialect)."};
    if (choice.trials.empty()) {
        finding.text = fmt::format("Integers of static INT8: {}, without a trial{}.", title(choice.taken), choice.why_not.empty() ? "" : ": " + choice.why_not);
        return finding;
    }
    const DialectTrial& usual = choice.trials.front();
    finding.text = fmt::format("Integers of static INT8: {}. On {} {} runs in {}, ", title(choice.taken), provider, title(usual.dialect), time_text(usual.ms));
    for (std::size_t i = 1; i < choice.trials.size(); ++i)
        finding.text += fmt::format("{} in {}, ", title(choice.trials[i].dialect), time_text(choice.trials[i].ms));
    finding.text += fmt::format("FP32 in {}.", time_text(choice.fp32_ms));
    return finding;
}

Json to_json(const DialectChoice& choice) {
    Json trials = Json::array();
    for (const DialectTrial& trial : choice.trials) trials.push_back({{"dialect", id_in(kDialects, trial.dialect)}, {"ms", trial.ms}});
    return {{"taken", id_in(kDialects, choice.taken)}, {"fp32_ms", choice.fp32_ms}, {"trials", trials}, {"why_not", choice.why_not}};
}

}  // namespace vernier
