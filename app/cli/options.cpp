// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/options.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <thread>

#include "app/cli/globals.h"

namespace vernier::cli {
namespace {

template <class T>
bool whole_text(const std::string& text, T& value) {
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    return error == std::errc{} && rest == end;
}

/// A shell variable that was never set gives an empty word; it must not pass for an option that was not given.
std::string not_empty(const std::string& text) { return text.empty() ? "is empty" : ""; }

/// "--out" of "-o,--out".
std::string long_name(const std::string& names) { return names.substr(names.rfind(',') + 1); }

}  // namespace

void OptionSet::argument(const std::string& name, std::string& value, const std::string& help) {
    app_.add_option(name, value, help)->required()->check(not_empty, "", "");
}

void OptionSet::arguments(const std::string& name, std::vector<std::string>& values, const std::string& help) {
    app_.add_option(name, values, help)->required()->check(not_empty, "", "");
}

void OptionSet::optional_argument(const std::string& name, std::string& value, const std::string& help) {
    app_.add_option(name, value, help)->check(not_empty, "", "");
}

void OptionSet::flag(const std::string& names, bool& value, const std::string& help) { app_.add_flag(names, value, help); }

void OptionSet::text(const std::string& names, std::string& text, const std::string& value, const std::string& help, bool required) {
    app_.add_option(names, text, help)->type_name(value)->required(required)->check(not_empty, "", "");
}

void OptionSet::list(const std::string& names, std::vector<std::string>& texts, const std::string& value, const std::string& help) {
    app_.add_option(names, texts, help)->type_name(value)->expected(1)->allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void OptionSet::count(const std::string& names, std::optional<std::uint64_t>& number, const std::string& value, const std::string& help, Bounds bounds) {
    const auto read = [&number, bounds, name = long_name(names)](const std::string& text) {
        std::uint64_t parsed = 0;
        if (!whole_text(text, parsed) || parsed < bounds.least || parsed > bounds.most)
            throw CLI::ValidationError(name, fmt::format("\"{}\" is not a whole number from {} to {}", text, bounds.least, bounds.most));
        number = parsed;
    };
    app_.add_option_function<std::string>(names, read, help)->type_name(value);
}

void OptionSet::threads(std::optional<std::uint64_t>& number, const std::string& help) {
    count("--threads", number, "N", help, {1, std::max(64U, 8 * std::thread::hardware_concurrency())});
}

void OptionSet::number(const std::string& names, std::optional<double>& number, const std::string& value, const std::string& help, bool zero) {
    const auto read = [&number, zero, name = long_name(names)](const std::string& text) {
        double parsed = 0;
        if (!whole_text(text, parsed) || !std::isfinite(parsed) || parsed < 0 || (parsed == 0 && !zero))
            throw CLI::ValidationError(name, fmt::format("\"{}\" is not a number {}", text, zero ? "from 0 up" : "above 0"));
        number = parsed;
    };
    app_.add_option_function<std::string>(names, read, help)->type_name(value);
}

void declare_globals(OptionSet options, Globals& globals) {
    options.flag("--json", globals.json, "Write one JSON document to stdout and nothing else");
    options.flag("--events", globals.events, "Write progress, findings and errors to stderr, one JSON object a line; the end of stdin cancels");
    options.text("--ort", globals.ort, "LIBRARY", "ONNX Runtime library to use (default: $VERNIER_ORT, then our own, then the system's)");
}

}  // namespace vernier::cli
