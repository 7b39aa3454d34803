// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace vernier {

/// Why a job had to stop. Each kind maps to one exit code of vernier-cli.
enum class ErrorKind {
    usage,            ///< wrong arguments (64)
    bad_model,        ///< a model that cannot be read or run (65)
    bad_data,         ///< a dataset or recipe that cannot be used (65)
    not_found,        ///< a file that is not there (66)
    runtime_missing,  ///< ONNX Runtime is missing or too old (69)
    internal,         ///< our own mistake (70)
    cannot_write,     ///< an output that cannot be written (74)
    cancelled,        ///< the user asked to stop (130)
};

/// Exit code of vernier-cli for an error kind (sysexits.h, 130 = interrupted).
[[nodiscard]] int exit_code(ErrorKind kind);

/// Stable name for JSON: "usage", "bad-model", "bad-data", "not-found", ...
[[nodiscard]] std::string_view name(ErrorKind kind);

/// Where an error happened. Empty fields are unknown.
struct Where {
    std::string file = {};
    std::string node = {};
    std::string tensor = {};
};

/// What stops a job: what happened, where, and what to do about it.
class Error : public std::runtime_error {
public:
    Error(ErrorKind kind, std::string what, Where where = {}, std::string remedy = {});

    [[nodiscard]] ErrorKind kind() const { return kind_; }
    [[nodiscard]] const Where& where() const { return where_; }
    [[nodiscard]] const std::string& remedy() const { return remedy_; }
    /// One line for a person: what, where and the remedy.
    [[nodiscard]] std::string line() const;

private:
    ErrorKind kind_;
    Where where_;
    std::string remedy_;
};

}  // namespace vernier
