// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json_depth.h"
#include "core/report/documents.h"

namespace vernier {
namespace {

constexpr const char* kSum = "content_sha256";
constexpr const char* kRemedy = "Give the file that vernier-cli compare --json, or --report with .json, wrote.";

/// The sum over all fields but itself.
std::string sum_of(const Json& document) {
    nlohmann::json sorted = document;  // its objects are maps
    sorted.erase(kSum);
    return sha256(sorted.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

[[noreturn]] void refuse(const std::string& what, const std::string& file, const std::string& remedy = kRemedy) {
    throw Error(ErrorKind::bad_data, what, {.file = file}, remedy);
}

Json parsed(std::string_view text, const std::string& file) {
    if (nests_too_deeply(text)) refuse("is no evidence: its JSON nests too deeply", file);
    try {
        return Json::parse(text);
    } catch (const Json::parse_error& error) {
        const bool cut = error.byte > text.size();
        refuse(cut ? "is cut short: its JSON has no end" : fmt::format("is no evidence: there is no JSON at byte {}", error.byte), file);
    } catch (const Json::exception&) {
        refuse("is no evidence: it holds a number that is too large", file);
    }
}

bool is_number(const Json& document, const char* field, int number) {
    const auto found = document.find(field);
    return found != document.end() && found->is_number_integer() && *found == number;
}

void check(const Json& document, const std::string& file) {
    if (!document.is_object() || !document.contains("vernier_comparison"))
        refuse(document.is_object() && document.contains("models") ? "holds single measurements and no comparison, so there is nothing to judge"
                                                                   : "is no evidence: it holds no comparison",
               file);
    if (!is_number(document, "vernier_report", kReportVersion) || !is_number(document, "vernier_comparison", kComparisonVersion))
        refuse("was written by another version of Vernier, in a form that this one does not read", file, "Use that version, or compare again.");
    const auto sum = document.find(kSum);
    if (sum == document.end() || !sum->is_string())
        refuse(fmt::format("has no check sum ({}): it was changed, or an older Vernier wrote it", kSum), file, "Compare again.");
    if (*sum != sum_of(document))
        refuse("was changed after it was written: its check sum is not that of its content", file, "Take the file as it was written, or compare again.");
}

bool has_blocks(const Measurement& measurement) {
    const auto& launches = measurement.latency.launches;
    return std::any_of(launches.begin(), launches.end(), [](const Launch& launch) { return !launch.blocks.empty(); });
}

}  // namespace

Json sealed(Json document) {
    document.erase(kSum);
    std::string sum = sum_of(document);
    document[kSum] = std::move(sum);
    return document;
}

ComparedFiles evidence_from(std::string_view text, const std::string& file) {
    const Json document = parsed(text, file);
    check(document, file);
    try {
        return compared_from_json(document);
    } catch (const Error& error) {
        refuse(error.what(), file);
    } catch (const std::exception&) {  // a field that another tool wrote, with a check sum of its own
        refuse("cannot be read: a field is missing, or has another form than Vernier writes", file);
    }
}

ComparedFiles read_evidence(const std::filesystem::path& path) { return evidence_from(read_file(path), path.string()); }

bool has_samples(const Comparison& comparison) {
    const Measurement& baseline = comparison.baseline.measurement;
    return !baseline.answers.sample.empty() || has_blocks(baseline);
}

}  // namespace vernier
