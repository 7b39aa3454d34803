// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/detail/image_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/data/detail/fields.h"
#include "core/data/detail/picture.h"
#include "core/data/detail/source.h"
#include "core/data/detail/texts.h"

namespace vernier {
namespace fs = std::filesystem;
namespace {

/// A picture and the name of its class; empty means no label.
struct Named {
    std::string file;
    std::string label;
};

bool is_wanted(const fs::path& path, FolderOf kind) { return kind == FolderOf::pictures ? is_picture_file(path) : lower(path.extension().string()) == ".wav"; }

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

/// Entries of a folder by name, so that the order is the same on every machine.
std::vector<fs::path> sorted_entries(const fs::path& folder) {
    std::vector<fs::path> entries;
    for (const auto& entry : fs::directory_iterator(folder))
        if (!is_hidden(entry.path())) entries.push_back(entry.path());
    std::sort(entries.begin(), entries.end());
    return entries;
}

std::optional<std::int64_t> as_number(const std::string& text) {
    std::int64_t value = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0 || value > INT32_MAX) return std::nullopt;
    return value;
}

/// Fields of one line of comma-separated text; a field in double quotes may hold commas and doubled quotes.
std::vector<std::string> csv_fields(const std::string& line) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
            fields.back() += '"';
            ++i;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (c == ',' && !quoted) {
            fields.emplace_back();
        } else {
            fields.back() += c;
        }
    }
    for (std::string& field : fields) {
        field.erase(0, field.find_first_not_of(" \t"));
        field.erase(field.find_last_not_of(" \t") + 1);
    }
    return fields;
}

bool is_heading(const std::string& first) {
    constexpr std::array kHeadings = {"file", "filename", "image", "path", "name"};
    return std::find(kHeadings.begin(), kHeadings.end(), lower(first)) != kHeadings.end();
}

std::vector<Named> read_labels_csv(const fs::path& csv, bool& texts) {
    std::vector<Named> items;
    const auto lines = read_lines(csv);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (lines[i].find_first_not_of(" \t") == std::string::npos) continue;
        const std::string where = fmt::format("{}:{}", csv.string(), i + 1);
        const auto fields = csv_fields(lines[i]);
        if (i == 0 && is_heading(fields[0])) {
            texts = texts || (fields.size() > 1 && lower(fields[1]) == "text");
            continue;
        }
        if (fields.size() < 2 || fields[0].empty() || (fields[1].empty() && !texts))
            throw Error(ErrorKind::bad_data, "is not of the form file,label", {.file = where});
        if (!stays_inside(fields[0])) throw Error(ErrorKind::bad_data, fmt::format("names '{}', which leads out of the folder", fields[0]), {.file = where});
        items.push_back({fields[0], fields[1]});
    }
    return items;
}

/// Lines of labels.txt, if its first one names a picture of the folder; a list of names of classes is often called so too.
std::vector<Named> read_labels_txt(const fs::path& folder, FolderOf kind) {
    std::vector<Named> items;
    const fs::path file = folder / "labels.txt";
    if (!fs::exists(file)) return items;
    const auto lines = read_lines(file);
    const std::string first = lines.empty() ? std::string() : lines.front().substr(0, lines.front().find_first_of("\t "));
    if (!stays_inside(first) || !is_wanted(first, kind) || !fs::is_regular_file(folder / first)) return items;
    for (NamedText& each : read_named_texts(file)) items.push_back({std::move(each.file), std::move(each.text)});
    return items;
}

bool is_other_picture(const fs::path& path) {
    constexpr std::array kEndings = {".gif", ".heic", ".avif", ".jp2", ".ppm", ".pgm"};
    return std::find(kEndings.begin(), kEndings.end(), lower(path.extension().string())) != kEndings.end();
}

/// Pictures of the class subfolders, or of the folder itself when there are no class subfolders. Counts what is skipped.
std::vector<Named> read_class_folders(const fs::path& folder, const fs::path& below, ImageFolder& found) {
    std::vector<Named> items;
    const auto take = [&](const fs::path& file, const fs::path& name, const std::string& label) {
        if (!fs::is_regular_file(file)) return;
        if (is_wanted(file, found.kind))
            items.push_back({name.string(), label});
        else if (found.kind == FolderOf::pictures && is_other_picture(file))
            ++found.skipped[lower(file.extension().string())];
    };
    const auto entries = sorted_entries(folder / below);
    for (const fs::path& entry : entries) {
        if (!fs::is_directory(entry)) continue;
        const std::string label = entry.filename().string();
        for (const fs::path& file : sorted_entries(entry)) take(file, below / label / file.filename(), label);
    }
    if (!items.empty()) return items;
    for (const fs::path& file : entries) take(file, below / file.filename(), "");
    return items;
}

constexpr std::array kCalibrationNames = {"calibration", "train"};
constexpr std::array kValidationNames = {"validation", "val", "valid", "test"};

template <class Names>
std::string first_of(const Names& names, const std::set<std::string>& folders) {
    for (const char* name : names)
        if (folders.contains(name)) return name;
    return {};
}

