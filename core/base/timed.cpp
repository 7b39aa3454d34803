// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/timed.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace vernier {
namespace {

constexpr std::string_view kTimed = " Timed while quantizing, on one thread: ";

}  // namespace

std::string time_text(double ms) { return ms < 0.1 ? fmt::format("{:.3g} µs", 1000 * ms) : fmt::format("{:.3g} ms", ms); }

std::string timing_sentence(const std::vector<TimedPart>& parts) {
    std::string text(kTimed);
    for (const TimedPart& part : parts) text += fmt::format("{}{} {}", &part == &parts.front() ? "" : ", ", time_text(part.ms), part.what);
    return text + ".";
}

bool has_timing(const Finding& finding) { return finding.text.find(kTimed) != std::string::npos; }

std::string without_timing(const Finding& finding) { return finding.text.substr(0, finding.text.find(kTimed)); }

void keep_last_timing(std::vector<Finding>& findings) {
    const auto changes_file = [](const Finding& finding) { return has_timing(finding) || finding.code == "kept-float"; };
    for (auto finding = findings.begin(); finding != findings.end(); ++finding)
        if (has_timing(*finding) && std::any_of(std::next(finding), findings.end(), changes_file)) finding->text = without_timing(*finding);
}

}  // namespace vernier
