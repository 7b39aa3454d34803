// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace vernier {

/// What a folder is looked through for.
enum class FolderOf { pictures, sounds };

struct ImageItem {
    std::string file;  ///< relative to the dataset's folder
    std::int64_t label = -1;
    std::uint64_t bytes = 0;
    std::string mask = {};  ///< relative to the folder of masks
    std::uint64_t mask_bytes = 0;
    std::optional<std::string> text = {};
};

/// The pictures of a folder, in a fixed order.
struct ImageFolder {
    std::vector<ImageItem> items;
    std::vector<std::string> classes;
    bool texts = false;                            ///< items have texts in place of labels
    bool has_splits = false;                       ///< its subfolders are splits
    std::string calibration, validation;           ///< then: their names, such as "train" and "val"; empty when there is none
    std::vector<std::string> unused;               ///< then: the subfolders that are left over
    std::map<std::string, std::uint64_t> skipped;  ///< pictures of kinds that are not read, by ending
    std::uint64_t calibration_count = 0;           ///< then: so many items at the front calibrate
    FolderOf kind = FolderOf::pictures;
};

/// Finds pictures (or WAVE files) and their labels. In order of preference:
/// labels.csv (lines "file,label"; the label is a class index or a class name), labels.txt (the same with a tab or a space in between), class
/// subfolders, no labels. What stands there are texts where the heading of labels.csv is "file,text", or there is an alphabet.txt.
/// Class indices follow classes.txt in the folder where there is one; else class folders whose names are all numbers
/// mean these numbers; else class names in alphabetical order count from 0.
/// A folder with the subfolders calibration (or train) and validation (or val, valid, test), each with class subfolders, brings
/// its own splits.
/// Throws Error{not_found, bad_data}; a folder without pictures is bad_data.
[[nodiscard]] ImageFolder scan_image_folder(const std::filesystem::path& folder, FolderOf kind = FolderOf::pictures);

}  // namespace vernier
