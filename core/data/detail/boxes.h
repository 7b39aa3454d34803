// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/data/detail/preprocess.h"
#include "core/data/sample_target.h"

namespace vernier {

/// A box of a picture, in its pixels; normalised: in shares of its sides.
struct PictureBox {
    double left = 0, top = 0, right = 0, bottom = 0;
    std::int64_t class_index = 0;
    bool crowd = false;
};

/// The boxes of a picture.
struct PictureBoxes {
    std::vector<PictureBox> boxes;
    bool normalised = false;
};

/// As a target of the model's input: placed as the picture is, cut at the edges of the input; what is left of none is dropped.
[[nodiscard]] SampleTarget placed_boxes(const PictureBoxes& all, int width, int height, const Placement& placement);

/// A picture, its file and its boxes.
struct BoxedItem {
    std::string file;  ///< relative to the folder
    PictureBoxes boxes;
};

/// Pictures with boxes as a file or folder gives them.
struct BoxedPictures {
    std::filesystem::path folder;
    std::vector<BoxedItem> items;
    std::vector<std::string> classes;
    std::optional<std::uint64_t> calibration = {};  ///< so many items at the front calibrate; nothing: there are no splits
    std::vector<Finding> findings = {};
};

/// COCO's instances.json: images, annotations, categories. Classes count in rising order of the ids of categories. Pictures lie beside the file, in
/// "images" there, or in the only folder there that has them. Throws Error{bad_data, not_found}.
[[nodiscard]] BoxedPictures read_coco(const std::filesystem::path& file, const std::filesystem::path& folder = {});
/// True for a JSON file that begins as COCO's does.
[[nodiscard]] bool is_coco(const std::filesystem::path& file);

/// A YOLO folder: data.yaml (or another .yaml with "names") beside it, or "images" and "labels" with lines "class cx cy w h". Throws Error{bad_data,
/// not_found}.
[[nodiscard]] BoxedPictures read_yolo(const std::filesystem::path& folder);
[[nodiscard]] bool is_yolo(const std::filesystem::path& folder);

}  // namespace vernier
