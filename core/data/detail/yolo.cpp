// SPDX-License-Identifier: GPL-3.0-or-later
// YOLO's folders: pictures below "images", boxes below "labels" in lines "class cx cy w h" (shares of the picture), and data.yaml with splits and names.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <locale>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/data/detail/boxes.h"
#include "core/data/detail/fields.h"
#include "core/data/detail/picture.h"
#include "core/data/detail/source.h"

namespace vernier {
namespace fs = std::filesystem;
namespace {

std::string trimmed(std::string_view text) {
    constexpr std::string_view kOutside = " \t\r\"'";
    const std::size_t first = text.find_first_not_of(kOutside);
    return first == std::string_view::npos ? std::string() : std::string(text.substr(first, text.find_last_not_of(kOutside) - first + 1));
}

/// What data.yaml says: as much of YAML as these files have.
struct Yaml {
    std::map<std::string, std::string> values;
    std::map<std::int64_t, std::string> names;
};

std::optional<std::int64_t> number_in(const std::string& text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// "[a, b]" or "{0: a, 1: b}".
void take_inline_names(std::string_view text, Yaml& yaml) {
    std::stringstream parts{std::string(text.substr(1, text.size() - 2))};
    std::string part;
    while (std::getline(parts, part, ',')) {
        const std::size_t colon = text.front() == '{' ? part.find(':') : std::string::npos;
        const auto key = colon == std::string::npos ? std::nullopt : number_in(trimmed(part.substr(0, colon)));
        const auto next = static_cast<std::int64_t>(yaml.names.size());
        yaml.names[key.value_or(next)] = trimmed(colon == std::string::npos ? part : part.substr(colon + 1));
    }
}

Yaml read_yaml(const fs::path& file) {
    Yaml yaml;
    std::string block;
    for (std::string line : read_lines(file)) {
        if (const std::size_t comment = line.find('#'); comment != std::string::npos && (comment == 0 || line[comment - 1] == ' ')) line.resize(comment);
        if (line.find_first_not_of(" \t") == std::string::npos) continue;
        const bool inside = line.front() == ' ' || line.front() == '\t' || line.front() == '-';
        const std::string own = trimmed(line);
        if (own.empty()) continue;
        if (inside && block == "names") {
            const std::size_t colon = own.find(':');
            const bool item = own.front() == '-';
            const auto key = item || colon == std::string::npos ? std::nullopt : number_in(trimmed(own.substr(0, colon)));
            if (item) yaml.names[static_cast<std::int64_t>(yaml.names.size())] = trimmed(own.substr(1));
            if (key) yaml.names[*key] = trimmed(own.substr(colon + 1));
            continue;
        }
        if (inside && !block.empty() && own.front() == '-') yaml.values.emplace(block, trimmed(own.substr(1)));  // the first of several folders
        if (inside) continue;
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos) continue;
        block = trimmed(line.substr(0, colon));
        const std::string value = trimmed(line.substr(colon + 1));
        if (block == "names" && !value.empty() && (value.front() == '[' || value.front() == '{'))
            take_inline_names(value, yaml);
        else if (!value.empty())
            yaml.values[block] = value;
    }
    return yaml;
}

std::optional<fs::path> yaml_in(const fs::path& folder) {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder)) {
        const std::string ending = lower(entry.path().extension().string());
        if ((ending == ".yaml" || ending == ".yml") && entry.is_regular_file() && !read_yaml(entry.path()).names.empty()) found.push_back(entry.path());
    }
    std::sort(found.begin(), found.end());
    return found.empty() ? std::nullopt : std::optional(found.front());
}

/// The last folder of that name in a path becomes another.
fs::path with_folder(const fs::path& path, const std::string& from, const std::string& to) {
    std::vector<fs::path> parts(path.begin(), path.end());
    for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
        if (*part != from) continue;
        *part = to;
        break;
    }
    fs::path other;
    for (const fs::path& part : parts) other /= part;
    return other;
}

