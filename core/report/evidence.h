// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/flow/measure_files.h"

namespace vernier {

/// The document of a comparison as a file that can be judged and reported again, elsewhere and later. Its check sum tells whether it
/// still says what was measured: it is no signature, since whoever changes a file on purpose can make the sum anew.

/// The document with "content_sha256" as its last field: SHA-256 of all other fields, compact and with keys in alphabetical order, so
/// that neither spaces nor the order of keys count.
[[nodiscard]] Json sealed(Json document);

/// Reads what `compare` wrote; file names it in errors. Throws Error{bad_data} for text that is no JSON, holds no comparison, is of
/// another version, has no check sum, or was changed after it was written.
[[nodiscard]] ComparedFiles evidence_from(std::string_view text, const std::string& file);

/// The same of a file. Throws Error{not_found, bad_data}.
[[nodiscard]] ComparedFiles read_evidence(const std::filesystem::path& path);

/// True when answers or single latencies are held (`--raw`), so that a document of it is to hold them again.
[[nodiscard]] bool has_samples(const Comparison& comparison);

}  // namespace vernier
