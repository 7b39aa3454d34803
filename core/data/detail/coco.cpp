// SPDX-License-Identifier: GPL-3.0-or-later
// COCO's instances.json (T.-Y. Lin et al., 2014).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/data/detail/boxes.h"
#include "core/data/detail/fields.h"

namespace vernier {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 30;

[[noreturn]] void fail(const fs::path& file, const std::string& what, const std::string& remedy = {}) {
    throw Error(ErrorKind::bad_data, what, {.file = file.string()}, remedy);
}

const Json& list_of(const Json& top, const char* key, const fs::path& file) {
    const auto found = top.find(key);
    if (found == top.end() || !found->is_array())
        fail(file, fmt::format("'{}' is no list", key), "Give an instances.json with images, annotations and categories");
    return *found;
}

std::int64_t whole(const Json& item, const char* key, const std::string& where, const fs::path& file) {
    const auto found = item.find(key);
    if (found == item.end() || !found->is_number_integer()) fail(file, fmt::format("'{}.{}' is no whole number", where, key));
    return found->get<std::int64_t>();
}

struct Categories {
    std::unordered_map<std::int64_t, std::int64_t> index;
    std::vector<std::string> names;
};

Categories categories_of(const Json& list, const fs::path& file) {
    std::vector<std::pair<std::int64_t, std::string>> all;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const std::string where = fmt::format("categories[{}]", i);
        if (!list[i].is_object()) fail(file, fmt::format("'{}' is no object", where));
        const auto name = list[i].find("name");
        all.emplace_back(whole(list[i], "id", where, file), name != list[i].end() && name->is_string() ? name->get<std::string>() : std::string());
    }
    std::sort(all.begin(), all.end());
    Categories categories;
    for (auto& [id, name] : all) {
        if (!categories.index.emplace(id, static_cast<std::int64_t>(categories.names.size())).second)
            fail(file, fmt::format("two categories have the id {}", id));
        categories.names.push_back(std::move(name));
    }
    return categories;
}

PictureBox box_of(const Json& annotation, const Categories& categories, const std::string& where, const fs::path& file) {
    const auto box = annotation.find("bbox");
    const bool four = box != annotation.end() && box->is_array() && box->size() == 4 &&
                      std::all_of(box->begin(), box->end(), [](const Json& each) { return each.is_number(); });
    if (!four) fail(file, fmt::format("'{}.bbox' is no list of four numbers", where));
    const std::int64_t category = whole(annotation, "category_id", where, file);
    const auto index = categories.index.find(category);
    if (index == categories.index.end()) fail(file, fmt::format("'{}.category_id' is {}, which is no category", where, category));
    const double left = (*box)[0].get<double>(), top = (*box)[1].get<double>();
    PictureBox own{left, top, left + (*box)[2].get<double>(), top + (*box)[3].get<double>(), index->second};
    if (!std::isfinite(own.right) || !std::isfinite(own.bottom)) fail(file, fmt::format("'{}.bbox' is not finite", where));
    const auto crowd = annotation.find("iscrowd");
    own.crowd = crowd != annotation.end() && ((crowd->is_number() && crowd->get<double>() != 0) || (crowd->is_boolean() && crowd->get<bool>()));
    return own;
}

/// The folder in which the first picture is.
fs::path folder_of(const fs::path& file, const std::string& first) {
    const fs::path beside = file.parent_path(), above = beside.parent_path();
    std::vector<fs::path> tried = {beside, beside / "images", above / "images", above};
    for (const fs::path& base : {beside, above, beside / "images", above / "images"}) {
        std::error_code none;
        std::vector<fs::path> folders;
        for (const auto& entry : fs::directory_iterator(base, none))
            if (entry.is_directory(none)) folders.push_back(entry.path());
        std::sort(folders.begin(), folders.end());
        tried.insert(tried.end(), folders.begin(), folders.end());
    }
    for (const fs::path& folder : tried)
        if (fs::is_regular_file(folder / first)) return folder;
    throw Error(ErrorKind::not_found, fmt::format("names the picture '{}', which is neither beside it nor in a folder there", first), {.file = file.string()},
                "Write a .dataset.json with \"source\": \"coco\", \"file\" and \"folder\"");
}

}  // namespace

bool is_coco(const fs::path& file) {
    const std::string text = read_file(file, kMostBytes);
    return text.find("\"annotations\"") != std::string::npos && text.find("\"images\"") != std::string::npos;
}

BoxedPictures read_coco(const fs::path& file, const fs::path& folder) {
    const Json top = parse_json(read_file(file, kMostBytes), file.string());
    if (!top.is_object()) fail(file, "is no JSON object");
    Categories categories = categories_of(list_of(top, "categories", file), file);
    BoxedPictures found{folder, {}, {}};
    std::unordered_map<std::int64_t, std::size_t> images;
    const Json& list = list_of(top, "images", file);
    for (std::size_t i = 0; i < list.size(); ++i) {
        const std::string where = fmt::format("images[{}]", i);
        if (!list[i].is_object()) fail(file, fmt::format("'{}' is no object", where));
        const auto name = list[i].find("file_name");
        if (name == list[i].end() || !name->is_string() || !stays_inside(name->get<std::string>()))
            fail(file, fmt::format("'{}.file_name' names no file inside the folder", where));
        if (!images.emplace(whole(list[i], "id", where, file), found.items.size()).second) fail(file, fmt::format("'{}.id' stands twice", where));
        found.items.push_back({name->get<std::string>(), {}});
    }
    if (found.items.empty()) fail(file, "names no images");
    const Json& annotations = list_of(top, "annotations", file);
    for (std::size_t i = 0; i < annotations.size(); ++i) {
        const std::string where = fmt::format("annotations[{}]", i);
        if (!annotations[i].is_object()) fail(file, fmt::format("'{}' is no object", where));
        const auto image = images.find(whole(annotations[i], "image_id", where, file));
        if (image == images.end()) fail(file, fmt::format("'{}.image_id' is no image", where));
        found.items[image->second].boxes.boxes.push_back(box_of(annotations[i], categories, where, file));
    }
    found.classes = std::move(categories.names);
    if (found.folder.empty()) found.folder = folder_of(file, found.items.front().file);
    return found;
}

}  // namespace vernier
