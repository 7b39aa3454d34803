// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/detail/file_items.h"

#include <fmt/format.h>

#include <cstddef>
#include <utility>

namespace vernier {

std::vector<std::uint64_t> parse_items(Fields& given, const std::string& split, bool masks, std::vector<ImageItem>& items, std::vector<Finding>& findings) {
    Fields part = given.object(split);
    const Json& list = part.need("items");
    if (!list.is_array()) part.fail("items", "is not a list");
    std::vector<std::uint64_t> numbers;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const std::string key = fmt::format("items[{}]", i);
        if (!list[i].is_object()) part.fail(key, "is not an object");
        Fields fields(list[i], part.file(), fmt::format("splits.{}.{}", split, key));
        ImageItem item;
        item.file = fields.text("file");
        static_cast<void>(fields.inside("file", item.file));
        if (fields.has("label")) item.label = fields.integer("label", 0, INT32_MAX);
        item.text = fields.text_if("target");
        if (masks && fields.has("mask")) {
            item.mask = fields.text("mask");
            static_cast<void>(fields.inside("mask", item.mask));
        }
        if (i == 0) fields.note_unknown(findings);
        numbers.push_back(items.size());
        items.push_back(std::move(item));
    }
    part.note_unknown(findings);
    return numbers;
}

}  // namespace vernier
