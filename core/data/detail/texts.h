// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/data/detail/fields.h"

namespace vernier {

/// "alphabet" of a dataset file: a text, each code point of which is a letter, or a list of texts. Throws Error{bad_data}.
[[nodiscard]] std::vector<std::string> parse_alphabet(Fields& fields);

/// alphabet.txt: one letter a line, or a single line of letters. Throws Error{bad_data}.
[[nodiscard]] std::vector<std::string> read_alphabet(const std::filesystem::path& file);

/// Lines "FILE<tab>TEXT", or with a space where there is no tab, in their order. Throws Error{bad_data} that names the line.
struct NamedText {
    std::string file, text;
};
[[nodiscard]] std::vector<NamedText> read_named_texts(const std::filesystem::path& file);

}  // namespace vernier
