// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/finding.h"
#include "core/base/json.h"

namespace vernier {

/// Reads one JSON object of a dataset file key by key. Errors are Error{bad_data} that name the file and the whole key
/// ("splits.calibration.range"); keys that nobody asked for can be listed as findings afterwards.
class Fields {
public:
    /// `json` must outlive this. `prefix` is the key that led here, empty at the top.
    Fields(const Json& json, std::filesystem::path file, std::string prefix);

    [[nodiscard]] bool has(const std::string& key);
    /// nullptr when the key is missing or null.
    [[nodiscard]] const Json* find(const std::string& key);
    [[nodiscard]] const Json& need(const std::string& key);
    [[nodiscard]] std::string text(const std::string& key);
    [[nodiscard]] std::optional<std::string> text_if(const std::string& key);
    [[nodiscard]] std::int64_t integer(const std::string& key, std::int64_t low, std::int64_t high);
    [[nodiscard]] std::optional<float> number_if(const std::string& key);
    /// Empty when the key is missing.
    [[nodiscard]] std::vector<float> numbers(const std::string& key);
    [[nodiscard]] Fields object(const std::string& key);
    /// Keys of this object in file order.
    [[nodiscard]] std::vector<std::string> keys() const;
    /// A path relative to the folder of the dataset file. Absolute paths and ".." are refused: a dataset that was
    /// handed over must not reach for other files.
    [[nodiscard]] std::filesystem::path path(const std::string& key);
    [[nodiscard]] std::filesystem::path inside(const std::string& key, const std::string& relative) const;

    void note_unknown(std::vector<Finding>& findings) const;
    [[noreturn]] void fail(const std::string& key, const std::string& what, const std::string& remedy = {}) const;
    [[nodiscard]] const std::filesystem::path& file() const { return file_; }

private:
    const Json& json_;
    std::filesystem::path file_;
    std::string prefix_;
    std::set<std::string> seen_;
};

/// True when a relative path stays inside its folder: not absolute, not empty, no "..".
[[nodiscard]] bool stays_inside(const std::filesystem::path& relative);

/// Parses a JSON text; errors name the file and the place. Throws Error{bad_data}.
[[nodiscard]] Json parse_json(const std::string& text, const std::string& where);

}  // namespace vernier
