// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json_file.h"

#include <fmt/format.h>

#include <string>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json_depth.h"

namespace vernier {

Json read_json(const std::filesystem::path& path, std::size_t max_bytes) {
    const std::string text = read_file(path, max_bytes);
    if (nests_too_deeply(text)) throw Error(ErrorKind::bad_data, fmt::format("nests its JSON deeper than {}", kDeepestJson), {.file = path.string()});
    try {
        return Json::parse(text);
    } catch (const Json::exception& error) {
        const std::string what = error.what();  // "[json.exception.parse_error.101] parse error at line 1, ..."
        throw Error(ErrorKind::bad_data, "is not JSON: " + what.substr(what.find("] ") + 2), {.file = path.string()});
    }
}

}  // namespace vernier
