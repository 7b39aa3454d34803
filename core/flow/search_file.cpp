// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/search_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/flow/deadline.h"
#include "core/flow/search_work.h"

namespace vernier {
namespace {

namespace fs = std::filesystem;

constexpr double kReportTakes = 2.5;  ///< times as long as a measurement on selection samples: three times the samples, twice the time for latency

/// Tells and writes a search while it runs.
class Telling {
public:
    Telling(SearchWork& work, const SearchRequest& request, const Job& job) : work_(work), request_(request), job_(job) {}

    [[nodiscard]] double seconds() const { return work_.state().seconds_before() + own_seconds(); }
    /// Seconds that the budget leaves; nothing: it has no end.
    [[nodiscard]] std::optional<double> left() const {
        return request_.budget_minutes ? std::optional(60 * *request_.budget_minutes - seconds()) : std::nullopt;
    }
    /// What is left is needed to judge the best on the report samples.
    [[nodiscard]] bool out_of_time() const {
        const auto seconds = left();
        return seconds && *seconds < kReportTakes * longest_;
    }

    /// Measures, and learns how long that takes.
    Validation timed(const std::function<Validation(const UnitSet&)>& measure, const UnitSet& set) {
        const double before = own_seconds();
        Validation seen = measure(set);
        longest_ = std::max(longest_, own_seconds() - before);
        return seen;
    }

    [[nodiscard]] const SearchResult& last() const { return last_; }

    void partial(const SearchResult& result) {
        last_ = result;
        work_.state().keep_seconds(own_seconds());
        const SearchedFile now = searched(result);
        job_.partial(to_json(now));
        job_.step("measure recipes", result.validations, request_.options.most_validations);
    }

    /// The value for a result; recipes that are new to the front are written.
    SearchedFile searched(const SearchResult& result) {
        SearchedFile now;
        now.model = work_.model();
        now.method = work_.method();
        now.gate = request_.gate;
        now.result = result;
        for (const SearchPoint& point : result.front) {
            now.recipes.push_back(file_of(point.quantized));
            now.float_nodes.push_back(work_.float_nodes(point.quantized));
        }
        now.fp32_ms = work_.fp32_ms();
        now.error_all = work_.error_all();
        now.selection_samples = work_.selection_samples();
        now.report_samples = work_.report_samples();
        now.seconds = seconds();
        now.findings = work_.findings();
        return now;
    }

    /// Recipes that were told and are no longer in the front.
    void remove_others(const SearchedFile& searched) const {
        std::error_code ignored;
        for (const auto& [set, file] : files_)
            if (std::find(searched.recipes.begin(), searched.recipes.end(), file) == searched.recipes.end()) fs::remove(request_.out / file, ignored);
    }

private:
    [[nodiscard]] double own_seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

    /// Named by when it was first told, so that names stay while the front fills.
    std::string file_of(const UnitSet& set) {
        if (const auto found = files_.find(set); found != files_.end()) return found->second;
        const std::string file = fmt::format("front-{:02}.json", files_.size() + 1);
        write_file(request_.out / file, to_json(work_.recipe_of(set)).dump(2) + "\n");
        files_[set] = file;
        return file;
    }

    SearchWork& work_;
    const SearchRequest& request_;
    const Job& job_;
    SearchResult last_;
    double longest_ = 0;  ///< seconds of a measurement on selection samples
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    std::map<UnitSet, std::string> files_;
};

/// The chosen recipe and its model.
void write_chosen(SearchWork& work, const SearchRequest& request, SearchedFile& searched, const Job& job) {
    const fs::path model = request.out / "model.onnx", recipe = request.out / "recipe.json";
    if (!searched.result.chosen) return;
    const UnitSet& set = searched.result.front[*searched.result.chosen].quantized;
    (void)work.write_model(set, model, SearchWork::Calibrated::anew, job);  // which the budget does not cut off any more
    write_file(recipe, to_json(work.recipe_of(set)).dump(2) + "\n");
    searched.chosen_model = model.filename().string();
}

}  // namespace

namespace {

/// As far as the budget reaches. What it cuts off has kept all that it measured.
SearchResult searched_in_time(SearchWork& work, Telling& telling, const Deadline& deadline, const SearchRequest& request) {
    try {
        SearchSource source = work.prepare();
        source.measure = [&, measure = source.measure](const UnitSet& set) { return telling.timed(measure, set); };
        source.out_of_time = [&] { return telling.out_of_time(); };
        source.partial = [&](const SearchResult& result) { telling.partial(result); };
        return search(source, request.options);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::cancelled || !deadline.is_over()) throw;
        return stopped_by_time(telling.last());
    }
}

}  // namespace

SearchedFile search_file(const RuntimePtr& runtime, const SearchRequest& request, const Job& job) {
    try {
        Deadline deadline(job);
        SearchWork work(runtime, request, deadline.job());
        Telling telling(work, request, job);
        if (const auto seconds = telling.left()) deadline.stop_in(*seconds);
        const SearchResult result = searched_in_time(work, telling, deadline, request);
        job.check();
        SearchedFile searched = telling.searched(result);
        job.step("write", 0, 0);
        write_chosen(work, request, searched, job);
        telling.remove_others(searched);
        work.state().keep_seconds(telling.seconds() - work.state().seconds_before());
        searched.seconds = telling.seconds();
        write_file(request.out / "search.json", to_json(searched).dump(2) + "\n");
        for (const Finding& finding : searched.findings) job.report(finding);
        return searched;
    } catch (const nlohmann::json::exception& problem) {
        throw Error(ErrorKind::bad_data, fmt::format("cannot be read: {}", problem.what()), {.file = (request.out / "state.json").string()},
                    "Remove it, or give another folder.");
    }
}

}  // namespace vernier
