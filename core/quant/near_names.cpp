// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/near_names.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "core/base/text.h"

namespace vernier {
namespace {

/// Names in a model can be long; what is compared beyond this does not help a person.
constexpr std::size_t kLongest = 200;

int most_edits(std::size_t letters) { return std::max(1, std::min(4, static_cast<int>(letters) / 3 + 1)); }

/// Fewest edits of the pattern's letters after which it matches the text: stars match any letters, question marks any one.
int glob_distance(std::string_view pattern, std::string_view text) {
    std::vector<int> last(text.size() + 1, 0), now(text.size() + 1);
    for (std::size_t j = 1; j <= text.size(); ++j) last[j] = static_cast<int>(j);
    for (const char wanted : pattern) {
        const bool star = wanted == '*';
        now[0] = last[0] + (star ? 0 : 1);
        for (std::size_t j = 1; j <= text.size(); ++j) {
            const bool fits = wanted == '?' || wanted == text[j - 1];
            now[j] = star ? std::min(last[j], now[j - 1]) : std::min({last[j - 1] + (fits ? 0 : 1), last[j] + 1, now[j - 1] + 1});
        }
        std::swap(last, now);
    }
    return last[text.size()];
}

/// The candidates with the lowest ranks, each once, equal ranks in alphabetical order.
std::vector<std::string> best(std::vector<std::pair<int, std::string>> found, std::size_t count) {
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::string> result;
    for (auto& [distance, name] : found)
        if (result.size() < count) result.push_back(std::move(name));
    return result;
}

}  // namespace

int edit_distance(std::string_view a_text, std::string_view b_text, int limit) {
    const std::string a = lower(a_text.substr(0, kLongest)), b = lower(b_text.substr(0, kLongest));
    const int n = static_cast<int>(a.size()), m = static_cast<int>(b.size());
    if (std::abs(n - m) > limit) return limit + 1;
    std::vector<int> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
    std::iota(last.begin(), last.end(), 0);
    for (int i = 1; i <= n; ++i) {
        now[0] = i;
        int best = i;
        for (int j = 1; j <= m; ++j) {
            const auto at = static_cast<std::size_t>(j);
            const bool same = a[static_cast<std::size_t>(i) - 1] == b[at - 1];
            now[at] = std::min({last[at] + 1, now[at - 1] + 1, last[at - 1] + (same ? 0 : 1)});
            if (i > 1 && j > 1 && a[static_cast<std::size_t>(i) - 1] == b[at - 2] && a[static_cast<std::size_t>(i) - 2] == b[at - 1])
                now[at] = std::min(now[at], before[at - 2] + 1);
            best = std::min(best, now[at]);
        }
        if (best > limit) return limit + 1;
        std::swap(before, last);
        std::swap(last, now);
    }
    return std::min(last[b.size()], limit + 1);
}

std::vector<std::string> near_names(std::string_view word, const std::vector<std::string>& candidates, std::size_t count) {
    if (word.empty()) return {};
    const std::string wanted = lower(word);
    const int limit = most_edits(word.size());
    std::vector<std::pair<int, std::string>> found;
    for (const std::string& candidate : std::set<std::string>(candidates.begin(), candidates.end())) {
        if (candidate.empty()) continue;
        int distance = edit_distance(word, candidate, limit);
        const std::string low = lower(candidate);
        const bool inside = wanted.size() >= 3 && (low.find(wanted) != std::string::npos || (low.size() >= 3 && wanted.find(low) != std::string::npos));
        if (distance > limit && !inside) continue;
        if (distance > limit) distance = limit + 1 + std::abs(static_cast<int>(low.size()) - static_cast<int>(wanted.size()));
        found.emplace_back(distance, candidate);
    }
    return best(std::move(found), count);
}

std::vector<std::string> near_matches(std::string_view pattern, const std::vector<std::string>& candidates, std::size_t count) {
    const std::string wanted = lower(pattern.substr(0, kLongest));
    const auto letters = static_cast<std::size_t>(std::count_if(wanted.begin(), wanted.end(), [](char c) { return c != '*' && c != '?'; }));
    const int limit = std::min(most_edits(letters), static_cast<int>(letters) / 2);
    std::vector<std::pair<int, std::string>> found;
    for (const std::string& candidate : std::set<std::string>(candidates.begin(), candidates.end())) {
        if (candidate.empty()) continue;
        const int distance = glob_distance(wanted, lower(std::string_view(candidate).substr(0, kLongest)));
        if (distance <= limit) found.emplace_back(distance, candidate);
    }
    return best(std::move(found), count);
}

std::string did_you_mean(const std::vector<std::string>& words, std::string_view prefix) {
    if (words.empty()) return {};
    std::string text = "did you mean ";
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
        text += prefix;
        text += words[i];
    }
    return text + "?";
}

}  // namespace vernier
