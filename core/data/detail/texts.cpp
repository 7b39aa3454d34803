// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/detail/texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "core/base/error.h"
#include "core/data/detail/source.h"
#include "core/data/letters.h"

namespace vernier {
std::vector<std::string> parse_alphabet(Fields& fields) {
    const Json& value = fields.need("alphabet");
    std::vector<std::string> letters;
    if (value.is_string()) {
        letters = letters_of(value.get<std::string>());
    } else if (value.is_array()) {
        for (const Json& each : value) {
            if (!each.is_string()) fields.fail("alphabet", "holds something that is not a text");
            letters.push_back(each.get<std::string>());
        }
    } else {
        fields.fail("alphabet", "is neither a text nor a list of texts");
    }
    if (letters.empty()) fields.fail("alphabet", "holds no letters");
    return letters;
}

std::vector<std::string> read_alphabet(const std::filesystem::path& file) {
    std::vector<std::string> letters = read_lines(file);
    if (letters.size() == 1) letters = letters_of(letters.front());
    if (letters.empty()) throw Error(ErrorKind::bad_data, "holds no letters", {.file = file.string()}, "Write one letter a line");
    return letters;
}

std::vector<NamedText> read_named_texts(const std::filesystem::path& file) {
    std::vector<NamedText> texts;
    const auto lines = read_lines(file);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const std::string& line = lines[i];
        if (line.find_first_not_of(" \t") == std::string::npos) continue;
        const std::size_t tab = line.find('\t');
        const std::size_t end = tab != std::string::npos ? tab : std::min(line.find(' '), line.size());
        const std::string where = fmt::format("{}:{}", file.string(), i + 1);
        const std::string name = line.substr(0, end);
        if (!stays_inside(name)) throw Error(ErrorKind::bad_data, fmt::format("names '{}', which is no file in the folder", name), {.file = where});
        texts.push_back({name, end < line.size() ? line.substr(end + 1) : std::string()});
    }
    return texts;
}

}  // namespace vernier