PictureBoxes read_labels(const fs::path& file) {
    PictureBoxes all{{}, true};
    if (!fs::exists(file)) return all;  // a picture without objects may have no file
    const auto lines = read_lines(file);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (lines[i].find_first_not_of(" \t") == std::string::npos) continue;
        std::istringstream words(lines[i]);
        words.imbue(std::locale::classic());
        double kind = 0, x = 0, y = 0, width = 0, height = 0, more = 0;
        const bool good =
            static_cast<bool>(words >> kind >> x >> y >> width >> height) && kind >= 0 && kind < 1e6 && kind == std::floor(kind) && width >= 0 && height >= 0;
        const bool outline = good && static_cast<bool>(words >> more);
        if (!good || outline)
            throw Error(ErrorKind::bad_data, outline ? "is the outline of an object, not a box" : "is not of the form \"class cx cy w h\"",
                        {.file = fmt::format("{}:{}", file.string(), i + 1)});
        all.boxes.push_back({x - width / 2, y - height / 2, x + width / 2, y + height / 2, static_cast<std::int64_t>(kind)});
    }
    return all;
}

/// Pictures of a folder and of those in it, by name. Labels lie where "labels" stands for "images" below the dataset's own folder.
void add_pictures(const fs::path& folder, BoxedPictures& found) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file() && is_picture_file(entry.path())) files.push_back(fs::relative(entry.path(), found.folder));
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
        fs::path labels = found.folder / with_folder(file, "images", "labels");
        labels.replace_extension(".txt");
        found.items.push_back({file.string(), read_labels(labels)});
    }
}

/// A folder that data.yaml names, below the dataset's own: the paths of where it once was are taken off.
std::optional<fs::path> split_folder(const Yaml& yaml, const fs::path& root, const char* key) {
    const auto given = yaml.values.find(key);
    if (given == yaml.values.end()) return std::nullopt;
    fs::path relative = given->second;
    while (relative.string().starts_with("../")) relative = relative.string().substr(3);
    const auto path = yaml.values.find("path");
    const fs::path below = path == yaml.values.end() ? fs::path() : path->second / relative;
    for (const fs::path& each : {below, relative})
        if (stays_inside(each) && fs::is_directory(root / each)) return root / each;
    throw Error(ErrorKind::not_found, fmt::format("data.yaml names '{}' for '{}', which is no folder there", given->second, key), {.file = root.string()});
}

}  // namespace

bool is_yolo(const fs::path& folder) { return yaml_in(folder).has_value() || (fs::is_directory(folder / "images") && fs::is_directory(folder / "labels")); }

BoxedPictures read_yolo(const fs::path& folder) {
    BoxedPictures found{folder, {}, {}};
    const auto file = yaml_in(folder);
    const Yaml yaml = file ? read_yaml(*file) : Yaml{};
    for (const auto& [index, name] : yaml.names) {
        if (index != static_cast<std::int64_t>(found.classes.size()))
            throw Error(ErrorKind::bad_data, fmt::format("names no class {}", found.classes.size()), {.file = file->string()});
        found.classes.push_back(name);
    }
    const auto train = split_folder(yaml, folder, "train");
    auto valid = split_folder(yaml, folder, "val");
    if (!valid) valid = split_folder(yaml, folder, "test");
    if (train && valid && *train != *valid) {
        add_pictures(*train, found);
        found.calibration = found.items.size();
        add_pictures(*valid, found);
    } else {
        add_pictures(valid ? *valid : train ? *train : folder / "images", found);
    }
    const auto has_boxes = [](const BoxedItem& item) { return !item.boxes.boxes.empty(); };
    if (!found.items.empty() && std::none_of(found.items.begin(), found.items.end(), has_boxes))
        throw Error(ErrorKind::bad_data, fmt::format("none of the {} pictures has boxes", found.items.size()), {.file = folder.string()},
                    "Put them into 'labels', in files of the pictures' names with .txt, one line \"class cx cy w h\" each");
    if (found.items.empty()) throw Error(ErrorKind::bad_data, "holds no JPEG or PNG pictures below 'images'", {.file = folder.string()});
    return found;
}

}  // namespace vernier