/// True when the subfolders are splits and none can be a class: all have such names, and there are two, or one whose
/// own subfolders are classes (or which only a split is called by).
bool are_splits(const fs::path& folder, const std::set<std::string>& folders) {
    if (folders.contains("calibration") && folders.contains("validation")) return true;
    for (const std::string& name : folders)
        if (first_of(kCalibrationNames, {name}).empty() && first_of(kValidationNames, {name}).empty()) return false;
    if (folders.size() != 1) return folders.size() > 1;
    const std::string& only = *folders.begin();
    if (only == "calibration" || only == "validation") return true;
    const auto entries = sorted_entries(folder / only);
    return std::any_of(entries.begin(), entries.end(), [](const fs::path& entry) { return fs::is_directory(entry); });
}

std::vector<Named> read_splits(const fs::path& folder, const std::set<std::string>& folders, ImageFolder& found) {
    std::vector<Named> named;
    found.has_splits = true;
    found.calibration = first_of(kCalibrationNames, folders);
    found.validation = first_of(kValidationNames, folders);
    for (const std::string& name : folders)
        if (name != found.calibration && name != found.validation) found.unused.push_back(name);
    if (!found.calibration.empty()) named = read_class_folders(folder, found.calibration, found);
    found.calibration_count = named.size();
    if (!found.validation.empty())
        for (Named& item : read_class_folders(folder, found.validation, found)) named.push_back(std::move(item));
    return named;
}

/// A folder deeper down that holds pictures, as a path below this one; empty when none is near.
std::string deeper_pictures(const fs::path& folder) {
    constexpr int kMostEntries = 2000;
    int seen = 0;
    for (auto entry = fs::recursive_directory_iterator(folder); entry != fs::recursive_directory_iterator() && seen < kMostEntries; ++entry, ++seen)
        if (is_picture_file(entry->path()) && entry->is_regular_file()) return fs::relative(entry->path().parent_path(), folder).string();
    return {};
}

[[noreturn]] void no_pictures(const fs::path& folder, const ImageFolder& found) {
    std::string what = "the folder holds no JPEG, PNG or BMP pictures and no other data that is known";
    std::string remedy = "Put pictures into one subfolder for each class, or beside a labels.csv with lines file,label";
    if (!found.skipped.empty()) {
        what = fmt::format("the folder holds no JPEG, PNG or BMP pictures, but {} that end in {}, which is not read", found.skipped.begin()->second,
                           found.skipped.begin()->first);
        remedy = "Convert them to PNG";
    } else if (const std::string deeper = deeper_pictures(folder); !deeper.empty()) {
        what += fmt::format(" (there are pictures in {})", deeper);
        remedy = fmt::format("Give the folder {} or the one above it", (folder / deeper).string());
    }
    throw Error(ErrorKind::bad_data, what, {.file = folder.string()}, remedy);
}

void number_labels(ImageFolder& found, const std::vector<Named>& named, const fs::path& folder) {
    const bool all_numbers = std::all_of(named.begin(), named.end(), [](const Named& item) { return item.label.empty() || as_number(item.label); });
    const bool listed = fs::exists(folder / "classes.txt");
    if (listed) {
        found.classes = read_lines(folder / "classes.txt");
    } else if (!all_numbers) {
        std::set<std::string> names;
        for (const Named& item : named)
            if (!item.label.empty()) names.insert(item.label);
        found.classes.assign(names.begin(), names.end());
    }
    for (const Named& item : named) {
        std::int64_t label = -1;
        const auto at = std::find(found.classes.begin(), found.classes.end(), item.label);
        if (item.label.empty())
            label = -1;
        else if (at != found.classes.end())
            label = at - found.classes.begin();
        else if (const auto number = as_number(item.label))
            label = *number;
        else
            throw Error(ErrorKind::bad_data, fmt::format("the label '{}' of {} is not one of the classes in classes.txt", item.label, item.file),
                        {.file = folder.string()});
        found.items.push_back({.file = item.file, .label = label, .bytes = 0});
    }
}

}  // namespace

ImageFolder scan_image_folder(const fs::path& folder, FolderOf kind) {
    ImageFolder found;
    found.kind = kind;
    std::vector<Named> named;
    found.texts = fs::exists(folder / "alphabet.txt");
    if (fs::exists(folder / "labels.csv")) {
        named = read_labels_csv(folder / "labels.csv", found.texts);
    } else if (named = read_labels_txt(folder, kind); named.empty()) {
        found.texts = false;
        std::set<std::string> folders;
        for (const fs::path& entry : sorted_entries(folder))
            if (fs::is_directory(entry)) folders.insert(entry.filename().string());
        named = are_splits(folder, folders) ? read_splits(folder, folders, found) : read_class_folders(folder, "", found);
    }
    if (named.empty()) no_pictures(folder, found);
    if (!found.texts) number_labels(found, named, folder);
    if (found.texts)
        for (const Named& item : named) found.items.push_back({.file = item.file, .text = item.label});
    return found;
}

}  // namespace vernier
